"""Questions of an exam: accuracy by type, and their average."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from mdgym.evaluation import choose
from mdgym.lines import read_lines
from mdgym.policy import Agent
from mdgym.questions.answers import ANSWERS, AnswerRecord
from mdgym.questions.evaluation import evaluate_questions
from mdgym.questions.judge import Judge
from mdgym.questions.prompts import as_task
from mdgym.questions.question import OPEN, Question
from mdgym.statistics import estimate


def run_questions(
    questions: Sequence[Question],
    agent: Agent,
    out: Path,
    judge: Judge | None = None,
    episodes: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Ask an agent each question of one part once.

    Args:
        questions: The questions.
        agent: The agent.
        out: Folder of the evaluation; one that holds a part of the same is gone on with.
        judge: Grades open answers; None leaves them unscored.
        episodes: At most this many questions.
        seed: Seeds choice, agent and judge.

    Returns:
        `questions`, `types` (type to the mean over its questions: wholly right or not, and for open ones the judge's
        grade), `average` (over all of these), `unscored`, `judge`, and the report's `basis`.
    """
    report = evaluate_questions(questions, agent, judge, episodes, seed=seed, out=out)
    # the folder may hold more, of an earlier call with more episodes
    chosen = {task.id for task in choose([as_task(question) for question in questions], episodes, seed)}
    types = {group.name: group.reward if group.name == OPEN else group.accuracy for group in report.types}
    return {
        "questions": report.questions,
        "types": types,
        "average": estimate(_values(out / ANSWERS, questions, chosen), seed),
        "unscored": report.overall.unscored,
        "judge": report.judge,
        "basis": report.basis,
    }


def _values(path: Path, questions: Sequence[Question], chosen: Collection[str]) -> list[float]:
    """Return what each chosen question that was scored counts in the average."""
    hashes = {question.id: question.hash for question in questions if question.id in chosen}
    records = read_lines(AnswerRecord, path)
    last = {record.question_id: record for record in records if hashes.get(record.question_id) == record.question_hash}
    values = [r.verdict.reward if r.type == OPEN else r.verdict.success for r in last.values()]
    return [float(value) for value in values if value is not None]
