import pytest

from mdgym.errors import TaskError
from mdgym.tasks.families import crystals
from mdgym.tasks.families.metal_npt import MetalPoint
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import SPLITS

TASKS = [task for split in SPLITS for task in load_suite("core", split) if task.family == "metal_npt"]


@pytest.mark.parametrize(
    ("cells", "temperature", "pressure", "words"),
    [
        (2, 300, 0, "32 atoms"),
        (6, 300, 0, "864 atoms"),
        (4, 4000, 0, "temperature 4000"),
        (4, 300, 90_000, "pressure 90000"),
    ],
)
def test_a_point_outside_the_family_is_refused(cells, temperature, pressure, words):
    with pytest.raises(TaskError, match=words):
        MetalPoint(crystals.CU_U3, cells, temperature, pressure)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_targets_are_exact_and_limits_are_those_of_the_required_window(task):
    temperature, pressure = task.reference("temperature"), task.reference("pressure")
    assert temperature.value == task.contract.temperature
    assert pressure.value == task.contract.pressure
    assert 0.03 * temperature.value < temperature.limit < 0.12 * temperature.value
    assert 400 <= pressure.limit < 2500


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_box_left_at_the_lattice_of_0_k_is_outside_the_limit(task):
    reference = task.reference("a_mean")
    if task.contract.pressure == 0 and task.contract.temperature >= 300:
        assert abs(task.parameters["crystal"]["a0"] - reference.value) > 2 * reference.limit
    assert reference.limit < 2e-3 * reference.value


def test_limits_hold_the_spread_of_gold_with_room():
    for task in TASKS:
        for reference in task.references:
            assert reference.limit >= 5 * reference.spread
