"""Results of exams as a file that says how to get them again, and as a table of the papers' layout."""

import fcntl
import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from mdgym.benchmarks.pages import made_by
from mdgym.errors import RecordError
from mdgym.folder import write_json

RESULT = "result.json"
TABLE = "table.md"
# Exec-Success is shown for these numbers of scripts, as papers do, and for the last.
_SHOWN = (1, 3, 5, 10)
_TYPES = {"single_choice": "single", "multiple_choice": "multiple", "fill_blank": "blank", "open_qa": "open"}


def complete(result: dict[str, Any], command: str) -> dict[str, Any]:
    """Add what made a result: command, day, versions and machine."""
    return {**made_by(command), "python": platform.python_version(), "machine": platform.machine(), **result}


def add_results(
    folder: Path, results: Sequence[dict[str, Any]], table: Callable[[Sequence[dict[str, Any]]], str]
) -> str:
    """Write results behind the earlier ones of a folder, and the table of all of them.

    Args:
        folder: The folder.
        results: New results.
        table: Makes the table.

    Returns:
        The table.

    Raises:
        RecordError: What is there cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = os.open(folder, os.O_RDONLY)
    try:
        # commands for other agents may end at the same time, and none must lose the row of another
        fcntl.flock(place, fcntl.LOCK_EX)
        everything = with_earlier(folder, results)
        text = table(everything)
        write_result(folder, {"results": everything}, text)
    finally:
        os.close(place)
    return text


def with_earlier(folder: Path, results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put results behind those that a folder holds of other agents, if these had the same files and settings.

    Args:
        folder: Where `write_result` has written, or will.
        results: New results.

    Raises:
        RecordError: What is there cannot be read.
    """
    path = folder / RESULT
    try:
        stored = json.loads(path.read_bytes())["results"] if path.exists() else []
        agents, basis = {result["agent"] for result in results}, _basis(results[0])
        return [*(old for old in stored if old["agent"] not in agents and _basis(old) == basis), *results]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{path} cannot be read ({error}); move it away, or choose another folder") from error


def _basis(result: dict[str, Any]) -> list[Any]:
    # with the runtime and without are rows of one table
    settings = {name: value for name, value in result["settings"].items() if name != "rounds"}
    return [result["exam"], result["files"], settings, result["mdgym"], result["lammps"]]


def write_result(folder: Path, result: dict[str, Any], table: str) -> None:
    """Write `result.json` and `table.md` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RESULT, result)
    (folder / TABLE).write_bytes(table.encode("utf-8", "replace"))


def evalbench_table(results: Sequence[dict[str, Any]]) -> str:
    """Return the tables of MD-EvalBench: a row per agent, for each part of its own.

    Args:
        results: What `mdgym.benchmarks.evalbench` found for agents that were given the same files.

    Returns:
        Markdown.
    """
    parts = []
    for name in dict.fromkeys(name for result in results for name in result["code"]):
        parts.append(_code_table(name, [(r["agent"], r["code"][name]) for r in results if name in r["code"]]))
    for name in dict.fromkeys(name for result in results for name in result["questions"]):
        rows = [(r["agent"], r["questions"][name]) for r in results if name in r["questions"]]
        parts.append(_question_table(name, rows))
    return "\n".join(parts)


def oracle_table(results: Sequence[dict[str, Any]]) -> str:
    """Return what became of the reference scripts: how many ended how, and each that was not executed."""
    parts = []
    for name, part in results[-1]["code"].items():
        rows = [(ending, str(count)) for ending, count in part["endings"].items()]
        others = [
            (o["task"], o["ending"], f"{o['command']}: {o['message']}" if "message" in o else "")
            for o in part["others"]
        ]
        parts.append(f"## Reference scripts of {name}: {part['tasks']}\n")
        parts.append(_grid(("ending", "scripts"), rows))
        parts.append(_grid(("not executed", "ending", "where it stopped"), others) if others else "")
    return "\n".join(parts)


def iitd_table(results: Sequence[dict[str, Any]]) -> str:
    """Return the table of MDGym (IIT Delhi): a row per agent and level."""
    numbers = _numbers(result["levels"]["all"]["executed"] for result in results)
    head = ["agent", "level", "tasks", *(f"Exec-Success@{j}" for j in numbers), "judged"]
    head += [f"success@{j}" for j in numbers]
    rows = []
    for result in results:
        for level, found in result["levels"].items():
            row = [result["agent"], level, str(found["tasks"]), *_cells(found["executed"], numbers)]
            rows.append((*row, str(found["judged"]), *_cells(found["success"], numbers)))
    tolerance = results[0]["settings"]["tolerance"]
    note = f"Success: every accepted value is met within {tolerance:.3g} of it. In brackets: 95 % interval over tasks."
    return f"## MDGym (IIT Delhi)\n\n{_grid(head, rows)}\n{note}\n"


def _code_table(name: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> str:
    numbers = _numbers(part["executed"] for _, part in rows)
    head = ["agent", "tasks", *(f"Exec-Success@{j}" for j in numbers), "reward", "inputs given"]
    head += [f"Exec-Success@{j}, inputs given" for j in numbers]
    cells = []
    for agent, part in rows:
        given = part["given"]
        row = [agent, str(part["tasks"]), *_cells(part["executed"], numbers), _number(part["reward"])]
        cells.append((*row, str(given["tasks"]), *_cells(given["executed"], numbers)))
    return f"## {name}\n\n{_grid(head, cells)}\nIn brackets: 95 % interval over tasks.\n"


def _question_table(name: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> str:
    head = ["agent", *_TYPES.values(), "average", "unscored"]
    cells = []
    for agent, part in rows:
        row = [agent, *(_cell(part["types"].get(kind)) for kind in _TYPES)]
        cells.append((*row, _cell(part["average"]), str(part["unscored"])))
    return f"## {name}\n\n{_grid(head, cells)}\nAccuracy; in brackets: 95 % interval over questions.\n"


def _numbers(rates: Iterable[dict[str, Any]]) -> list[int]:
    k = max(len(rate) for rate in rates)
    return sorted({j for j in _SHOWN if j <= k} | {k})


def _cells(rates: dict[str, Any], numbers: Sequence[int]) -> list[str]:
    return [_cell(rates.get(str(j))) for j in numbers]


def _cell(value: dict[str, Any] | None) -> str:
    """Return a mean in percent with its interval; a dash for none."""
    if value is None or value["value"] is None:
        return "–"
    interval = "" if value["low"] is None else f" ({100 * value['low']:.0f}–{100 * value['high']:.0f})"
    return f"{100 * value['value']:.1f} %{interval}"


def _number(value: dict[str, Any]) -> str:
    return "–" if value["value"] is None else f"{value['value']:.3f}"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(map(_plain, row)) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]]) + "\n"


def _plain(text: str) -> str:
    """Escape what would end a cell or be read as a mark-up; what LAMMPS said may be anything."""
    flat = "".join(c if c.isprintable() else " " for c in text)
    for mark in "\\`*_[]<>|~":
        flat = flat.replace(mark, f"\\{mark}")
    return flat
