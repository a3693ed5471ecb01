"""What all commands share: where they print, which tasks they take, and one agreed form of JSON."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from mdgym.errors import MdgymError, TaskError
from mdgym.records import to_json
from mdgym.rewards import STANDARD, Rubric
from mdgym.scoring import Pool, make_pool
from mdgym.tasks.loading import load_tasks
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
Suite = Annotated[str, typer.Option(help="Name of a suite: core, micro or slow.")]
Split = Annotated[str, typer.Option(help="train, validation or test.")]
TaskFile = Annotated[
    Path | None,
    typer.Option("--tasks", exists=True, dir_okay=False, help="A file of your own tasks, in place of a suite."),
]
Sandbox = Annotated[
    bool,
    typer.Option("--sandbox/--no-sandbox", help="Without it scripts have all your rights: only for those you trust."),
]

Workers = Annotated[
    str, typer.Option(help="serial; a number or auto for Ray workers here; or host:port or ray://host:port.")
]


def pool_of(workers: str, sandbox: bool, rubric: Rubric = STANDARD) -> Pool:
    """Make the pool that `--workers` names."""
    if workers != "serial" and find_spec("ray") is None:
        raise MdgymError('--workers needs Ray: pip install "mdgym[ray]"')
    try:
        return make_pool(workers, sandbox=sandbox, rubric=rubric)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--workers") from error


def print_json(value: Any) -> None:
    """Print a record as one line of JSON on stdout."""
    print(json.dumps(to_json(value)), flush=True)


def read_tasks(suite: str, split: str, file: Path | None) -> tuple[Task, ...]:
    """Return the tasks of a file, or of a suite when no file is given."""
    return load_suite(suite, split) if file is None else load_tasks(file)


def pick(tasks: tuple[Task, ...], task_id: str | None, file: Path) -> Task:
    """Return one task of a file: the one with this id, or the only one.

    Raises:
        TaskError: There is no such task, or the file holds several and none was named.
    """
    if task_id is None:
        if len(tasks) == 1:
            return tasks[0]
        raise TaskError(f"{file} holds {len(tasks)} tasks: choose one with --task ID")
    for task in tasks:
        if task.id == task_id:
            return task
    raise TaskError(f"{file} has no task '{task_id}'; the first is '{tasks[0].id}'")


def read_script_file(name: str) -> str:
    """Return the text of a file, or of stdin for "-"; bytes that are no UTF-8 are replaced.

    Raises:
        typer.BadParameter: There is no such file.
    """
    if name == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    if not Path(name).exists() or Path(name).is_dir():
        raise typer.BadParameter(f"there is no file '{name}'")
    return Path(name).read_bytes().decode("utf-8", "replace")
