import pytest

from mdgym.errors import TaskError
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.families.lj_fluid import CUTOFF, FluidPoint
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import SPLITS

TASKS = [task for split in SPLITS for task in load_suite("core", split) if task.family == "lj_fluid"]


@pytest.mark.parametrize(
    ("temperature", "density", "words"),
    [(0.5, 0.8, "temperature 0.5"), (2.0, 1.1, "density 1.1"), (1.1, 0.4, "coexist")],
)
def test_a_point_that_is_no_fluid_is_refused(temperature, density, words):
    with pytest.raises(TaskError, match=words):
        FluidPoint(temperature, density)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_tail_corrections_put_pressure_or_energy_outside(task):
    state = (task.parameters["temperature"], task.parameters["density"])
    outside = []
    for name, function in (("press", lennard_jones.pressure), ("upot", lennard_jones.energy)):
        tail = function(*state) - function(*state, CUTOFF)
        outside.append(abs(tail) > task.reference(name).limit)
    assert any(outside)


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_density_is_prescribed_and_temperature_is_a_target(task):
    assert task.contract.density == task.parameters["density"]
    assert task.reference("temperature").value == task.contract.temperature
    assert task.reference("temperature").limit < 0.08 * task.contract.temperature
