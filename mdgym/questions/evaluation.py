"""Give questions to an agent, mark what it answers, and report.

Each answer is written as soon as it is marked; the same call on the same folder goes on where it was stopped.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mdgym.asking import Interview
from mdgym.asking import Question as Asked
from mdgym.errors import RecordError, TaskError
from mdgym.evaluation import choose, derive_seed
from mdgym.policy import Agent, BatchAgent, as_agent
from mdgym.questions.folder import AnswerFolder, AnswerRecord
from mdgym.questions.judge import Judge, judged
from mdgym.questions.prompts import as_task
from mdgym.questions.question import OPEN, Question
from mdgym.questions.report import QuestionReport, summarise
from mdgym.questions.rules import RULES, mark
from mdgym.records import digest
from mdgym.tasks.task import Task
from mdgym.trajectory import Experiment


def evaluate_questions(
    questions: Iterable[Question],
    agent: Agent | Callable[[str], str],
    judge: Judge | None = None,
    episodes: int | None = None,
    k: int = 1,
    seed: int = 0,
    out: str | Path | None = None,
    progress: bool = True,
) -> QuestionReport:
    """Evaluate an agent on questions.

    Open questions are asked too; without a judge their answers are kept and count as unscored, never as wrong.

    Args:
        questions: The questions, at least one.
        agent: An object with `name` and `act(observation, task, seed)`, which may be a `BatchAgent`, or a function
            from text to text. The task it is given is `as_task(question)`.
        judge: Grades open questions; None leaves them unscored.
        episodes: At most this many questions, spread evenly over the families; None for all.
        k: Answers per question.
        seed: Seeds the choice of questions, the agent and the judge.
        out: Folder for `answers.jsonl` and `summary.json`; None keeps nothing. A folder that holds a part of the same
            evaluation is gone on with.
        progress: Show a progress bar on stderr.

    Returns:
        The report.

    Raises:
        TaskError: There is no question, or two have one id.
        AgentError: The agent or the judge failed.
        RecordError: The folder holds another experiment.
    """
    if k < 1 or (episodes is not None and episodes < 1):
        raise ValueError(f"k and episodes must be at least 1, not k={k!r}, episodes={episodes!r}")
    given = tuple(questions)
    known = {question.id: question for question in given}
    if not given or len(known) < len(given):
        raise TaskError("an evaluation needs at least one question, and no two with the same id")
    policy, grader = as_agent(agent), None if judge is None else as_agent(judge)
    tasks = choose([as_task(question) for question in given], episodes, seed)
    experiment = Experiment(
        agent=policy.name,
        suite="+".join(sorted({question.suite for question in given})),
        split="+".join(sorted({question.split for question in given})),
        seed=seed,
        k=k,
        max_turns=1,
        tasks=digest(sorted(question.hash for question in given)),
        rubric=f"rules {RULES}" + (f", judge {grader.name}" if grader else ""),
    )
    with ExitStack() as stack:
        folder = stack.enter_context(AnswerFolder(out, experiment)) if out is not None else None
        chosen = {task.id: known[task.id] for task in tasks}
        done = _stored(folder, chosen)
        waiting = [(task, n) for task in tasks for n in range(k) if (task.id, n) not in done]
        asked = [_asked(task, n, seed) for task, n in waiting]
        interview = Interview(policy, asked if isinstance(policy, BatchAgent) else [])
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = stack.enter_context(Progress(*columns, console=Console(stderr=True), disable=not progress))
        row = bar.add_task(policy.name, total=len(done) + len(waiting), completed=len(done))
        try:
            for (task, number), question in zip(waiting, asked, strict=True):
                record = _record(chosen[task.id], number, question, interview, grader)
                done[task.id, number] = record
                if folder:
                    folder.add(record)
                bar.update(row, advance=1)
        finally:
            order = {task.id: place for place, task in enumerate(tasks)}
            records = sorted(done.values(), key=lambda record: (order[record.question_id], record.rollout))
            report = summarise(experiment, grader.name if grader else "", list(chosen.values()), records)
            if folder:
                folder.summarise(report)
    return report


def _asked(task: Task, number: int, seed: int) -> Asked:
    return Asked(task.prompt, task, number, derive_seed(seed, task.id, number))


def _record(question: Question, number: int, asked: Asked, interview: Interview, judge: Agent | None) -> AnswerRecord:
    answer = interview.ask(asked)
    if question.type == OPEN and judge is not None:
        verdict = judged(question, answer.text, judge, asked.seed)
    else:
        verdict = mark(question, answer.text)
    return AnswerRecord(
        question.id, question.type, number, asked.seed, question.hash, answer.text, verdict, answer.seconds
    )


def _stored(folder: AnswerFolder | None, chosen: dict[str, Question]) -> dict[tuple[str, int], AnswerRecord]:
    """Return the stored answers to these questions."""
    done: dict[tuple[str, int], AnswerRecord] = {}
    for record in folder.stored if folder else ():
        question = chosen.get(record.question_id)
        if question is None:
            continue
        if question.hash != record.question_hash:
            raise RecordError(f"{record.question_id} was answered in another version; choose another folder")
        done[record.question_id, record.rollout] = record
    return done
