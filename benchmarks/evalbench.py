"""MD-EvalBench from a user's folder: Exec-Success@k of scripts, accuracy of answers, and how its own scripts fare."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mdgym.benchmarks.evalbench_data import Unusable, code_tasks, exam_questions
from mdgym.benchmarks.exam_code import corrected, exam_limits, run_code, run_references, without_inputs
from mdgym.benchmarks.exam_files import CODE, QUESTION, Exam, read_exam
from mdgym.benchmarks.exam_questions import run_questions
from mdgym.errors import TaskError
from mdgym.evaluation import choose
from mdgym.folder import folder_name
from mdgym.policy import Agent, as_agent
from mdgym.records import to_json
from mdgym.scoring import make_pool
from mdgym.tasks.task import Task

# CPU time of one script, seconds. The exam does not say; its tasks are of minutes, and LAMMPS runs on one core here.
CPU_S = 60.0


def measure(
    data: Path,
    agents: Sequence[Agent | Callable[[str], str]],
    out: Path,
    k: int = 1,
    episodes: int | None = None,
    rounds: int = 1,
    seed: int = 0,
    cpu_s: float = CPU_S,
    run_steps: int | None = None,
    judge: Agent | Callable[[str], str] | None = None,
    workers: str = "serial",
    sandbox: bool = True,
    answering: Sequence[Agent | Callable[[str], str]] | None = None,
) -> list[dict[str, Any]]:
    """Give the exam to agents.

    Args:
        data: The user's folder.
        agents: The agents; each has its own folder in `out`.
        out: Folder for what they answer; the same call goes on from there.
        k: Scripts for each code task; questions are asked once.
        episodes: At most this many tasks of each part.
        rounds: More than one gives each agent the self-correcting runtime with so many answers for each script. It
            is for scripts, so questions are not asked then.
        seed: Seeds choice, episodes and agents.
        cpu_s: CPU time that one script may take, seconds.
        run_steps: Shorten each `run` to this many steps; None for whole runs.
        judge: An agent that says whether an open answer is right; without one these are not scored.
        workers: Where scripts run, as `mdgym.scoring.make_pool` takes it.
        sandbox: Confine the scripts.
        answering: For each agent what answers questions in its place: the same model without instructions to write a
            script. None for the agents themselves.

    Returns:
        A result for each agent: `code` and `questions`, by part.

    Raises:
        TaskError: There is no such exam, or a file is broken.
        AgentError: An agent failed.
        RecordError: A folder in `out` holds something else, or another process is writing to it.
        InfrastructureError: mdgym failed; the same call goes on from there.
    """
    exam, code, questions, unusable = _read(data)
    if not code and not questions:
        raise TaskError(f"{data} holds no part of MD-EvalBench; is it MDGym (IIT Delhi)? Then: mdgym bench iitd")
    if not code and rounds > 1:
        raise TaskError(f"{data} holds questions alone, and the runtime is for scripts: give it one round")
    missing = without_inputs([task for tasks in code.values() for task in choose(tasks, episodes, seed)], sandbox)
    settings: dict[str, Any] = {"k": k, "episodes": episodes, "rounds": rounds, "seed": seed, "cpu_s": cpu_s}
    settings |= {"run_steps": run_steps, "sandbox": sandbox, "judge": None if judge is None else as_agent(judge).name}
    results = []
    limits = exam_limits(cpu_s, run_steps)
    for agent, asked in zip(agents, answering or agents, strict=True):
        found: dict[str, Any] = {}
        with (
            corrected(as_agent(agent), rounds, limits, sandbox) as policy,
            closing(make_pool(workers, limits, sandbox)) as pool,
        ):
            for part, tasks in code.items():
                place = out / folder_name(policy.name) / "code" / folder_name(part)
                found[part] = run_code(tasks, policy, pool, place, missing, k, episodes, seed)
        # not in the runtime, which takes every answer for a script
        student, answers = as_agent(asked), {}
        for part, chosen in questions.items() if rounds == 1 else ():
            place = out / folder_name(student.name) / "questions" / folder_name(part)
            answers[part] = run_questions(chosen, student, place, judge, episodes, seed)
        results.append(
            to_json(
                {
                    "exam": "MD-EvalBench",
                    "agent": policy.name,
                    "settings": settings,
                    "code": found,
                    "questions": answers,
                    "answering": student.name,
                    "unusable": unusable,
                    "files": exam.files(CODE, QUESTION),
                }
            )
        )
    return results


def oracle(
    data: Path,
    out: Path,
    episodes: int | None = None,
    seed: int = 0,
    cpu_s: float = CPU_S,
    run_steps: int | None = None,
    workers: str = "serial",
    sandbox: bool = True,
) -> dict[str, Any]:
    """Run the reference scripts themselves; see `measure` for the arguments.

    Returns:
        `code`: part to `tasks`, `executed`, `endings` and `others` (why each was not executed).

    Raises:
        TaskError: There is no such exam, or a file is broken.
        InfrastructureError: mdgym failed; the same call goes on from there.
    """
    exam, code, _, unusable = _read(data)
    if not code:
        raise TaskError(f"{data} holds no code tasks of MD-EvalBench, so there is no reference script to run")
    found = {}
    with closing(make_pool(workers, exam_limits(cpu_s, run_steps), sandbox)) as pool:
        for part, tasks in code.items():
            found[part] = run_references(tasks, pool, out / "oracle" / folder_name(part), episodes, seed)
    settings = {"episodes": episodes, "seed": seed, "cpu_s": cpu_s, "run_steps": run_steps, "sandbox": sandbox}
    result: dict[str, Any] = to_json(
        {
            "exam": "MD-EvalBench",
            "agent": "reference scripts",
            "settings": settings,
            "code": found,
            "unusable": unusable,
            "files": exam.files(CODE),
        }
    )
    return result


def _read(data: Path) -> tuple[Exam, dict[str, tuple[Task, ...]], dict[str, Any], list[dict[str, str]]]:
    exam = read_exam(data)
    left_out: list[Unusable] = []
    code: dict[str, tuple[Task, ...]] = {}
    questions: dict[str, Any] = {}
    for part, entries in exam.parts(CODE).items():
        tasks, unusable = code_tasks(entries)
        left_out += unusable
        if tasks:
            code[part] = tasks
    for part, entries in exam.parts(QUESTION).items():
        asked, unusable = exam_questions(entries)
        left_out += unusable
        if asked:
            questions[part] = asked
    return exam, code, questions, [asdict(entry) for entry in left_out]
