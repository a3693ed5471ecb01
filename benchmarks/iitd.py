"""MDGym of IIT Delhi: scripts that must run, and numbers that they must leave behind, from a user's folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from mdgym.asking import Interview, Question
from mdgym.benchmarks.exam_code import corrected, exam_limits
from mdgym.benchmarks.exam_files import PROBLEM, read_exam
from mdgym.benchmarks.iitd_data import LAMMPS, TOLERANCE, Problem, problems, right
from mdgym.engine import Engine
from mdgym.engine.execution import Execution
from mdgym.errors import InfrastructureError, TaskError
from mdgym.evaluation import choose, derive_seed
from mdgym.folder import folder_name
from mdgym.lines import Lines
from mdgym.policy import Agent, as_agent
from mdgym.records import digest, to_json
from mdgym.rewards import current_versions
from mdgym.script import extract_script
from mdgym.statistics import estimate, pass_at

ATTEMPTS = "attempts.jsonl"


@dataclass(frozen=True)
class Attempt:
    """One script and the numbers that it left behind.

    Attributes:
        key: Hash of task, agent, seed, limits and versions; an attempt of another key is not gone on with.
        task: Id of the task.
        rollout: Number of the script for this task, from 0.
        answer: What the agent said.
        status: How the script ended.
        executed: It ran to its end, with a run or a minimization.
        message: Why it did not.
        values: Value of each variable that was asked for; None for one without a value.
    """

    key: str
    task: str
    rollout: int
    answer: str
    status: str
    executed: bool
    message: str = ""
    values: dict[str, float | None] = field(default_factory=dict)
    schema_version: int = 1


def measure(
    data: Path,
    agent: Agent | Callable[[str], str],
    out: Path,
    k: int = 1,
    episodes: int | None = None,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    rounds: int = 1,
    sandbox: bool = True,
) -> dict[str, Any]:
    """Let an agent do the tasks for LAMMPS.

    Args:
        data: The user's folder.
        agent: The agent.
        out: Folder for the attempts of agents, written as they come; the same call goes on from there.
        k: Scripts for each task.
        episodes: At most this many tasks, evenly from the levels.
        seed: Seeds choice, runs and agent.
        tolerance: Largest accepted difference, relative to the accepted value.
        rounds: More than one gives the agent the self-correcting runtime with so many answers for each script.
        sandbox: Confine the scripts.

    Returns:
        `levels`: "all" and each level to `tasks`, `executed` (j to Exec-Success@j), `judged` (tasks with accepted
        values) and `success` (j to the chance that one of j scripts meets all of them); `metrics`: metric to the share
        of scripts that meet it; `endings`, `not_lammps` and `unjudged` (lists), `files` (hashes).

    Raises:
        TaskError: There is no such exam, or a file is broken.
        AgentError: The agent failed.
        RecordError: `out` holds something else, or another process is writing to it.
        InfrastructureError: mdgym failed twice; the same call goes on from there.
    """
    exam = read_exam(data)
    everything = problems([entry for entry in exam.entries if entry.kind == PROBLEM])
    mine = {problem.task.id: problem for problem in everything if problem.engine == LAMMPS}
    if not mine:
        raise TaskError(f"{data} holds no task of MDGym (IIT Delhi) for LAMMPS ({len(everything)} for other engines)")
    chosen = [mine[task.id] for task in choose([p.task for p in mine.values()], episodes, seed)]
    # the runtime has one limit for all tasks, and must not stop what a task allows
    longest = exam_limits(max(problem.time_s for problem in chosen), None)
    with corrected(as_agent(agent), rounds, longest, sandbox) as policy:
        attempts = _attempts(chosen, policy, out / folder_name(policy.name), k, seed, sandbox)
    settings = {
        "k": k,
        "episodes": episodes,
        "seed": seed,
        "tolerance": tolerance,
        "rounds": rounds,
        "sandbox": sandbox,
    }
    levels = {"all": chosen} | {
        level: [p for p in chosen if p.level == level] for level in sorted({p.level for p in chosen})
    }
    return {
        "exam": "MDGym (IIT Delhi)",
        "agent": policy.name,
        "settings": settings,
        "levels": {name: to_json(_level(members, attempts, k, seed, tolerance)) for name, members in levels.items()},
        "metrics": _metrics(chosen, attempts, tolerance),
        "endings": dict(Counter("executed" if a.executed else a.status for a in attempts).most_common()),
        "not_lammps": sorted(problem.task.id for problem in everything if problem.engine != LAMMPS),
        "unjudged": sorted(f"{p.task.id}: {name}" for p in chosen for name in p.unjudged),
        "files": exam.files(PROBLEM),
    }


def _level(
    members: Sequence[Problem], attempts: Sequence[Attempt], k: int, seed: int, tolerance: float
) -> dict[str, Any]:
    def rate(j: int, some: Sequence[Problem], good: Callable[[Problem, Attempt], bool]) -> Any:
        found = [[good(problem, a) for a in attempts if a.task == problem.task.id] for problem in some]
        return estimate([pass_at(j, len(verdicts), sum(verdicts)) for verdicts in found], seed)

    def success(problem: Problem, attempt: Attempt) -> bool:
        return attempt.executed and all(right(problem, attempt.values, tolerance).values())

    judged = [problem for problem in members if problem.truth]
    return {
        "tasks": len(members),
        "executed": {str(j): rate(j, members, lambda _, a: a.executed) for j in range(1, k + 1)},
        "judged": len(judged),
        "success": {str(j): rate(j, judged, success) for j in range(1, k + 1)},
    }


def _metrics(members: Sequence[Problem], attempts: Iterable[Attempt], tolerance: float) -> dict[str, float]:
    by_id = {problem.task.id: problem for problem in members}
    met: dict[str, list[bool]] = {}
    for attempt in attempts:
        for name, verdict in right(by_id[attempt.task], attempt.values, tolerance).items():
            met.setdefault(name, []).append(verdict and attempt.executed)
    return {name: sum(verdicts) / len(verdicts) for name, verdicts in sorted(met.items())}


def _attempts(
    chosen: Sequence[Problem], agent: Agent, out: Path, k: int, seed: int, sandbox: bool
) -> tuple[Attempt, ...]:
    wanted = [(problem, number, _key(problem, agent, number, seed)) for problem in chosen for number in range(k)]
    with Lines(Attempt, out / ATTEMPTS) as lines, Engine(sandbox=sandbox) as engine:
        known = {attempt.key: attempt for attempt in lines.stored}
        waiting = [each for each in wanted if each[2] not in known]
        questions = {
            key: Question(problem.task.prompt, problem.task, number, derive_seed(seed, problem.task.id, number))
            for problem, number, key in waiting
        }
        interview = Interview(agent, list(questions.values()))
        for problem, number, key in track(waiting, escape(agent.name), console=Console(stderr=True)):
            answer = interview.ask(questions[key]).text
            execution = _run(engine, problem, answer, questions[key].seed)
            known[key] = _attempt(key, problem, number, answer, execution)
            lines.add(known[key])
    return tuple(known[key] for _, _, key in wanted)


def _run(engine: Engine, problem: Problem, answer: str, seed: int) -> Execution:
    script = extract_script(answer).script
    names, limits = tuple(problem.variables.values()), exam_limits(problem.time_s, None)
    try:
        return engine.run(script, variables=names, seed=seed, limits=limits)
    except InfrastructureError:
        return engine.run(script, variables=names, seed=seed, limits=limits)


def _attempt(key: str, problem: Problem, number: int, answer: str, execution: Execution) -> Attempt:
    message = execution.error.message if execution.error else ""
    values: Mapping[str, float | None] = execution.variables
    return Attempt(key, problem.task.id, number, answer, execution.status, execution.executed, message, dict(values))


def _key(problem: Problem, agent: Agent, number: int, seed: int) -> str:
    limits = exam_limits(problem.time_s, None)
    return digest([problem.task.hash, agent.name, number, seed, limits, current_versions(problem.task)])
