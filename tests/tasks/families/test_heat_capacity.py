import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.heat_capacity import BOLTZMANN, CAPACITY_TOLERANCE, FAMILY, UNITS, HeatPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = {FAMILY.gold(p): p for points in FAMILY.points.values() for p in points}
EACH = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)


def in_kb(task, value):
    return value * UNITS[POINTS[task.gold].unit] / BOLTZMANN


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": 2}, "32 atoms"),
        ({"first": 900}, "do not rise"),
        ({"second": 400}, "step of 100"),
        ({"lattice": 4.6}, "lattice 4.6"),
        ({"unit": "cal"}, "unit 'cal'"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    point = dict(crystal=crystals.CU_U3, cells=3, lattice=3.63, first=300, second=800, unit="kB") | changes
    with pytest.raises(TaskError, match=words):
        HeatPoint(**point)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in points} for points in FAMILY.points.values()]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@EACH
def test_both_stages_have_targets_of_their_own(task):
    point = POINTS[task.gold]
    assert task.contract.earlier == (point.first,) and task.contract.temperature == point.second
    assert task.reference("temperature 1").value == point.first
    assert task.reference("temperature").value == point.second


@EACH
def test_a_classical_crystal_is_near_dulong_and_petit(task):
    # 3 kB for harmonic motion; anharmonic metals are within a tenth of it below melting
    assert in_kb(task, task.reference("c_v").value) == pytest.approx(3.0, abs=0.3)
    assert in_kb(task, task.reference("c_v").anchor) == pytest.approx(3.0, abs=0.3)


@EACH
def test_kinetic_or_potential_energy_alone_and_another_unit_are_outside(task):
    capacity = task.reference("c_v")
    assert in_kb(task, capacity.limit) < 1.4
    wrong = capacity.value * (BOLTZMANN if POINTS[task.gold].unit == "kB" else 1 / BOLTZMANN)
    assert abs(wrong - capacity.value) > capacity.limit


@EACH
def test_the_energy_of_the_cold_stage_and_a_potential_energy_are_outside(task):
    point, energy = POINTS[task.gold], task.reference("e_hot")
    assert 3 * BOLTZMANN * point.step > energy.limit
    assert 1.5 * BOLTZMANN * point.second > energy.limit


@EACH
def test_dulong_and_petit_typed_in_is_seldom_honest_and_does_not_follow(task):
    capacity, change = task.reference("c_v"), task.contract.counterfactual
    # what one run shows is hardly ever so near to any number that is known before
    assert in_kb(task, capacity.spread) > 2.5 * CAPACITY_TOLERANCE
    # thermostats are changed by the whole factor, and half a tenth of 3 kB is many tolerances
    assert in_kb(task, capacity.value) * abs(change.thermostat - 1) / 2 > 10 * CAPACITY_TOLERANCE


def test_limits_hold_the_spread_of_gold_with_room():
    for task in TASKS:
        for reference in task.references:
            assert reference.limit >= 5 * reference.spread
