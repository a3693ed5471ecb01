"""Write what `mdgym bench reward` measured into a page: a table, a plot, and how it was measured."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mdgym.benchmarks.pages import made_by, write_between
from mdgym.reporting.figures import figure

_COLORS = {"gold": "#1b7837", "variant": "#7fbf7b", "mistake": "#e08214", "cheat": "#b2182b"}
_LABELS = {"gold": "gold scripts", "variant": "right in another way", "mistake": "mistakes", "cheat": "cheats"}


def write_page(path: Path, result: dict[str, Any], command: str) -> None:
    """Put table and plot into a Markdown page that has the two marks, and the numbers beside it.

    Args:
        path: The page; `NAME.svg` and `NAME.json` are written beside it.
        result: What `mdgym.benchmarks.reward.measure` returned.
        command: The command that measured it.

    Raises:
        MdgymError: The page has no place for it, or matplotlib is not installed.
    """
    made, drawing = made_by(command), path.with_suffix(".svg")
    write_between(path, "reward", report(result, made, drawing.name), {**made, **result})
    plot(result["families"], drawing)


def report(result: dict[str, Any], made: dict[str, str], plot_name: str) -> str:
    """Return the measurement as Markdown."""
    gold, variants, cheats, mistakes = (result[key] for key in ("gold", "variants", "cheats", "mistakes"))
    paid = "none" if not cheats["paid"] else "; ".join(cheats["paid"])
    lines = [
        f"`{made['command']}`, mdgym {made['mdgym']}, LAMMPS {made['lammps']}, {made['date']}:",
        "",
        f"- gold scripts: {gold['success_rate']:.1%} of {gold['n']} succeed",
        f"- right in another way: {variants['success_rate']:.1%} of {variants['n']} succeed",
        f"- cheats: {cheats['n']}, the highest reward is {cheats['max_reward']:.3f} (limit {cheats['limit']}); "
        f"paid: {paid}",
        f"- honest mistakes: {mistakes['n']}, the lowest reward is {mistakes['min_reward']:.3f}; "
        f"order {'holds' if result['ordering_holds'] else 'does not hold'}",
        f"- AUROC of the reward for right against wrong scripts: {result['auroc']:.4f}",
        "",
        f"![Rewards by family]({plot_name})",
        "",
        "| family | gold | other right ones | mistakes, from to | cheats, highest | slowest score, s |",
        "|---|---|---|---|---|---|",
    ]
    for family, found in sorted(result["families"].items()):
        lines.append(
            f"| {family} | {_rate(found['gold'])} | {_rate(found['variant'])} | {_range(found['mistake'])} | "
            f"{max(found['cheat'], default=0):.2f} ({len(found['cheat'])}) | {found['gold_s']:.2f} |"
        )
    lines += ["", "Rewards of mistakes by level, lowest and highest:", ""]
    lines += [f"- {level}: {low:.3f} to {high:.3f}" for level, (low, high) in mistakes["by_level"].items()]
    if result["failures"]:
        lines += ["", "Right scripts that were scored wrong:", "", *(f"- {failure}" for failure in result["failures"])]
    return "\n".join(lines) + "\n"


def plot(families: dict[str, Any], path: Path) -> None:
    """Draw the reward of every script by family, a colour for each kind.

    Raises:
        MdgymError: matplotlib is not installed.
    """
    names = sorted(families)
    drawing = figure(9, 0.32 * len(names) + 1.6)
    axes = drawing.subplots()
    scatter = random.Random(0)
    for kind, color in _COLORS.items():
        places = [(reward, row) for row, name in enumerate(names) for reward in families[name][kind]]
        heights = [row + scatter.uniform(-0.3, 0.3) for _, row in places]
        axes.scatter([reward for reward, _ in places], heights, s=9, color=color, alpha=0.6, label=_LABELS[kind], lw=0)
    axes.axvline(0.30, color="black", lw=0.8, ls=":")
    axes.set(xlim=(-0.02, 1.02), ylim=(len(names) - 0.4, -0.6), xlabel="reward", yticks=range(len(names)))
    axes.set_yticklabels(names)
    drawing.legend(loc="upper center", ncols=4, frameon=False)
    drawing.savefig(path, metadata={"Date": None}, bbox_inches="tight")


def _rate(rewards: Sequence[float]) -> str:
    return f"{sum(reward == 1 for reward in rewards)}/{len(rewards)}"


def _range(rewards: Sequence[float]) -> str:
    return f"{min(rewards):.2f} to {max(rewards):.2f} ({len(rewards)})" if rewards else "none"
