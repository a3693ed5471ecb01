import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.families.lj_melt import ATOMS, CUTOFF, FAMILY, MeltPoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
# Energy that a pair has at the plain cutoff.
STEP = 4 * (CUTOFF**-12 - CUTOFF**-6)


@pytest.mark.parametrize(
    ("temperature", "density", "words"),
    [(1.44, 0.8442, "temperature 1.44"), (9.0, 0.8, "temperature 9.0"), (3.0, 1.1, "density 1.1"), (2.5, 0.9, "solid")],
)
def test_a_point_that_does_not_melt_or_does_so_too_fast_is_refused(temperature, density, words):
    with pytest.raises(TaskError, match=words):
        MeltPoint(temperature, density)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_temperature_drops_by_less_than_in_a_harmonic_crystal(task):
    first = task.parameters["temperature"]
    assert 0.5 * first < task.reference("temp").value < 0.7 * first
    assert task.contract.temperature is None


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_kinetic_energy_that_is_gone_is_found_in_the_potential_energy(task):
    """By the equation of state alone, at the measured temperature: no energy of the crystal enters."""
    state = (task.reference("temp").value, task.parameters["density"])
    assert task.reference("upot").value == pytest.approx(lennard_jones.energy(*state, CUTOFF), abs=0.03)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_anchors_agree_to_less_than_a_limit_each(task):
    for name in ("temp", "upot"):
        reference = task.reference(name)
        assert abs(reference.value - reference.anchor) < reference.limit
        assert reference.limit < 0.016 * abs(reference.value)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_typical_mistakes_lie_outside(task):
    temp, upot = task.reference("temp"), task.reference("upot")
    density = task.parameters["density"]
    # a thermostat at the first temperature, or half of it as in a crystal
    for wrong in (task.parameters["temperature"], 0.5 * task.parameters["temperature"]):
        assert abs(wrong - temp.value) > temp.limit
    # shifted at the cutoff, with a tail correction, or not divided by the number of atoms
    pairs = 2 / 3 * 3.14159 * density * CUTOFF**3
    tail = lennard_jones.energy(temp.value, density) - lennard_jones.energy(temp.value, density, CUTOFF)
    for wrong in (upot.value - STEP * pairs, upot.value + tail, upot.value * ATOMS):
        assert abs(wrong - upot.value) > upot.limit
    # a start 5 % too hot: half of it stays in the motion
    assert 0.05 * 0.5 * task.parameters["temperature"] > temp.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_tolerances_forgive_no_wrong_average(task):
    for quantity in task.contract.quantities:
        assert quantity.tolerance < 0.5 * task.reference(quantity.name).limit


def test_bands_of_the_first_temperature_do_not_overlap():
    bands = {"train": ((2.4, 3.2), (4.6, 5.5)), "validation": ((3.2, 3.8),), "test": ((3.8, 4.6),)}
    for split in SPLITS:
        for point in FAMILY.points[split]:
            assert any(low <= point.temperature < high for low, high in bands[split])
