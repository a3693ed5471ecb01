import json
import warnings

import gymnasium
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

import mdgym
from mdgym.agents import GoldAgent
from mdgym.envs import MDQuestionEnv
from mdgym.errors import TaskError
from mdgym.questions import Question, Verdict, load_question_suite, mark
from mdgym.records import from_json

OPTIONS = {"A": "lj", "B": "metal"}
QUESTIONS = (
    Question("q/a", "single_choice", "Which?", OPTIONS, ("B",)),
    Question("q/b", "fill_blank", "时间单位是 ____。", answer_text="fs"),
    Question("q/c", "multiple_choice", "Which?", OPTIONS, ("A", "B")),
)
OPEN = Question("q/open", "open_qa", "Why? 🧪", answer_text="Because.")


@pytest.fixture
def env():
    return gymnasium.make("mdgym/MDQuestion-v0", questions=QUESTIONS)


def test_make_returns_the_environment_itself_without_wrappers(env):
    assert type(env) is MDQuestionEnv


@pytest.mark.parametrize("questions", [QUESTIONS, (OPEN,), None])
def test_environment_checker_finds_nothing(questions):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with gymnasium.make("mdgym/MDQuestion-v0", questions=questions, allow_unscored=True) as env:
            check_env(env)


def test_suite_is_loaded_by_name_and_split():
    env = gymnasium.make("mdgym:mdgym/MDQuestion-v0", suite="facts", split="validation")
    assert env.unwrapped.questions == load_question_suite("facts", "validation")
    assert env.reset(seed=0)[1]["question_id"].startswith("facts/validation/")


def test_seed_chooses_the_question(env):
    first = env.reset(seed=7)
    following = [env.reset() for _ in range(5)]
    assert env.reset(seed=7) == first
    assert [env.reset() for _ in range(5)] == following
    assert {env.reset(seed=i)[1]["question_id"] for i in range(20)} == {"q/a", "q/b", "q/c"}


def test_options_choose_the_question(env):
    assert env.reset(options={"question_id": "q/b"})[1]["type"] == "fill_blank"
    assert env.reset(options={"index": 0})[1]["question_id"] == "q/a"


@pytest.mark.parametrize("options", [{"question_id": "z"}, {"index": 3}, {"index": -1}, {"task_id": "q/a"}])
def test_options_that_name_no_question_are_refused(env, options):
    with pytest.raises(TaskError):
        env.reset(options=options)


def test_step_marks_by_rule_and_ends_the_episode(env):
    env.reset(seed=3, options={"index": 2})
    feedback, reward, terminated, truncated, info = env.step("Answer: A")
    assert (reward, terminated, truncated, feedback) == (0.5, True, False, "Partly right.")
    assert from_json(Verdict, info["score"]) == mark(QUESTIONS[2], "Answer: A") == env.verdict
    assert json.loads(json.dumps(info, allow_nan=False)) == info
    with pytest.raises(ResetNeeded):
        env.step("Answer: A")


def test_step_before_reset_asks_for_a_reset():
    env = MDQuestionEnv(questions=QUESTIONS)
    with pytest.raises(ResetNeeded):
        env.step("Answer: A")


def test_action_that_is_not_text_leaves_the_episode_as_it_was(env):
    env.reset(options={"index": 0})
    with pytest.raises(TypeError):
        env.step(3)
    assert env.step("Answer: B")[1] == 1.0


def test_open_questions_need_a_judge_or_leave_to_be_unscored():
    with pytest.raises(TaskError, match=r"q/open.*judge.*allow_unscored"):
        MDQuestionEnv(questions=[*QUESTIONS, OPEN])
    env = MDQuestionEnv(questions=[OPEN], allow_unscored=True)
    env.reset(seed=0)
    _, reward, _, _, info = env.step("Because.")
    assert reward == 0.0 and "reward" not in info["score"]
    env = MDQuestionEnv(questions=[OPEN], judge=lambda text: "Grade: 0.75")
    env.reset(seed=0)
    assert env.step("Because.")[1] == 0.75


@pytest.mark.parametrize("questions", [[], [QUESTIONS[0], QUESTIONS[0]]])
def test_no_question_or_one_id_twice_is_refused(questions):
    with pytest.raises(TaskError):
        MDQuestionEnv(questions=questions)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=[])), st.integers(0, 2))
def test_any_text_is_taken_and_what_comes_back_lies_in_the_space(action, index):
    env = MDQuestionEnv(questions=QUESTIONS)
    prompt, _ = env.reset(options={"index": index})
    observation, reward, _, _, info = env.step(action * 3)
    assert prompt in env.observation_space and observation in env.observation_space
    assert 0.0 <= reward <= 1.0
    json.dumps(info).encode()


def test_copies_run_side_by_side_in_gymnasium():
    envs = gymnasium.make_vec("mdgym/MDQuestion-v0", num_envs=2, vectorization_mode="sync", questions=QUESTIONS)
    observations, _ = envs.reset(seed=0)
    assert len(observations) == 2
    _, rewards, terminated, _, _ = envs.step(("Answer: B", "nothing"))
    assert all(terminated) and all(0.0 <= reward <= 1.0 for reward in rewards)
    envs.close()


def test_environment_evaluates_agents_on_its_questions():
    env = gymnasium.make("mdgym/MDQuestion-v0", suite="facts", split="validation")
    report = env.evaluate(GoldAgent(), episodes=20, k=2, progress=False)
    assert (report.accuracy, report.questions, report.answers) == (1.0, 20, 40)


def test_ansi_shows_the_episode():
    env = MDQuestionEnv(questions=QUESTIONS, render_mode="ansi")
    env.reset(options={"index": 0})
    env.step("Answer: A")
    assert all(part in env.render() for part in ("q/a", "Which?", "Answer: A", "reward 0.0000"))
    with pytest.raises(ValueError, match="render_mode"):
        MDQuestionEnv(questions=QUESTIONS, render_mode="human")


def test_import_of_mdgym_registers_it():
    assert mdgym and gymnasium.spec("mdgym/MDQuestion-v0").id == "mdgym/MDQuestion-v0"
