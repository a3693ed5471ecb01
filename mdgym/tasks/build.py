"""Build the suites that come with mdgym: run gold scripts and anchors once per physical point, then assemble.

`python -m mdgym.tasks.build` measures what is missing or was measured with other scripts, and can be interrupted at
any time: each point is stored as it comes. Everything takes about ten minutes of one core.
"""

import argparse
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mdgym.engine import Engine, Limits
from mdgym.errors import TaskError
from mdgym.tasks import measurements, suites
from mdgym.tasks.assembly import PLANS, assemble
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Family
from mdgym.tasks.loading import dump_tasks
from mdgym.tasks.measurements import Measurement, file_name, measure_point, scripts_hash
from mdgym.tasks.task import SPLITS

# Anchors run up to three times as long as gold, on machines that may be busy.
LIMITS = Limits(wall_s=120.0, cpu_s=60.0)


def build_suite(directory: Path = suites.DIRECTORY, fresh: bool = False, console: Console | None = None) -> None:
    """Measure what is missing and write all suites.

    Args:
        directory: Where measurements (below `references`) and suites go.
        fresh: Measure every point again.
        console: Where progress is shown; None for standard error.

    Raises:
        TaskError: A script that should be right is not, or a reference does not meet its anchor.
        InfrastructureError: mdgym itself failed.
    """
    references = directory / measurements.DIRECTORY.name
    missing = [pair for pair in all_points() if fresh or not is_measured(*pair, references)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Engine(limits=LIMITS) as engine,
        Progress(*columns, console=console or Console(stderr=True)) as progress,
    ):
        engine.start()
        bar = progress.add_task("measuring", total=len(missing))
        for family, point in missing:
            progress.update(bar, description=f"{family.name} {point.label}")
            measurement = measure_point(
                family,
                point,
                lambda script, seed: engine.run(script, seed=seed),
                version("mdgym"),
                str(engine.lammps_version),
            )
            measurements.save(measurement, references)
            progress.advance(bar)
        progress.update(bar, description="measured")
    for name, text in suite_texts(references):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def all_points() -> Iterator[tuple[Family, Any]]:
    """Yield every physical point with its family."""
    for family in FAMILIES:
        for split in SPLITS:
            for point in family.points(split):
                yield family, point


def is_measured(family: Family, point: Any, references: Path) -> bool:
    """Whether a point is stored and was measured with the scripts of today."""
    try:
        stored = measurements.load(references / file_name(family.name, point.label))
    except TaskError:
        return False
    return stored.scripts == scripts_hash(family, point)


def suite_texts(references: Path = measurements.DIRECTORY) -> Iterator[tuple[str, str]]:
    """Assemble every file of every suite.

    Args:
        references: Where the measurements lie.

    Yields:
        Name below the data directory, and text.

    Raises:
        TaskError: A measurement is missing, or a reference does not meet its anchor.
    """

    def find(family: Family, point: Any) -> Measurement:
        return measurements.load(references / file_name(family.name, point.label))

    for plan in PLANS:
        for split in SPLITS:
            yield f"{plan.name}/{split}.jsonl", dump_tasks(assemble(plan, split, find))


def main() -> None:
    """Build everything from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mdgym.tasks.build", description=build_suite.__doc__)
    parser.add_argument("--fresh", action="store_true", help="measure every point again, not only what is missing")
    build_suite(fresh=parser.parse_args().fresh)


if __name__ == "__main__":
    main()
