import pytest

from mdgym.benchmarks.ablation import ablations, measure
from mdgym.benchmarks.points import entities, family_of, point_of, told, with_another
from mdgym.errors import TaskError
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import Task

TASKS = {task.family: task for name in suite_names() for task in load_suite(name, "test")}


@pytest.mark.parametrize("family", [family.name for family in FAMILIES])
def test_a_task_leads_back_to_its_point_and_to_others(family):
    task = TASKS[family]
    assert family_of(task).gold(point_of(task)) == task.gold
    assert ablations(task)


def test_other_points_differ_in_one_thing_that_the_prompt_tells():
    task = TASKS["nve"]
    family, point = family_of(task), point_of(task)
    others = list(with_another(family, point, "timestep"))
    assert others and all(other.timestep != point.timestep for other in others)
    assert all(other.temperature == point.temperature for other in others)
    assert told(family, task, point, others[0])
    # where a prompt does not say how many cells there are, they cannot matter
    assert "cells" in entities(point_of(TASKS["cohesion"]))
    assert all(found.entity != "cells" for found in ablations(TASKS["cohesion"]))


def test_the_farthest_value_is_tried_first():
    task = TASKS["metal_npt"]
    family, point = family_of(task), point_of(task)
    distances = [abs(p.pressure - point.pressure) for p in with_another(family, point, "pressure")]
    assert distances[0] == max(distances)


def test_a_task_of_nobody_is_refused():
    with pytest.raises(TaskError, match="no family 'user'"):
        family_of(Task("mine", "Do it."))


def test_another_crystal_does_not_pass_for_the_one_that_is_asked_for():
    found = measure(families=["cohesion"])
    assert found["n"] >= 2 and found["ignored"] == []
    assert found["families"]["cohesion"]["crystal"] < 0.30
