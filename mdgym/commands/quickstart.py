"""`mdgym quickstart`: the whole story on a laptop."""

from pathlib import Path
from typing import Annotated

import typer

from mdgym.commands.output import Json, Split, Workers, pool_of, print_json, stdout


def run(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for everything that is made.")] = Path(
        "runs/quickstart"
    ),
    configs: Annotated[
        Path,
        typer.Option(file_okay=False, help="Folder with data.yaml, excerpts.yaml, sft.yaml and md_grpo.yaml."),
    ] = Path("configs/tiny"),
    episodes: Annotated[int | None, typer.Option(min=1, help="Tasks in each evaluation; all without it.")] = None,
    seed: Annotated[int, typer.Option(help="Seeds everything.")] = 0,
    split: Split = "test",
    workers: Workers = "serial",
    json: Json = False,
) -> None:
    """Train a tiny model from nothing, let MD-GRPO teach it, and compare before and after.

    Example: mdgym quickstart --out runs/quickstart
    """
    from mdgym.trainers.recipe import read

    recipe = read(configs)
    # after the settings: reading them says what is to be installed
    from mdgym.trainers.quickstart import table, tell

    pool = pool_of(workers, True)
    try:
        summary = tell(recipe, out, pool, episodes, seed, split)
    finally:
        pool.close()
    stdout.print(table(summary))
    stdout.print(f"Everything is in {out}; the learning curve in {out / 'curve.png'}")
    if json:
        print_json(summary)
