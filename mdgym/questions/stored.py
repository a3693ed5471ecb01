"""The folder of an evaluation on questions, read back for a report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mdgym.errors import RecordError
from mdgym.folder import SUMMARY, Experiment, read_folder
from mdgym.questions.answers import ANSWERS, AnswerRecord
from mdgym.questions.question import Question
from mdgym.questions.report import QuestionReport, rubric, summarise
from mdgym.questions.suites import load_question_suite, question_suites
from mdgym.records import digest, from_json
from mdgym.tasks.task import SPLITS


def holds_answers(folder: Path) -> bool:
    """Whether a folder is that of an evaluation on questions."""
    return (folder / ANSWERS).exists()


def suite_questions() -> dict[str, Question]:
    """Return the questions of all suites, by id."""
    return {q.id: q for suite in question_suites() for split in SPLITS for q in load_question_suite(suite, split)}


def read_report(folder: Path, questions: Mapping[str, Question]) -> QuestionReport:
    """Return the report of a folder of answers.

    Args:
        folder: The folder.
        questions: Questions by id, those of the answers among them. They are needed only where the evaluation was
            killed, for then there is no report of all answers yet.

    Returns:
        The report. Of an evaluation that did not end it says so, and how many answers were meant.

    Raises:
        RecordError: The folder is none, holds nothing, is damaged, or its questions are not these.
    """
    experiment, stored = read_folder(folder, AnswerRecord, ANSWERS)
    if experiment.k < 1:
        raise RecordError(f"{folder} is damaged: k is {experiment.k}, and must be at least 1")
    # as in an evaluation, the last line of an answer counts
    records = tuple({(record.question_id, record.rollout): record for record in stored}.values())
    if not records:
        raise RecordError(f"{folder} holds no answer yet")
    summary = _summary(folder, experiment)
    if summary and (summary.answers, summary.ungraded) == (len(records), _ungraded(summary, records)):
        return summary
    _check(folder, records, questions)
    answered = {record.question_id for record in records}
    chosen = [question for question in questions.values() if question.id in answered]
    report = summarise(experiment, chosen, records)
    meant = max(len(chosen), summary.questions if summary else 0)
    # all that could be chosen, or as many as an earlier summary says
    whole = summary is not None or experiment.tasks == digest(sorted(question.hash for question in chosen))
    return replace(report, questions=meant, complete=whole and len(records) == meant * experiment.k)


def check_comparable(folders: Sequence[Path], reports: Sequence[QuestionReport]) -> None:
    """Refuse reports whose numbers mean different things.

    Raises:
        RecordError: Two of them are of other questions, rules or judges.
    """
    for folder, report in zip(folders, reports):
        if report.basis != reports[0].basis:
            raise RecordError(
                f"{folders[0]} and {folder} cannot be compared: their questions, rules or judges are not the same; "
                "show each by itself with --alone"
            )


def _summary(folder: Path, experiment: Experiment) -> QuestionReport | None:
    """Return the stored report of this evaluation, which may be of fewer answers than there are by now."""
    try:
        report = from_json(QuestionReport, json.loads((folder / SUMMARY).read_bytes()))
    except (OSError, RecursionError, ValueError):
        return None
    same = all(getattr(report, name) == getattr(experiment, name) for name in ("agent", "suite", "split", "seed", "k"))
    whole = all(len(group.success) == experiment.k for group in (report.overall, *report.types, *report.families))
    return report if same and whole and report.types and rubric(report.judge) == experiment.rubric else None


def _ungraded(report: QuestionReport, records: Sequence[AnswerRecord]) -> int:
    return sum(record.unscored for record in records) if report.judge else 0


def _check(folder: Path, records: Sequence[AnswerRecord], questions: Mapping[str, Question]) -> None:
    for record in records:
        name = f"{folder / ANSWERS}, question '{record.question_id}'"
        if record.question_id not in questions:
            raise RecordError(f"{name}: it is not known here; name the file of its questions with --tasks")
        if record.question_hash != questions[record.question_id].hash:
            raise RecordError(f"{name}: it has changed since it was answered; name the file of then with --tasks")
