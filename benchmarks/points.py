"""From a task back to its physical point, and to other points that differ from it in one thing."""

import dataclasses
from collections.abc import Iterator
from random import Random
from typing import Any

from mdgym.errors import TaskError
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Family
from mdgym.tasks.task import SPLITS, Task

# Numbers are changed by these factors too, if no other point of the family has a value that is farther and fits.
_FACTORS = (1.25, 0.8)


def family_of(task: Task) -> Family:
    """Return the family of a task.

    Raises:
        TaskError: It is none of mdgym's.
    """
    for family in FAMILIES:
        if family.name == task.family:
            return family
    raise TaskError(f"task '{task.id}': there is no family '{task.family}'")


def point_of(task: Task) -> Any:
    """Return the physical point of a task, found by its gold script.

    Raises:
        TaskError: The family has no such point.
    """
    family = family_of(task)
    for split in SPLITS:
        for point in family.points[split]:
            if family.gold(point) == task.gold:
                return point
    raise TaskError(f"task '{task.id}': its family has no point with this gold script")


def entities(point: Any) -> tuple[str, ...]:
    """Return what a point consists of: the names of its fields."""
    return tuple(field.name for field in dataclasses.fields(point) if field.init)


def with_another(family: Family, point: Any, entity: str) -> Iterator[Any]:
    """Yield points that differ in one field alone, those with values of other points first, the farthest before all.

    Args:
        family: The family.
        point: The point to start from.
        entity: Name of the field.
    """
    own = getattr(point, entity)
    others = [getattr(p, entity) for split in SPLITS for p in family.points[split]]
    values = [value for value in dict.fromkeys(others) if value != own]
    if isinstance(own, int | float) and not isinstance(own, bool):
        near = [type(own)(own * factor) for factor in _FACTORS] + [own + 1] * isinstance(own, int)
        # the farthest first: 1 bar and 0 are the same to a crystal
        values = sorted({*values, *near} - {own}, key=lambda value: -abs(value - own))
    for value in values:
        try:
            other = dataclasses.replace(point, **{entity: value})
            family.gold(other)
        except (TaskError, ValueError, KeyError, ZeroDivisionError):
            continue
        yield other


def told(family: Family, task: Task, point: Any, other: Any) -> bool:
    """Whether the prompts of two points differ, so that a policy could know which is meant."""
    assert task.contract is not None
    wordings = range(len(family.wordings))
    contract = task.contract
    return any(
        family.prompt(point, contract, w, Random(0)) != family.prompt(other, contract, w, Random(0)) for w in wordings
    )
