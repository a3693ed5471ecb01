"""Scripts of an exam: how they ended, and which tasks cannot be done because their input files are not given."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from mdgym.agents import GoldAgent
from mdgym.agents.runtime import RuntimeAgent
from mdgym.agents.tools import ToolAgent
from mdgym.engine import Limits
from mdgym.engine.execution import QUOTA, TIMEOUT
from mdgym.engine.library import potentials_directory
from mdgym.envs import LammpsScriptEnv
from mdgym.evaluation import choose, evaluate
from mdgym.policy import Agent
from mdgym.report import summarise
from mdgym.reporting.tables import outcome
from mdgym.rewards.score import Score
from mdgym.scoring import Pool, SerialPool
from mdgym.statistics import Estimate
from mdgym.tasks.task import Task
from mdgym.trajectory import Trajectory, read_run

EXECUTED = "executed"
MISSING = "input file is missing"
MISPLACED = "potential is here, but by its bare name"
LIMIT = "ended by a limit"
LACKING = "needs what this LAMMPS does not offer"

_NO_FILE = re.compile(
    r"no such file or directory|cannot open\b|can't open|cannot be opened|found no restart file"
    r"|only input files that came with the script|only `jump SELF label` is possible"
    r"|leaves the script's directory",
    re.IGNORECASE,
)
_NO_PART = re.compile(r"not in this LAMMPS|not enabled in this LAMMPS|is not available", re.IGNORECASE)
# Commands that write: a folder that is not there is no missing input.
_WRITES = re.compile(r"run\b|minimize\b|write_|log\b|print\b|dump|restart\b|fix \S+ \S+ (ave/|print)")
# A file is opened before the first steps, so these many show whether one is missing.
_LOOK_STEPS, _LOOK_CPU_S = 10, 10.0


def exam_limits(cpu_s: float, run_steps: int | None) -> Limits:
    """Return limits for scripts that do real work: CPU time ends them, and not the number of steps.

    Args:
        cpu_s: CPU time of one script, seconds; it may take twice as long by the clock.
        run_steps: Shorten each `run` to this many steps; None for whole runs.
    """
    return Limits(
        wall_s=2 * cpu_s,
        cpu_s=cpu_s,
        atom_steps=1e15,
        memory_mb=4096,
        file_mb=512,
        directory_mb=1024,
        files=4096,
        commands=10_000_000,
        run_steps=run_steps,
    )


@contextmanager
def corrected(agent: Agent, rounds: int, limits: Limits, sandbox: bool) -> Iterator[Agent]:
    """Give an agent the self-correcting runtime where it has more than one round or tools, and end it afterwards."""
    if rounds == 1 and not isinstance(agent, ToolAgent):
        yield agent
        return
    with RuntimeAgent(agent, rounds, limits, sandbox) as runtime:
        yield runtime


def ending(score: Score) -> str:
    """Return how a script ended: one of the classes above, or in short what was wrong with it."""
    fault = score.execution.error
    if score.executed:
        return EXECUTED
    if score.execution.status in (TIMEOUT, QUOTA):
        return LIMIT
    if fault is not None and _NO_FILE.search(fault.message) and not _WRITES.match(fault.command):
        return MISPLACED if _is_here(fault.command) else MISSING
    if fault is not None and _NO_PART.search(fault.message):
        return LACKING
    return outcome(score)


def without_inputs(tasks: Sequence[Task], sandbox: bool = True) -> frozenset[str]:
    """Find the tasks that nobody can do here, because their reference script reads a file that is not given.

    Each reference is begun for some steps; a task without a reference is taken as one that can be done.

    Args:
        tasks: Open tasks with reference scripts as `gold`.
        sandbox: Confine the scripts.

    Returns:
        Their ids.
    """
    known = [task for task in tasks if task.gold]
    with SerialPool(exam_limits(_LOOK_CPU_S, _LOOK_STEPS), sandbox) as pool:
        rows = track(known, "looking for missing inputs", console=Console(stderr=True), transient=True)
        return frozenset(task.id for task in rows if ending(pool.score(task, task.gold).score) == MISSING)


def run_code(
    tasks: Sequence[Task],
    agent: Agent | Callable[[str], str],
    pool: Pool,
    out: Path,
    missing: Iterable[str],
    k: int = 1,
    episodes: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Let an agent write the scripts of one part, and run them.

    Args:
        tasks: Open tasks.
        agent: The agent.
        pool: What runs the scripts.
        out: Folder of the evaluation; one that holds a part of the same is gone on with.
        missing: Ids of the tasks whose input files are not given.
        k: Scripts for each task.
        episodes: At most this many tasks.
        seed: Seeds choice, episodes and agent.

    Returns:
        `tasks`, `executed` (j to Exec-Success@j), `reward`, the same over the tasks whose inputs are `given`, the
        ids of the others `missing_inputs`, `endings` (class to number of scripts), `failures` and the report's `basis`.
    """
    with closing(LammpsScriptEnv(tasks=tasks, pool=pool)) as env:
        report = evaluate(env, agent, episodes=episodes, k=k, seed=seed, out=out)
    experiment, stored = read_run(out)
    chosen = choose(tasks, episodes, seed)
    ids = {task.id for task in chosen}
    # as in an evaluation, the last line of a rollout counts
    rollouts = list({(t.task_id, t.rollout): t for t in stored if t.task_id in ids}.values())
    absent = set(missing) & ids
    able = [task for task in chosen if task.id not in absent]
    of_able = [t for t in rollouts if t.task_id not in absent]
    given = summarise(experiment, able, of_able, 0).overall
    return {
        "tasks": report.tasks,
        "executed": _by_number(report.overall.executed),
        "reward": report.overall.reward,
        "given": {"tasks": len(able), "executed": _by_number(given.executed), "reward": given.reward},
        "missing_inputs": sorted(absent),
        "endings": dict(Counter(ending(t.score) for t in rollouts).most_common()),
        "failures": report.failures,
        "complete": report.complete,
        "basis": report.basis,
    }


