"""`mdgym bench`: measure mdgym itself on this machine."""

import importlib
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mdgym.commands import exams
from mdgym.commands.output import Json, Split, Suite, print_json, stdout
from mdgym.commands.policies import (
    SamplingOption,
    SystemOption,
    load_agents,
    options_of,
    telling_how_to_go_on,
    telling_usage,
)
from mdgym.errors import MdgymError

app = typer.Typer(help="Measure mdgym itself, and give agents the exams of others.", no_args_is_help=True)

Quick = Annotated[bool, typer.Option(help="A rough answer in a short time.")]

Page = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Write the result into this page.")]


@app.command()
def engine(quick: Quick = False, json: Json = False, page: Page = None) -> None:
    """Measure how fast scripts run.

    Example: mdgym bench engine --quick
    """
    _write("engine", page, _measure("engine", quick, json), ["--quick"] * quick)


@app.command()
def scaling(quick: Quick = False, json: Json = False, page: Page = None) -> None:
    """Measure how many scores a second Ray workers on this machine give, and what Ray costs.

    Example: mdgym bench scaling --quick
    """
    _write("scaling", page, _measure("scaling", quick, json), ["--quick"] * quick)


@app.command()
def sample_efficiency(
    quick: Quick = False,
    json: Json = False,
    out: Annotated[
        Path, typer.Option(file_okay=False, help="Folder for the trainings; the same command resumes it.")
    ] = Path("runs/sample_efficiency"),
    seeds: Annotated[int, typer.Option(min=2, help="Number of seeds.")] = 5,
    runs: Annotated[int, typer.Option(min=64, help="LAMMPS runs of each training.")] = 640,
    arm: Annotated[list[str] | None, typer.Option(help="Only this arm, such as grpo; can be given again.")] = None,
    page: Page = None,
) -> None:
    """Measure whether MD-GRPO learns from fewer LAMMPS runs than plain GRPO.

    Example: mdgym bench sample-efficiency --quick
    """
    arms = tuple(arm or ())
    result = _measure("sample_efficiency", quick, json, out=out, seeds=tuple(range(seeds)), runs=runs, only=arms)
    options = [f"--arm '{name}'" for name in arms] + [f"--seeds {seeds}"] * (seeds != 5)
    _write("sample_efficiency_page", page, result, options + [f"--runs {runs}"] * (runs != 640) + ["--quick"] * quick)


@app.command()
def reward(
    quick: Quick = False,
    json: Json = False,
    suite: Annotated[list[str] | None, typer.Option(help="core and micro without it; can be given again.")] = None,
    family: Annotated[list[str] | None, typer.Option(help="Only this family; can be given again.")] = None,
    page: Page = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File for outcomes as they come; the same command resumes it.")
    ] = None,
) -> None:
    """Measure whether the reward tells right from wrong.

    Example: mdgym bench reward --quick
    """
    chosen = {"suites": tuple(suite)} if suite else {}
    result = _measure("reward", quick, json, families=tuple(family or ()), out=out, **chosen)
    options = [f"--suite {name}" for name in suite or ()] + [f"--family {name}" for name in family or ()]
    _write("reward_page", page, result, options + ["--quick"] * quick)


@app.command()
def ablation(
    quick: Quick = False,
    json: Json = False,
    suite: Suite = "core",
    family: Annotated[list[str] | None, typer.Option(help="Only this family; can be given again.")] = None,
) -> None:
    """Measure whether everything in a prompt matters: scripts for tasks that differ in one thing must fail.

    Example: mdgym bench ablation --quick
    """
    _measure("ablation", quick, json, suite=suite, families=tuple(family or ()))


@app.command()
def difficulty(
    quick: Quick = False,
    json: Json = False,
    suite: Annotated[list[str] | None, typer.Option(help="Only this suite; can be given again.")] = None,
    page: Page = None,
) -> None:
    """Measure how hard each family is: what an agent earns that fills in a form.

    Example: mdgym bench difficulty --quick
    """
    result = _measure("difficulty", quick, json, suites=tuple(suite or ()))
    _write("difficulty", page, result, [f"--suite {name}" for name in suite or ()] + ["--quick"] * quick)


app.command()(exams.evalbench)
app.command()(exams.iitd)
app.command()(exams.leaderboard)


@app.command()
def runtime(
    agent: Annotated[str, typer.Option(help="As for `mdgym eval`.")],
    quick: Quick = False,
    json: Json = False,
    suite: Suite = "micro",
    split: Split = "test",
    k: Annotated[int, typer.Option("-k", min=1, help="LAMMPS runs for each task.")] = 3,
    episodes: Annotated[int | None, typer.Option(min=1, help="At most this many tasks, of all families.")] = None,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Annotated[int, typer.Option(min=0, help="Seeds tasks, agent and scripts.")] = 0,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File for outcomes as they come; the same command resumes it.")
    ] = None,
    page: Page = None,
) -> None:
    """Measure whether the self-correcting runtime beats direct prompting at the same number of LAMMPS runs.

    Example: mdgym bench runtime --agent hf:runs/quickstart/md_grpo --quick
    """
    chosen = {"suite": suite, "split": split, "k": k, "episodes": episodes, "seed": seed}
    (policy,) = load_agents([agent], sampling, system)
    with telling_how_to_go_on(out), telling_usage([policy]):
        result = _measure("runtime", quick, json, agent=policy, out=out, **chosen)
    options = [f"--agent {shlex.quote(agent)}", *options_of(sampling, system)]
    options += [f"--suite {suite} --split {split} -k {k} --seed {seed}"]
    _write("runtime", page, result, options + [f"--episodes {episodes}"] * bool(episodes) + ["--quick"] * quick)


@app.command()
def quoting(
    agent: Annotated[str, typer.Option(help="As for `mdgym eval`.")],
    quick: Quick = False,
    json: Json = False,
    suite: Suite = "micro",
    family: Annotated[list[str] | None, typer.Option(help="Only this family; can be given again.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many questions.")] = 480,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Annotated[int, typer.Option(min=0, help="Seeds the questions.")] = 0,
) -> None:
    """Measure whether a policy reads its prompt: how often it names an invented crystal and its potential rightly.

    Example: mdgym bench quoting --agent hf:runs/quickstart/md_grpo --quick
    """
    (policy,) = load_agents([agent], sampling, system)
    with telling_usage([policy]):
        _measure("quoting", quick, json, agent=policy, suite=suite, families=family or (), count=count, seed=seed)


def _write(module: str, page: Path | None, result: dict[str, Any], options: list[str]) -> None:
    if page is not None:
        command = " ".join(["mdgym bench", module.removesuffix("_page").replace("_", "-"), *options])
        importlib.import_module(f"mdgym.benchmarks.{module}").write_page(page, result, command)


def _measure(name: str, quick: bool, json: bool, **options: Any) -> dict[str, Any]:
    try:
        # Imported here: a benchmark may need what the other commands do not.
        result: dict[str, Any] = importlib.import_module(f"mdgym.benchmarks.{name}").measure(quick=quick, **options)
    except ModuleNotFoundError as error:
        extra = "ray" if error.name == "ray" else "train"
        raise MdgymError(f'this benchmark needs {error.name}: pip install "mdgym[{extra}]"') from error
    if json:
        print_json(result)
        return result
    table = Table("measurement", "value", title=f"mdgym bench {name}")
    for key, value in _flat(result):
        table.add_row(key, f"{value:.6g}" if isinstance(value, float) else escape(str(value)))
    stdout.print(table)
    return result


def _flat(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
