"""Sum up how well the reward tells right from wrong."""

import itertools
from collections.abc import Sequence
from typing import Any

from mdgym.benchmarks.outcomes import KINDS, Outcome
from mdgym.benchmarks.scripts import LEVELS

CHEAT_LIMIT = 0.30


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
