"""`mdgym quickstart`: the whole story on a laptop."""

from pathlib import Path
from typing import Annotated

import typer

from mdgym.commands.output import Json, Workers, pool_of, print_json, stdout
from mdgym.trainers.settings import settings_of

STAGES = {"excerpts": "sft", "sft": "sft", "md_grpo": "grpo"}
ROWS, REPAIRS, EXCERPTS = 4480, 320, 12800
# How often the pairs follow a wrong habit, and how many are about potentials that do not exist.
HABITS = {"invented": 0.8, "fatal": 0.75, "wrong": 0.6}


def run(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for everything that is made.")] = Path(
        "runs/quickstart"
    ),
    configs: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder with excerpts.yaml, sft.yaml and md_grpo.yaml.")
    ] = Path("configs/tiny"),
    episodes: Annotated[int | None, typer.Option(min=1, help="Test tasks in each evaluation; all without it.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="Pairs to learn from.")] = ROWS,
    repairs: Annotated[int, typer.Option(min=0, help="Rows of repair among them.")] = REPAIRS,
    excerpts: Annotated[int, typer.Option(min=0, help="Short pairs that come first.")] = EXCERPTS,
    seed: Annotated[int, typer.Option(help="Seeds everything.")] = 0,
    workers: Workers = "serial",
    json: Json = False,
) -> None:
    """Train a tiny model from nothing, let MD-GRPO teach it, and compare before and after.

    Example: mdgym quickstart --out runs/quickstart
    """
    settings = {name: settings_of(stage, ["--config", str(configs / f"{name}.yaml")]) for name, stage in STAGES.items()}
    from mdgym.trainers.quickstart import table, tell

    pool = pool_of(workers, True)
    grpo = settings["md_grpo"]
    data = {"suite": grpo.suite, "families": grpo.families, "rows": rows, "repairs": repairs, **HABITS}
    try:
        summary = tell(settings, data, excerpts, out, pool, episodes, seed)
    finally:
        pool.close()
    stdout.print(table(summary))
    stdout.print(f"Everything is in {out}; the learning curve in {out / 'curve.png'}")
    if json:
        print_json(summary)
