import pytest

from mdgym.engine.probe import sampling
from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families.viscosity import FAMILY, LONGEST, RUN_STEPS, TIMESTEP, LiquidPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)


def label(task):
    return f"T{task.parameters['temperature']:g}"


@pytest.mark.parametrize(
    ("temperature", "density", "words"), [(0.5, 0.8, "temperature 0.5"), (1.5, 0.4, "density 0.4")]
)
def test_a_point_that_is_no_dense_liquid_is_refused(temperature, density, words):
    with pytest.raises(TaskError, match=words):
        LiquidPoint(temperature, density)


def test_bands_of_temperature_do_not_overlap():
    train, validation, test = ([p.temperature for p in FAMILY.points[s]] for s in ("train", "validation", "test"))
    assert all(1.4 <= t <= 1.6 for t in validation) and all(1.6 < t < 1.9 for t in test)
    assert not any(1.4 <= t <= 1.9 for t in train)


def test_runs_of_the_prompt_are_sampled_often_enough_for_the_correlation_of_the_pressure():
    class Fixed:
        def uniform(self, low, high):
            return low

    every, _ = sampling(RUN_STEPS, Fixed())
    # the correlation loses most of itself within 0.1 tau
    assert every * TIMESTEP <= 0.05
    assert LONGEST / (every * TIMESTEP) > 20
    assert sampling(5 * RUN_STEPS, Fixed())[0] * TIMESTEP > 0.1


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_a_tolerance_is_below_the_limit_and_the_limit_below_half_of_the_value(task):
    reference, (quantity,) = task.reference("eta"), task.contract.quantities
    assert quantity.tolerance < 0.5 * reference.limit
    # twice the integral, or the sum of its three parts for their mean, is outside
    assert reference.limit < 0.5 * reference.value


def test_the_coldest_and_densest_liquid_is_the_most_viscous():
    found = {task.parameters["temperature"]: task.reference("eta").value for task in TASKS}
    assert found[0.722] == max(found.values())
    assert found[1.75] < found[2.0]


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_the_prompt_says_how_long_the_integral_and_each_run_are(task):
    assert str(RUN_STEPS) in task.prompt and f"{TIMESTEP:g}" in task.prompt
    assert task.contract.timestep == TIMESTEP and task.contract.quantities[0].arguments[0] == LONGEST
