"""`mdgym bench`: measure mdgym itself on this machine."""

import importlib
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table

from mdgym.commands.output import Json, print_json, stdout

app = typer.Typer(help="Measure mdgym itself on this machine.", no_args_is_help=True)

Quick = Annotated[bool, typer.Option(help="A rough answer in a short time.")]


@app.command()
def engine(quick: Quick = False, json: Json = False) -> None:
    """Measure how fast scripts run.

    Example: mdgym bench engine --quick
    """
    _measure("engine", quick, json)


@app.command()
def reward(quick: Quick = False, json: Json = False) -> None:
    """Measure whether the reward tells right from wrong.

    Example: mdgym bench reward --quick
    """
    _measure("reward", quick, json)


def _measure(name: str, quick: bool, json: bool) -> None:
    # Imported here: a benchmark may need what the other commands do not.
    result = importlib.import_module(f"mdgym.benchmarks.{name}").measure(quick=quick)
    if json:
        print_json(result)
        return
    table = Table("measurement", "value", title=f"mdgym bench {name}")
    for key, value in _flat(result):
        table.add_row(key, f"{value:.6g}" if isinstance(value, float) else str(value))
    stdout.print(table)


def _flat(data: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
