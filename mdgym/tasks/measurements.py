"""What gold scripts, their variants and the anchors gave at one physical point: measured once, stored as JSON."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdgym.engine.execution import Execution
from mdgym.engine.measures import measure
from mdgym.engine.window import Window, judged_windows
from mdgym.errors import RecordError, TaskError
from mdgym.records import digest, from_json, to_json
from mdgym.tasks.family import Family, Measured, Run
from mdgym.tasks.task import REFERENCE, Reference

DIRECTORY = Path(__file__).parent / "data" / "references"
COMMAND = "mdgym tasks build"
VARIANT_RUNS = 2


@dataclass(frozen=True)
class Measurement:
    """The stored runs of one physical point.

    Attributes:
        family: Name of the family.
        label: Name of the point inside it.
        point: Its parameters.
        scripts: Hash of the gold script, its variants and what is measured; other scripts need new runs.
        measured: Values of all runs by reference name.
        cpu_s: Mean CPU time of a gold run when it was measured, seconds; limits of scores are wide enough for it.
        mdgym: Version of this package.
        lammps: Version of LAMMPS.
        command: Command that measures it again.
    """

    family: str
    label: str
    point: dict[str, Any]
    scripts: str
    measured: dict[str, Measured]
    cpu_s: float
    mdgym: str
    lammps: str
    command: str = COMMAND
    schema_version: int = 1

    @property
    def name(self) -> str:
        """Name of its file."""
        return file_name(self.family, self.label)


def file_name(family: str, label: str) -> str:
    """Name of the file that holds the runs of a point."""
    return f"{family}-{label}.json"


def scripts_hash(family: Family, point: Any) -> str:
    """Hash everything that is run and read at a point."""
    sources = {name: [source, *arguments] for name, (source, arguments) in family.sources(point).items()}
    return digest([family.gold(point), family.variants(point), family.files(point), sources, family.runs])


def accepted(family: Family, point: Any, measurement: Measurement) -> tuple[Reference, ...]:
    """Turn stored runs into references."""
    return family.references(point, measurement.measured)


def measure_point(family: Family, point: Any, run: Run, mdgym: str, lammps: str) -> Measurement:
    """Run everything that the references of one point need.

    Args:
        family: The family.
        point: The point.
        run: Runs a script with a seed.
        mdgym: Version of this package, for the record.
        lammps: Version of LAMMPS, for the record.

    Returns:
        The measurement.

    Raises:
        TaskError: A script that should be right did not complete, or what it reports is not what it did.
    """

    def right(script: str, seed: int) -> Execution:
        execution = run(script, seed)
        if not execution.executed or not execution.watched:
            reason = execution.error or execution.unwatched_reason or execution.status
            raise TaskError(f"{family.name} {point.label}: {reason}")
        return execution

    anchors = family.anchors(point, right)
    golds = [right(family.gold(point), seed) for seed in range(family.runs)]
    repeats = VARIANT_RUNS if family.runs > 1 else 1
    others = [right(script, seed) for script in family.variants(point) for seed in range(repeats)]
    values = [read(family, point, execution) for execution in golds]
    variants = [read(family, point, execution) for execution in others]
    measured = {
        name: Measured(
            tuple(value[name] for value in values), tuple(value[name] for value in variants), anchors.get(name)
        )
        for name in family.sources(point)
    }
    measurement = Measurement(
        family.name,
        point.label,
        to_json(point),
        scripts_hash(family, point),
        measured,
        round(sum(execution.timing.cpu_s for execution in golds) / len(golds), 2),
        mdgym,
        lammps,
    )
    _check_honesty(family, point, measurement, (*golds, *others))
    return measurement


def read(family: Family, point: Any, execution: Execution) -> dict[str, float]:
    """Read every reference from one execution: from the recording, or from a variable for static results.

    Raises:
        TaskError: The script ran for too short a time, or a variable has no value.
    """
    where = f"{family.name} {point.label}"
    found: tuple[Window | None, ...] = ()
    if family.duration is not None:
        found = judged_windows(execution, family.duration, family.earlier(point))
    windows = tuple(window for window in found if window is not None and window.long_enough)
    values = {}
    for name, (source, arguments) in family.sources(point).items():
        if source == REFERENCE:
            value = execution.variables.get(name)
            if value is None:
                why = next((f": {text}" for text in execution.warnings if f"variable {name} " in text), "")
                raise TaskError(f"{where}: the variable '{name}' has no value{why}")
            values[name] = value
            continue
        if not windows or len(windows) < len(found):
            raise TaskError(f"{where}: a judged window is too short")
        values[name] = measure(windows, source, arguments)
    return values


def load(path: Path) -> Measurement:
    """Read a stored measurement.

    Raises:
        TaskError: The file is missing or cannot be read; the message names the command that writes it.
    """
    try:
        return from_json(Measurement, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecordError) as error:
        raise TaskError(f"{path}: {error}; measure it with: {COMMAND}") from error


def save(measurement: Measurement, directory: Path) -> None:
    """Write a measurement, whole or not at all."""
    path = directory / measurement.name
    directory.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(to_json(measurement), indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(path)


def _check_honesty(family: Family, point: Any, measurement: Measurement, runs: tuple[Execution, ...]) -> None:
    """Refuse a family whose own right scripts would be called dishonest."""
    references = {reference.name: reference for reference in accepted(family, point, measurement)}
    for quantity in family.contract(point, references).quantities:
        for execution in runs:
            reported = execution.variables.get(quantity.name)
            recorded = read(family, point, execution)[quantity.name]
            if reported is None or abs(reported - recorded) > quantity.tolerance:
                raise TaskError(
                    f"{family.name} {point.label}: '{quantity.name}' is reported as {reported!r} but was {recorded!r}"
                )
