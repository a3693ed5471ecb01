import pytest

from mdgym.errors import TaskError
from mdgym.tasks.families import crystals
from mdgym.tasks.families.nve import NvePoint
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import SPLITS

TASKS = [task for split in SPLITS for task in load_suite("core", split) if task.family == "nve"]


@pytest.mark.parametrize(("cells", "timestep", "words"), [(2, 0.002, "32 atoms"), (4, 0.02, "timestep 0.02")])
def test_a_point_outside_the_family_is_refused(cells, timestep, words):
    with pytest.raises(TaskError, match=words):
        NvePoint(crystals.CU_U3, cells, 600, timestep)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_half_of_the_heat_goes_into_vibrations(task):
    reference = task.reference("temperature")
    assert task.contract.temperature is None
    assert reference.value == pytest.approx(task.parameters["temperature"] / 2, rel=0.05)
    assert reference.limit < 0.05 * reference.value


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_another_timestep_is_outside_the_limit_of_the_spread(task):
    reference, prescribed = task.reference("esd"), task.contract.timestep
    assert prescribed == task.parameters["timestep"]
    for other in (prescribed / 2, prescribed * 2):
        assert abs(reference.value * (other / prescribed) ** 2 - reference.value) > reference.limit


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_the_counterfactual_moves_both_answers(task):
    change = task.contract.counterfactual
    etot, esd = task.contract.quantities
    assert abs((change.energy - 1) * task.reference("etot").value) > 10 * etot.tolerance
    assert abs(change.timestep**2 - 1) * task.reference("esd").value > 1.2 * esd.tolerance


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_a_start_ten_kelvin_off_is_outside_the_limit_of_the_total(task):
    assert task.reference("etot").limit < 1.5 * 8.617e-5 * 10
