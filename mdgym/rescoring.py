"""Score stored answers again, by another rubric or another version of mdgym, without asking the agent."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from mdgym.errors import InfrastructureError, RecordError, TaskError
from mdgym.records import digest
from mdgym.report import Report, summarise
from mdgym.rewards import current_versions
from mdgym.scoring import Pool, Scored
from mdgym.tasks.task import Task
from mdgym.thermo import thermo
from mdgym.trajectory import Failure, RunFolder, Trajectory, read_run

# Rollouts that are submitted for each worker, so that none waits.
AHEAD = 2


@dataclass(eq=False)
class _Rollout:
    stored: Trajectory
    task: Task
    waiting: deque[str]
    scored: list[Scored] = field(default_factory=list)


def rescore(run: Path, out: Path, tasks: Mapping[str, Task], pool: Pool, progress: bool = True) -> Report:
    """Score all answers of a run again.

    Answers and seeds are those of the run. Prompts of later turns told the agent of the old scores; they stay as they
    were, and so does the number of turns.

    Args:
        run: Folder of an evaluation.
        out: Folder for the result; one that holds a part of the same is gone on with.
        tasks: The tasks by id.
        pool: What scores, by its own rubric and limits.
        progress: Show a progress bar on stderr.

    Returns:
        The report.

    Raises:
        RecordError: The folder is no run, or `out` holds another experiment.
        TaskError: A task is not among `tasks`.
    """
    if out.resolve() == run.resolve():
        raise RecordError(f"{out} is the run itself; choose another folder")
    experiment, trajectories = read_run(run)
    wanted = [_Rollout(t, _task(tasks, t), deque(turn.answer for turn in t.turns)) for t in trajectories]
    chosen = tuple({rollout.task.id: rollout.task for rollout in wanted}.values())
    again = replace(
        experiment,
        tasks=digest(sorted(task.hash for task in chosen)),
        limits=digest(pool.limits),
        rubric=pool.rubric.hash,
    )
    failures = 0
    with RunFolder(out, again) as folder:
        done = {(t.task_id, t.rollout): t for t in folder.stored}
        _check_versions(folder, done.values(), {task.id: task for task in chosen}, pool)
        left = [r for r in wanted if (r.stored.task_id, r.stored.rollout) not in done]

        def summary() -> Report:
            order = [done[key] for r in wanted if (key := (r.stored.task_id, r.stored.rollout)) in done]
            return summarise(again, chosen, order, failures)

        # of a run that is killed it is all that says how many rollouts were meant
        folder.summarise(summary())
        ended = _scored(left, pool)
        if progress:
            ended = iter(track(ended, "scoring", total=len(left), console=Console(stderr=True)))
        for rollout, error in ended:
            stored = rollout.stored
            if error is not None:
                failures += 1
                answers = tuple(turn.answer for turn in stored.turns)
                folder.fail(Failure(stored.task_id, stored.rollout, stored.seed, str(error), answers))
                continue
            turns = tuple(
                replace(
                    turn,
                    script=scored.script,
                    score=scored.score,
                    timing=scored.timing,
                    thermo=thermo(scored.execution),
                )
                for turn, scored in zip(stored.turns, rollout.scored, strict=True)
            )
            done[stored.task_id, stored.rollout] = replace(stored, turns=turns)
            folder.add(done[stored.task_id, stored.rollout])
        report = summary()
        folder.summarise(report)
    return report


def _task(tasks: Mapping[str, Task], stored: Trajectory) -> Task:
    if stored.task_id not in tasks:
        raise TaskError(f"the run has a task '{stored.task_id}', which is not among those that are known here")
    return tasks[stored.task_id]


def _check_versions(folder: RunFolder, done: Iterable[Trajectory], tasks: Mapping[str, Task], pool: Pool) -> None:
    for stored in done:
        if stored.task_id not in tasks:
            raise RecordError(f"{folder.path} holds a task '{stored.task_id}' that the run does not have")
        now = pool.rubric.versions(current_versions(tasks[stored.task_id]))
        if stored.score.versions != now:
            raise RecordError(f"{folder.path} was scored by other versions; choose another folder")


def _scored(rollouts: Iterable[_Rollout], pool: Pool) -> Iterator[tuple[_Rollout, InfrastructureError | None]]:
    """Score the answers of each rollout, many rollouts at a time, and yield each as it ends."""
    waiting = iter(rollouts)
    running: dict[Future[Scored], _Rollout] = {}

    def submit(rollout: _Rollout) -> None:
        running[pool.submit(rollout.task, rollout.waiting.popleft(), rollout.stored.seed)] = rollout

    try:
        while True:
            while len(running) < AHEAD * pool.workers and (rollout := next(waiting, None)) is not None:
                submit(rollout)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                rollout = running.pop(future)
                error = future.exception()
                if error is not None and not isinstance(error, InfrastructureError):
                    raise error
                if error is None:
                    rollout.scored.append(future.result())
                if error is None and rollout.waiting:
                    submit(rollout)
                else:
                    yield rollout, error
    finally:
        for future in running:
            future.cancel()
