from dataclasses import replace

import pytest

from mdgym.errors import TaskError
from mdgym.rewards.thermodynamic_checks import grade
from mdgym.tasks import measurements
from mdgym.tasks.families.einstein import FAMILY, TOLERANCE, EinsteinPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINT = EinsteinPoint("fcc", 3.6, 6, 63.5, 2.0, 300)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"structure": "sc"}, "structure 'sc'"),
        ({"cells": 3}, "108 atoms"),
        ({"temperature": 5000}, "temperature 5000"),
        ({"stiffness": 0.01}, "omega"),
    ],
)
def test_a_point_outside_the_family_is_refused(change, words):
    with pytest.raises(TaskError, match=words):
        replace(POINT, **change)


def test_exact_values_are_those_of_three_oscillators():
    assert POINT.atoms == 864
    assert POINT.energy == pytest.approx(1.5 * 0.0258520, rel=1e-5)
    assert POINT.energy == pytest.approx(POINT.stiffness / 2 * POINT.square)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_accepted_values_are_exact_and_limits_hold_the_spread_of_the_recording(task):
    for name in ("uspring", "msd"):
        reference = task.reference(name)
        assert reference.value == reference.anchor
        # the recording sees ten frames, the script the whole window
        assert reference.spread < 0.02 * reference.value < reference.limit < 0.031 * reference.value
    assert task.reference("temperature").limit < 0.04 * task.contract.temperature


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
@pytest.mark.parametrize("factor", [1 / 3, 0.5, 2 / 3, 0.95, 1.05, 2, 3])
def test_a_forgotten_half_or_another_number_of_dimensions_is_outside(task, factor):
    for name in ("uspring", "msd"):
        assert not grade(factor * task.reference(name).value, task.reference(name))[0]


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_changed_world_moves_the_answers_beyond_the_tolerance(task):
    assert abs(task.contract.counterfactual.thermostat - 1) > 4 * TOLERANCE


def test_splits_differ_in_temperature():
    kelvins = {split: {point.temperature for point in points} for split, points in FAMILY.points.items()}
    assert all(250 <= kelvin <= 350 for kelvin in kelvins["validation"])
    assert all(400 <= kelvin <= 600 for kelvin in kelvins["test"])
    assert not any(250 <= kelvin <= 600 for kelvin in kelvins["train"])
