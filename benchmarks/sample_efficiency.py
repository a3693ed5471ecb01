"""Does recycling pay? MD-GRPO against plain GRPO from the same weights, at the same number of LAMMPS runs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from mdgym.errors import TrainingError
from mdgym.scoring import SerialPool

# What an arm sets beside the common settings; everything else is the same.
_NO_RECYCLING = ("--recycle_share", "0")
# More than in the quickstart, whose policy succeeds more often by itself.
_RECYCLING = ("--recycle_share", "0.5")
_NO_LESSONS = ("--lessons", "none", "--lesson_steps", "0")
_PLAIN = (*_NO_RECYCLING, "--adaptive", "false", *_NO_LESSONS)
ARMS: dict[str, tuple[str, ...]] = {
    "grpo": _PLAIN,
    "md_grpo": _RECYCLING,
    # lessons are further steps of the optimizer: as many as an update and four lessons, without any
    "grpo, five updates": (*_PLAIN, "--num_iterations", "5"),
    # parts of it alone: repair prompts, and lessons from fresh tries
    "recycling alone": (*_RECYCLING, *_NO_LESSONS),
    "lessons alone": _NO_RECYCLING,
    "lessons as they are": (*_RECYCLING, "--lesson_renamed", "0"),
    "lessons from repairs": (*_RECYCLING, "--lessons", "repairs"),
    # other choices of what is recycled, and of tasks
    "not adaptive": (*_RECYCLING, "--adaptive", "false"),
    "nearest first": (*_RECYCLING, "--recycle_pick", "nearest"),
    "hardest first": (*_RECYCLING, "--recycle_pick", "hardest"),
    "most frequent fault first": (*_RECYCLING, "--recycle_pick", "frequent"),
    "script shown alone": (*_RECYCLING, "--recycle_shows", "script"),
    "feedback shown alone": (*_RECYCLING, "--recycle_shows", "feedback"),
    # of about fifty batches
    "share that fades": (*_RECYCLING, "--recycle_fades", "25"),
    # those that have no advantage have no part in the mean of the loss
    "flat groups dropped": (*_RECYCLING, "--drop_flat", "true"),
    "grpo, flat groups dropped": (*_PLAIN, "--drop_flat", "true"),
    "tasks by success": (*_RECYCLING, "--resample", "true"),
    "grpo, tasks by success": (*_PLAIN, "--resample", "true"),
}
# What the policy that all begin with learns from. Its habits are more stubborn than those of `mdgym quickstart`: one
# script in twenty runs, about what is published of language models before they are trained for this (MDAgent2, arXiv
# 2601.02075: Qwen3-8B has Exec-Success@3 of 7.6 %). One that often succeeds by itself has little to recycle.
DATA: dict[str, Any] = {"rows": 4800, "repairs": 2400, "excerpts": 12800, "fatal": 0.95, "wrong": 0.85}
# Validations in a training, and the tasks of each.
_VALIDATIONS, _TASKS = 4, 42
# Steps with repairs whose success is that of the policy before it learned to repair.
_FIRST_STEPS = 3
NUMBERS = ("executed_at_1", "success_at_1", "greedy_success")
_RESAMPLES = 2000
Curve = list[dict[str, float]]
Values = NDArray[np.float64]


def measure(
    quick: bool = False,
    out: Path = Path("runs/sample_efficiency"),
    configs: Path = Path("configs/tiny"),
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    runs: int = 640,
    only: Sequence[str] = (),
    parallel: int = 0,
) -> dict[str, Any]:
    """Train every arm with every seed and compare their learning curves on the validation split.

    Args:
        quick: Two seeds and few runs from hardly trained weights: it shows that everything works, and no more.
        out: Folder for the weights that all begin with and the trainings; one that has finished is not made again.
        configs: Folder with the settings, as for `mdgym quickstart`.
        seeds: Seeds of the trainings.
        runs: LAMMPS runs of each.
        only: Names of arms, of `ARMS`; all without any. "grpo" and "md_grpo" are compared.
        parallel: Trainings at the same time, one thread each; 0 for one per CPU.

    Returns:
        `seeds`; `curves` by arm: {runs, and mean, low and high of each metric}; `final` by arm: {metric: mean, low,
        high}; `ratios` by arm: LAMMPS runs after which it had the final success@1 of GRPO, over those after which GRPO
        had it, as `ratio`, and `ratio_ci`, its 95 % interval over seeds; None stands for never, or for a GRPO
        that never had any; those of MD-GRPO once more as `runs_ratio` and `runs_ratio_ci`; `differences` by arm: its
        final success@1 less that of MD-GRPO (of GRPO for its variants) with the same seed, as mean, low and high;
        `first_repairs` by arm that repairs: the share of repairs that succeed in the first three steps with any, mean,
        and lowest and highest seed; `train_s` by arm: mean seconds of a training's steps, validations aside.

    Raises:
        TrainingError: There is no such arm, a training failed (its log is named), or the folder holds weights that
            were made with other settings.
    """
    if missing := [name for name in only if name not in ARMS]:
        raise TrainingError(f"there is no arm '{missing[0]}'; there are: {', '.join(ARMS)}")
    if quick:
        out, seeds, runs, only = out / "quick", seeds[:2], 32, only or ("grpo", "md_grpo")
    arms = {name: ARMS[name] for name in only or ARMS}
    model, config = _base(configs, out / "base", quick), configs / "md_grpo.yaml"
    changes = ("--validate_every", str(runs // _VALIDATIONS), "--validate_tasks", str(6 if quick else _TASKS))
    jobs = [(arm, seed) for seed in seeds for arm in arms]
    workers = parallel or len(os.sched_getaffinity(0))
    with Progress(console=Console(stderr=True), transient=True) as progress, ThreadPoolExecutor(workers) as executor:
        bar = progress.add_task("training", total=len(jobs))

        def run(job: tuple[str, int]) -> None:
            arm, seed = job
            _train(model, config, out / f"{arm}-{seed}".replace(" ", "_"), seed, runs, (*changes, *arms[arm]))
            progress.advance(bar)

        list(executor.map(run, jobs))
    folders = {arm: [out / f"{arm}-{seed}".replace(" ", "_") for seed in seeds] for arm in arms}
    read = {arm: [_lines(folder / "curve.jsonl") for folder in found] for arm, found in folders.items()}
    steps = {
        arm: [line for folder in found for line in _lines(folder / "metrics.jsonl")] for arm, found in folders.items()
    }
    train_s = {arm: sum(line.get("step_time", 0.0) for line in lines) / len(seeds) for arm, lines in steps.items()}
    repairs = {arm: found for arm, lines in folders.items() if (found := _first_repairs(lines))}
    return {**compare(read, list(seeds), runs), "first_repairs": repairs, "train_s": train_s}


def _first_repairs(folders: Sequence[Path]) -> dict[str, float]:
    """Return the mean and the range over seeds of the share of repairs that succeed in the first steps with any."""
    seen = [
        [line["recycle/success"] for line in _lines(f / "metrics.jsonl") if "recycle/success" in line] for f in folders
    ]
    means = [float(np.mean(values[:_FIRST_STEPS])) for values in seen if values]
    return {"mean": float(np.mean(means)), "low": min(means), "high": max(means)} if means else {}


def _base(configs: Path, folder: Path, quick: bool) -> Path:
    """Make the weights that all begin with, as `mdgym quickstart` does but for their habits."""
    done = folder / "done.json"
    files = [configs / f"{name}.yaml" for name in ("data", "excerpts", "sft")]
    texts = [file.read_text("utf-8") if file.exists() else "" for file in files]
    asked = {"data": DATA, "configs": texts, "quick": quick}
    if done.exists() and json.loads(done.read_text("utf-8")) != asked:
        raise TrainingError(
            f"the weights in {folder} were made with other settings: delete {folder.parent}, or name "
            "another folder with --out"
        )
    if not done.exists():
        from mdgym.trainers.quickstart import prepare
        from mdgym.trainers.recipe import read

        recipe = read(configs)
        recipe.data = replace(recipe.data, **DATA)
        if quick:
            recipe.data = replace(recipe.data, rows=64, repairs=32, excerpts=320)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # what the trainers print
        with SerialPool() as pool, (folder / "log.txt").open("w", encoding="utf-8") as log, redirect_stdout(log):
            for _ in prepare(recipe, folder, pool):
                pass
        done.write_text(json.dumps(asked), encoding="utf-8")
    return folder / "sft"


def compare(read: Mapping[str, Sequence[Curve]], seeds: list[int], runs: int, points: int = 21) -> dict[str, Any]:
    """Compare learning curves; see `measure`.

    Args:
        read: By arm, a curve for each seed: {runs, and the metrics} after each validation.
        seeds: Their seeds.
        runs: LAMMPS runs of each training.
        points: Points of the curves in the result.
    """
    grid = np.linspace(0, runs, points)
    found: dict[str, Any] = {"seeds": seeds, "runs": runs, "curves": {}, "final": {}, "ratios": {}}
    values = {arm: {m: _on_grid(curves, m, grid) for m in NUMBERS} for arm, curves in read.items()}
    for arm, metrics in values.items():
        found["curves"][arm] = {"runs": grid.tolist()}
        found["final"][arm] = {}
        for metric, rows in metrics.items():
            low, high = _interval(rows)
            band = {"mean": rows.mean(0).tolist(), "low": low.tolist(), "high": high.tolist()}
            found["curves"][arm][metric] = band
            found["final"][arm][metric] = {name: series[-1] for name, series in band.items()}
    if "grpo" in values:
        plain = values["grpo"]["success_at_1"]
        others = {arm: metrics["success_at_1"] for arm, metrics in values.items() if arm != "grpo"}
        found["ratios"] = {arm: _ratio_with_ci(plain, other, grid) for arm, other in others.items()}
    last = {arm: metrics["success_at_1"][:, -1:] for arm, metrics in values.items()}
    found["differences"] = {}
    for arm, own in last.items():
        base = "grpo" if arm.startswith("grpo, ") else "md_grpo"
        if arm not in ("grpo", "md_grpo") and base in last:
            off = own - last[base]
            mean, half = float(off.mean()), float(_half_width(off)[0])
            found["differences"][arm] = {"to": base, "mean": mean, "low": mean - half, "high": mean + half}
    if "md_grpo" in found["ratios"]:
        found |= {f"runs_{name}": value for name, value in found["ratios"]["md_grpo"].items()}
    return found


def _ratio_with_ci(plain: Values, other: Values, grid: Values) -> dict[str, Any]:
    """Return the ratio of runs to the final level of `plain`, and its 95 % interval by bootstrap over seeds."""
    rng, n = np.random.default_rng(0), len(plain)
    drawn = [
        _ratio(plain[rng.integers(n, size=n)].mean(0), other[rng.integers(n, size=n)].mean(0), grid)
        for _ in range(_RESAMPLES)
    ]
    ci = [_finite(float(np.quantile(drawn, q, method="inverted_cdf"))) for q in (0.025, 0.975)]
    return {"ratio": _finite(_ratio(plain.mean(0), other.mean(0), grid)), "ratio_ci": ci}


def _finite(value: float) -> float | None:
    """JSON knows no infinity."""
    return value if np.isfinite(value) else None


def _on_grid(curves: Sequence[Curve], metric: str, grid: Values) -> Values:
    """Return a metric at numbers of runs, shape (seeds, points)."""
    return np.array([np.interp(grid, [p["runs"] for p in c], [p[metric] for p in c]) for c in curves])


def _interval(rows: Values) -> tuple[Values, Values]:
    """Return a 95 % interval of the mean over seeds, as far as a share can go."""
    half = _half_width(rows)
    return np.clip(rows.mean(0) - half, 0, 1), np.clip(rows.mean(0) + half, 0, 1)


def _half_width(rows: Values) -> Values:
    """Return half of a 95 % interval of the mean over seeds, by Student's t; 0 for one seed."""
    quantiles = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
    n = len(rows)
    if n < 2:
        return np.zeros(rows.shape[1:])
    return np.asarray(quantiles[min(n - 2, len(quantiles) - 1)] * rows.std(0, ddof=1) / np.sqrt(n))


