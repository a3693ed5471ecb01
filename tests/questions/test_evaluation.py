"""An evaluation reports accuracy by type with intervals, keeps every answer, and goes on where it was stopped."""

import io
import json
import re
from dataclasses import replace

import pytest
from rich.console import Console

from mdgym.agents import GoldAgent, SilentAgent
from mdgym.errors import AgentError, RecordError, TaskError
from mdgym.questions import Question, load_question_suite
from mdgym.questions.answers import ANSWERS
from mdgym.questions.evaluation import evaluate_questions
from mdgym.questions.report import comparison

OPEN = Question("q/open", "open_qa", "Why a thermostat?", answer_text="It keeps the temperature.")
BLANK = Question("q/blank", "fill_blank", "The unit of time is ____.", answer_text="fs")
MANY = Question("q/many", "multiple_choice", "Which?", {"A": "x", "B": "y", "C": "z"}, ("A", "B"))


def evaluate(questions, agent, **settings):
    return evaluate_questions(questions, agent, progress=False, **settings)


def test_gold_is_right_everywhere_and_silence_nowhere():
    questions = load_question_suite("facts", "test")
    for agent, wanted in ((GoldAgent(), 1.0), (SilentAgent(), 0.0)):
        report = evaluate(questions, agent, episodes=100)
        assert (report.accuracy, report.reward, report.complete) == (wanted, wanted, True)
        assert [group.name for group in report.types] == ["single_choice", "multiple_choice", "fill_blank"]
        assert all(group.accuracy.value == wanted for group in (*report.types, *report.families))
        assert len(report.families) == 19


def test_open_questions_without_a_judge_count_nowhere_and_are_said_so():
    report = evaluate([OPEN, BLANK], lambda text: "Answer: fs")
    assert (report.accuracy, report.reward) == (1.0, 1.0)
    assert (report.overall.questions, report.overall.unscored) == (2, 1)
    (group,) = [group for group in report.types if group.name == "open_qa"]
    assert (group.accuracy.value, group.reward.value, group.unscored) == (None, None, 1)
    assert "not scored for want of a judge: 1" in report.table().caption


def test_judge_scores_open_questions():
    def judge(text):
        return "Grade: 0.5"

    report = evaluate([OPEN, BLANK], lambda text: "Answer: fs", judge=judge)
    assert (report.accuracy, report.reward, report.overall.unscored) == (1.0, 0.75, 0)
    assert report.judge.endswith("judge")
    assert report.basis != evaluate([OPEN, BLANK], lambda text: "Answer: fs").basis


def test_partial_credit_is_reward_and_not_accuracy():
    report = evaluate([MANY], lambda text: "Answer: A")
    assert (report.accuracy, report.reward) == (0.0, 0.5)


def test_success_at_k_is_the_chance_of_one_right_answer():
    class Lucky:
        name = "lucky"

        def act(self, observation, task, seed):
            return f"Answer: {'fs' if seed % 2 else 'ps'}"

    report = evaluate([BLANK], Lucky(), k=8)
    assert 0.0 < report.overall.success[0].value < report.overall.success[1].value
    assert report.overall.success[7].value == 1.0


def test_answers_are_lines_of_json_and_a_second_call_asks_only_for_the_rest(tmp_path):
    questions = load_question_suite("facts", "validation")
    asked = []

    def agent(text):
        if len(asked) == 5:
            raise OSError("down")
        asked.append(text)
        return "Answer: A \ud800"

    with pytest.raises(AgentError, match="down"):
        evaluate(questions, agent, episodes=12, out=tmp_path)
    lines = [json.loads(line) for line in (tmp_path / ANSWERS).read_bytes().splitlines()]
    assert [line["answer"] for line in lines] == ["Answer: A \ud800"] * 5
    assert not json.loads((tmp_path / "summary.json").read_text())["complete"]
    with (tmp_path / ANSWERS).open("ab") as file:
        file.write(b'{"half')
    asked = [""] * 6
    report = evaluate(questions, agent, episodes=12, out=tmp_path)
    assert (len(asked), report.complete) == (6 + 7, True)
    assert report == evaluate(questions, agent, episodes=12, out=tmp_path)


def test_folder_of_another_experiment_or_question_is_refused(tmp_path):
    agent = SilentAgent()
    evaluate([BLANK], agent, out=tmp_path)
    with pytest.raises(RecordError, match="its k is 1"):
        evaluate([BLANK], agent, out=tmp_path, k=2)
    with pytest.raises(RecordError, match="its tasks is"):
        evaluate([Question("q/blank", "fill_blank", "Other ____?", answer_text="fs")], agent, out=tmp_path)
    with pytest.raises(RecordError, match="its rubric is"):
        evaluate([BLANK], agent, out=tmp_path, judge=lambda text: "Grade: 1")


