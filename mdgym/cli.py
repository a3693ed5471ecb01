"""The command line: `mdgym --help`.

Exit codes: 0 done; 1 the doctor or the linter found a fault, or solve no right script; 2 a wrong argument, file, task
or agent; 3 mdgym or this machine failed; 130 stopped by Ctrl-C.
"""

import sys
from typing import Annotated

import typer
from rich.markup import escape

import mdgym
from mdgym.commands import (
    bench,
    calibrate,
    data,
    doctor,
    evaluate,
    lint,
    quickstart,
    report,
    rescore,
    score,
    solve,
    tasks,
    train,
)
from mdgym.commands.output import stderr
from mdgym.errors import InfrastructureError, MdgymError, SandboxError

app = typer.Typer(
    name="mdgym",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"mdgym {mdgym.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The Gymnasium environment in which language models learn to write LAMMPS scripts."""


app.command("doctor")(doctor.doctor)
app.add_typer(tasks.app, name="tasks")
app.command("score")(score.score)
app.command("lint")(lint.lint)
app.command("solve")(solve.solve)
app.command("eval")(evaluate.run)
app.command("report")(report.run)
app.command("rescore")(rescore.run)
app.command("calibrate")(calibrate.run)
app.command("quickstart")(quickstart.run)
app.add_typer(data.app, name="data")
app.add_typer(train.app, name="train")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command line; an error that mdgym raised on purpose becomes one sentence."""
    try:
        app()
    except (InfrastructureError, SandboxError) as error:
        _fail(error, 3)
    except MdgymError as error:
        _fail(error, 2)
    except OSError as error:
        # Not a file that was named wrongly, which the commands see to, but a disk that is full or gone.
        _fail(error, 3)


def _fail(error: Exception, code: int) -> None:
    stderr.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
    sys.exit(code)
