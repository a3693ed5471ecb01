"""`mdgym calibrate`: limits of checks from right scripts."""

import os
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table

from mdgym.commands.output import stdout
from mdgym.errors import TaskError
from mdgym.rewards.thresholds import USUAL


def run(
    family: Annotated[list[str] | None, typer.Option(help="Only this family; can be given again.")] = None,
    points: Annotated[int, typer.Option(min=1, help="The most points of each split that are looked at.")] = 3,
    write: Annotated[bool, typer.Option(help="Store the limits; build the suites afterwards.")] = False,
) -> None:
    """Measure how near right scripts come to the limits of the checks, and write wider ones where that is too near.

    Gold scripts and their variants run on the train and validation points of each family, with several seeds; that
    takes minutes for each.

    Example: mdgym calibrate --family lj_fluid
    """
    # families take a second to load, which other commands need not wait for
    from mdgym.calibration import calibrate, save_thresholds
    from mdgym.tasks.families import FAMILIES

    names = [f.name for f in FAMILIES]
    for name in family or ():
        if name not in names:
            raise TaskError(f"there is no family '{name}'; there are: {', '.join(names)}")
    chosen = [f for f in FAMILIES if not family or f.name in family]
    title = ("family", "check", "runs", "farthest right run", "usual limit", "limit")
    with Live(Table(*title), console=stdout) as live:
        rows: list[tuple[str, ...]] = []
        for name, values in calibrate(chosen, workers=len(os.sched_getaffinity(0)), points=points):
            for value in values:
                numbers = (f"{value.farthest:.3g}", f"{USUAL[value.check]:g}", f"{value.limit:g}")
                rows.append((name, value.check, str(value.runs), *numbers))
            table = Table(*title)
            for row in sorted(rows):
                table.add_row(*row)
            live.update(table)
            if write:
                save_thresholds({name: values})
