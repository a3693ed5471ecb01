"""`mdgym score`: what is this script worth?"""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from mdgym.commands.output import Json, Sandbox, TaskFile, print_json, read_script_file, stdout
from mdgym.commands.tasks import find
from mdgym.rewards.score import Score
from mdgym.scoring import SerialPool


def score(
    script: Annotated[str, typer.Argument(help="File with a LAMMPS script, or - for stdin.")],
    task: Annotated[str | None, typer.Option(help="Id of the task.")] = None,
    tasks: TaskFile = None,
    seed: Annotated[int, typer.Option(min=0, help="Episode seed.")] = 0,
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Score one script for one task.

    Example: mdgym score in.lammps --task core/test/lj_fluid/000
    """
    text = read_script_file(script)
    chosen = find(task, tasks)
    with SerialPool(sandbox=sandbox) as pool:
        result = pool.score(chosen, text, seed).score
    if json:
        print_json(result)
    else:
        _show(result)


def _show(score: Score) -> None:
    success = {True: "yes", False: "no", None: "not judged (open task)"}[score.success]
    stdout.print(f"[bold]reward {score.reward:.4f}[/]   executed: {_yes(score.executed)}   success: {success}")
    if score.checks:
        table = Table()
        for name in ("check", "kind", "", "score"):
            table.add_column(name, overflow="fold")
        for check in score.checks:
            verdict = "[green]ok[/]" if check.passed else "[red]fail[/]"
            table.add_row(check.name, check.kind, verdict, f"{check.score:.3f}")
        stdout.print(table)
    stdout.print(escape(score.feedback))


def _yes(value: bool) -> str:
    return "yes" if value else "no"
