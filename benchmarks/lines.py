"""Records in JSON lines that are written as they come, and read when the same call goes on."""

import json
import os
from pathlib import Path
from typing import Any, TypeVar

from mdgym.errors import RecordError
from mdgym.records import from_json, to_json

T = TypeVar("T")


def read_lines(kind: type[T], path: Path) -> list[T]:
    """Read what is there; a last line that was cut off by a crash is removed.

    Args:
        kind: The dataclass of each line.
        path: The file, which need not be there.

    Returns:
        The records, in the order of the file.

    Raises:
        RecordError: A line is no such record; the message names it.
    """
    if not path.exists():
        return []
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end < len(data):
        os.truncate(path, end)
    records = []
    for number, line in enumerate(data[:end].splitlines(), start=1):
        try:
            records.append(from_json(kind, json.loads(line)))
        except ValueError as error:
            raise RecordError(f"{path}, line {number}: {error}") from error
    return records


def add_line(path: Path, record: Any) -> None:
    """Append a record; the file and its folder are made when they are not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="ascii") as file:
        # escapes: an answer may hold lone surrogates, which UTF-8 cannot
        file.write(json.dumps(to_json(record), ensure_ascii=True) + "\n")
