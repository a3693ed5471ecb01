"""The whole story on a laptop: a model with random weights and wrong habits, and what MD-GRPO makes of it.

Data → supervised fine-tuning from nothing → evaluation → MD-GRPO on real LAMMPS → evaluation.
"""

import json
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import Any

import datasets
import transformers
from rich.console import Console
from rich.table import Table

from mdgym.errors import TrainingError
from mdgym.evaluation import choose
from mdgym.report import Report
from mdgym.reporting.figures import figure
from mdgym.scoring import Pool
from mdgym.statistics import Estimate
from mdgym.tasks.task import Task
from mdgym.trainers import md_grpo, sft
from mdgym.trainers.data import fenced, save, shuffled_rows, tasks_of
from mdgym.trainers.excerpts import excerpt_rows
from mdgym.trainers.loading import load_model, load_tokenizer
from mdgym.trainers.recipe import Recipe
from mdgym.trainers.tiny import save_tiny
from mdgym.trainers.validation import assess

K = 3
NUMBERS = ("executed_at_1", "executed_at_3", "success_at_1", "greedy_success")
# The part of the data that the tokenizer is trained on: more changes nothing.
_TOKENIZER_ROWS = 3000


def prepare(recipe: Recipe, out: Path, pool: Pool, seed: int = 0) -> Iterator[tuple[str, Path]]:
    """Make data and a model from nothing, and fine-tune it.

    Args:
        recipe: Data and settings; `model`, `data`, `output_dir` and `seed` in the latter are replaced.
        out: Folder for data and models.
        pool: Runs the wrong scripts of the rows of repair.
        seed: Seeds everything.

    Yields:
        The name of each part when it is done, and the folder of the model so far.
    """
    how = f"mdgym quickstart --seed {seed}"
    data = recipe.data
    with ThreadPoolExecutor(1) as executor:
        drawn = executor.submit(lambda: list(excerpt_rows(data.suite, data.excerpts, seed, data.families)))
        # in this thread, for what Ray starts here dies with the thread that started it; most of its time is LAMMPS's
        rows = shuffled_rows(data, seed, pool)
        short = drawn.result()
    save(short, out / "data" / "excerpts", how)
    save(rows, out / "data" / "sft", how)
    texts = (text for row in rows[:_TOKENIZER_ROWS] for text in (row.prompt, fenced(row.script)))
    model = out / "init"
    save_tiny(texts, model, seed=seed)
    yield "data", model
    for name, settings in (("excerpts", recipe.excerpts), ("sft", recipe.sft)):
        _set(settings, model=model, data=out / "data" / name, output_dir=out / name, seed=seed)
        model = sft.train(settings)
        yield f"fine-tuning, {name}", model


def tell(
    recipe: Recipe, out: Path, pool: Pool, episodes: int | None = None, seed: int = 0, split: str = "test"
) -> dict[str, Any]:
    """Go through all of it.

    Args:
        recipe: Data and settings; `model`, `data`, `output_dir` and `seed` in the latter are replaced.
        out: Folder for data, models, `summary.json` and `curve.png`; it must not hold a story yet.
        pool: Runs LAMMPS.
        episodes: Tasks in each evaluation; None for all.
        seed: Seeds everything.
        split: Whose tasks; whoever changes the recipe chooses by those of "validation".

    Returns:
        `before` and `after`: executed_at_1, executed_at_3, success_at_1 and greedy_success, each {value, ci};
        `runs`: LAMMPS runs of MD-GRPO; `step_shares`: shares of its time that went into answers, scores and updates;
        `wall_s` in all, and `parts_s`.

    Raises:
        TrainingError: The folder holds a story already.
        MdgymError: matplotlib is not installed.
    """
    # not after a quarter of an hour
    figure(1, 1)
    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    if (out / "sft").exists() or (out / "md_grpo").exists():
        raise TrainingError(f"{out} holds a story already: choose another folder")
    tasks = choose(tasks_of(recipe.data.suite, split, recipe.data.families), episodes, seed)
    start = time.monotonic()
    walls: dict[str, float] = {}
    console = Console(stderr=True)

    def done(part: str) -> None:
        name = part.partition(":")[0]
        walls[name] = round(time.monotonic() - start - sum(walls.values()), 1)
        console.print(f"{part} ({walls[name]:.0f} s)")

    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack, warnings.catch_warnings():
        # of TRL and peft about transformers
        warnings.simplefilter("ignore", FutureWarning)
        # what the trainers print
        stack.enter_context(redirect_stdout(stack.enter_context((out / "log.txt").open("w", encoding="utf-8"))))
        summary, metrics = _parts(recipe, out, pool, tasks, seed, done)
    summary |= {"wall_s": round(time.monotonic() - start, 1), "parts_s": walls, "split": split, "seed": seed}
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    plot(metrics, out / "curve.png")
    return summary


