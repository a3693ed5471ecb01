"""How hard is each family? What an agent that understands nothing but fills in a form earns on it."""

import os
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import Any

from mdgym.agents import TemplateAgent
from mdgym.benchmarks.pages import made_by, write_between
from mdgym.benchmarks.points import family_of
from mdgym.scoring import SerialPool
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import SPLITS, Task


def measure(quick: bool = False, suites: Sequence[str] = ()) -> dict[str, Any]:
    """Measure; `quick` takes one task of each family.

    Args:
        quick: One task of each family instead of one per point and wording.
        suites: Which suites; all without any.

    Returns:
        `families`: family to `tier`, `ensemble`, `suites` (tasks in each), `points` (in each split), `wordings`,
        `quantities` (name to unit), and what the template agent did on the test split: `tasks`, `executed`, `reward`
        (mean) and `success` (rates); `by_tier`: mean reward by tier.
    """
    names = suites or suite_names()
    everything = [task for name in names for split in SPLITS for task in load_suite(name, split)]
    tests = [task for task in everything if task.split == "test"]
    if quick:
        tests = list({task.family: task for task in reversed(tests)}.values())
    local = threading.local()
    pools: list[SerialPool] = []

    def score(task: Task) -> tuple[bool, float, bool]:
        if not hasattr(local, "pool"):
            local.pool = SerialPool()
            pools.append(local.pool)
        found = local.pool.score(task, TemplateAgent().act(task.prompt, task, 0)).score
        return found.executed, found.reward, bool(found.success)

    try:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as executor:
            results = list(executor.map(score, tests))
    finally:
        for pool in pools:
            pool.close()
    families = {
        name: {**_described(name, everything), **_earned([r for task, r in zip(tests, results) if task.family == name])}
        for name in dict.fromkeys(task.family for task in everything)
    }
    tiers = {tier: [f["reward"] for f in families.values() if f["tier"] == tier] for tier in (1, 2, 3)}
    return {"families": families, "by_tier": {str(tier): fmean(values) for tier, values in tiers.items() if values}}


def write_page(page: Path, result: dict[str, Any], command: str) -> None:
    """Put the table of families into a page that has the marks of `difficulty`."""
    made = made_by(command)
    lines = [
        "| family | tier | ensemble | what is asked for | points | tasks | template agent: executed | reward |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, family in sorted(result["families"].items(), key=lambda item: (item[1]["tier"], item[0])):
        asked = ", ".join(f"`{quantity}` ({unit})" for quantity, unit in family["quantities"].items())
        tasks = ", ".join(f"{suite} {count}" for suite, count in family["suites"].items())
        points = " / ".join(str(count) for count in family["points"])
        lines.append(
            f"| {name} | {family['tier']} | {family['ensemble']} | {asked} | {points} | {tasks} | "
            f"{family['executed']:.0%} | {family['reward']:.2f} |"
        )
    tiers = ", ".join(f"{reward:.2f} in tier {tier}" for tier, reward in result["by_tier"].items())
    lines += ["", f"Mean reward of the template agent: {tiers}.", f"`{made['command']}`, {made['date']}."]
    write_between(page, "difficulty", "\n".join(lines) + "\n", {**made, **result})


def _described(name: str, tasks: Sequence[Task]) -> dict[str, Any]:
    own = [task for task in tasks if task.family == name]
    family, contract = family_of(own[0]), own[0].contract
    assert contract is not None
    return {
        "tier": family.tier,
        "ensemble": contract.ensemble,
        "suites": dict(Counter(task.suite for task in own)),
        "points": [len(family.points[split]) for split in SPLITS],
        "wordings": len(family.wordings),
        "quantities": {quantity.name: quantity.unit for quantity in contract.quantities},
    }


def _earned(results: Sequence[tuple[bool, float, bool]]) -> dict[str, Any]:
    executed, rewards, successes = zip(*results) if results else ((), (), ())
    return {
        "tasks": len(results),
        "executed": fmean(executed) if executed else 0.0,
        "reward": fmean(rewards) if rewards else 0.0,
        "success": fmean(successes) if successes else 0.0,
    }
