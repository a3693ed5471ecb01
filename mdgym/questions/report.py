"""What an evaluation on questions found: accuracy with intervals, in all, by type and by family."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

from mdgym.folder import Experiment
from mdgym.questions.answers import AnswerRecord
from mdgym.questions.question import TYPES, Question
from mdgym.questions.rules import RULES
from mdgym.records import digest, to_json
from mdgym.report import cell, number, unfinished
from mdgym.statistics import Estimate, estimate, pass_at

# What stands between rules and judge in `Experiment.rubric`.
_JUDGE = ", judge "


@dataclass(frozen=True)
class QuestionGroup:
    """Results over some questions.

    Attributes:
        name: "all", the type, or the family.
        questions: Number of questions with at least one answer.
        unscored: Number of those whose answers nobody scored: open ones, without a judge or where it gave no grade.
            They count nowhere below.
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
        ungraded: Number of answers to open questions that the judge gave no grade.
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
    ungraded: int = 0
    schema_version: int = 1

    @property
    def accuracy(self) -> float | None:
        """Share of answers that are wholly right, over all questions that a rule scores; None when there is none."""
        return self.overall.accuracy.value

    @property
    def reward(self) -> float | None:
        """Mean reward over all scored questions; None when nothing was scored."""
        return self.overall.reward.value

    @property
    def unfinished(self) -> str:
        """What is said of an evaluation that has not ended; empty when it has."""
        return unfinished(self.answers, self.questions * self.k, self.complete, "answers")

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        data: dict[str, Any] = to_json(self)
        return data

    def table(self) -> Table:
        """Return the report as a table for a terminal."""
        title = escape(f"{self.agent} on {self.suite}/{self.split}, {self.k} per question")
        caption = "below each: 95 % interval over questions"
        caption += f"; {self.unfinished}" if self.unfinished else ""
        if self.ungraded:
            caption += "; answers that the judge did not grade (with --out, the same command asks it again): "
            caption += str(self.ungraded)
        elif self.overall.unscored:
            caption += f"; open questions that were not scored for want of a judge: {self.overall.unscored}"
        table = Table(title=title, caption=caption)
        last = () if self.k == 1 else (self.k,)
        table.add_column("")
        for name in ("questions", "accuracy", "reward", *(f"success@{j}" for j in last)):
            table.add_column(name, justify="right")
        for group in (self.overall, *self.types, *self.families):
            cells = [group.accuracy, group.reward, *(group.success[j - 1] for j in last)]
            first = group in (self.overall, self.types[-1])
            table.add_row(escape(group.name), str(group.questions), *map(cell, cells), end_section=first)
        return table


def comparison(reports: Sequence[QuestionReport], labels: Sequence[str] = ()) -> Table:
    """Return one table with a column per report, for agents that were given the same questions.

    Args:
        reports: The reports, at least one; all of the same `basis`.
        labels: What stands above each column; the agents by default.
    """
    first, names = reports[0], labels or [report.agent for report in reports]
    caption = ["below each: 95 % interval over questions"]
    caption += [f"{name}: {report.unfinished}" for name, report in zip(names, reports) if report.unfinished]
    table = Table(
        title=escape(f"{first.suite}/{first.split}: {first.questions} questions"), caption=escape("; ".join(caption))
    )
    table.add_column("")
    for name in names:
        table.add_column(escape(name), justify="right")
    table.add_row("accuracy", *(cell(report.overall.accuracy) for report in reports))
    table.add_row("reward", *(cell(report.overall.reward) for report in reports), end_section=True)
    for name in dict.fromkeys(group.name for report in reports for group in (*report.types, *report.families)):
        found = [{group.name: group for group in (*report.types, *report.families)}.get(name) for report in reports]
        table.add_row(f"reward, {escape(name)}", *(number(group.reward.value if group else None) for group in found))
    return table


def rubric(judge: str) -> str:
    """Return what `Experiment.rubric` says of these rules and of a judge, whose name may be empty."""
    return f"rules {RULES}{_JUDGE if judge else ''}{judge}"


def summarise(experiment: Experiment, questions: Sequence[Question], records: Sequence[AnswerRecord]) -> QuestionReport:
    """Make the report of an evaluation.

    Args:
        experiment: Its settings.
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

    rules, _, judge = experiment.rubric.removeprefix("rules ").partition(_JUDGE)
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
        rules=rules,
        basis=digest([sorted(question.hash for question in questions), rules, judge]),
        overall=group("all", questions),
        types=tuple(group(name, [q for q in questions if q.type == name]) for name in types),
        families=tuple(group(name, [q for q in questions if q.family == name]) for name in families),
        ungraded=sum(record.unscored for record in records) if judge else 0,
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
