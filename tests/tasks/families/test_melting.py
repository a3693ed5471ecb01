import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.families.melting import ATOMS, CUTOFF, FAMILY, PRESSURE_TOLERANCE, MeltingPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_a_temperature_off_the_published_melting_line_is_refused(temperature):
    with pytest.raises(TaskError, match=f"temperature {temperature}"):
        MeltingPoint(temperature)


def test_bands_of_temperature_do_not_overlap():
    train, validation, test = ([p.temperature for p in FAMILY.points[s]] for s in ("train", "validation", "test"))
    assert all(not 1.1 <= t <= 1.5 for t in train)
    assert all(1.1 < t < 1.25 for t in validation) and all(1.25 < t < 1.5 for t in test)


def test_densities_are_those_of_the_published_melting_line():
    # Mastny and de Pablo at T* = 1: 1.0063 and 0.9186
    assert MeltingPoint(1.0).densities == pytest.approx((1.0063, 0.9186), abs=1e-4)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_box_lies_between_both_phases_and_holds_whole_cells(task):
    point = MeltingPoint(task.parameters["temperature"])
    solid, liquid = point.densities
    mean = ATOMS / (point.length * point.width**2)
    assert liquid + 0.03 < mean < solid - 0.03
    # wide enough that no atom sees its own image
    assert point.width > 2 * CUTOFF + 1


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_box_of_liquid_alone_is_outside(task):
    point = MeltingPoint(task.parameters["temperature"])
    mean = ATOMS / (point.length * point.width**2)
    liquid = lennard_jones.pressure(point.temperature, mean, CUTOFF)
    reference = task.reference("p_melt")
    assert liquid - reference.value > 1.2 * reference.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_limits_hold_the_spread_of_gold_and_a_tolerance_is_well_below_it(task):
    for reference in task.references:
        assert reference.limit >= 5 * reference.spread
    assert task.reference("p_melt").spread > 2 * PRESSURE_TOLERANCE


def test_the_melting_pressure_rises_with_temperature():
    line = sorted((task.contract.temperature, task.reference("p_melt").value) for task in TASKS)
    pressures = [pressure for _, pressure in line]
    assert pressures == sorted(pressures)
