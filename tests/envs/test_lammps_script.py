import json
import pickle
import warnings

import gymnasium
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

import mdgym
from mdgym.engine import Limits
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import TaskError
from mdgym.records import from_json
from mdgym.scoring import SerialPool


@pytest.fixture
def env(tasks, pool):
    return gymnasium.make("mdgym/LammpsScript-v0", tasks=tasks, pool=pool, max_turns=3)


def test_make_returns_the_environment_itself_without_wrappers(env):
    assert type(env) is LammpsScriptEnv


@pytest.mark.parametrize("max_turns", [1, 3])
def test_environment_checker_finds_nothing(tasks, max_turns):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with gymnasium.make("mdgym/LammpsScript-v0", tasks=tasks, max_turns=max_turns) as env:
            check_env(env)


def test_suite_is_loaded_by_name_and_split():
    with gymnasium.make("mdgym:mdgym/LammpsScript-v0", suite="micro", split="validation") as env:
        _, info = env.reset(seed=0)
        assert env.unwrapped.tasks == tuple(mdgym.load_suite("micro", "validation"))
        assert info["task_id"].startswith("micro/validation/")


def test_seed_chooses_the_task_and_is_the_seed_of_the_episode(env):
    first = env.reset(seed=7)
    assert first[1]["seed"] == 7
    following = [env.reset() for _ in range(5)]
    assert env.reset(seed=7) == first
    assert [env.reset() for _ in range(5)] == following
    assert len({info["seed"] for _, info in following}) == 5
    assert {env.reset(seed=i)[1]["task_id"] for i in range(20)} == {"user/a", "user/b", "user/c"}


def test_options_choose_the_task(env, tasks):
    observation, info = env.reset(options={"task_id": "user/c"})
    assert (observation, info["task_id"], info["tier"], info["turn"]) == (tasks[2].prompt, "user/c", 2, 0)
    assert env.reset(options={"index": 1})[1]["task_id"] == "user/b"


@pytest.mark.parametrize(
    "options",
    [{"task_id": "user/z"}, {"index": 3}, {"index": -1}, {"task": "user/a"}, {"index": 0, "task_id": "user/a"}],
)
def test_options_that_name_no_task_are_refused(env, options):
    with pytest.raises(TaskError):
        env.reset(options=options)


def test_step_scores_as_a_direct_call_does(env, good, tasks, pool):
    env.reset(seed=3, options={"index": 0})
    observation, reward, terminated, truncated, info = env.step(good)
    score = mdgym.score(tasks[0], good, seed=3, pool=pool)
    assert from_json(mdgym.Score, info["score"]) == score
    assert (reward, observation) == (score.reward, score.feedback)
    assert (terminated, truncated, info["turn"]) == (True, False, 1)


def test_info_is_plain_json_and_the_same_each_time(env, good):
    texts = []
    for _ in range(2):
        env.reset(seed=3)
        texts.append(json.dumps(env.step(good)[4], allow_nan=False))
    assert texts[0] == texts[1]


def test_rewards_of_an_episode_add_up_to_the_last_score(env, good):
    env.reset(seed=0)
    late = good.replace("run 100", "run 100\nnonsense")
    scores, rewards, ends = [], [], []
    for script in (late, "nonsense", good):
        _, reward, terminated, _, info = env.step(script)
        scores.append(info["score"]["reward"])
        rewards.append(reward)
        ends.append(terminated)
    assert scores[0] > scores[1] < scores[2]
    assert rewards[1] < 0.0
    assert sum(rewards) == pytest.approx(scores[2])
    assert ends == [False, False, True]


def test_observation_between_turns_lets_a_policy_without_memory_repair(env, tasks):
    env.reset(options={"index": 2})
    observation, _, terminated, _, info = env.step("units lj\nfrobnicate 3")
    assert not terminated
    for part in (tasks[2].prompt, "units lj\nfrobnicate 3", info["score"]["feedback"]):
        assert part in observation


