"""Does the reward tell right from wrong? Gold scripts, right variants, honest mistakes and cheats, all really run."""

import itertools
import os
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import Progress

from mdgym.benchmarks.scripts import LEVELS
from mdgym.benchmarks.scripts.catalogue import scripts_of, written
from mdgym.scoring import SerialPool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

CHEAT_LIMIT = 0.30
GOLD_SEEDS = (0, 1)
# `quick` starts no new script after this many seconds; every family has had its turn long before.
QUICK_S = 40.0
KINDS = ("gold", "variant", "mistake", "cheat")
RIGHT = ("gold", "variant")


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


def measure(
    quick: bool = False, suites: Sequence[str] = ("core", "micro"), families: Sequence[str] = ()
) -> dict[str, Any]:
    """Measure; `quick` samples every family for less than a minute.

    Args:
        quick: One gold script of each family, then cheats, mistakes and variants in turn until the time is up.
        suites: Whose test splits are used.
        families: Only these; all of the suites without any.

    Returns:
        `gold` and `variants`: {n, success_rate}; `cheats`: {n, max_reward, worst, limit, paid}; `ordering_holds`;
        `mistakes`: {n, min_reward, by_level: lowest and highest reward}; `auroc`: how well the reward tells right
        scripts from wrong ones, 1 for perfectly; `disorder`: mistakes that earn no less than one of a higher level;
        `failures`: right scripts that were scored wrong; `families`: rewards by kind, and seconds, for each family.
    """
    everything = [task for suite in suites for task in load_suite(suite, "test")]
    tasks = [task for task in everything if not families or task.family in families]
    outcomes = _run(list(quick_jobs(tasks) if quick else all_jobs(tasks)), QUICK_S if quick else float("inf"))
    return summary(outcomes)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Sum up what scripts earned; see `measure`."""
    by_kind = {kind: [o for o in outcomes if o.job.kind == kind] for kind in KINDS}
    cheats = sorted(by_kind["cheat"], key=lambda o: o.reward)
    right = by_kind["gold"] + by_kind["variant"]
    wrong = by_kind["mistake"] + by_kind["cheat"]
    return {
        "gold": _success(by_kind["gold"]),
        "variants": _success(by_kind["variant"]),
        "cheats": {
            "n": len(cheats),
            "max_reward": cheats[-1].reward if cheats else 0.0,
            "worst": cheats[-1].name if cheats else "",
            "limit": CHEAT_LIMIT,
            "paid": [f"{o.name}: {o.reward:.3f}" for o in cheats if o.reward >= CHEAT_LIMIT],
        },
        "ordering_holds": _ordered(by_kind["mistake"], right),
        "mistakes": _levels(by_kind["mistake"]),
        "auroc": auroc([o.reward for o in right], [o.reward for o in wrong]),
        "disorder": _disorder(by_kind["mistake"]),
        "failures": [f"{o.name}: {', '.join(o.failed)}" for o in right if not o.success],
        "families": _by_family(outcomes),
    }


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float | None:
    """Return the probability that a right script earns more than a wrong one, ties counted half.

    Args:
        right: Rewards of right scripts.
        wrong: Rewards of wrong scripts.

    Returns:
        0 to 1; None when one of them is empty.
    """
    if not right or not wrong:
        return None
    higher = sum((a > b) + 0.5 * (a == b) for a in right for b in wrong)
    return higher / (len(right) * len(wrong))


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


def _run(jobs: Sequence[Job], most_s: float) -> list[Outcome]:
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
            if not hasattr(local, "pool"):
                local.pool = SerialPool()
                pools.append(local.pool)
            scored = local.pool.score(job.task, job.script, job.seed)
            verdict = scored.score
            failed = tuple(check.name for check in verdict.checks if not check.passed)
            progress.advance(bar)
            return Outcome(
                job, verdict.reward, bool(verdict.success), failed or (verdict.execution.status,), scored.timing.wall_s
            )

        try:
            return [outcome for outcome in executor.map(score, jobs) if outcome is not None]
        finally:
            executor.shutdown(cancel_futures=True)
            for pool in pools:
                pool.close()


def _success(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rate = sum(o.success for o in outcomes) / len(outcomes) if outcomes else 0.0
    return {"n": len(outcomes), "success_rate": rate}


def _by_family(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for family in dict.fromkeys(o.job.task.family for o in outcomes):
        own = {kind: [o for o in outcomes if o.job.task.family == family and o.job.kind == kind] for kind in KINDS}
        found[family] = {kind: [round(o.reward, 4) for o in some] for kind, some in own.items()}
        found[family]["gold_s"] = max((o.wall_s for o in own["gold"]), default=0.0)
    return found


def _levels(mistakes: Sequence[Outcome]) -> dict[str, Any]:
    by_level = {level: [o.reward for o in mistakes if o.job.level == level] for level in LEVELS}
    return {
        "n": len(mistakes),
        "min_reward": min((o.reward for o in mistakes), default=0.0),
        "by_level": {level: [min(rewards), max(rewards)] for level, rewards in by_level.items() if rewards},
    }


def _ordered(mistakes: Sequence[Outcome], right: Sequence[Outcome]) -> bool:
    """Whether, task by task, rewards of mistakes rise with their level, from above 0 to below right."""
    least_right = min((o.reward for o in right if o.success), default=1.0)
    within = all(0 < o.reward < least_right for o in mistakes)
    return bool(mistakes) and within and not _disorder(mistakes)


def _disorder(mistakes: Sequence[Outcome]) -> list[str]:
    """Pairs of the same task in which the worse mistake earns no less."""
    pairs = itertools.permutations(mistakes, 2)
    return [
        f"{worse.name} {worse.reward:.3f} >= {better.name} {better.reward:.3f}"
        for worse, better in pairs
        if worse.job.task.id == better.job.task.id
        and LEVELS.index(worse.job.level) < LEVELS.index(better.job.level)
        and worse.reward >= better.reward
    ]
