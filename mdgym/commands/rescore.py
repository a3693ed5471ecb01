"""`mdgym rescore`: judge the answers of a run again."""

import importlib
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from mdgym.commands.output import Json, Sandbox, TaskFile, Workers, pool_of, print_json, stdout
from mdgym.errors import TaskError
from mdgym.rescoring import rescore
from mdgym.rewards import STANDARD, Rubric
from mdgym.tasks.loading import load_tasks
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import SPLITS


def run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", file_okay=False, help="Folder of an evaluation.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the result; the same command resumes it.")],
    rubric: Annotated[str | None, typer.Option(help="module:attribute of a Rubric of your own.")] = None,
    tasks: TaskFile = None,
    workers: Workers = "serial",
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Score the answers of an evaluation again, by another rubric or version, without asking the agent.

    Example: mdgym rescore runs/mine --out runs/mine-strict --rubric my_package.rubrics:strict --workers auto
    """
    sys.path.insert(0, os.getcwd())
    found = load_tasks(tasks) if tasks else [t for s in suite_names() for split in SPLITS for t in load_suite(s, split)]
    pool = pool_of(workers, sandbox, load_rubric(rubric) if rubric else STANDARD)
    with closing(pool):
        report = rescore(folder, out, {task.id: task for task in found}, pool)
    if json:
        print_json(report)
    else:
        stdout.print(report.table())


def load_rubric(name: str) -> Rubric:
    """Import a rubric.

    Args:
        name: "module:attribute".

    Raises:
        TaskError: There is none of that name.
    """
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise TaskError(f"the rubric '{name}' cannot be imported: {type(error).__name__}: {error}") from error
    if not isinstance(found, Rubric):
        raise TaskError(f"'{name}' is no mdgym.rewards.Rubric")
    return found
