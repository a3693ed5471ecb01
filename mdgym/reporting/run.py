"""The folder of an evaluation, read back for a report."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mdgym.errors import RecordError
from mdgym.folder import EXPERIMENT, SUMMARY, Experiment
from mdgym.lines import read_lines
from mdgym.records import digest, from_json
from mdgym.report import Report, summarise
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import SPLITS, Task
from mdgym.trajectory import FAILURES, TRAJECTORIES, Failure, Trajectory, read_run


@dataclass(frozen=True)
class StoredRun:
    """What an evaluation kept.

    Attributes:
        label: Its name among the runs that are shown: the agent, and the folder where two agents are called the same.
        folder: Where it is.
        experiment: Its settings.
        tasks: The tasks of its rollouts, by id.
        trajectories: The scored rollouts, in the order of the tasks.
        report: What was found. Of a run that did not end it says so, and how many rollouts were meant.
        written: When the last rollout was written.
        ended: The evaluation came to an end and wrote a summary of all rollouts; else `report` was made of those.
    """

    label: str
    folder: Path
    experiment: Experiment
    tasks: dict[str, Task]
    trajectories: tuple[Trajectory, ...]
    report: Report
    written: datetime
    ended: bool


def suite_tasks() -> dict[str, Task]:
    """Return the tasks of all suites, by id."""
    return {task.id: task for suite in suite_names() for split in SPLITS for task in load_suite(suite, split)}


def read_runs(folders: Sequence[Path], tasks: Mapping[str, Task]) -> tuple[StoredRun, ...]:
    """Read the folders of evaluations.

    Args:
        folders: One or more.
        tasks: Tasks by id, those of the runs among them.

    Returns:
        The runs, in the order of the folders.

    Raises:
        RecordError: A folder is no run, holds nothing, is damaged, or its tasks are not these; one sentence says which.
    """
    runs = tuple(_read(folder, tasks) for folder in folders)
    agents = [run.label for run in runs]
    return tuple(
        replace(run, label=f"{run.label} ({run.folder})") if agents.count(run.label) > 1 else run for run in runs
    )


def check_comparable(runs: Sequence[StoredRun]) -> None:
    """Refuse runs whose numbers mean different things.

    Raises:
        RecordError: Two of them had other tasks, or were scored by other versions.
    """
    first = runs[0]
    for other in runs[1:]:
        if other.report.basis != first.report.basis:
            raise RecordError(
                f"{first.folder} and {other.folder} cannot be compared: {_difference(first, other)}; "
                "show each by itself with --alone"
            )


def _difference(first: StoredRun, other: StoredRun) -> str:
    if first.tasks.keys() != other.tasks.keys() or first.report.tasks != other.report.tasks:
        shared = len(first.tasks.keys() & other.tasks.keys())
        sizes = f"{first.report.tasks} and {other.report.tasks} tasks, {shared} in both"
        return f"their rollouts are of different tasks ({sizes})"
    return "the same tasks were scored by different versions of mdgym, LAMMPS, potentials or rubric"


def _read(folder: Path, tasks: Mapping[str, Task]) -> StoredRun:
    if not (folder / EXPERIMENT).exists():
        raise RecordError(_no_run(folder))
    try:
        experiment, stored = read_run(folder)
        failures = read_lines(Failure, folder / FAILURES) if (folder / FAILURES).exists() else ()
        written = datetime.fromtimestamp((folder / TRAJECTORIES).stat().st_mtime, UTC)
    except (OSError, OverflowError, RecursionError) as error:
        raise RecordError(f"{folder} cannot be read: {error}") from error
    _check(folder, experiment, stored, tasks)
    # As in an evaluation, the last line of a rollout counts.
    done = {(t.task_id, t.rollout): t for t in stored}
    failed = {(f.task_id, f.rollout) for f in failures} - done.keys()
    if not done:
        reason = f": {len(failed)} could not be scored, see {FAILURES}" if failed else ""
        raise RecordError(f"{folder} holds no scored rollout{reason}")
    seen = {t.task_id for t in done.values()}
    order = {task_id: number for number, task_id in enumerate(tasks)}
    trajectories = tuple(sorted(done.values(), key=lambda t: (order[t.task_id], t.rollout)))
    summary = _summary(folder, experiment)
    ended = summary is not None and summary.rollouts == len(trajectories)
    report = summary
    if report is None or not ended:
        chosen = [task for task in tasks.values() if task.id in seen or task.id in {name for name, _ in failed}]
        report = _of_meant(summarise(experiment, chosen, trajectories, len(failed)), summary, experiment, chosen)
    found = {task_id: tasks[task_id] for task_id in tasks if task_id in seen}
    return StoredRun(experiment.agent, folder, experiment, found, trajectories, report, written, ended)


def _no_run(folder: Path) -> str:
    if not folder.is_dir():
        return f"there is no folder {folder}"
    inner = sorted(path.parent for path in folder.glob(f"*/{EXPERIMENT}"))
    hint = f"; it holds the runs {', '.join(map(str, inner[:5]))}" if inner else ""
    return f"{folder} is no folder of an evaluation, for it has no {EXPERIMENT}{hint}"


def _check(folder: Path, experiment: Experiment, stored: Iterable[Trajectory], tasks: Mapping[str, Task]) -> None:
    if experiment.k < 1:
        raise RecordError(f"{folder / EXPERIMENT} is damaged: k is {experiment.k}, and must be at least 1")
    for trajectory in stored:
        name = f"{folder / TRAJECTORIES}, task '{trajectory.task_id}', rollout {trajectory.rollout}"
        if not trajectory.turns:
            raise RecordError(f"{name}: it has no turns")
        if not 0 <= trajectory.score.reward <= 1:
            raise RecordError(f"{name}: a reward is between 0 and 1, not {trajectory.score.reward}")
        if trajectory.task_id not in tasks:
            raise RecordError(f"{name}: this task is not known here; name the file of the run's tasks with --tasks")
        if trajectory.score.task_hash != tasks[trajectory.task_id].hash:
            raise RecordError(
                f"{name}: the task has changed since it was scored by mdgym {trajectory.score.versions.mdgym}; "
                "show it with the mdgym of then, or name the file of its tasks with --tasks"
            )


def _of_meant(report: Report, summary: Report | None, experiment: Experiment, chosen: Sequence[Task]) -> Report:
    """Return the report of what is stored as one of what was meant, as far as is known.

    A summary of fewer rollouts says how many tasks were chosen, and without one it is known only of all tasks.
    """
    meant = max(report.tasks, summary.tasks if summary else 0)
    known = summary is not None or experiment.tasks == digest(sorted(task.hash for task in chosen))
    return replace(report, tasks=meant, complete=known and report.rollouts == meant * experiment.k)


def _summary(folder: Path, experiment: Experiment) -> Report | None:
    """Return the stored report of this evaluation.

    It may be of fewer rollouts than there are: an evaluation writes one when it begins and one when it ends. A run
    that was gone on with for fewer tasks has one of these.
    """
    try:
        report = from_json(Report, json.loads((folder / SUMMARY).read_bytes()))
    except (OSError, OverflowError, RecursionError, ValueError):
        return None
    same = all(getattr(report, name) == getattr(experiment, name) for name in ("agent", "seed", "k", "max_turns"))
    groups = (report.overall, *report.families, *report.tiers)
    whole = all(len(g.executed) == len(g.success) == experiment.k for g in groups)
    return report if same and whole and report.families else None
