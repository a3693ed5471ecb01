"""The folder that an evaluation on questions is written to as it comes: a line per answer."""

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mdgym.errors import RecordError
from mdgym.questions.rules import Verdict
from mdgym.records import from_json, to_json
from mdgym.trajectory import EXPERIMENT, SUMMARY, Experiment, write_json

ANSWERS = "answers.jsonl"


@dataclass(frozen=True)
class AnswerRecord:
    """One answer and what it was worth.

    Attributes:
        question_id: The question.
        type: Its type.
        rollout: Number of the sample for this question, from 0.
        seed: Seed of the episode.
        question_hash: `Question.hash`; the answer is not used for a question that has changed.
        answer: What the agent said.
        verdict: What it was worth.
        answer_s: Wall-clock seconds that the agent took.
    """

    question_id: str
    type: str
    rollout: int
    seed: int
    question_hash: str
    answer: str
    verdict: Verdict
    answer_s: float
    schema_version: int = 1


class AnswerFolder:
    """The folder of one evaluation, open for writing.

    A line that was cut off by a crash is removed when the folder is opened again.

    Attributes:
        path: The folder.
        stored: The answers that were in it when it was opened.
    """

    def __init__(self, path: str | Path, experiment: Experiment) -> None:
        """Make the folder, or open it again.

        Raises:
            RecordError: It holds another experiment, a damaged file, or another process is writing to it.
        """
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._check(experiment)
        except OSError as error:
            raise RecordError(f"{self.path} cannot be used: {error}") from error
        self._file: IO[bytes] = open(self.path / ANSWERS, "ab+")  # noqa: SIM115 (closed by `close`)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stored = self._read()
        except OSError as error:
            self.close()
            raise RecordError(f"another process is writing to {self.path}") from error
        except RecordError:
            self.close()
            raise

    def add(self, record: AnswerRecord) -> None:
        """Append an answer."""
        # ASCII with escapes: an answer may hold lone surrogates, which UTF-8 cannot.
        self._file.write(json.dumps(to_json(record), ensure_ascii=True).encode("ascii") + b"\n")
        self._file.flush()

    def summarise(self, summary: Any) -> None:
        """Write the summary, in place of an earlier one."""
        write_json(self.path / SUMMARY, summary)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _check(self, experiment: Experiment) -> None:
        path = self.path / EXPERIMENT
        if not path.exists():
            if (self.path / ANSWERS).exists():
                raise RecordError(f"{self.path} has {ANSWERS} but no {EXPERIMENT}; choose another folder")
            write_json(path, experiment)
            return
        try:
            found = from_json(Experiment, json.loads(path.read_bytes()))
        except ValueError as error:
            raise RecordError(f"{path} cannot be read: {error}") from error
        for name, value in asdict(experiment).items():
            other = getattr(found, name)
            if other != value:
                raise RecordError(
                    f"{self.path} holds another experiment: its {name} is {other!r}, not {value!r}; "
                    "choose another folder, or the same settings to resume it"
                )

    def _read(self) -> tuple[AnswerRecord, ...]:
        self._file.seek(0)
        data = self._file.read()
        end = data.rfind(b"\n") + 1
        if end < len(data):
            self._file.truncate(end)
        records = []
        for number, line in enumerate(data[:end].splitlines(), start=1):
            try:
                records.append(from_json(AnswerRecord, json.loads(line)))
            except ValueError as error:
                raise RecordError(f"{self.path / ANSWERS}, line {number}: {error}") from error
        return tuple(records)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
