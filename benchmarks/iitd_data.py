"""MDGym of IIT Delhi as tasks of mdgym: a text, the numbers that are asked for, and their accepted values.

Its tasks have no contract that a program could check, so they are open; the numbers are compared with the accepted
values as the engine's memory holds them at the end of the script.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdgym.benchmarks.exam_files import Entry
from mdgym.errors import TaskError
from mdgym.tasks.task import Task

SUITE = "iitd"
LAMMPS = "lammps"
TOLERANCE = 0.05
# Accepted difference where the accepted value is 0, in the unit of the task: 5 % of nothing is nothing.
NOTHING = 1e-6
DEFAULT_TIME_S = 600.0

_FORM = "Answer with one complete LAMMPS input script. Its files are lost when it has ended."
_RESULTS = (
    "Leave the results behind as equal-style variables that can be evaluated after the last command, each in the unit "
    "that the text asks for:"
)


@dataclass(frozen=True)
class Problem:
    """One task of the exam.

    Attributes:
        task: What an agent is asked; an open task, whose family is its level.
        level: "1", "2" or "3", "?" where it is not said.
        engine: "lammps" or "gromacs".
        variables: For each metric the equal-style variable that must hold it.
        truth: Accepted value of each metric that has one.
        unjudged: Metrics whose accepted value is no number.
        time_s: CPU time that its script may take, seconds.
    """

    task: Task
    level: str
    engine: str
    variables: dict[str, str]
    truth: dict[str, float]
    unjudged: tuple[str, ...]
    time_s: float


def problems(entries: Sequence[Entry]) -> tuple[Problem, ...]:
    """Read the tasks.

    Args:
        entries: Entries of the kind `exam_files.PROBLEM`.

    Returns:
        The problems, those for other engines among them.

    Raises:
        TaskError: A field is of the wrong kind, or two tasks have one id; the message names the file.
    """
    found: dict[str, Problem] = {}
    places: dict[str, str] = {}
    for entry in entries:
        problem = _problem(entry)
        if problem.task.id in found:
            raise TaskError(f"{entry.where}: the id of this task was used in {places[problem.task.id]}")
        found[problem.task.id], places[problem.task.id] = problem, entry.where
    return tuple(found.values())


def right(problem: Problem, values: Mapping[str, float | None], tolerance: float = TOLERANCE) -> dict[str, bool]:
    """Compare what a script left behind with the accepted values.

    Args:
        problem: The problem.
        values: Value of each variable at the end; None for one without a value.
        tolerance: Largest accepted difference, relative to the accepted value.

    Returns:
        For each metric with an accepted value, whether it is met; NaN and what is missing is not.
    """
    verdicts = {}
    for metric, accepted in problem.truth.items():
        value = values.get(problem.variables[metric])
        limit = tolerance * abs(accepted) if accepted else NOTHING
        verdicts[metric] = value is not None and math.isfinite(value) and abs(value - accepted) <= limit
    return verdicts


def _problem(entry: Entry) -> Problem:
    text = entry.text("problem_description")
    truth_given = _object(entry, "ground_truth")
    metrics = list(dict.fromkeys([*_names(entry), *truth_given]))
    variables = _variables(metrics)
    truth = {name: number for name, value in truth_given.items() if (number := _number(value)) is not None}
    asked = [f"- `{variable}`: {metric}" for metric, variable in variables.items()]
    prompt = "\n".join([f"{text}\n\n{_FORM}", *([_RESULTS, *asked] if asked else [])])
    level = entry.text("level") or "?"
    if not text:
        raise TaskError(f"{entry.where}: 'problem_description' is empty")
    return Problem(
        task=Task(f"{SUITE}/{entry.text('id') or entry.part}", prompt, family=f"level {level}", suite=SUITE),
        level=level,
        engine=entry.text("engine").lower() or LAMMPS,
        variables=variables,
        truth=truth,
        unjudged=tuple(name for name in truth_given if name not in truth),
        time_s=_time(entry),
    )


def _names(entry: Entry) -> list[str]:
    value = entry.data.get("metrics", [])
    if not isinstance(value, list | dict):
        raise TaskError(f"{entry.where}: 'metrics' must be a list of names, not {type(value).__name__}")
    return list(map(str, value))


def _object(entry: Entry, name: str) -> dict[str, Any]:
    value = entry.data.get(name, {})
    if not isinstance(value, dict):
        raise TaskError(f"{entry.where}: '{name}' must be an object of names and values, not {type(value).__name__}")
    return value


def _variables(metrics: Sequence[str]) -> dict[str, str]:
    """Give each metric the name of a LAMMPS variable: letters, digits and underscores of ASCII."""
    names: dict[str, str] = {}
    for number, metric in enumerate(metrics, start=1):
        name = re.sub(r"[^A-Za-z0-9]+", "_", metric).strip("_") or f"metric_{number}"
        names[metric] = f"{name}_{number}" if name in names.values() else name
    return names


def _number(value: Any) -> float | None:
    """Return an accepted value; None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(entry: Entry) -> float:
    seconds = _number(entry.data.get("time_limit", DEFAULT_TIME_S))
    if seconds is None or seconds <= 0:
        raise TaskError(f"{entry.where}: 'time_limit' must be a positive number of seconds")
    return seconds
