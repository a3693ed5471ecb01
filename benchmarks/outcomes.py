"""Scripts to score and what they earned, kept in a file as they come."""

import contextlib
import json
import threading
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mdgym.records import digest
from mdgym.rewards import current_versions
from mdgym.tasks.task import Task

KINDS = ("gold", "variant", "mistake", "cheat")


@dataclass(frozen=True)
class Job:
    """One script to score.

    Attributes:
        kind: One of `KINDS`.
        name: Name of the script within its family.
        level: Of a mistake, one of `LEVELS`; empty for others.
        task: The task that it answers.
        script: The script.
        seed: Episode seed.
    """

    kind: str
    name: str
    level: str
    task: Task
    script: str
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What a script earned.

    Attributes:
        job: The script.
        reward: Its reward.
        success: Whether every check passed.
        failed: Names of the checks that failed, or how the script ended.
        wall_s: Seconds that the score took.
    """

    job: Job
    reward: float
    success: bool
    failed: tuple[str, ...]
    wall_s: float

    @property
    def name(self) -> str:
        """Family, script, task and seed in words."""
        job = self.job
        return f"{job.task.family}/{job.name} ({job.task.id}, seed {job.seed})"


class Outcomes:
    """A file of outcomes, a line each, by script, task, seed and versions; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        """Read what is there; a line that was cut off counts for nothing."""
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                with contextlib.suppress(ValueError):
                    record = json.loads(line)
                    self._known[record.pop("key")] = record

    def find(self, job: Job) -> Outcome | None:
        """Return the outcome of a job that was scored before, by the same versions."""
        found = self._known.get(_key(job))
        return None if found is None else Outcome(job, **(found | {"failed": tuple(found["failed"])}))

    def add(self, outcome: Outcome) -> None:
        """Write an outcome."""
        if self._path is None:
            return
        record = {"key": _key(outcome.job), **{f.name: getattr(outcome, f.name) for f in fields(outcome)[1:]}}
        with self._lock, open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def _key(job: Job) -> str:
    return digest([job.kind, job.name, job.task.hash, job.script, job.seed, current_versions(job.task)])
