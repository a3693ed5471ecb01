"""What the environments share: their tasks or questions by id, and which of them an episode is of."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from mdgym.errors import TaskError
from mdgym.questions.question import Question
from mdgym.tasks.task import Task

T = TypeVar("T", Task, Question)


def by_id(items: Iterable[T], kind: str) -> dict[str, T]:
    """Return the tasks or questions of an environment by id, in their order.

    Args:
        items: The tasks or questions.
        kind: "task" or "question", for messages.

    Raises:
        TaskError: There is none, or two have one id.
    """
    given = tuple(items)
    found = {item.id: item for item in given}
    if not found:
        raise TaskError(f"an environment needs at least one {kind}")
    if len(found) < len(given):
        raise TaskError(f"two {kind}s have the same id")
    return found


def chosen(known: Mapping[str, T], kind: str, options: Mapping[str, Any], rng: np.random.Generator) -> T:
    """Return the task or question of an episode.

    Args:
        known: All by id.
        kind: "task" or "question".
        options: Those of `reset`: `{"task_id": id}` or `{"question_id": id}`, or `{"index": i}`, or nothing.
        rng: Chooses one where the options do not.

    Raises:
        TaskError: The options name none.
    """
    name = f"{kind}_id"
    if set(options) - {name, "index"} or len(options) > 1:
        raise TaskError(f"reset takes the option '{name}' or 'index', not {sorted(options)}")
    items = tuple(known.values())
    if name in options:
        if options[name] not in known:
            raise TaskError(f"no {kind} '{options[name]}' here; the first is '{items[0].id}'")
        return known[options[name]]
    if "index" in options:
        index: int = options["index"]
        if not 0 <= index < len(items):
            raise TaskError(f"index must be 0 to {len(items) - 1}, not {index!r}")
        return items[index]
    return items[int(rng.integers(len(items)))]
