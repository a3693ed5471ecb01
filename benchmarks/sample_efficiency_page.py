"""The part of `docs/md_grpo.md` that a command writes: learning curves with bands, and the ratio of runs."""

import json
from pathlib import Path
from typing import Any

from mdgym.benchmarks.pages import made_by, write_between
from mdgym.reporting.figures import figure

RESULTS = Path(__file__).parent / "results" / "sample_efficiency.json"
_LABELS = {"executed_at_1": "executed@1", "success_at_1": "success@1", "greedy_success": "greedy success"}


def write_page(page: Path, result: dict[str, Any], command: str) -> None:
    """Write numbers and plot into a page, and the result into `benchmarks/results/`.

    Args:
        page: The page; the plot goes beside it.
        result: What `mdgym.benchmarks.sample_efficiency.measure` returned.
        command: The command that made it.

    Raises:
        MdgymError: The page has no place for it, or matplotlib is not installed.
    """
    made = made_by(command)
    plot = page.with_suffix(".svg")
    draw(result, plot)
    lines = [
        f"`{command}`, mdgym {made['mdgym']}, LAMMPS {made['lammps']}, {made['date']}; validation split of `micro`,"
    ]
    lines += [
        f"{len(result['seeds'])} seeds, {result['runs']} LAMMPS runs each, mean and 95 % interval over seeds:",
        "",
    ]
    half, plain_s = result["runs"] // 2, result.get("train_s", {}).get("grpo")
    titles = [*_LABELS.values(), f"success@1 after {half} runs", "runs to the success@1 of grpo", "time of steps"]
    titles.insert(2, "against its base")
    lines += ["| at the end | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for arm, final in result["final"].items():
        curve = result["curves"][arm]["success_at_1"]
        bands = [*(final[m] for m in _LABELS), {name: values[len(values) // 2] for name, values in curve.items()}]
        cells = [f"{band['mean']:.0%} ({band['low']:.0%} to {band['high']:.0%})" for band in bands]
        cells.insert(2, _difference(result["differences"].get(arm)))
        time = f"{result['train_s'][arm] / plain_s:.2f}" if plain_s else ""
        lines.append(f"| {arm} | " + " | ".join([*cells, _ratio(arm, result["ratios"].get(arm)), time]) + " |")
    lines += [
        "",
        "Against its base: points of success@1 above md_grpo (for a variant of grpo, above grpo), seed by seed. "
        "The last two columns are over those of grpo itself. Time is that of the clock, beside whatever else ran.",
    ]
    if repairs := result.get("first_repairs", {}).get("md_grpo"):
        share = f"{repairs['mean']:.0%} (lowest seed {repairs['low']:.0%}, highest {repairs['high']:.0%})"
        lines += ["", f"Repairs that succeed in the first three steps of md_grpo that have any: {share}."]
    lines += ["", f"![Curves]({plot.name})", ""]
    write_between(page, "sample-efficiency", "\n".join(lines), {"made_by": made, **result})
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"made_by": made, **result}, indent=1) + "\n", encoding="utf-8")


def _ratio(arm: str, found: dict[str, Any] | None) -> str:
    """Return a cell: 1 for plain GRPO itself, and empty where it is not there to compare with."""
    if found is None:
        return "1" if arm == "grpo" else ""
    ratio, low, high = ("none" if r is None else f"{r:.2f}" for r in (found["ratio"], *found["ratio_ci"]))
    return f"{ratio} ({low} to {high})"


def _difference(found: dict[str, Any] | None) -> str:
    """Return a cell: points of success; empty for what others are compared with."""
    if found is None:
        return ""
    mean, low, high = (f"{100 * found[name]:+.0f}" for name in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def draw(result: dict[str, Any], file: Path) -> None:
    """Draw the learning curves; those of GRPO and MD-GRPO with bands.

    Raises:
        MdgymError: matplotlib is not installed.
    """
    drawing = figure(11, 4.4)
    for axes, (metric, label) in zip(drawing.subplots(1, len(_LABELS), sharey=True), _LABELS.items(), strict=True):
        for number, (arm, curve) in enumerate(result["curves"].items()):
            band = curve[metric]
            main = arm in ("grpo", "md_grpo")
            # there are ten colours
            style = "-" if number < 10 else "--"
            (line,) = axes.plot(curve["runs"], band["mean"], style, label=arm, linewidth=2 if main else 1)
            if main:
                axes.fill_between(curve["runs"], band["low"], band["high"], alpha=0.15, color=line.get_color())
        axes.set(title=label, xlabel="LAMMPS runs", ylim=(0, 1))
    drawing.legend(*drawing.axes[0].get_legend_handles_labels(), loc="lower center", ncols=5)
    drawing.tight_layout(rect=(0, 0.05 * (len(result["curves"]) // 5 + 2), 1, 1))
    drawing.savefig(file, metadata={"Date": None})
