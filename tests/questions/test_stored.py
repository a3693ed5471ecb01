"""A folder of answers is reported as it stands: whole, or as so many answers of so many."""

import json
from dataclasses import replace

import pytest

from mdgym.agents import GoldAgent, SilentAgent
from mdgym.errors import RecordError
from mdgym.questions import Question
from mdgym.questions.answers import ANSWERS
from mdgym.questions.evaluation import evaluate_questions
from mdgym.questions.stored import check_comparable, read_report

BLANK = Question("q/blank", "fill_blank", "The unit of time is ____.", answer_text="fs")
OPEN = Question("q/open", "open_qa", "Why a thermostat?", answer_text="It keeps the temperature.", family="why")
KNOWN = {question.id: question for question in (BLANK, OPEN)}


def evaluate(folder, agent=None, questions=(BLANK, OPEN), judge=lambda text: "Grade: 0.5"):
    return evaluate_questions(questions, agent or GoldAgent(), judge, k=2, out=folder, progress=False)


@pytest.fixture
def killed(tmp_path):
    """An evaluation that was killed after three of its four answers."""

    class Watched(GoldAgent):
        kept = b""

        def act(self, observation, task, seed):
            # what stands there while it is under way
            self.kept = (tmp_path / "summary.json").read_bytes()
            return super().act(observation, task, seed)

    agent = Watched()
    evaluate(tmp_path, agent)
    lines = (tmp_path / ANSWERS).read_bytes().splitlines(keepends=True)
    (tmp_path / ANSWERS).write_bytes(b"".join(lines[:3]) + lines[3][:20])
    (tmp_path / "summary.json").write_bytes(agent.kept)
    return tmp_path


def test_report_of_a_whole_evaluation_is_its_own_and_needs_no_questions(tmp_path):
    report = evaluate(tmp_path)
    assert read_report(tmp_path, {}) == report and report.complete


def test_report_of_a_killed_evaluation_says_how_many_answers_were_meant(killed):
    report = read_report(killed, KNOWN)
    assert (report.answers, report.questions, report.complete) == (3, 2, False)
    assert "unfinished: 3 of 4 answers" in report.table().caption
    assert (report.judge != "", report.accuracy) == (True, 1.0)
    assert evaluate(killed).complete


def test_without_any_summary_the_meant_number_is_not_made_up(killed):
    (killed / "summary.json").unlink()
    assert "unfinished: 3 of 4 answers" in read_report(killed, KNOWN).table().caption
    lines = (killed / ANSWERS).read_bytes().splitlines(keepends=True)
    (killed / ANSWERS).write_bytes(b"".join(lines[:2]))
    assert "unfinished: 2 answers, of how many is not known" in read_report(killed, KNOWN).table().caption


def test_without_a_summary_all_answers_to_all_questions_are_the_whole(tmp_path):
    report = evaluate(tmp_path)
    for text in ("{}", "[" * 100_000, "no"):
        (tmp_path / "summary.json").write_text(text)
        assert read_report(tmp_path, KNOWN) == report


def test_answers_that_were_graded_later_count_as_they_are_now(tmp_path):
    replies = iter(["hm", "hm"])
    first = evaluate(tmp_path, judge=lambda text: next(replies, "Grade: 0.5"))
    assert first.ungraded == 1
    stale = (tmp_path / "summary.json").read_bytes()
    report = evaluate(tmp_path, judge=lambda text: next(replies, "Grade: 0.5"))
    (tmp_path / "summary.json").write_bytes(stale)
    assert read_report(tmp_path, KNOWN) == report and report.ungraded == 0


@pytest.mark.parametrize(
    ("known", "complaint"),
    [
        ({}, "'q/blank': it is not known here; name the file of its questions with --tasks"),
        (KNOWN | {"q/blank": replace(BLANK, answer_text="ps")}, "'q/blank': it has changed since"),
    ],
)
def test_questions_that_are_needed_and_not_there_are_named(killed, known, complaint):
    with pytest.raises(RecordError, match=complaint):
        read_report(killed, known)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        (ANSWERS, "", "holds no answer yet"),
        (ANSWERS, "{}\n", "line 1: AnswerRecord lacks the field"),
        ("experiment.json", "no", "experiment.json cannot be read"),
    ],
)
def test_folder_that_cannot_be_read_is_one_sentence(tmp_path, name, text, complaint):
    evaluate(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(RecordError, match=complaint):
        read_report(tmp_path, KNOWN)


def test_experiment_that_makes_no_sense_is_refused(tmp_path):
    evaluate(tmp_path)
    path = tmp_path / "experiment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"k": 0}))
    with pytest.raises(RecordError, match="k is 0"):
        read_report(tmp_path, KNOWN)


def test_reports_of_other_questions_or_judges_are_not_compared(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    same, other = evaluate(folders[0]), evaluate(folders[1], SilentAgent())
    check_comparable(folders, [same, other])
    fewer = evaluate(folders[2], questions=[BLANK])
    with pytest.raises(RecordError, match=r"a and .*c cannot be compared.*--alone"):
        check_comparable([folders[0], folders[1], folders[2]], [same, other, fewer])
