import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families.lj_rdf import BINS, CUTOFF, FAMILY, RANGE, WIDTH, PeakPoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)


@pytest.mark.parametrize(
    ("temperature", "density", "words"),
    [(0.7, 0.8, "temperature 0.7"), (2.0, 0.2, "density 0.2"), (2.0, 1.0, "density 1.0"), (1.1, 0.65, "coexist")],
)
def test_a_point_without_a_clear_peak_is_refused(temperature, density, words):
    with pytest.raises(TaskError, match=words):
        PeakPoint(temperature, density)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_peak_is_that_of_monte_carlo(task):
    for name in ("rpeak", "gpeak"):
        reference = task.reference(name)
        assert "Monte Carlo" in reference.anchor_source
        assert abs(reference.value - reference.anchor) < 0.7 * reference.limit


def test_the_peak_at_a_state_that_is_often_quoted():
    task = next(t for t in TASKS if (t.parameters["temperature"], t.parameters["density"]) == (1.0, 0.8))
    assert task.reference("rpeak").value == pytest.approx(1.08, abs=WIDTH / 2)
    assert task.reference("gpeak").value == pytest.approx(2.64, rel=0.02)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_typical_mistakes_lie_outside(task):
    place, height = task.reference("rpeak"), task.reference("gpeak")
    density = task.parameters["density"]
    # the second peak or the edge of the atom; g(r) normalized without the density, or the integral up to the peak
    for wrong in (2 * place.value, 0.95):
        assert abs(wrong - place.value) > place.limit
    for wrong in (height.value * density, height.value - 1, 4.0):
        assert abs(wrong - height.value) > height.limit
    assert height.limit < 0.041 * height.value


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_one_bin_is_forgiven_and_two_are_not(task):
    place, height = task.contract.quantities
    assert WIDTH < place.tolerance < 2 * WIDTH
    assert height.tolerance < 0.06 * task.reference("gpeak").value


@pytest.mark.parametrize("change", FAMILY.perturbations)
def test_the_changed_world_moves_the_peak_by_two_bins_and_its_bins_still_fit(change):
    # half of the nominal change is the least that is drawn; the place goes with the length
    least = 1 - (1 - change.length) / 2
    assert 1.025 * (1 - least) > 1.5 * WIDTH
    assert CUTOFF * change.length > RANGE


def test_bins_are_those_of_the_prompt():
    for task in TASKS:
        assert all(quantity.arguments == (RANGE, BINS) for quantity in task.contract.quantities)
        assert all(text in task.prompt for text in (str(BINS), str(RANGE), f"{WIDTH:g}"))


def test_bands_of_temperature_do_not_overlap():
    bands = {"train": ((0.9, 1.45), (2.25, 3)), "validation": ((1.45, 1.75),), "test": ((1.75, 2.25),)}
    for split in SPLITS:
        for point in FAMILY.points[split]:
            assert any(low <= point.temperature < high for low, high in bands[split])
