"""What an evaluation keeps of each rollout, and the folder that it is written to as it comes."""

from dataclasses import dataclass
from pathlib import Path

from mdgym.folder import Experiment, Folder, read_folder
from mdgym.lines import to_line
from mdgym.rewards.score import Score
from mdgym.scoring import ScoringTiming
from mdgym.thermo import Sample

TRAJECTORIES = "trajectories.jsonl"
FAILURES = "failures.jsonl"


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


class RunFolder(Folder[Trajectory]):
    """The folder of one evaluation, open for writing: a line of `trajectories.jsonl` when a rollout has ended."""

    def __init__(self, path: str | Path, experiment: Experiment) -> None:
        """Make the folder, or open it again; see `Folder` for what is refused."""
        super().__init__(path, experiment, Trajectory, TRAJECTORIES)

    def fail(self, failure: Failure) -> None:
        """Append a failure."""
        with open(self.path / FAILURES, "ab") as file:
            file.write(to_line(failure))


def read_run(path: Path) -> tuple[Experiment, tuple[Trajectory, ...]]:
    """Read the folder of an evaluation on tasks; see `read_folder`."""
    return read_folder(path, Trajectory, TRAJECTORIES)
