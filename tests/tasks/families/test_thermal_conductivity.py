import numpy as np
import pytest

from mdgym.engine.measures import FROM_FLUX
from mdgym.engine.probe import sampling
from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families.thermal_conductivity import (
    FAMILY,
    LONGEST,
    RUN_STEPS,
    SLABS,
    TIMESTEP,
    LiquidPoint,
    anchors,
)
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


def test_runs_of_the_prompt_are_sampled_often_enough_for_the_correlation_of_the_flux():
    class Fixed:
        def uniform(self, low, high):
            return low

    every, _ = sampling(RUN_STEPS, Fixed())
    # it loses a quarter to four tenths within 0.04 tau
    assert every * TIMESTEP <= 0.04
    assert LONGEST / (every * TIMESTEP) >= 20
    # in one run for all, most of it
    assert sampling(6 * RUN_STEPS, Fixed())[0] * TIMESTEP > 0.2


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_the_flux_is_asked_for(task):
    assert task.contract.heat_flux
    assert task.contract.quantities[0].source in FROM_FLUX


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_a_tolerance_is_below_the_limit_and_the_limit_below_half_of_the_value(task):
    reference, (quantity,) = task.reference("kappa"), task.contract.quantities
    assert quantity.tolerance < 0.5 * reference.limit
    # twice the integral, or the sum of its three parts for their mean, is outside
    assert reference.limit < 0.5 * reference.value


def test_gold_runs_stray_by_less_than_six_per_cent():
    squares = [(task.reference("kappa").spread / task.reference("kappa").value) ** 2 for task in TASKS]
    assert np.sqrt(np.mean(squares)) < 0.06


def test_a_denser_liquid_conducts_better_at_about_the_same_temperature():
    found = {(t.parameters["temperature"], t.parameters["density"]): t.reference("kappa").value for t in TASKS}
    assert found[1.7, 0.82] > 1.2 * found[1.8, 0.7]
    assert found[0.72, 0.8442] > 1.2 * found[1.5, 0.72]


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_the_changed_world_is_thinner_for_a_denser_one_might_freeze(task):
    change = task.contract.counterfactual
    assert change.length < 0.95 and change.energy < 0.8


def test_the_anchor_is_the_heat_exchanged_over_the_slope_between_the_slabs():
    class Heated:
        # a slope of 0.05 per length on either side of the hot slab, bent beside it and beside the cold one
        height, area = 20.0, 25.0
        places = np.minimum(np.arange(SLABS), SLABS - np.arange(SLABS)) * height / SLABS
        slabs = 1.0 + 0.05 * places
        slabs[[0, 1, SLABS - 1]] -= 0.3
        slabs[[SLABS // 2 - 1, SLABS // 2, SLABS // 2 + 1]] += 0.3
        # 7 x 0.05 through two faces of the area, for 200 tau
        exchanged = 7.0 * 0.05 * 2 * area * 200.0
        variables = dict(exchanged=exchanged, area=area, height=height) | {
            f"slab{number + 1}": value for number, value in enumerate(slabs)
        }

    anchor = anchors(LiquidPoint(0.72, 0.8442), lambda script, seed: Heated)["kappa"]
    assert anchor.value == pytest.approx(7.0, rel=1e-9)


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_the_prompt_says_how_long_the_integral_and_each_run_are(task):
    assert str(RUN_STEPS) in task.prompt and f"{TIMESTEP:g}" in task.prompt and f"{LONGEST:g}" in task.prompt
    assert task.contract.timestep == TIMESTEP and task.contract.quantities[0].arguments[0] == LONGEST
