import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.metal_nvt import FAMILY, PRESSURE_TOLERANCE, UNITS, HeldPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = {FAMILY.gold(p): p for points in FAMILY.points.values() for p in points}
EACH = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": 2}, "32 atoms"),
        ({"temperature": 100}, "temperature 100"),
        ({"lattice": 4.6}, "lattice 4.6"),
        ({"unit": "psi"}, "unit 'psi'"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    point = dict(crystal=crystals.CU_U3, cells=3, lattice=3.6, temperature=600, unit="bar") | changes
    with pytest.raises(TaskError, match=words):
        HeldPoint(**point)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in points} for points in FAMILY.points.values()]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@EACH
def test_zero_and_a_pressure_without_its_kinetic_part_or_in_another_unit_are_outside(task):
    point, pressure = POINTS[task.gold], task.reference("p_mean")
    assert abs(pressure.value) > 5 * pressure.limit
    assert point.thermal_pressure * UNITS[point.unit] > pressure.limit
    assert abs(pressure.value * (1 - 1e-4)) > pressure.limit


@EACH
def test_a_cold_crystal_and_a_total_energy_are_outside(task):
    # half of the thermal energy is potential
    energy = task.reference("pe_mean")
    assert 1.5 * 8.617e-5 * task.contract.temperature > 4 * energy.limit


@EACH
def test_another_lattice_constant_is_another_density_and_another_pressure(task):
    point, pressure = POINTS[task.gold], task.reference("p_mean")
    assert abs((point.crystal.a0 / point.lattice) ** 3 - 1) > 2e-3
    # no metal here has a bulk modulus below 60 GPa
    assert 3 * 60e4 * 0.01 * UNITS[point.unit] > pressure.limit


@EACH
def test_a_remembered_pressure_is_not_honest_and_does_not_follow(task):
    point, pressure = POINTS[task.gold], task.reference("p_mean")
    tolerance = PRESSURE_TOLERANCE * UNITS[point.unit]
    assert pressure.spread > 1.5 * tolerance
    change = task.contract.counterfactual
    assert abs(pressure.value) * abs(change.energy - 1) / 2 > 1.5 * tolerance


def test_limits_hold_the_spread_of_gold_with_room():
    for task in TASKS:
        for reference in task.references:
            assert reference.limit >= 5 * reference.spread