def _parts(
    recipe: Recipe, out: Path, pool: Pool, tasks: tuple[Task, ...], seed: int, done: Callable[[str], None]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    for part, _ in prepare(recipe, out, pool, seed):
        done(part)
    learning = recipe.md_grpo
    longest = int(learning.max_completion_length)
    before = _numbers(_assess(out / "sft", tasks, pool, longest, seed))
    done(f"evaluation before: {_brief(before)}")
    _set(learning, model=out / "sft", output_dir=out / "md_grpo", seed=seed)
    md_grpo.train(learning, pool)
    done("MD-GRPO")
    after = _numbers(_assess(out / "md_grpo", tasks, pool, longest, seed))
    done(f"evaluation after: {_brief(after)}")
    metrics = [json.loads(line) for line in (out / "md_grpo" / md_grpo.METRICS).read_text("utf-8").splitlines()]
    steps = [line for line in metrics if "time/score_s" in line]
    times = {
        name: sum(float(line[f"time/{name}_s"]) for line in steps) for name in ("generate", "score", "last_update")
    }
    summary = {
        "before": before,
        "after": after,
        "tasks": len(tasks),
        "runs": max(int(line["lammps/runs"]) for line in steps),
        "step_shares": {name: round(spent / sum(times.values()), 3) for name, spent in times.items()},
    }
    return summary, metrics


def table(summary: dict[str, Any]) -> Table:
    """Return the summary as a table for a terminal."""
    found = Table(
        title=f"before and after MD-GRPO, {summary['tasks']} {summary['split']} tasks, {summary['runs']} LAMMPS runs",
        caption=f"95 % intervals over tasks; {summary['wall_s'] / 60:.1f} minutes",
    )
    for name in ("", "after fine-tuning", "after MD-GRPO"):
        found.add_column(name, justify="right")
    for name in NUMBERS:
        cells = []
        for when in ("before", "after"):
            number = summary[when][name]
            low, high = number["ci"]
            cells.append(f"{number['value']:.0%} ({low:.0%} to {high:.0%})")
        found.add_row(name, *cells)
    return found


def plot(metrics: list[dict[str, Any]], file: Path) -> None:
    """Draw how executed and success went during MD-GRPO, over LAMMPS runs."""
    lines = [line for line in metrics if "score/executed" in line]
    runs = [line["lammps/runs"] for line in lines]
    drawing = figure(7, 4)
    axes = drawing.subplots()
    for name, label in (("score/executed", "executed"), ("score/success", "success"), ("reward", "reward")):
        values = [float(line[name]) for line in lines]
        smooth = [sum(values[max(0, i - 4) : i + 1]) / len(values[max(0, i - 4) : i + 1]) for i in range(len(values))]
        (drawn,) = axes.plot(runs, values, alpha=0.25)
        axes.plot(runs, smooth, color=drawn.get_color(), label=label)
    axes.set(xlabel="LAMMPS runs", ylabel="share of a batch", ylim=(0, 1), title="MD-GRPO on the train split")
    axes.legend()
    drawing.tight_layout()
    drawing.savefig(file, dpi=120)


def _set(settings: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(settings, name, str(value) if isinstance(value, Path) else value)


def _assess(folder: Path, tasks: Any, pool: Pool, longest: int, seed: int) -> dict[str, Report]:
    model, tokenizer = load_model(str(folder)), load_tokenizer(str(folder))
    return assess(model, tokenizer, tasks, pool, K, longest, seed, name=folder.name)


def _brief(numbers: dict[str, Any]) -> str:
    return ", ".join(f"{name} {number['value']:.0%}" for name, number in numbers.items())


def _numbers(reports: dict[str, Report]) -> dict[str, Any]:
    sampled, greedy = reports["sampled"].overall, reports["greedy"].overall
    found: dict[str, Estimate] = {
        "executed_at_1": sampled.executed[0],
        "executed_at_3": sampled.executed[K - 1],
        "success_at_1": sampled.success[0],
        "greedy_success": greedy.success[0],
    }
    return {name: {"value": e.value, "ci": [e.low, e.high]} for name, e in found.items()}
