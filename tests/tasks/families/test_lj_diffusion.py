import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families.lj_diffusion import DURATION, FAMILY, SHORTEST_LAG, LiquidPoint
from mdgym.tasks.task import SPLITS
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)


@pytest.mark.parametrize(
    ("temperature", "density", "words"),
    [
        (0.6, 0.8, "temperature 0.6"),
        (2.0, 0.3, "density 0.3"),
        (2.0, 1.0, "density 1.0"),
        (1.1, 0.65, "coexist"),
        (0.9, 0.86, "may not melt"),
    ],
)
def test_a_point_that_is_no_liquid_is_refused(temperature, density, words):
    with pytest.raises(TaskError, match=words):
        LiquidPoint(temperature, density)


def test_diffusion_at_a_state_that_is_often_quoted():
    task = next(t for t in TASKS if (t.parameters["temperature"], t.parameters["density"]) == (0.85, 0.776))
    assert task.reference("dself").value == pytest.approx(0.0584, rel=0.06)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_green_and_kubo_agree_with_einstein(task):
    reference = task.reference("dself")
    assert "autocorrelation" in reference.anchor_source
    assert reference.anchor_limit < reference.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_typical_mistakes_lie_outside(task):
    reference, allowed = task.reference("dself"), set(task.contract.thermostats)
    # slope over 4 or 2, no division at all
    for wrong in (1.5, 3.0, 6.0):
        assert abs(wrong - 1) * reference.value > reference.limit
    # friction slows atoms
    assert allowed and not allowed & {"langevin", "gjf"}


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_changed_world_moves_diffusion_by_many_tolerances(task):
    (quantity,) = task.contract.quantities
    change = task.contract.counterfactual
    # kinetic theory alone, D ~ sqrt(T) / (rho sigma^2), is the least; half of the change of lengths is the least drawn
    least = change.thermostat**0.5 / (1 - (1 - change.length) / 2) ** 2
    assert (least - 1) * task.reference("dself").value > 1.5 * quantity.tolerance


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_lags_are_those_of_the_prompt(task):
    (quantity,) = task.contract.quantities
    assert quantity.arguments == (SHORTEST_LAG, DURATION)
    assert f"{SHORTEST_LAG:g}" in task.prompt


def test_bands_of_temperature_do_not_overlap():
    bands = {"train": ((0.8, 1.45), (2.25, 3)), "validation": ((1.45, 1.75),), "test": ((1.75, 2.25),)}
    for split in SPLITS:
        for point in FAMILY.points[split]:
            assert any(low <= point.temperature < high for low, high in bands[split])


def test_denser_and_colder_liquids_are_slower():
    values = {(t.parameters["temperature"], t.parameters["density"]): t.reference("dself").value for t in TASKS}
    for (temperature, density), value in values.items():
        for (other, denser), slower in values.items():
            if other < temperature and denser > density:
                assert slower < value
