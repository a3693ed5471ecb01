"""What scores scripts: the interface that this process fills (`SerialPool`), or a cluster (`RayPool`)."""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from mdgym.engine import Limits
from mdgym.engine.execution import Execution
from mdgym.errors import InfrastructureError
from mdgym.rewards import Rubric
from mdgym.rewards.score import Score
from mdgym.tasks.task import Task
from mdgym.verifier import Evidence


@dataclass(frozen=True)
class ScoringTiming:
    """What one score cost, in seconds of wall clock; it stands beside a score, never in it.

    Attributes:
        wall_s: The whole of it, retries included.
        run_s: The script in LAMMPS.
        verify_s: The verifier's own runs.
    """

    wall_s: float
    run_s: float
    verify_s: float


@dataclass(frozen=True)
class Scored:
    """A score with everything it was made from.

    Attributes:
        score: The verdict.
        execution: What the script did.
        evidence: What the verifier found.
        script: The script that was read out of the answer.
        timing: What it cost.
    """

    score: Score
    execution: Execution
    evidence: Evidence
    script: str
    timing: ScoringTiming


class Pool(Protocol):
    """Scores answers; one, or many at a time."""

    @property
    def workers(self) -> int:
        """How many answers are scored at the same time."""

    @property
    def limits(self) -> Limits:
        """What one script may use."""

    @property
    def rubric(self) -> Rubric:
        """Checks and weights."""

    def score(self, task: Task, answer: str, seed: int = 0) -> Scored:
        """Score one answer.

        Args:
            task: The task that was answered.
            answer: The whole answer of a policy; the script is read out of it.
            seed: Episode seed; the same task, answer and seed give the same score.

        Returns:
            The score, and what it was made from.

        Raises:
            TypeError: The answer is not text.
            InfrastructureError: mdgym failed twice; this is never a reward.
            SandboxError: This machine cannot confine scripts.
        """

    def submit(self, task: Task, answer: str, seed: int = 0) -> "Future[Scored]":
        """Begin to score an answer, as `score` does, and return at once.

        Returns:
            A future of the score; its error is what `score` would raise.
        """

    def score_many(self, items: Iterable[tuple[Task, str, int]]) -> list[Scored]:
        """Score many `(task, answer, seed)`; the results come in their order.

        Raises:
            InfrastructureError: One could not be scored; `as_completed` goes on then.
        """

    def as_completed(
        self, items: Iterable[tuple[Task, str, int]]
    ) -> Iterator[tuple[int, Scored | InfrastructureError]]:
        """Score many `(task, answer, seed)` and yield each as it ends.

        Items are taken when there is room for them, and no score is kept: an endless stream needs no more memory than a
        short one.

        Yields:
            The number of the item, from 0, and its score, or the error where mdgym could not score it.
        """

    def close(self) -> None:
        """End the processes behind the pool; a second call does nothing."""


def in_order(pool: Pool, items: Iterable[tuple[Task, str, int]]) -> list[Scored]:
    """Submit everything and wait for it; the rest is cancelled when one fails."""
    futures = [pool.submit(*item) for item in items]
    try:
        return [future.result() for future in futures]
    finally:
        for future in futures:
            future.cancel()


def as_they_end(
    pool: Pool, items: Iterable[tuple[Task, str, int]], ahead: int
) -> Iterator[tuple[int, Scored | InfrastructureError]]:
    """Keep `ahead` items submitted and yield each as it ends; see `Pool.as_completed`."""
    numbered = enumerate(items)
    running: dict[Future[Scored], int] = {}
    try:
        while True:
            for index, item in islice(numbered, ahead - len(running)):
                running[pool.submit(*item)] = index
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                index, error = running.pop(future), future.exception()
                if error is not None and not isinstance(error, InfrastructureError):
                    raise error
                yield index, error or future.result()
    finally:
        for future in running:
            future.cancel()
