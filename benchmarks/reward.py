"""Does the reward tell right from wrong? Gold scripts, right variants, honest mistakes and cheats, all really run."""

import itertools
import os
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from mdgym.benchmarks.outcomes import Job, Outcome, Outcomes
from mdgym.benchmarks.reward_summary import summary
from mdgym.benchmarks.scripts import LEVELS
from mdgym.benchmarks.scripts.catalogue import scripts_of, written
from mdgym.scoring import Scored, SerialPool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

GOLD_SEEDS = (0, 1)
# `quick` starts no new script after this many seconds; every family has had its turn long before.
QUICK_S = 40.0


def measure(
    quick: bool = False,
    suites: Sequence[str] = ("core", "micro"),
    families: Sequence[str] = (),
    out: Path | None = None,
) -> dict[str, Any]:
    """Measure; `quick` samples every family for less than a minute.

    Args:
        quick: One gold script of each family, then cheats, mistakes and variants in turn until the time is up.
        suites: Whose test splits are used.
        families: Only these; all of the suites without any.
        out: File that gets a line for each outcome as it comes; what it holds already is not scored again.

    Returns:
        `gold` and `variants`: {n, success_rate}; `cheats`: {n, max_reward, worst, limit, paid}; `ordering_holds`;
        `mistakes`: {n, min_reward, by_level: lowest and highest reward}; `auroc`: how well the reward tells right
        scripts from wrong ones, 1 for perfectly; `disorder`: mistakes that earn no less than one of a higher level;
        `failures`: right scripts that were scored wrong; `families`: rewards by kind, and seconds, for each family.
    """
    everything = [task for suite in suites for task in load_suite(suite, "test")]
    tasks = [task for task in everything if not families or task.family in families]
    jobs = list(quick_jobs(tasks) if quick else all_jobs(tasks))
    return summary(_run(jobs, QUICK_S if quick else float("inf"), Outcomes(out)))


def all_jobs(tasks: Sequence[Task]) -> Iterable[Job]:
    """Every gold script with every seed; every other script of a family on one of its points."""
    for task, seed in itertools.product(tasks, GOLD_SEEDS):
        yield Job("gold", "gold", "", task, task.gold, seed)
    for family in dict.fromkeys(task.family for task in tasks):
        yield from _family_jobs(_points([task for task in tasks if task.family == family]))


def quick_jobs(tasks: Sequence[Task]) -> Iterable[Job]:
    """The scripts of all families in turn: a gold script, a cheat, a mistake, a variant, and so on.

    Each family begins with other cheats and mistakes; only the first has an endless loop, which costs seconds.
    """
    turns = []
    for number, family in enumerate(dict.fromkeys(task.family for task in tasks)):
        points = _points([task for task in tasks if task.family == family])
        jobs = [job for job in _family_jobs(points) if job.level != LEVELS[0] or number == 0]
        kinds = [[j for j in jobs if j.kind == kind] for kind in ("cheat", "mistake", "variant")]
        turned = [found[(7 * number) % len(found) :] + found[: (7 * number) % len(found)] for found in kinds]
        mixed = [job for trio in itertools.zip_longest(*turned) for job in trio if job is not None]
        turns.append([Job("gold", "gold", "", points[0], points[0].gold, 0), *mixed])
    return (job for turn in itertools.zip_longest(*turns) for job in turn if job is not None)


def _points(tasks: Sequence[Task]) -> list[Task]:
    """One task of each physical point, each in another wording."""
    found: dict[str, Task] = {}
    for task in tasks:
        found.setdefault(task.gold, task)
    return list(found.values())


def _family_jobs(points: Sequence[Task]) -> Iterable[Job]:
    """Variants and cheats on the points in turn; mistakes climb their ladder on one."""
    mistakes = scripts_of(points[0].family).mistakes
    texts = [written(task) for task in points]
    for number, name in enumerate(texts[0]["variants"]):
        at = number % len(points)
        yield Job("variant", name, "", points[at], texts[at]["variants"].get(name, points[at].gold), 0)
    for name, script in texts[0]["mistakes"].items():
        yield Job("mistake", name, mistakes[name].level, points[0], script, 0)
    for number, name in enumerate(texts[0]["cheats"]):
        at = number % len(points)
        if name in texts[at]["cheats"]:
            yield Job("cheat", name, "", points[at], texts[at]["cheats"][name], 0)


def _run(jobs: Sequence[Job], most_s: float, outcomes: Outcomes) -> list[Outcome]:
    """Score jobs, one engine per core; those that would begin after `most_s` seconds are left out."""
    local = threading.local()
    pools: list[SerialPool] = []
    workers = len(os.sched_getaffinity(0))
    start = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(workers) as executor:
        bar = progress.add_task("scoring", total=len(jobs))

        def score(job: Job) -> Outcome | None:
            if time.monotonic() - start > most_s:
                return None
            found = outcomes.find(job)
            if found is None:
                if not hasattr(local, "pool"):
                    local.pool = SerialPool()
                    pools.append(local.pool)
                found = _outcome(job, local.pool.score(job.task, job.script, job.seed))
                outcomes.add(found)
            progress.advance(bar)
            return found

        try:
            return [outcome for outcome in executor.map(score, jobs) if outcome is not None]
        finally:
            executor.shutdown(cancel_futures=True)
            for pool in pools:
                pool.close()


def _outcome(job: Job, scored: Scored) -> Outcome:
    score = scored.score
    failed = tuple(check.name for check in score.checks if not check.passed)
    return Outcome(job, score.reward, bool(score.success), failed or (score.execution.status,), scored.timing.wall_s)
