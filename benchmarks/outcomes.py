"""Scripts to score and what they earned, kept in a file as they come."""

import threading
from dataclasses import dataclass
from pathlib import Path

from mdgym.lines import Lines
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


@dataclass(frozen=True)
class _Line:
    """What is kept of an outcome: the key of its job stands for all that the score depends on."""

    key: str
    reward: float
    success: bool
    failed: tuple[str, ...]
    wall_s: float


class Outcomes:
    """A file of outcomes, a line each, by script, task, seed and versions; without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        """Read what is there.

        Raises:
            RecordError: It is another file, or another process is writing to it.
        """
        self._lines = Lines(_Line, path)
        self._known = {line.key: line for line in self._lines.stored}
        self._lock = threading.Lock()

    def find(self, job: Job) -> Outcome | None:
        """Return the outcome of a job that was scored before, by the same versions."""
        found = self._known.get(_key(job))
        return None if found is None else Outcome(job, found.reward, found.success, found.failed, found.wall_s)

    def add(self, outcome: Outcome) -> None:
        """Write an outcome, in any thread."""
        line = _Line(_key(outcome.job), outcome.reward, outcome.success, outcome.failed, outcome.wall_s)
        with self._lock:
            self._lines.add(line)


def _key(job: Job) -> str:
    return digest([job.kind, job.name, job.task.hash, job.script, job.seed, current_versions(job.task)])