def run_references(tasks: Sequence[Task], pool: Pool, out: Path, episodes: int | None, seed: int) -> dict[str, Any]:
    """Run the reference scripts themselves: how many does this environment execute, and why not the others?

    Args:
        tasks: Open tasks; those without a reference are left out.
        pool: What runs the scripts.
        out: Folder of the evaluation; one that holds a part of the same is gone on with.
        episodes: At most this many tasks.
        seed: Seeds choice and episodes.

    Returns:
        `tasks`, `executed` (a share), `endings` (class to number), `without_reference`, and `others`: task, class,
        message, line and command of each that was not executed.
    """
    known = [task for task in tasks if task.gold]
    result: dict[str, Any] = {"tasks": len(known), "without_reference": len(tasks) - len(known)}
    if not known:
        return {**result, "executed": Estimate(None, None, None, 0), "endings": {}, "others": []}
    with closing(LammpsScriptEnv(tasks=known, pool=pool)) as env:
        report = evaluate(env, GoldAgent(), episodes=episodes, seed=seed, out=out)
    ids = {task.id for task in choose(known, episodes, seed)}
    rollouts = sorted((t for t in read_run(out)[1] if t.task_id in ids), key=lambda t: t.task_id)
    return {
        **result,
        "tasks": report.tasks,
        "executed": report.overall.executed[0],
        "endings": dict(Counter(ending(t.score) for t in rollouts).most_common()),
        "others": [_why(t) for t in rollouts if not t.score.executed],
        "failures": report.failures,
        "basis": report.basis,
    }


def _why(rollout: Trajectory) -> dict[str, Any]:
    fault = rollout.score.execution.error
    # of a script of the exam no more than the command that it stopped at
    said = {"message": fault.message, "line": fault.line, "command": fault.command[:200]} if fault else {}
    return {"task": rollout.task_id, "ending": ending(rollout.score), **said}


def _is_here(command: str) -> bool:
    folder = potentials_directory()
    names = [Path(word).name for word in command.split() if "/" in word]
    return any(name and (folder / name).is_file() for name in names)


def _by_number(values: Sequence[Estimate]) -> dict[str, Estimate]:
    return {str(j): value for j, value in enumerate(values, start=1)}