def test_episode_ends_with_success_before_its_last_turn(pool, closed_task):
    env = LammpsScriptEnv(tasks=[closed_task], pool=pool, max_turns=5)
    env.reset(seed=0)
    assert not env.step("units metal")[2]
    assert env.step(closed_task.gold)[2]


def test_step_before_reset_and_after_the_end_asks_for_a_reset(tasks, pool, good):
    env = LammpsScriptEnv(tasks=tasks, pool=pool)
    with pytest.raises(ResetNeeded):
        env.step(good)
    env.reset()
    env.step(good)
    with pytest.raises(ResetNeeded):
        env.step(good)


def test_action_that_is_not_text_leaves_the_episode_as_it_was(env, good):
    env.reset(seed=0)
    with pytest.raises(TypeError):
        env.step(None)
    assert env.step(good)[4]["turn"] == 1


def test_wild_actions_give_observations_inside_the_space(env):
    env.reset(seed=0)
    for action in ("print \ud800\0" * 30_000, "模拟" * 20_000, ""):
        assert env.step(action)[0] in env.observation_space


def test_ansi_shows_the_episode(tasks, pool, good):
    env = LammpsScriptEnv(tasks=tasks, pool=pool, max_turns=2, render_mode="ansi")
    with pytest.raises(ResetNeeded):
        env.render()
    env.reset(options={"index": 0})
    env.step("units nonsense")
    text = env.render()
    assert all(part in text for part in ("user/a", tasks[0].prompt, "units nonsense", "reward"))


def test_handed_in_pool_stays_open_and_own_pool_is_closed(tasks, pool, good):
    for handed_in in (pool, None):
        env = LammpsScriptEnv(tasks=tasks, pool=handed_in)
        env.reset()
        env.step(good)
        env.close()
        env.close()
    assert pool.score(tasks[0], good).score.executed
    env.reset()
    with pytest.raises(RuntimeError, match="closed"):
        env.step(good)


def test_copy_goes_on_where_the_original_was(tasks, good):
    with LammpsScriptEnv(tasks=tasks, max_turns=2) as env:
        env.reset(seed=5)
        env.step("units nonsense")
        with pickle.loads(pickle.dumps(env)) as copy:
            assert copy.step(good) == env.step(good)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"max_turns": 0}, ValueError),
        ({"render_mode": "human"}, ValueError),
        ({"tasks": []}, TaskError),
        ({"suite": "nonsense"}, TaskError),
        ({"split": "nonsense"}, TaskError),
        ({"pool": SerialPool(), "limits": Limits()}, ValueError),
    ],
)
def test_wrong_arguments_are_refused(arguments, error):
    with pytest.raises(error):
        LammpsScriptEnv(**arguments)


def test_two_tasks_with_one_id_are_refused(tasks):
    with pytest.raises(TaskError, match="same id"):
        LammpsScriptEnv(tasks=[tasks[0], tasks[0]])


@pytest.mark.parametrize(("mode", "arguments"), [("sync", {}), ("async", {"shared_memory": False})])
def test_vector_environments_of_gymnasium_take_any_text(tasks, mode, arguments):
    # All fail alike: Gymnasium's own vector environments cannot merge a score with an error and one without.
    envs = gymnasium.make_vec(
        "mdgym/LammpsScript-v0", num_envs=2, vectorization_mode=mode, vector_kwargs=arguments, tasks=tasks[2:]
    )
    try:
        prompts, _ = envs.reset(seed=1)
        assert prompts == (tasks[2].prompt,) * 2
        observations, _, terminated, _, _ = envs.step(("nonsense", "中文 🧪"))
        assert terminated.all()
        assert all(text in envs.single_observation_space for text in observations)
    finally:
        envs.close()


def test_shared_memory_of_gymnasium_is_refused_since_it_would_lose_all_text(tasks):
    with pytest.raises(ValueError, match="shared_memory=False"):
        gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, vectorization_mode="async", tasks=tasks)