def test_agent_that_answers_in_batches_is_asked_in_batches():
    class Batch:
        name = "batch"
        batch_size = 4
        sizes: list[int]

        def __init__(self):
            self.sizes = []

        def act(self, observation, task, seed):
            return self.act_many([observation], [task], [seed])[0]

        def act_many(self, observations, tasks, seeds):
            self.sizes.append(len(observations))
            return [task.gold for task in tasks]

    agent = Batch()
    assert evaluate(load_question_suite("facts", "test"), agent, episodes=10).accuracy == 1.0
    assert agent.sizes == [4, 4, 2]


class Judge:
    """Grades, but for the numbered replies, and remembers the seeds it was given."""

    name = "judge"

    def __init__(self, *silent):
        self.silent = silent
        self.seeds = []

    def act(self, observation, task, seed):
        self.seeds.append(seed)
        return "hm" if len(self.seeds) in self.silent else "Grade: 0.5"


def records(folder):
    return [json.loads(line) for line in (folder / ANSWERS).read_bytes().splitlines()]


def test_answer_without_a_grade_is_kept_unscored_and_graded_when_the_evaluation_is_resumed(tmp_path):
    asked = []
    opened = [replace(OPEN, id=f"q/{number}") for number in range(3)]

    def agent(text):
        asked.append(text)
        return "To cool."

    report = evaluate(opened, agent, judge=Judge(2, 3), out=tmp_path)
    assert (report.complete, report.ungraded, report.overall.unscored, report.reward) == (True, 1, 1, 0.5)
    assert "did not grade (with --out, the same command asks it again): 1" in report.table().caption
    assert json.loads((tmp_path / "summary.json").read_text())["ungraded"] == 1
    (kept,) = [record for record in records(tmp_path) if record["verdict"]["reward"] is None]
    assert kept["answer"] == "To cool." and "gave no grade for 'q/1'" in kept["verdict"]["feedback"]
    judge = Judge(1, 2)
    assert evaluate(opened, agent, judge=judge, out=tmp_path).ungraded == 1
    again = Judge()
    report = evaluate(opened, agent, judge=again, out=tmp_path)
    assert (len(asked), report.ungraded, report.overall.reward.tasks) == (3, 0, 3)
    assert [record["question_id"] for record in records(tmp_path)] == ["q/0", "q/1", "q/2", "q/1", "q/1"]
    # a judge that heeds its seed may say something else
    assert len({kept["seed"], judge.seeds[0], again.seeds[0]}) == 3


@pytest.mark.parametrize("reply", [lambda: "hm", lambda: 1 / 0])
def test_judge_that_fails_three_times_in_a_row_ends_the_evaluation(tmp_path, reply):
    opened = [replace(OPEN, id=f"q/{number}") for number in range(5)]
    with pytest.raises(AgentError, match=r"no grade 3 times in a row.*same command.*q/2"):
        evaluate([*opened, BLANK], lambda text: "To cool.", judge=lambda text: reply(), out=tmp_path)
    assert len(records(tmp_path)) == 3
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["ungraded"], summary["answers"], summary["complete"]) == (3, 3, False)


def test_judge_that_fails_now_and_then_does_not_end_the_evaluation():
    opened = [replace(OPEN, id=f"q/{number}") for number in range(6)]
    silent = (1, 2, 3, 4, 6, 7, 8, 9)
    report = evaluate([*opened], lambda text: "To cool.", judge=Judge(*silent))
    assert (report.ungraded, report.complete) == (4, True)


def test_summary_says_from_the_start_how_many_answers_are_meant(tmp_path):
    seen = []

    def agent(text):
        seen.append(json.loads((tmp_path / "summary.json").read_text()))
        return "Answer: fs"

    evaluate([BLANK, MANY], agent, k=2, out=tmp_path)
    assert [(each["questions"], each["answers"], each["complete"]) for each in seen] == [(2, 0, False)] * 4


def test_agents_are_compared_in_one_table():
    reports = [evaluate([BLANK, MANY, OPEN], agent) for agent in (GoldAgent(), SilentAgent())]
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(comparison(reports))
    text = console.export_text()
    assert re.search(r"gold.*silent", text) and re.search(r"accuracy.*1\.000.*0\.000", text)
    assert re.search(r"reward, open_qa +│ +– │ +– │", text)


@pytest.mark.parametrize("questions", [[], [BLANK, BLANK]])
def test_no_question_or_one_id_twice_is_refused(questions):
    with pytest.raises(TaskError):
        evaluate(questions, SilentAgent())


def test_answer_that_is_no_text_is_the_fault_of_the_agent():
    with pytest.raises(AgentError, match="not with text"):
        evaluate([BLANK], lambda text: 3)
