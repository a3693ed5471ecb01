"""Does everything in a prompt matter? Right scripts for a task that differs in one thing must not succeed."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mdgym.benchmarks.points import entities, family_of, point_of, told, with_another
from mdgym.scoring import SerialPool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

# Other values that are tried for each entity.
VALUES = 2


@dataclass(frozen=True)
class Ablation:
    """A script that is right but for one thing.

    Attributes:
        task: The task that it is given for.
        entity: What differs.
        script: The gold script of the other point.
        value: What it has instead.
    """

    task: Task
    entity: str
    script: str
    value: str


def measure(quick: bool = False, suite: str = "core", families: Sequence[str] = ()) -> dict[str, Any]:
    """Measure; `quick` looks at the static families alone.

    Args:
        quick: Only tasks without dynamics.
        suite: Whose test split is used, one point of each family.
        families: Only these; all of the suite without any.

    Returns:
        `n`: number of scripts; `ignored`: those that succeed all the same; `families`: family to entity to the highest
        reward.
    """
    first: dict[str, Task] = {}
    for task in load_suite(suite, "test"):
        static = task.contract is not None and task.contract.ensemble == "static"
        if (not families or task.family in families) and (static or not quick):
            first.setdefault(task.family, task)
    jobs = [ablation for task in first.values() for ablation in ablations(task)]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as executor:
        rewards = list(executor.map(_score, jobs))
    found: dict[str, dict[str, float]] = {}
    ignored = []
    for job, (reward, success) in zip(jobs, rewards):
        of_family = found.setdefault(job.task.family, {})
        of_family[job.entity] = max(reward, of_family.get(job.entity, 0.0))
        if success:
            ignored.append(f"{job.task.family}: {job.entity} = {job.value} ({job.task.id})")
    return {"n": len(jobs), "ignored": ignored, "families": found}


def ablations(task: Task) -> tuple[Ablation, ...]:
    """Return scripts that are right but for one entity of the prompt; entities that no prompt tells are left out."""
    family, point = family_of(task), point_of(task)
    found = []
    for entity in entities(point):
        others = (
            other
            for other in with_another(family, point, entity)
            # what an input file brings along does not stand in the script
            if family.gold(other) != task.gold and told(family, task, point, other)
        )
        for other in islice(others, VALUES):
            found.append(Ablation(task, entity, family.gold(other), str(getattr(other, entity))))
    return tuple(found)


def _score(job: Ablation) -> tuple[float, bool]:
    with SerialPool() as pool:
        score = pool.score(job.task, job.script).score
    return score.reward, bool(score.success)
