"""`mdgym report`: what did an evaluation find, and what did the agent write?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mdgym.commands.output import Json, print_json, stderr, stdout
from mdgym.errors import RecordError
from mdgym.questions import load_questions
from mdgym.questions.report import comparison as comparison_on_questions
from mdgym.questions.stored import check_comparable as check_comparable_answers
from mdgym.questions.stored import holds_answers, read_report, suite_questions
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
    tasks: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The file of the run's own tasks or questions.")
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Show each run by itself, also runs of other tasks.")] = False,
    json: Json = False,
) -> None:
    """Show what evaluations found: tables, and of scripts a page with each of them, its score and its course.

    Example: mdgym report runs/template runs/mine --html report.html

    Example: mdgym report runs/facts --json
    """
    answers = [folder for folder in folders if holds_answers(folder)]
    if answers:
        if html or markdown_file:
            raise RecordError(f"{answers[0]} holds answers to questions; pages and Markdown are of scripts")
        if len(answers) < len(folders):
            raise RecordError(f"{answers[0]} holds answers to questions, and other folders do not; show them apart")
        _answers(answers, tasks, alone, json)
        return
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


def _answers(folders: Sequence[Path], file: Path | None, alone: bool, json: bool) -> None:
    known = {question.id: question for question in load_questions(file)} if file else suite_questions()
    reports = [read_report(folder, known) for folder in folders]
    if json:
        print_json({"reports": reports})
        return
    if len(folders) == 1 or alone:
        for report in reports:
            stdout.print(report.table())
        return
    check_comparable_answers(folders, reports)
    names = [report.agent for report in reports]
    labels = [f"{n} ({folder})" if names.count(n) > 1 else n for n, folder in zip(names, folders)]
    stdout.print(comparison_on_questions(reports, labels))


def _write(file: Path, text: str) -> None:
    try:
        # A lone surrogate in the name of an agent or a task is no UTF-8.
        file.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise RecordError(f"{file} cannot be written: {error.strerror}") from error
    stderr.print(f"Written: {file}", markup=False, soft_wrap=True)