def _ratio(plain: Values, recycled: Values, grid: Values) -> float:
    """Return the runs to the final level of `plain`, those of `recycled` over those of `plain`; inf if never."""
    level = plain[-1]
    own = _reach(plain, grid, level)
    return _reach(recycled, grid, level) / own if own > 0 else float("inf")


def _reach(curve: Values, grid: Values, level: float) -> float:
    """Return where a curve reaches a level for the first time, by straight lines between points; inf if never."""
    for i, value in enumerate(curve):
        if value >= level:
            if i == 0:
                return float(grid[0])
            before = curve[i - 1]
            return float(grid[i - 1] + (grid[i] - grid[i - 1]) * (level - before) / (value - before))
    return float("inf")


def _train(model: Path, config: Path, folder: Path, seed: int, runs: int, changes: Sequence[str]) -> None:
    done = folder / "done.json"
    asked = {"seed": seed, "runs": runs, "changes": list(changes), "config": config.read_text("utf-8")}
    if done.exists() and json.loads(done.read_text("utf-8")) == asked:
        return
    folder.mkdir(parents=True, exist_ok=True)
    own = ("--model", str(model), "--output_dir", str(folder), "--seed", str(seed), "--max_runs", str(runs))
    # a limit of steps that is never reached
    command = [sys.executable, "-m", "mdgym", "train", "grpo", "--config", str(config), *own, "--max_steps", str(runs)]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        ended = subprocess.run(
            [*command, "--save_strategy", "no", "--threads", "1", *changes],
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode:
        raise TrainingError(f"training {folder.name} failed with exit code {ended.returncode}: see {folder}/log.txt")
    done.write_text(json.dumps(asked), encoding="utf-8")


def _lines(file: Path) -> Curve:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
