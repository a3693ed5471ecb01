"""What an evaluation keeps of each rollout, and the folder that it is written to as it comes."""

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mdgym.errors import RecordError
from mdgym.records import from_json, to_json
from mdgym.rewards.score import Score
from mdgym.scoring import ScoringTiming
from mdgym.thermo import Sample

EXPERIMENT = "experiment.json"
TRAJECTORIES = "trajectories.jsonl"
FAILURES = "failures.jsonl"
SUMMARY = "summary.json"


@dataclass(frozen=True)
class Turn:
    """One answer and what came of it.

    Attributes:
        answer: What the agent said.
        script: The script that was read out of it.
        score: The verdict.
        answer_s: Wall-clock seconds that the agent took.
        timing: What the score cost.
        thermo: A few samples of the run for plots, as `mdgym.thermo.thermo` takes them; empty in older runs.
    """

    answer: str
    script: str
    score: Score
    answer_s: float
    timing: ScoringTiming
    thermo: tuple[Sample, ...] = ()


@dataclass(frozen=True)
class Trajectory:
    """One rollout: an episode from its prompt to its last score.

    Attributes:
        task_id: The task.
        rollout: Number of the sample for this task, from 0.
        seed: Episode seed.
        prompt: The first observation.
        turns: The answers in order, at least one.
    """

    task_id: str
    rollout: int
    seed: int
    prompt: str
    turns: tuple[Turn, ...]
    schema_version: int = 1

    @property
    def score(self) -> Score:
        """The score of the last turn, which is the episode's."""
        return self.turns[-1].score


@dataclass(frozen=True)
class Failure:
    """A rollout that mdgym itself could not score; it has no reward, and a resumed run tries it again.

    Attributes:
        task_id: The task.
        rollout: Number of the sample for this task.
        seed: Episode seed.
        message: What went wrong.
        answers: What the agent had said.
    """

    task_id: str
    rollout: int
    seed: int
    message: str
    answers: tuple[str, ...]
    schema_version: int = 1


@dataclass(frozen=True)
class Experiment:
    """What must be equal for a run to be resumed in the same folder.

    Attributes:
        agent: Name of the agent.
        suite: Suite of the tasks.
        split: Their split.
        seed: Seed of the evaluation.
        k: Rollouts per task.
        max_turns: Scripts that an episode allows.
        tasks: Hash of all tasks that could be chosen.
        limits: Hash of what one script may use.
        rubric: Hash of a rubric of one's own; empty for the standard one.
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


class RunFolder:
    """The folder of one evaluation, open for writing.

    Each trajectory is a line of `trajectories.jsonl`, written when the rollout ends. A line that was cut off by a
    crash is removed when the folder is opened again.

    Attributes:
        path: The folder.
        stored: The trajectories that were in it when it was opened.
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
        self._file: IO[bytes] = open(self.path / TRAJECTORIES, "ab+")  # noqa: SIM115 (closed by `close`)
        try:
            self._lock()
            self.stored = self._read()
        except RecordError:
            self.close()
            raise

    def add(self, trajectory: Trajectory) -> None:
        """Append a trajectory."""
        self._file.write(_line(trajectory))
        self._file.flush()

    def fail(self, failure: Failure) -> None:
        """Append a failure."""
        with open(self.path / FAILURES, "ab") as file:
            file.write(_line(failure))

    def summarise(self, summary: Any) -> None:
        """Write the summary, in place of an earlier one."""
        write_json(self.path / SUMMARY, summary)

    def close(self) -> None:
        """Close the files."""
        self._file.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RecordError(f"another process is writing to {self.path}") from error

    def _check(self, experiment: Experiment) -> None:
        path = self.path / EXPERIMENT
        if not path.exists():
            if (self.path / TRAJECTORIES).exists():
                raise RecordError(f"{self.path} has {TRAJECTORIES} but no {EXPERIMENT}; choose another folder")
            write_json(path, experiment)
            return
        found = _experiment(path)
        for name, value in asdict(experiment).items():
            other = getattr(found, name)
            if other != value:
                raise RecordError(
                    f"{self.path} holds another experiment: its {name} is {other!r}, not {value!r}; "
                    "choose another folder, or the same settings to resume it"
                )

    def _read(self) -> tuple[Trajectory, ...]:
        self._file.seek(0)
        data = self._file.read()
        end = data.rfind(b"\n") + 1
        if end < len(data):
            self._file.truncate(end)
        return _parsed(data[:end], self.path / TRAJECTORIES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_run(path: Path) -> tuple[Experiment, tuple[Trajectory, ...]]:
    """Read the folder of an evaluation; a last line that was cut off is left out.

    Raises:
        RecordError: It is none, or a file is damaged.
    """
    if not (path / EXPERIMENT).exists() or not (path / TRAJECTORIES).exists():
        raise RecordError(f"{path} is no folder of an evaluation: it needs {EXPERIMENT} and {TRAJECTORIES}")
    try:
        data = (path / TRAJECTORIES).read_bytes()
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
    return _experiment(path / EXPERIMENT), _parsed(data[: data.rfind(b"\n") + 1], path / TRAJECTORIES)


def _experiment(path: Path) -> Experiment:
    try:
        return from_json(Experiment, json.loads(path.read_bytes()))
    except ValueError as error:
        raise RecordError(f"{path} cannot be read: {error}") from error


def _parsed(data: bytes, path: Path) -> tuple[Trajectory, ...]:
    trajectories = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            trajectories.append(from_json(Trajectory, json.loads(line)))
        except ValueError as error:
            raise RecordError(f"{path}, line {number}: {error}") from error
    return tuple(trajectories)


def write_json(path: Path, value: Any) -> None:
    """Write a record as indented JSON; a reader never sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(to_json(value), indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def _line(record: Trajectory | Failure) -> bytes:
    # ASCII with escapes: an answer may hold lone surrogates, which UTF-8 cannot.
    return json.dumps(to_json(record), ensure_ascii=True).encode("ascii") + b"\n"
