"""From a word to a pool: `serial`, a number of workers, `auto`, or the address of a Ray cluster."""

import sys
from typing import Any

from mdgym.engine import Limits
from mdgym.rewards import STANDARD, Rubric
from mdgym.scoring.pool import Pool
from mdgym.scoring.ray_pool import RayPool
from mdgym.scoring.serial import SerialPool

CHOICES = (
    '"serial", "auto" or "ray" (a worker on each free CPU), a number of workers, "host:port", or "ray://host:port"'
)


def make_pool(
    choice: str | None = None,
    limits: Limits | None = None,
    sandbox: bool = True,
    rubric: Rubric = STANDARD,
    processes: int = 1,
) -> Pool:
    """Make a pool; nothing is started yet.

    Args:
        choice: One of `CHOICES`. None takes Ray where it runs in this process already, and else this process: Ray is
            never started unasked.
        limits: What one script may use; None for the defaults.
        sandbox: Confine scripts.
        rubric: Checks and weights.
        processes: Processes that each make such a pool and share its workers, as those of a training do. More than one
            join a Ray that runs already; each would start one of its own.

    Returns:
        The pool; whoever asked for it closes it.

    Raises:
        ValueError: The choice is none of those.
    """
    word = choice or ("ray" if _ray_runs() else "serial")
    if word == "serial":
        return SerialPool(limits, sandbox, rubric)
    options: dict[str, Any] = {"limits": limits, "sandbox": sandbox, "rubric": rubric, "processes": processes}
    running = "auto" if processes > 1 else None
    if word in ("ray", "auto"):
        return RayPool(address=running, **options)
    if word.isdecimal() and int(word):
        return RayPool(max(1, int(word) // processes), running, **options)
    if word.rpartition(":")[2].isdecimal() and ":" in word:
        return RayPool(address=word, **options)
    raise ValueError(f"'{choice}' names no pool; it may be {CHOICES}")


def _ray_runs() -> bool:
    ray = sys.modules.get("ray")
    return ray is not None and bool(ray.is_initialized())
