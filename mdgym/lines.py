"""A file of records, a line of JSON each, that are written as they come and gone on with."""

import fcntl
import json
import weakref
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from mdgym.closing import Closing
from mdgym.errors import RecordError
from mdgym.records import from_json, to_json

T = TypeVar("T")


class Lines(Closing, Generic[T]):
    """Records in JSON lines, written by one process at a time; without a path nothing is kept.

    A last line that was cut off by a crash is removed when the file is opened again.

    Attributes:
        stored: The records that were in the file when it was opened, in its order.
    """

    def __init__(self, kind: type[T], path: Path | None) -> None:
        """Make the file and its folder, or open it again.

        Args:
            kind: The dataclass of each line.
            path: The file; None for none.

        Raises:
            RecordError: It cannot be used, another process is writing to it, or a line is no such record.
        """
        self.stored: tuple[T, ...] = ()
        self._file: IO[bytes] | None = None
        if path is not None:
            self._file = _opened(path)
            # also where nobody calls `close`: the lock must not outlive the measurement
            weakref.finalize(self, self._file.close)
            try:
                self.stored = read_lines(kind, path)
                _cut(self._file, path)
            except RecordError:
                self.close()
                raise

    def add(self, record: T) -> None:
        """Append a record."""
        if self._file:
            self._file.write(to_line(record))
            self._file.flush()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file:
            self._file.close()


def read_lines(kind: type[T], path: Path) -> tuple[T, ...]:
    """Read a file of JSON lines; a last line that was cut off is left out.

    Args:
        kind: The dataclass of each line.
        path: The file.

    Raises:
        OSError: It cannot be read.
        RecordError: A line is no such record; the message names it.
    """
    data = path.read_bytes()
    return _parsed(kind, data[: data.rfind(b"\n") + 1], path)


def to_line(record: Any) -> bytes:
    """Return a record as a line of JSON."""
    # ASCII with escapes: an answer may hold lone surrogates, which UTF-8 cannot.
    return json.dumps(to_json(record), ensure_ascii=True).encode("ascii") + b"\n"


def _opened(path: Path) -> IO[bytes]:
    """Return the file, locked."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "ab+")  # noqa: SIM115 (closed by `Lines.close`)
    except OSError as error:
        raise RecordError(f"{path} cannot be used: {error}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise RecordError(f"another process is writing to {path}: wait for it, or choose another place") from error
    return file


def _cut(file: IO[bytes], path: Path) -> None:
    """Remove what follows the last whole line, if it is the beginning of one and not something of the user's own."""
    file.seek(0)
    data = file.read()
    end = data.rfind(b"\n") + 1
    if end < len(data) and not data[end:].startswith(b"{"):
        raise RecordError(f"{path} is no file of outcomes, for its last line is none: choose another place")
    file.truncate(end)


def _parsed(kind: type[T], data: bytes, path: Path) -> tuple[T, ...]:
    records = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            records.append(from_json(kind, json.loads(line)))
        except ValueError as error:
            raise RecordError(f"{path}, line {number}: {error}") from error
    return tuple(records)
