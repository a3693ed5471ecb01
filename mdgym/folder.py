"""The folder of an evaluation: its settings, a line per result that is written as it comes, and a summary."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from mdgym.closing import Closing
from mdgym.errors import RecordError
from mdgym.lines import Lines, read_lines
from mdgym.records import digest, from_json, to_json

T = TypeVar("T")
EXPERIMENT = "experiment.json"
SUMMARY = "summary.json"


@dataclass(frozen=True)
class Experiment:
    """What must be equal for a run to be resumed in the same folder.

    Attributes:
        agent: Name of the agent.
        suite: Suite of the tasks or questions.
        split: Their split.
        seed: Seed of the evaluation.
        k: Rollouts per task, or answers per question.
        max_turns: Scripts that an episode allows.
        tasks: Hash of all tasks or questions that could be chosen.
        limits: Hash of what one script may use.
        rubric: Hash of a rubric of one's own; empty for the standard one. Of questions, the rules and the judge.
    """

    agent: str
    suite: str
    split: str
    seed: int
    k: int
    max_turns: int
    tasks: str = ""
    limits: str = ""
    rubric: str = ""
    schema_version: int = 1


class Folder(Closing, Generic[T]):
    """The folder of one evaluation, open for writing.

    A line that was cut off by a crash is removed when the folder is opened again.

    Attributes:
        path: The folder.
        stored: The results that were in it when it was opened.
    """

    def __init__(self, path: str | Path, experiment: Experiment, kind: type[T], name: str) -> None:
        """Make the folder, or open it again.

        Args:
            path: The folder.
            experiment: Settings of the evaluation.
            kind: The dataclass of a result.
            name: The file in the folder that has a line per result.

        Raises:
            RecordError: It holds another experiment, a damaged file, or another process is writing to it.
        """
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            _check(self.path, experiment, name)
        except OSError as error:
            raise RecordError(f"{self.path} cannot be used: {error}") from error
        self._lines = Lines(kind, self.path / name)
        self.stored = self._lines.stored

    def add(self, result: T) -> None:
        """Append a result."""
        self._lines.add(result)

    def summarise(self, summary: Any) -> None:
        """Write the summary, in place of an earlier one.

        An evaluation does so before its first result too: of one that is killed, the summary then says how much was
        meant to be done.
        """
        write_json(self.path / SUMMARY, summary)

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


def read_folder(path: Path, kind: type[T], name: str) -> tuple[Experiment, tuple[T, ...]]:
    """Read the folder of an evaluation.

    Args:
        path: The folder.
        kind: The dataclass of a result.
        name: The file in the folder that has a line per result.

    Returns:
        Its settings, and its results in the order in which they came.

    Raises:
        RecordError: It is none, or a file is damaged.
    """
    if not (path / EXPERIMENT).exists() or not (path / name).exists():
        raise RecordError(f"{path} is no folder of an evaluation: it needs {EXPERIMENT} and {name}")
    try:
        return _experiment(path / EXPERIMENT), read_lines(kind, path / name)
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error}") from error


def folder_name(name: str) -> str:
    """Return a name without what a path cannot hold; long ones are cut, and told apart by a hash."""
    plain = "".join(c if c.isalnum() or c in "-." else "_" for c in name).strip(".") or "_"
    # a file system takes 255 bytes, of which a character may need four
    return plain if len(plain.encode("utf-8")) <= 100 else f"{plain[:50]}-{digest(name)[:8]}"


def write_json(path: Path, value: Any) -> None:
    """Write a record as indented JSON; a reader never sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(to_json(value), indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def _check(folder: Path, experiment: Experiment, name: str) -> None:
    path = folder / EXPERIMENT
    if not path.exists():
        if (folder / name).exists():
            raise RecordError(f"{folder} has {name} but no {EXPERIMENT}; choose another folder")
        write_json(path, experiment)
        return
    found = _experiment(path)
    for field, value in asdict(experiment).items():
        other = getattr(found, field)
        if other != value:
            raise RecordError(
                f"{folder} holds another experiment: its {field} is {other!r}, not {value!r}; "
                "choose another folder, or the same settings to resume it"
            )


def _experiment(path: Path) -> Experiment:
    try:
        return from_json(Experiment, json.loads(path.read_bytes()))
    except ValueError as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
