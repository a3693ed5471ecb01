"""An evaluation reports accuracy by type with intervals, keeps every answer, and goes on where it was stopped."""

import json

import pytest

from mdgym.agents import GoldAgent, SilentAgent
from mdgym.errors import AgentError, RecordError, TaskError
from mdgym.questions import Question, load_question_suite
from mdgym.questions.evaluation import evaluate_questions
from mdgym.questions.folder import ANSWERS

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


@pytest.mark.parametrize("questions", [[], [BLANK, BLANK]])
def test_no_question_or_one_id_twice_is_refused(questions):
    with pytest.raises(TaskError):
        evaluate(questions, SilentAgent())


def test_answer_that_is_no_text_is_the_fault_of_the_agent():
    with pytest.raises(AgentError, match="not with text"):
        evaluate([BLANK], lambda text: 3)
