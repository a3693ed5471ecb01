"""One score by one call."""

from mdgym.rewards import STANDARD, Rubric
from mdgym.rewards.score import Score
from mdgym.scoring.pool import Pool
from mdgym.scoring.serial import SerialPool
from mdgym.tasks.task import Task


def score(task: Task, script: str, seed: int = 0, pool: Pool | None = None, rubric: Rubric = STANDARD) -> Score:
    """Score one script (or the whole answer of a policy) for one task.

    Args:
        task: The task.
        script: A LAMMPS script, bare or inside an answer.
        seed: Episode seed; the same task, script and seed give the same score.
        pool: What runs it. None starts an engine for this call and ends it; for more than a few scripts, make one
            `SerialPool` and hand it in.
        rubric: Checks and weights for a call without a pool, which has its own.

    Returns:
        The verdict.

    Raises:
        TypeError: The script is not text.
        ValueError: A rubric is given beside a pool.
        InfrastructureError: mdgym failed twice; this is never a reward.
        SandboxError: This machine cannot confine scripts.
    """
    if pool is not None:
        if rubric != STANDARD:
            raise ValueError("a rubric belongs to the pool: give it to SerialPool(rubric=...)")
        return pool.score(task, script, seed).score
    with SerialPool(rubric=rubric) as own:
        return own.score(task, script, seed).score
