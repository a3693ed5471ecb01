"""From stored measurements to the tasks of a suite: pure and fast, so that a test can compare with the stored files."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

from mdgym.errors import TaskError
from mdgym.records import to_json
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Family
from mdgym.tasks.measurements import DIRECTORY, Measurement, accepted
from mdgym.tasks.task import SPLITS, Task

THRESHOLDS = DIRECTORY.parent / "thresholds.json"
Find = Callable[[Family, Any], Measurement]
"""Finds the stored measurement of a point."""


@dataclass(frozen=True)
class Plan:
    """What a suite consists of.

    Attributes:
        name: Name of the suite.
        salts: Seed of wordings, units and counterfactuals by split.
    """

    name: str
    salts: dict[str, str]

    def __post_init__(self) -> None:
        if tuple(self.salts) != SPLITS:
            raise TaskError(f"plan '{self.name}': splits {tuple(self.salts)} are not {SPLITS}")
        if len(set(self.salts.values())) != len(SPLITS):
            raise TaskError(f"plan '{self.name}': two splits share a salt")


# How many tasks of a family a suite has, the family says (`Family.suites`).
PLANS = tuple(
    Plan(name, {split: f"{name}-2-{split}" for split in SPLITS})
    for name in (
        "micro",  # milliseconds each: for tests, and for training on a laptop
        "core",  # less than two seconds each
        "slow",  # up to minutes
    )
)


@cache
def thresholds() -> dict[str, dict[str, float]]:
    """Return the limits of checks that `mdgym calibrate` wrote: family to check to limit."""
    found: dict[str, dict[str, float]] = json.loads(THRESHOLDS.read_text("utf-8")) if THRESHOLDS.exists() else {}
    return found


def assemble(plan: Plan, split: str, find: Find) -> tuple[Task, ...]:
    """Make the tasks of one split.

    Args:
        plan: The suite.
        split: One of `SPLITS`.
        find: Finds the stored measurement of a point.

    Returns:
        The tasks; those of one family in a row, its points in turn.
    """
    tasks: list[Task] = []
    for family in FAMILIES:
        counts = dict(zip(SPLITS, family.suites.get(plan.name, (0, 0, 0)), strict=True))
        tasks += assemble_family(plan, split, family, counts[split], find)
    return tuple(tasks)


def assemble_family(plan: Plan, split: str, family: Family, count: int, find: Find) -> list[Task]:
    """Make `count` tasks of one family for one split: its points in turn, each time in another wording."""
    points, wordings = family.points[split], len(family.wordings)
    if count > len(points) * wordings:
        raise TaskError(f"{family.name} has {len(points)} points in {split} and {wordings} wordings, not {count}")
    measurements = [find(family, point) for point in points[:count]]
    tasks = []
    for index in range(count):
        number, repeat = index % len(points), index // len(points)
        point, measurement = points[number], measurements[number]
        seed = f"{plan.salts[split]}/{family.name}/{point.label}"
        # Each task of a point has another wording.
        wording = Random(seed).sample(range(wordings), wordings)[repeat]
        rng = Random(f"{seed}/{repeat}")
        references = accepted(family, point, measurement)
        contract = family.contract(point, {reference.name: reference for reference in references})
        drawn = replace(rng.choice(family.perturbations), shape=family.shape(point))
        contract = replace(
            contract,
            counterfactual=contract.counterfactual or drawn,
            thresholds=thresholds().get(family.name, {}) | contract.thresholds,
        )
        task = Task(
            id=f"{plan.name}/{split}/{family.name}/{index:03d}",
            prompt=family.prompt(point, contract, wording, rng),
            family=family.name,
            suite=plan.name,
            split=split,
            tier=family.tier,
            parameters={**to_json(point), "wording": wording},
            contract=contract,
            references=references,
            files=family.files(point),
            gold=family.gold(point),
            cpu_s=measurement.cpu_s,
        )
        tasks.append(task)
    return tasks
