"""Build the suites that come with mdgym: run gold scripts and anchors once per physical point, then assemble.

`mdgym tasks build` measures what is missing or was measured with other scripts, and can be interrupted at any time:
each point is stored as it comes.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mdgym.engine import Engine, Limits
from mdgym.engine.measures import FROM_FLUX
from mdgym.errors import TaskError
from mdgym.tasks import measurements, suites
from mdgym.tasks.assembly import PLANS, assemble
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Family
from mdgym.tasks.loading import dump_tasks
from mdgym.tasks.measurements import Measurement, file_name, measure_point, scripts_hash
from mdgym.tasks.task import SPLITS

# Anchors run up to three times as long as gold, on machines that may be busy.
LIMITS = Limits(wall_s=600.0, cpu_s=300.0)


def build_suites(
    directory: Path = suites.DIRECTORY, fresh: bool = False, workers: int = 1, console: Console | None = None
) -> None:
    """Measure what is missing and write all suites.

    Args:
        directory: Where measurements (below `references`) and suites go.
        fresh: Measure every point again.
        workers: Engines that run side by side.
        console: Where progress is shown; None for standard error.

    Raises:
        TaskError: A script that should be right is not, or a reference does not meet its anchor.
        InfrastructureError: mdgym itself failed.
    """
    references = directory / measurements.DIRECTORY.name
    measure_families(FAMILIES, references, fresh, workers, console)
    for name, text in suite_texts(references):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def measure_families(
    families: Sequence[Family], references: Path, fresh: bool = False, workers: int = 1, console: Console | None = None
) -> None:
    """Measure the points of some families that are missing, or all; see `build_suites`."""
    missing = [(f, p) for f, p in all_points(families) if fresh or not is_measured(f, p, references)]
    if not missing:
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    local, engines = threading.local(), []

    def measured(pair: tuple[Family, Any]) -> Measurement:
        if not hasattr(local, "engine"):
            local.engine = Engine(limits=LIMITS)
            engines.append(local.engine)
            local.engine.start()
        engine: Engine = local.engine
        family, point = pair
        files = family.files(point)
        flux = any(source in FROM_FLUX for source, _ in family.sources(point).values())

        def run(script: str, seed: int) -> Any:
            return engine.run(script, files, seed=seed, heat_flux=flux)

        measurement = measure_point(family, point, run, version("mdgym"), str(engine.lammps_version))
        measurements.save(measurement, references)
        return measurement

    executor = ThreadPoolExecutor(workers)
    try:
        with Progress(*columns, console=console or Console(stderr=True)) as progress:
            bar = progress.add_task("measuring", total=len(missing))
            for measurement in executor.map(measured, missing):
                progress.update(bar, advance=1, description=f"{measurement.family} {measurement.label}")
            progress.update(bar, description="measured")
    finally:
        executor.shutdown(cancel_futures=True)
        for engine in engines:
            engine.close()


def all_points(families: Sequence[Family] = FAMILIES) -> Iterator[tuple[Family, Any]]:
    """Yield every physical point with its family."""
    for family in families:
        for split in SPLITS:
            for point in family.points[split]:
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
            tasks = assemble(plan, split, find)
            if tasks:
                yield f"{plan.name}/{split}.jsonl", dump_tasks(tasks)
