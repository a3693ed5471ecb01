"""Does the reward tell right from wrong? Gold scripts, right variants, honest mistakes and cheats, all really run."""

import itertools
import os
import random
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import track

from mdgym.benchmarks.scripts import LEVELS, Scripts, cohesion, lj_fluid, metal_npt, nve
from mdgym.scoring import SerialPool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

FAMILIES: dict[str, Scripts] = {
    "cohesion": cohesion.SCRIPTS,
    "metal_npt": metal_npt.SCRIPTS,
    "lj_fluid": lj_fluid.SCRIPTS,
    "nve": nve.SCRIPTS,
}
CHEAT_LIMIT = 0.30
# Variants and cheats meet this many physical points each, in rotation; mistakes climb their ladder on one point, and
# gold scripts meet all tasks.
POINTS_PER_SCRIPT = 1
# What `quick` runs of each family: gold scripts, variants, and cheats; and for one family, the ladder of mistakes.
QUICK = (1, 1, 2)


@dataclass(frozen=True)
class _Job:
    kind: str
    name: str
    level: str
    task: Task
    script: str
    seed: int


@dataclass(frozen=True)
class _Outcome:
    job: _Job
    reward: float
    success: bool
    failed: tuple[str, ...]


def measure(quick: bool = False) -> dict[str, Any]:
    """Measure; `quick` samples a few scripts of each kind and family.

    Returns:
        `gold` and `variants`: {n, success_rate}; `cheats`: {n, max_reward, worst, limit, paid}; `ordering_holds`;
        `mistakes`: {n, min_reward, by_level: lowest and highest reward}; `disorder`: mistakes that earn no less than
        one of a higher level; `failures`: right scripts that were scored wrong.
    """
    tasks = load_suite("core", "test")
    jobs = list(_quick_jobs(tasks)) if quick else list(_jobs(tasks))
    outcomes = _run(jobs)
    by_kind = {kind: [o for o in outcomes if o.job.kind == kind] for kind in ("gold", "variant", "mistake", "cheat")}
    cheats = sorted(by_kind["cheat"], key=lambda o: o.reward)
    right = by_kind["gold"] + by_kind["variant"]
    return {
        "gold": _success(by_kind["gold"]),
        "variants": _success(by_kind["variant"]),
        "cheats": {
            "n": len(cheats),
            "max_reward": cheats[-1].reward if cheats else 0.0,
            "worst": _name(cheats[-1]) if cheats else "",
            "limit": CHEAT_LIMIT,
            "paid": [f"{_name(o)}: {o.reward:.3f}" for o in cheats if o.reward >= CHEAT_LIMIT],
        },
        "ordering_holds": _ordered(by_kind["mistake"], right),
        "mistakes": _levels(by_kind["mistake"]),
        "disorder": _disorder(by_kind["mistake"]),
        "failures": [f"{_name(o)}: {', '.join(o.failed)}" for o in right if not o.success],
    }


def _jobs(tasks: Sequence[Task]) -> Iterable[_Job]:
    for task, seed in itertools.product(tasks, (0, 1)):
        yield _Job("gold", "gold", "", task, task.gold, seed)
    for family, scripts in FAMILIES.items():
        points = _points([task for task in tasks if task.family == family])
        for offset in range(POINTS_PER_SCRIPT):
            yield from _family_jobs(scripts, points[offset:] + points[:offset], offset)


def _points(tasks: Sequence[Task]) -> list[Task]:
    """One task of each physical point, each in another wording."""
    found: dict[str, Task] = {}
    for task in tasks:
        point = {name: value for name, value in task.parameters.items() if name != "wording"}
        found.setdefault(str(point), task)
    return list(found.values())


def _family_jobs(scripts: Scripts, points: Sequence[Task], seed: int) -> Iterable[_Job]:
    for number, (name, write) in enumerate(scripts.variants.items()):
        task = points[number % len(points)]
        yield _Job("variant", name, "", task, write(task), seed)
    for name, mistake in scripts.mistakes.items():
        yield _Job("mistake", name, mistake.level, points[0], mistake.write(points[0]), seed)
    for number, (name, write) in enumerate(scripts.cheats.items()):
        task = points[number % len(points)]
        yield _Job("cheat", name, "", task, write(task), seed)


def _quick_jobs(tasks: Sequence[Task]) -> Iterable[_Job]:
    draw = random.Random(0)
    golds, variants, cheats = QUICK
    for number, (family, scripts) in enumerate(FAMILIES.items()):
        own = [task for task in tasks if task.family == family]
        jobs = list(_family_jobs(scripts, [draw.choice(own)], 0))
        for task in draw.sample(own, golds):
            yield _Job("gold", "gold", "", task, task.gold, 0)
        yield from draw.sample([j for j in jobs if j.kind == "variant"], variants)
        yield from draw.sample([j for j in jobs if j.kind == "cheat"], cheats)
        if number == 1:
            yield from {j.level: j for j in jobs if j.kind == "mistake"}.values()


def _run(jobs: Sequence[_Job]) -> list[_Outcome]:
    """Score all jobs, one engine per core."""
    local = threading.local()
    pools: list[SerialPool] = []
    workers = len(os.sched_getaffinity(0))

    def score(job: _Job) -> _Outcome:
        if not hasattr(local, "pool"):
            local.pool = SerialPool()
            pools.append(local.pool)
        verdict = local.pool.score(job.task, job.script, job.seed).score
        failed = tuple(check.name for check in verdict.checks if not check.passed)
        return _Outcome(job, verdict.reward, bool(verdict.success), failed or (verdict.execution.status,))

    try:
        with ThreadPoolExecutor(workers) as executor:
            bar = partial(track, total=len(jobs), console=Console(stderr=True), description="scoring", transient=True)
            return list(bar(executor.map(score, jobs)))
    finally:
        for pool in pools:
            pool.close()


def _success(outcomes: Sequence[_Outcome]) -> dict[str, Any]:
    rate = sum(o.success for o in outcomes) / len(outcomes) if outcomes else 0.0
    return {"n": len(outcomes), "success_rate": rate}


def _levels(mistakes: Sequence[_Outcome]) -> dict[str, Any]:
    by_level = {level: [o.reward for o in mistakes if o.job.level == level] for level in LEVELS}
    return {
        "n": len(mistakes),
        "min_reward": min((o.reward for o in mistakes), default=0.0),
        "by_level": {level: [min(rewards), max(rewards)] for level, rewards in by_level.items() if rewards},
    }


def _ordered(mistakes: Sequence[_Outcome], right: Sequence[_Outcome]) -> bool:
    """Whether, task by task, rewards of mistakes rise with their level, from above 0 to below right."""
    least_right = min((o.reward for o in right if o.success), default=1.0)
    within = all(0 < o.reward < least_right for o in mistakes)
    return bool(mistakes) and within and not _disorder(mistakes)


def _disorder(mistakes: Sequence[_Outcome]) -> list[str]:
    """Pairs of the same task in which the worse mistake earns no less."""
    pairs = itertools.permutations(mistakes, 2)
    return [
        f"{_name(worse)} {worse.reward:.3f} >= {_name(better)} {better.reward:.3f}"
        for worse, better in pairs
        if worse.job.task.id == better.job.task.id
        and LEVELS.index(worse.job.level) < LEVELS.index(better.job.level)
        and worse.reward >= better.reward
    ]


def _name(outcome: _Outcome) -> str:
    job = outcome.job
    return f"{job.task.family}/{job.name} ({job.task.id}, seed {job.seed})"
