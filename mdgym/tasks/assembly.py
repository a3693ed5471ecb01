"""From stored measurements to the tasks of a suite: pure and fast, so that a test can compare with the stored files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from mdgym.errors import TaskError
from mdgym.records import to_json
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Family
from mdgym.tasks.measurements import Measurement, accepted
from mdgym.tasks.task import SPLITS, Task

Find = Callable[[Family, Any], Measurement]
"""Finds the stored measurement of a point."""


@dataclass(frozen=True)
class Plan:
    """What a suite consists of.

    Attributes:
        name: Name of the suite.
        counts: Tasks of each family in each split: split to family to number.
        salts: Seed of wordings, units and counterfactuals by split.
    """

    name: str
    counts: dict[str, dict[str, int]]
    salts: dict[str, str]

    def __post_init__(self) -> None:
        for values in (self.counts, self.salts):
            if tuple(values) != SPLITS:
                raise TaskError(f"plan '{self.name}': splits {tuple(values)} are not {SPLITS}")
        if len(set(self.salts.values())) != len(SPLITS):
            raise TaskError(f"plan '{self.name}': two splits share a salt")


_ALL = tuple(family.name for family in FAMILIES)
PLANS = (
    Plan(
        "core",
        {"train": dict.fromkeys(_ALL, 40), "validation": dict.fromkeys(_ALL, 12), "test": dict.fromkeys(_ALL, 16)},
        {"train": "core-1-train", "validation": "core-1-validation", "test": "core-1-test"},
    ),
    # Static tasks alone: milliseconds each, for tests and for training on a laptop.
    Plan(
        "micro",
        {"train": {"cohesion": 20}, "validation": {"cohesion": 8}, "test": {"cohesion": 8}},
        {"train": "micro-1-train", "validation": "micro-1-validation", "test": "micro-1-test"},
    ),
)


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
        tasks += _of_family(plan, split, family, plan.counts[split].get(family.name, 0), find)
    return tuple(tasks)


def _of_family(plan: Plan, split: str, family: Family, count: int, find: Find) -> list[Task]:
    points = family.points(split)
    if count > len(points) * family.wordings:
        raise TaskError(
            f"{family.name} has {len(points)} points in {split} and {family.wordings} wordings, not {count}"
        )
    measurements = [find(family, point) for point in points[:count]]
    tasks = []
    for index in range(count):
        number, repeat = index % len(points), index // len(points)
        point, measurement = points[number], measurements[number]
        seed = f"{plan.salts[split]}/{family.name}/{point.label}"
        # Each task of a point has another wording.
        wording = Random(seed).sample(range(family.wordings), family.wordings)[repeat]
        rng = Random(f"{seed}/{repeat}")
        references = accepted(family, point, measurement)
        contract = family.contract(point, {reference.name: reference for reference in references})
        contract = replace(contract, counterfactual=rng.choice(family.perturbations))
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
            gold=family.gold(point),
        )
        tasks.append(task)
    return tasks
