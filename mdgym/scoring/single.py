"""One score by one call."""

from mdgym.rewards.score import Score
from mdgym.scoring.pool import Pool
from mdgym.scoring.serial import SerialPool
from mdgym.tasks.task import Task


def score(task: Task, script: str, seed: int = 0, pool: Pool | None = None) -> Score:
    """Score one script (or the whole answer of a policy) for one task.

    Args:
        task: The task.
        script: A LAMMPS script, bare or inside an answer.
        seed: Episode seed; the same task, script and seed give the same score.
        pool: What runs it. None starts an engine for this call and ends it; for more than a few scripts, make one
            `SerialPool` and hand it in.

    Returns:
        The verdict.

    Raises:
        TypeError: The script is not text.
        InfrastructureError: mdgym failed twice; this is never a reward.
        SandboxError: This machine cannot confine scripts.
    """
    if pool is not None:
        return pool.score(task, script, seed).score
    with SerialPool() as own:
        return own.score(task, script, seed).score
