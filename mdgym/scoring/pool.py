"""What scores scripts: the interface that a process, and later a cluster, fills."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mdgym.engine.execution import Execution
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

    def score_many(self, items: Iterable[tuple[Task, str, int]]) -> list[Scored]:
        """Score many `(task, answer, seed)`; the results come in their order."""

    def close(self) -> None:
        """End the processes behind the pool; a second call does nothing."""
