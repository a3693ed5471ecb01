"""Tasks in JSON lines: a task per line, written by mdgym or by hand.

The shortest line is `{"id": "mine/1", "prompt": "..."}`: an open task, judged by execution and general physics.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from mdgym.errors import RecordError, TaskError
from mdgym.records import from_json, to_json
from mdgym.tasks.task import Task


def load_tasks(path: str | os.PathLike[str]) -> tuple[Task, ...]:
    """Read tasks from a file of JSON lines; blank lines are skipped.

    Args:
        path: The file, UTF-8.

    Returns:
        The tasks, in the order of the file.

    Raises:
        TaskError: The file cannot be read, has no task, or a line is wrong; the message names file, line and field.

    Examples:
        >>> tasks = load_tasks("mine.jsonl")  # doctest: +SKIP
    """
    name = os.fspath(path)
    try:
        lines = Path(path).read_text("utf-8").split("\n")
    except OSError as error:
        raise TaskError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TaskError(f"{name} is not UTF-8 text: byte {error.start} is wrong") from error
    tasks: dict[str, Task] = {}
    first_seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        task = _parse(line, f"{name}, line {number}")
        if task.id in tasks:
            raise TaskError(f"{name}, line {number}: the id '{task.id}' was used in line {first_seen[task.id]}")
        tasks[task.id], first_seen[task.id] = task, number
    if not tasks:
        raise TaskError(f"{name} holds no task; write one JSON object per line with at least 'id' and 'prompt'")
    return tuple(tasks.values())


def save_tasks(tasks: Iterable[Task], path: str | os.PathLike[str]) -> None:
    """Write tasks as JSON lines, which `load_tasks` reads back.

    Args:
        tasks: The tasks.
        path: The file; it is replaced as a whole.
    """
    target = Path(path)
    draft = target.with_name(target.name + ".tmp")
    draft.write_text(dump_tasks(tasks), "utf-8")
    draft.replace(target)


def dump_tasks(tasks: Iterable[Task]) -> str:
    """Return the text of a file of JSON lines."""
    return "".join(json.dumps(to_json(task), ensure_ascii=False) + "\n" for task in tasks)


def _parse(line: str, where: str) -> Task:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise TaskError(f"{where}: not JSON ({error.msg} at character {error.pos + 1})") from error
    if not isinstance(data, dict):
        raise TaskError(f"{where}: a task is an object in braces, not {type(data).__name__}")
    try:
        return from_json(Task, data)
    except RecordError as error:
        raise TaskError(f"{where}: {error}") from error
