"""`mdgym report`: what did an evaluation find, and what did the agent write?"""

from pathlib import Path
from typing import Annotated

import typer

from mdgym.commands.output import Json, TaskFile, print_json, stderr, stdout
from mdgym.errors import RecordError
from mdgym.report import comparison
from mdgym.reporting.page import page
from mdgym.reporting.run import check_comparable, read_runs, suite_tasks
from mdgym.reporting.tables import markdown
from mdgym.tasks.loading import load_tasks


def run(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of evaluations.")],
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write one HTML page that needs no other file.")
    ] = None,
    markdown_file: Annotated[
        Path | None, typer.Option("--markdown", dir_okay=False, help="Write the tables as Markdown.")
    ] = None,
    tasks: TaskFile = None,
    alone: Annotated[bool, typer.Option("--alone", help="Show each run by itself, also runs of other tasks.")] = False,
    json: Json = False,
) -> None:
    """Show what evaluations found: tables, and a page with every script, its score and its course.

    Example: mdgym report runs/template runs/mine --html report.html
    """
    known = {task.id: task for task in load_tasks(tasks)} if tasks else suite_tasks()
    runs = read_runs(folders, known)
    groups = [[each] for each in runs] if alone else [list(runs)]
    if not json or html or markdown_file:
        for group in groups:
            check_comparable(group)
    if html:
        _write(html, page(groups))
    if markdown_file:
        _write(markdown_file, markdown(groups))
    if json:
        print_json({"reports": [each.report for each in runs]})
        return
    for group in groups:
        if len(group) == 1:
            stdout.print(group[0].report.table())
        else:
            stdout.print(comparison([each.report for each in group], [each.label for each in group]))


def _write(file: Path, text: str) -> None:
    try:
        # A lone surrogate in the name of an agent or a task is no UTF-8.
        file.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise RecordError(f"{file} cannot be written: {error.strerror}") from error
    stderr.print(f"Written: {file}", markup=False, soft_wrap=True)
