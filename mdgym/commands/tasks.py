"""`mdgym tasks`: look at tasks, and write them to a file."""

import json as json_module
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mdgym.commands.output import Json, Split, Suite, TaskFile, pick, print_json, read_tasks, stderr, stdout
from mdgym.errors import TaskError
from mdgym.records import to_json
from mdgym.tasks.loading import dump_tasks, save_tasks
from mdgym.tasks.suites import find_task
from mdgym.tasks.task import SPLITS, Task

app = typer.Typer(help="Look at tasks, and write them to a file.", no_args_is_help=True)


@app.command("list")
def list_tasks(suite: Suite = "core", split: Split = "test", tasks: TaskFile = None, json: Json = False) -> None:
    """List tasks.

    Example: mdgym tasks list --suite micro --split train
    """
    found = read_tasks(suite, split, tasks)
    if json:
        names = ("id", "family", "suite", "split", "tier")
        print_json({"tasks": [{**{name: getattr(task, name) for name in names}, "open": task.open} for task in found]})
        return
    table = Table()
    for name in ("id", "family", "tier"):
        table.add_column(name, no_wrap=True)
    table.add_column("prompt")
    for task in found:
        # Only the prompt gives way where the terminal is narrow.
        beginning = Text(task.prompt.strip().split("\n")[0], no_wrap=True, overflow="ellipsis")
        table.add_row(escape(task.id), escape(task.family), str(task.tier), beginning)
    stdout.print(table)


@app.command()
def show(
    task_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the task, as `mdgym tasks list` prints it.")],
    tasks: TaskFile = None,
    gold: Annotated[bool, typer.Option(help="Show the right script too.")] = False,
    json: Json = False,
) -> None:
    """Show one task: what a policy reads, and what is checked.

    Example: mdgym tasks show core/test/lj_fluid/000 --gold
    """
    task = find(task_id, tasks)
    if json:
        print_json(task)
        return
    stdout.print(Panel(escape(task.prompt.strip()), title=f"{escape(task.id)} (tier {task.tier})"))
    if task.contract is not None:
        stdout.print(Panel(_fields(task.contract), title="contract"))
    for reference in task.references:
        stdout.print(f"{escape(reference.name)}: {reference.value:.6g} ± {reference.limit:.2g} is accepted")
    if gold:
        stdout.print(Panel(escape(task.gold.strip() or "none"), title="gold script"))


@app.command()
def export(
    out: Annotated[Path, typer.Argument(allow_dash=True, dir_okay=False, help="File to write, or - for stdout.")],
    suite: Suite = "core",
    split: Split = "test",
    tasks: TaskFile = None,
) -> None:
    """Write tasks as JSON lines, which --tasks reads; a start for tasks of your own.

    Example: mdgym tasks export mine.jsonl --suite micro --split train
    """
    found = read_tasks(suite, split, tasks)
    if str(out) == "-":
        sys.stdout.write(dump_tasks(found))
    else:
        save_tasks(found, out)
        stderr.print(f"{len(found)} tasks are in {escape(str(out))}")


@app.command("try")
def try_command(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="A Python file or module that holds a FAMILY.")],
    references: Annotated[
        Path | None,
        typer.Option(help="Directory for its measurements; my-references for a file, mdgym's own for a module."),
    ] = None,
    split: Annotated[list[str] | None, typer.Option(help="Only this split; can be given again.")] = None,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Directory for train.jsonl, validation.jsonl, test.jsonl.")
    ] = None,
) -> None:
    """Try a family of tasks: measure its references, score its own right scripts on every point, and write its tasks.

    Example: mdgym tasks try my_family.py --references my-references --out my-tasks
    """
    # families take a second to load, which other commands need not wait for
    from mdgym.tasks import measurements
    from mdgym.trial import load_family, trial_tasks, try_family

    found = load_family(family)
    measured = references or (Path("my-references") if family.endswith(".py") else measurements.DIRECTORY)
    table = Table("task", "script", "reward", "ms", "failed")
    worst = 1.0
    for trial in try_family(found, measured, splits=tuple(split or SPLITS)):
        point = trial.task.id.split("/", 1)[1]
        failed = ", ".join(trial.failed)
        table.add_row(point, trial.script, f"{trial.reward:.3f}", f"{1000 * trial.wall_s:.0f}", escape(failed))
        worst = min(worst, trial.reward)
        if not trial.success:
            stderr.print(f"{escape(trial.task.id)} {trial.script}: {escape(trial.feedback)}")
    stdout.print(table)
    if worst < 1.0:
        raise typer.Exit(1)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name in split or SPLITS:
            made = trial_tasks(found, measured, (name,), len(found.wordings))
            save_tasks(made, out / f"{name}.jsonl")
            stderr.print(f"{len(made)} tasks are in {escape(str(out / name))}.jsonl")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(dir_okay=False, help="File to write, such as my_family.py.")],
) -> None:
    """Write a family of tasks to start from, and its tests beside it.

    Example: mdgym tasks new my_family.py
    """
    from mdgym.tasks import template

    tests = path.with_name(f"test_{path.name}")
    for target in (path, tests):
        if target.exists():
            raise TaskError(f"{target} exists already; it is left alone")
    if not path.stem.isidentifier() or path.suffix != ".py":
        raise TaskError(f"'{path.name}' is not the name of a Python file")
    path.write_text(Path(template.__file__).read_text("utf-8"), "utf-8")
    tests.write_text(
        f"from {path.stem} import FAMILY\n\nfrom mdgym.testing import FamilyTests\n\n\n"
        "class TestFamily(FamilyTests):\n    family = FAMILY\n",
        "utf-8",
    )
    stderr.print(f"{escape(str(path))} and {escape(str(tests))} are written; try: mdgym tasks try {escape(str(path))}")


@app.command()
def build(
    fresh: Annotated[bool, typer.Option(help="Measure every point again, not only what is missing.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Engines that run side by side.")] = 1,
) -> None:
    """Build the suites that come with mdgym: run gold scripts and anchors, then write the tasks.

    What is measured already is kept, so that it can be interrupted at any time and goes on where it was.

    Example: mdgym tasks build --workers 2
    """
    from mdgym.tasks.build import build_suites

    build_suites(fresh=fresh, workers=workers)


def find(task_id: str | None, file: Path | None) -> Task:
    """Return one task of a file, or of the suites when no file is given."""
    if file is not None:
        return pick(read_tasks("", "", file), task_id, file)
    if task_id is None:
        raise typer.BadParameter("name a task with --task ID, or a file with --tasks FILE")
    return find_task(task_id)


def _fields(record: object) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in to_json(record).items():
        if value not in (None, [], {}):
            grid.add_row(name, escape(json_module.dumps(value)))
    return grid
