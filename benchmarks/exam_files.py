"""Exams in a user's folder: JSON and JSON lines under any names, told apart by what stands in them.

The formats of MD-EvalBench (a list of `task` and `standrd_code`, spelt so; questions in JSON lines) and of MDGym of IIT
Delhi (a file per task with `problem_description`). mdgym ships none of their data.
"""

import base64
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdgym.errors import TaskError

CODE, QUESTION, PROBLEM = "code", "question", "problem"
# A field that only the entries of one kind have.
_MARKS = {"problem_description": PROBLEM, "question": QUESTION, "standrd_code": CODE, "task": CODE}
_SUFFIXES = (".json", ".jsonl", ".ndjson")
_ENCODED = "BASE64:"
_OBJECT = re.compile(r'\s*\{\s*"')


@dataclass(frozen=True)
class Entry:
    """One task or question as its file has it, decoded.

    Attributes:
        kind: `CODE`, `QUESTION` or `PROBLEM`.
        file: Its path in the folder.
        part: Its file: path in the folder without the suffix, such as "en/knowledge"; with it where two files differ in
            nothing else.
        number: Its place in the file, from 1.
        where: File and line or number, for messages.
        data: Its fields; those that are null are left out.
    """

    kind: str
    file: str
    part: str
    number: int
    where: str
    data: dict[str, Any]

    def text(self, name: str) -> str:
        """Return a field as text, "" where there is none.

        Raises:
            TaskError: It is neither text nor a number.
        """
        value = self.data.get(name, "")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TaskError(f"{self.where}: '{name}' must be text, not {type(value).__name__}")
        return str(value).strip()


@dataclass(frozen=True)
class Exam:
    """What a folder holds.

    Attributes:
        entries: All entries, in the order of the names of their files.
        hashes: SHA-256 of each file that holds entries, by its path in the folder.
        ignored: JSON files that hold none.
    """

    entries: tuple[Entry, ...]
    hashes: dict[str, str]
    ignored: tuple[str, ...]

    def parts(self, kind: str) -> dict[str, list[Entry]]:
        """Return the entries of one kind, by part."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.kind == kind:
                found.setdefault(entry.part, []).append(entry)
        return found

    def files(self, *kinds: str) -> dict[str, str]:
        """Return the hashes of the files that hold entries of these kinds."""
        return {entry.file: self.hashes[entry.file] for entry in self.entries if entry.kind in kinds}


def read_exam(folder: str | os.PathLike[str]) -> Exam:
    """Read all JSON and JSON lines in a folder and in those below it; hidden files are left out.

    A value `"BASE64:" + base64(json.dumps(value))` is decoded, wherever it stands.

    Args:
        folder: The folder, or a single file.

    Returns:
        What it holds.

    Raises:
        TaskError: A file is broken or nothing is there; one sentence names the file and the line.
    """
    root = Path(folder)
    if not root.exists():
        raise TaskError(f"there is no folder {root}; name the one that holds the exam's JSON files")
    entries: list[Entry] = []
    hashes: dict[str, str] = {}
    ignored: list[str] = []
    paths = [root] if root.is_file() else _json_files(root)
    alike = Counter(path.with_suffix("") for path in paths)
    for path in paths:
        name = path.name if path == root else path.relative_to(root).as_posix()
        part = name.removesuffix(path.suffix) if alike[path.with_suffix("")] == 1 else name
        data = _bytes(path)
        found = [_entry(name, part, *numbered) for numbered in _objects(data, str(path))]
        known = [entry for entry in found if entry is not None]
        if known:
            entries += known
            hashes[name] = hashlib.sha256(data).hexdigest()
        else:
            ignored.append(name)
    if not entries:
        raise TaskError(
            f"{root} holds no exam: no JSON with the fields 'task', 'question' or 'problem_description'"
            + (f" (looked at {', '.join(ignored[:5])})" if ignored else "")
        )
    return Exam(tuple(entries), hashes, tuple(ignored))


def _json_files(root: Path) -> list[Path]:
    found = (path for path in root.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    return sorted(path for path in found if not any(p.startswith(".") for p in path.relative_to(root).parts))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror}") from error


def _objects(data: bytes, name: str) -> Iterator[tuple[int, str, Any]]:
    """Yield number, place and value of each entry."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = data.count(b"\n", 0, error.start) + 1
        raise TaskError(f"{name}, line {wrong}: not UTF-8 text; save the file as UTF-8") from error
    if not text.strip():
        return
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if _is_lines(text, lines):
        for line_number, line in lines:
            where = f"{name}, line {line_number}"
            yield line_number, where, _decoded(_parsed(line, name, line_number), where)
        return
    whole = _parsed(text, name, 1)
    for number, value in enumerate(whole if isinstance(whole, list) else [whole], start=1):
        where = f"{name}, entry {number}" if isinstance(whole, list) else name
        yield number, where, _decoded(value, where)


def _is_lines(text: str, lines: list[tuple[int, str]]) -> bool:
    """Whether these are JSON lines, of which one may be broken, and not one value on several lines."""
    if len(lines) < 2 or not all(_OBJECT.match(line) for _, line in lines[:2]):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _parsed(text: str, name: str, first: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = first + error.lineno - 1
        raise TaskError(f"{name}, line {line}: not JSON ({error.msg} at character {error.colno})") from error
    except RecursionError as error:
        raise TaskError(f"{name}, line {first}: not an exam, for it is nested too deeply") from error


def _decoded(value: Any, where: str) -> Any:
    if isinstance(value, dict):
        return {key: _decoded(item, where) for key, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item, where) for item in value]
    if not (isinstance(value, str) and value.startswith(_ENCODED)):
        return value
    try:
        return json.loads(base64.b64decode(value.removeprefix(_ENCODED), validate=True))
    except (ValueError, RecursionError) as error:
        shown = value[:40] + ("…" if len(value) > 40 else "")
        raise TaskError(f"{where}: '{shown}' is not the base64 of JSON") from error


def _entry(name: str, part: str, number: int, where: str, value: Any) -> Entry | None:
    if not isinstance(value, dict):
        return None
    kind = next((kind for field, kind in _MARKS.items() if field in value), None)
    if kind is None:
        return None
    fields = {key: item for key, item in value.items() if item is not None}
    return Entry(kind, name, part, number, where, fields)
