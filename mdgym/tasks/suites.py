"""The suites that come with mdgym, as stored files."""

import difflib
from functools import cache
from pathlib import Path

from mdgym.errors import TaskError
from mdgym.tasks.loading import load_tasks
from mdgym.tasks.task import SPLITS, Task

# Rises when prompts, contracts or references change: results of different versions cannot be compared.
SUITE = "3"
DIRECTORY = Path(__file__).parent / "data"
_SUGGESTIONS = 3


def suite_names() -> tuple[str, ...]:
    """Return the names of all suites."""
    return tuple(sorted(path.parent.name for path in DIRECTORY.glob(f"*/{SPLITS[0]}.jsonl")))


def load_suite(name: str = "core", split: str = "test") -> tuple[Task, ...]:
    """Load the tasks of one split of a suite.

    Args:
        name: Name of the suite, one of `suite_names()`.
        split: "train", "validation" or "test".

    Returns:
        The tasks, always in the same order.

    Raises:
        TaskError: There is no such suite or split; the message lists those that exist.

    Examples:
        >>> load_suite("core", "test")[0].family
        'cohesion'
    """
    if name not in suite_names():
        raise TaskError(f"there is no suite '{name}'; there are: {', '.join(suite_names())}")
    if split not in SPLITS:
        raise TaskError(f"suite '{name}' has no split '{split}'; its splits are: {', '.join(SPLITS)}")
    return _stored(DIRECTORY / name / f"{split}.jsonl")


def find_task(task_id: str) -> Task:
    """Find a task of any suite.

    Args:
        task_id: Such as "core/test/lj_fluid/003".

    Returns:
        The task.

    Raises:
        TaskError: There is no such task; the message names the nearest ids.
    """
    tasks = {task.id: task for name in suite_names() for split in SPLITS for task in load_suite(name, split)}
    if task_id not in tasks:
        near = difflib.get_close_matches(task_id, tasks, n=_SUGGESTIONS, cutoff=0.0)
        raise TaskError(f"there is no task '{task_id}'; the nearest are: {', '.join(near)}")
    return tasks[task_id]


# The files belong to the package and do not change while it runs; parsing 270 tasks takes a noticeable 50 ms.
@cache
def _stored(path: Path) -> tuple[Task, ...]:
    return load_tasks(path)
