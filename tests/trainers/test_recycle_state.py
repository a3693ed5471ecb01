"""A stored curriculum that is not of this run is refused, and changes nothing."""

import dataclasses
import json

import pytest

from mdgym.errors import TrainingError
from mdgym.tasks.task import Task
from mdgym.trainers.recycle import SCHEMA_VERSION, Curriculum
from mdgym.trainers.trace import Attempt, Recycling, Rollout

TASKS = tuple(Task(f"user/{n}", f"Task {n}.", family=f"family {n % 3}", gold="units lj") for n in range(6))
ALL = Recycling(share=0.5, resample=True, lessons="all")


@pytest.fixture
def stored():
    found = Curriculum(TASKS, 4, ALL, 7)
    found.observe(
        Rollout(task.id, False, success, Attempt(task.id, "run 0", "about it", float(success), "script_error fix"))
        for task, success in zip(TASKS, (False, True), strict=False)
    )
    for slot in range(found.groups):
        found.choice(slot)
    return json.loads(json.dumps(found.state()))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema_version": SCHEMA_VERSION + 1}, f"buffer is of version {SCHEMA_VERSION + 1}, and this mdgym reads"),
        ({"schema_version": None}, "buffer is of version None"),
        ({"seed": 8}, "run with seed 8, not 7"),
        ({"groups": 5}, "run with groups 5, not 4"),
    ],
)
def test_a_state_of_another_version_or_run_is_refused(stored, change, complaint):
    found = Curriculum(TASKS, 4, ALL, 7)
    before = found.state()
    with pytest.raises(TrainingError, match=complaint):
        found.restore(stored | change)
    assert found.state() == before


def test_a_state_of_other_settings_names_the_one_that_differs(stored):
    found = Curriculum(TASKS, 4, dataclasses.replace(ALL, pick="hardest"), 7)
    with pytest.raises(TrainingError, match="run with pick 'random', not 'hardest'"):
        found.restore(stored)


@pytest.mark.parametrize("kept", [TASKS[1:], TASKS[:1] + TASKS[2:], TASKS[:2]])
def test_a_state_with_a_task_that_is_not_here_is_refused(stored, kept):
    found = Curriculum(kept, 4, ALL, 7)
    with pytest.raises(TrainingError, match=r"names task 'user/\d', which this run does not train on"):
        found.restore(stored)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"schema_version": 1}', '{"schema_version": 1, "seed": 7}'])
def test_a_file_that_holds_no_state_is_refused(text):
    with pytest.raises(TrainingError, match="buffer"):
        Curriculum(TASKS, 4, ALL, 7).restore(json.loads(text))


@pytest.mark.parametrize("field", ["attempts", "lessons", "drawn", "rates", "repair_rates", "settings", "version"])
def test_a_state_with_a_broken_part_is_refused(stored, field):
    found = Curriculum(TASKS, 4, ALL, 7)
    with pytest.raises(TrainingError, match=f"buffer cannot be read: KeyError '{field}'"):
        found.restore({key: value for key, value in stored.items() if key != field})
    if field != "version":
        for broken in (3.5, [3], {"a": "b"}):
            with pytest.raises(TrainingError, match="the buffer "):
                found.restore({**stored, field: broken} if not field.endswith("rates") else {**stored, field: 3.5})
