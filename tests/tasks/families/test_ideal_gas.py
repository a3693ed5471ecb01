import re

import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families.ideal_gas import FAMILY, GasPoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = [point for split in SPLITS for point in FAMILY.points[split]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mass": 0.0}, "mass 0.0"),
        ({"atoms": 100}, "100 atoms"),
        ({"edge": 3.0}, "edge 3.0"),
        ({"temperature": 3.0}, "temperature 3.0"),
        ({"gas": "lj"}, "temperature 300"),
    ],
)
def test_a_point_outside_the_family_is_refused(change, words):
    with pytest.raises(TaskError, match=re.escape(words)):
        GasPoint(**({"gas": "Ar", "mass": 39.948, "atoms": 500, "edge": 60, "temperature": 300} | change))


def test_exact_values_are_those_of_textbooks():
    # one mole per 22.414 L at 273.15 K has one atmosphere
    gas = GasPoint("Ar", 39.948, 602, (602 * 22.41396954e27 / 6.02214076e23) ** (1 / 3), 273.15)
    assert gas.pressure == pytest.approx(1.01325, rel=1e-5)
    assert gas.kinetic == pytest.approx(0.0353072, rel=1e-5)
    reduced = GasPoint("lj", 1, 500, 20, 2)
    assert (reduced.pressure, reduced.kinetic) == (pytest.approx(0.125), 3)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_compressibility_is_one(task):
    assert task.reference("press").value == task.reference("press").anchor
    found = measurements.load(measurements.DIRECTORY / f"ideal_gas-{label(task)}.json").measured["press"]
    assert found.mean == pytest.approx(found.anchor.value, rel=0.002)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_five_per_cent_off_is_refused(task):
    for name in ("press", "kin", "temperature"):
        reference = task.reference(name)
        assert 0.01 < reference.limit / reference.value < 0.04


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_tolerance_forgives_degrees_of_freedom_and_excludes_another_unit(task):
    for quantity in task.contract.quantities:
        tolerance = quantity.tolerance / task.reference(quantity.name).value
        assert 1.2 / task.parameters["atoms"] < tolerance
        # atm for bar
        assert tolerance < 0.01325 / 2


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_changed_world_moves_both_answers(task):
    change = task.contract.counterfactual
    assert change.temperature == change.thermostat
    for quantity in task.contract.quantities:
        assert abs(change.thermostat - 1) * task.reference(quantity.name).value > 20 * quantity.tolerance


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_prompt_asks_for_a_stochastic_thermostat_and_says_how_slow(task):
    assert re.search("stochastic|random|随机", task.prompt)
    damping = re.search(r"0\.5 (ps|reduced|个)|500 fs", task.prompt)
    assert damping, task.prompt
    assert str(task.parameters["atoms"]) in task.prompt


def test_splits_have_no_gas_and_no_band_of_reduced_temperatures_in_common():
    bands = {"train": ((0.3, 1.5), (2, 2.5), (3.5, 5)), "validation": ((1.5, 2),), "test": ((2.5, 3.5),)}
    gases = [{point.gas for point in FAMILY.points[split]} - {"lj"} for split in SPLITS]
    assert sum(map(len, gases)) == len(set.union(*gases))
    for split in SPLITS:
        for point in FAMILY.points[split]:
            if point.gas == "lj":
                assert any(low <= point.temperature < high for low, high in bands[split])


def label(task):
    return next(point.label for point in POINTS if FAMILY.gold(point) == task.gold)
