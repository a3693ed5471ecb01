"""What makes no sense in a family of tasks, said with the name of the field."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mdgym.script.perturb import Perturbation
from mdgym.tasks.task import SPLITS

if TYPE_CHECKING:
    from mdgym.tasks.family import Family

# The fewest gold runs from which a standard deviation can be had.
LEAST_RUNS = 4


def faults(family: "Family") -> Iterator[tuple[str, str]]:
    """Yield what makes no sense in a family, as (field, what is wrong)."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", family.name):
        yield "name", f"{family.name!r} is not made of small letters, digits and underscores"
    if family.tier not in (1, 2, 3):
        yield "tier", f"{family.tier!r} is not 1, 2 or 3"
    if tuple(family.points) != SPLITS:
        yield "points", f"the splits are {tuple(family.points)}, not {SPLITS}"
    seen: dict[str, str] = {}
    for split, points in family.points.items():
        if not points:
            yield "points", f"there is none in {split}"
        for point in points:
            if point.label in seen:
                yield "points", f"'{point.label}' stands in {seen[point.label]} and again in {split}"
            seen[point.label] = split
    if family.duration is not None and not family.duration > 0:
        yield "duration", f"{family.duration!r} is not positive"
    if not family.wordings:
        yield "wordings", "there is none"
    for number, (_, text) in enumerate(family.wordings):
        for needed in ["{variables}"] + ["{window}"] * (family.duration is not None):
            if needed not in text:
                yield f"wordings[{number}]", f"it has no {needed}"
    if family.runs < 1 or (family.duration is not None and family.runs < LEAST_RUNS):
        least = LEAST_RUNS if family.duration is not None else 1
        yield "runs", f"{family.runs} gold runs cannot tell how much one scatters; at least {least} do"
    if not family.perturbations or Perturbation() in family.perturbations:
        yield "perturbations", "each must change something, and there must be one: answers are proved by it"
    for suite, counts in family.suites.items():
        for split, count in zip(SPLITS, counts, strict=True):
            most = len(family.points[split]) * len(family.wordings)
            if count > most:
                yield "suites", f"{count} tasks in {suite}/{split}, but there are only {most} of points x wordings"
