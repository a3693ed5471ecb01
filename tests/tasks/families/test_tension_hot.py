import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS
from mdgym.engine.measures import measure
from mdgym.engine.window import Window
from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.tension_hot import FAMILY, STRESS_TOLERANCE, TensionPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": 2}, "32 atoms"),
        ({"temperature": 4000}, "temperature 4000"),
        ({"axis": "w"}, "axis 'w'"),
        ({"percent": 20}, "strain of 20"),
        ({"percent": 0}, "strain of 0"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    point = dict(crystal=crystals.CU_U3, cells=4, temperature=300, axis="x", percent=2) | changes
    with pytest.raises(TaskError, match=words):
        TensionPoint(**point)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in points} for points in FAMILY.points.values()]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_stresses_are_those_of_a_crystal_strained_along_one_axis(task):
    axial, lateral = task.reference("s_axial"), task.reference("s_lateral")
    strain = task.parameters["percent"] / 100
    # C11 > C12 > 0: the axis carries the larger part, so another axis or a strain in all directions is outside
    assert (axial.value - lateral.value) * strain > 0
    assert abs(axial.value - lateral.value) > 1.3 * max(axial.limit, lateral.limit)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_pressure_in_place_of_tension_and_bar_in_place_of_gpa_are_outside(task):
    for name in ("s_axial", "s_lateral"):
        reference = task.reference(name)
        assert 2 * abs(reference.value) > 3 * reference.limit
        assert abs(1e4 * reference.value - reference.value) > reference.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_an_unstrained_crystal_is_outside(task):
    # no potential here has C11 below 80 GPa, and unstrained crystals are within 1 GPa of zero
    axial = task.reference("s_axial")
    assert abs(axial.value) > 4 * axial.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_remembered_stress_is_not_honest_and_does_not_follow(task):
    axial, change = task.reference("s_axial"), task.contract.counterfactual
    # one run strays by more than a script may differ from its own recording
    assert axial.spread > 1.5 * STRESS_TOLERANCE
    # the second world is at least half of the nominal change away
    assert abs(axial.value) * abs(change.energy - 1) / 2 > 4 * STRESS_TOLERANCE


def test_limits_hold_the_spread_of_gold_with_room():
    for task in TASKS:
        for reference in task.references:
            assert reference.limit >= 5 * reference.spread


def test_tension_is_minus_the_mean_pressure_of_the_axes_in_another_unit():
    samples = np.zeros((4, len(COLUMNS)))
    for name, value in (("pxx", 100.0), ("pyy", -30.0), ("pzz", 50.0)):
        samples[:, COLUMNS.index(name)] = value
    window = Window(samples, 1.0, 4.0, 4.0, (), (), (), (), ())
    assert measure((window,), "mean tension", (1e-4, 0.0)) == pytest.approx(-1e-2)
    assert measure((window,), "mean tension", (1.0, 1.0, 2.0)) == pytest.approx(-10.0)
