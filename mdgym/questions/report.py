"""What an evaluation on questions found: accuracy with intervals, in all, by type and by family."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

from mdgym.questions.folder import AnswerRecord
from mdgym.questions.question import TYPES, Question
from mdgym.questions.rules import RULES
from mdgym.records import digest, to_json
from mdgym.statistics import Estimate, estimate, pass_at
from mdgym.trajectory import Experiment


@dataclass(frozen=True)
class QuestionGroup:
    """Results over some questions.

    Attributes:
        name: "all", the type, or the family.
        questions: Number of questions with at least one answer.
        unscored: Number of those whose answers nobody scored: open ones without a judge. They count nowhere below.
        reward: Mean over questions of the mean reward of a question's answers.
        success: success@1 to @k: chance that at least one of j answers is wholly right. success@1 is the accuracy.
            Open questions do not count.
    """

    name: str
    questions: int
    unscored: int
    reward: Estimate
    success: tuple[Estimate, ...]

    @property
    def accuracy(self) -> Estimate:
        """The chance that an answer is wholly right."""
        return self.success[0]


@dataclass(frozen=True)
class QuestionReport:
    """The outcome of an evaluation on questions.

    Attributes:
        agent: Name of the agent.
        suite: Suite of the questions.
        split: Their split.
        seed: Seed of the evaluation.
        k: Answers per question.
        judge: Name of the judge of open questions; empty without one.
        questions: Number of questions that were chosen.
        answers: Number of answers that were given.
        complete: Every answer was given.
        rules: Version of the rules that scored them.
        basis: Hash of questions, rules and judge; only reports with the same one can be compared.
        overall: Results over all questions.
        types: Results by type, in the order of `mdgym.questions.question.TYPES`.
        families: Results by family.
    """

    agent: str
    suite: str
    split: str
    seed: int
    k: int
    judge: str
    questions: int
    answers: int
    complete: bool
    rules: str
    basis: str
    overall: QuestionGroup
    types: tuple[QuestionGroup, ...]
    families: tuple[QuestionGroup, ...]
    schema_version: int = 1

    @property
    def accuracy(self) -> float | None:
        """Share of answers that are wholly right, over all questions that a rule scores; None when there is none."""
        return self.overall.accuracy.value

    @property
    def reward(self) -> float | None:
        """Mean reward over all scored questions; None when nothing was scored."""
        return self.overall.reward.value

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        data: dict[str, Any] = to_json(self)
        return data

    def table(self) -> Table:
        """Return the report as a table for a terminal."""
        title = escape(f"{self.agent} on {self.suite}/{self.split}, {self.k} per question")
        caption = "below each: 95 % interval over questions"
        if not self.complete:
            caption += f"; unfinished: {self.answers} of {self.questions * self.k} answers"
        if self.overall.unscored:
            caption += f"; open questions that were not scored for want of a judge: {self.overall.unscored}"
        table = Table(title=title, caption=caption)
        last = () if self.k == 1 else (self.k,)
        table.add_column("")
        for name in ("questions", "accuracy", "reward", *(f"success@{j}" for j in last)):
            table.add_column(name, justify="right")
        for group in (self.overall, *self.types, *self.families):
            cells = [group.accuracy, group.reward, *(group.success[j - 1] for j in last)]
            first = group in (self.overall, self.types[-1])
            table.add_row(escape(group.name), str(group.questions), *map(_cell, cells), end_section=first)
        return table


def summarise(
    experiment: Experiment, judge: str, questions: Sequence[Question], records: Sequence[AnswerRecord]
) -> QuestionReport:
    """Make the report of an evaluation.

    Args:
        experiment: Its settings.
        judge: Name of the judge, or the empty string.
        questions: The questions that were chosen, at least one.
        records: The answers to these questions.

    Returns:
        The report.
    """
    answers: dict[str, list[AnswerRecord]] = {question.id: [] for question in questions}
    for record in records:
        answers[record.question_id].append(record)

    def group(name: str, members: Sequence[Question]) -> QuestionGroup:
        return _group(name, [answers[question.id] for question in members if answers[question.id]], experiment)

    types = [name for name in TYPES if any(question.type == name for question in questions)]
    families = dict.fromkeys(question.family for question in questions)
    return QuestionReport(
        agent=experiment.agent,
        suite=experiment.suite,
        split=experiment.split,
        seed=experiment.seed,
        k=experiment.k,
        judge=judge,
        questions=len(questions),
        answers=len(records),
        complete=len(records) == len(questions) * experiment.k,
        rules=RULES,
        basis=digest([sorted(question.hash for question in questions), RULES, judge]),
        overall=group("all", questions),
        types=tuple(group(name, [q for q in questions if q.type == name]) for name in types),
        families=tuple(group(name, [q for q in questions if q.family == name]) for name in families),
    )


def _group(name: str, answers: Sequence[Sequence[AnswerRecord]], experiment: Experiment) -> QuestionGroup:
    rewards = [[r.verdict.reward for r in found if r.verdict.reward is not None] for found in answers]
    right = [[r.verdict.success for r in found if r.verdict.success is not None] for found in answers]
    return QuestionGroup(
        name=name,
        questions=len(answers),
        unscored=sum(not found for found in rewards),
        reward=estimate([sum(found) / len(found) for found in rewards if found], experiment.seed),
        success=tuple(
            estimate([pass_at(j, len(found), sum(found)) for found in right if len(found) >= j], experiment.seed)
            for j in range(1, experiment.k + 1)
        ),
    )


def _cell(value: Estimate) -> str:
    if value.value is None:
        return "–"
    if value.low is None or value.high is None:
        return f"{value.value:.3f}"
    return f"{value.value:.3f}\n{value.low:.2f}–{value.high:.2f}"
