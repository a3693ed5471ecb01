"""`mdgym data`: make data sets to train on."""

from pathlib import Path
from typing import Annotated

import typer

from mdgym.commands.output import Sandbox, Workers, pool_of, stdout

app = typer.Typer(help="Make data sets to train on.", no_args_is_help=True)


@app.callback()
def data() -> None:
    """Make data sets to train on."""


@app.command()
def codegen(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for data.jsonl and its card.")],
    suite: Annotated[str, typer.Option(help="Whose families.")] = "micro",
    family: Annotated[list[str] | None, typer.Option(help="Only this family; can be given again.")] = None,
    rows: Annotated[int, typer.Option(min=0, help="Pairs of prompt and right script.")] = 4000,
    repairs: Annotated[int, typer.Option(min=0, help="Rows of repair; each runs a wrong script.")] = 400,
    excerpts: Annotated[
        int, typer.Option(min=0, help="Short pairs that teach a new model to copy; they come first.")
    ] = 0,
    invented: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of invented potentials.")] = 0.5,
    fatal: Annotated[float, typer.Option(min=0.0, max=1.0, help="Rate of wrong habits that end a script.")] = 0.0,
    wrong: Annotated[float, typer.Option(min=0.0, max=1.0, help="Rate of wrong habits that spoil a result.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seeds everything.")] = 0,
    workers: Workers = "serial",
    sandbox: Sandbox = True,
) -> None:
    """Make MD-CodeGen: pairs of prompt and script, and rows of repair, from the train split.

    Example: mdgym data codegen --out runs/codegen --rows 1000 --repairs 100
    """
    from mdgym.trainers.data import Mixture, save, shuffled_rows
    from mdgym.trainers.excerpts import excerpt_rows

    pool, names = pool_of(workers, sandbox), tuple(family or ())
    mixture = Mixture(suite, names, rows, repairs, excerpts, invented, fatal, wrong)
    try:
        found = list(excerpt_rows(suite, excerpts, seed, names))
        found += shuffled_rows(mixture, seed, pool)
    finally:
        pool.close()
    options = f"--suite {suite} --rows {rows} --repairs {repairs} --excerpts {excerpts}"
    options += "".join(f" --family {name}" for name in names)
    options += f" --invented {invented} --fatal {fatal} --wrong {wrong}"
    save(found, out, f"mdgym data codegen {options} --seed {seed}")
    stdout.print(f"{len(found)} rows in {out}")
