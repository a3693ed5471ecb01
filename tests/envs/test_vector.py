import gymnasium
import numpy as np
import pytest
from gymnasium.wrappers.vector import RecordEpisodeStatistics

import mdgym
from mdgym.engine import Limits
from mdgym.envs.vector import LammpsScriptVectorEnv


@pytest.fixture
def envs(tasks, pool):
    envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=3, tasks=tasks, pool=pool)
    yield envs
    envs.close()


def test_make_vec_makes_it_and_each_episode_has_its_own_seed(envs, tasks):
    prompts, infos = envs.reset(seed=4)
    assert type(envs) is LammpsScriptVectorEnv
    assert list(infos["seed"]) == [4, 5, 6]
    assert set(prompts) <= {task.prompt for task in tasks}
    assert envs.reset(seed=4)[0] == prompts


def test_scores_of_right_and_wrong_scripts_stay_whole_and_the_next_episode_has_begun(envs, good, tasks, pool):
    _, before = envs.reset(seed=4)
    _, rewards, terminated, truncated, infos = envs.step((good, "nonsense", "模拟 🧪"))
    by_id = {task.id: task for task in tasks}
    expected = mdgym.score(by_id[before["task_id"][0]], good, 4, pool)
    scores = infos["final_info"]["score"]
    assert infos["final_info"]["_score"].all()
    assert [score["executed"] for score in scores] == [True, False, False]
    assert scores[0]["execution"]["error"] is None
    assert scores[1]["execution"]["error"]["message"]
    assert rewards[0] == expected.reward > rewards[1]
    assert terminated.all()
    assert not truncated.any()
    assert list(infos["turn"]) == [0, 0, 0]
    assert infos["final_obs"][0] == expected.feedback


def test_repair_episodes_end_at_their_own_time(tasks, pool, good):
    envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, tasks=tasks, pool=pool, max_turns=2)
    envs.reset(seed=0)
    _, _, terminated, _, infos = envs.step((good, "nonsense"))
    assert list(terminated) == [True, False]
    assert list(infos["_score"]) == [False, True]
    assert list(infos["final_info"]["_score"]) == [True, False]
    assert list(envs.step(("nonsense", good))[2]) == [False, True]
    envs.close()


def test_episode_statistics_of_gymnasium_work_over_it(envs, good):
    recorded = RecordEpisodeStatistics(envs)
    recorded.reset(seed=0)
    _, rewards, _, _, infos = recorded.step((good, good, "nonsense"))
    assert infos["episode"]["r"] == pytest.approx(rewards)
    assert np.all(infos["episode"]["l"] == 1)


def test_own_pool_is_closed_and_a_shared_one_is_not(tasks, pool, good):
    with_own = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, tasks=tasks, limits=Limits(wall_s=5))
    with_own.reset(seed=0)
    with_own.step((good, good))
    own = with_own._own_pool
    with_own.close()
    with pytest.raises(RuntimeError, match="closed"):
        own.score(tasks[0], good)
    shared = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, tasks=tasks, pool=pool)
    shared.close()
    assert pool.score(tasks[0], good).score.executed


def test_limits_beside_a_pool_are_refused(tasks, pool):
    with pytest.raises(ValueError, match="SerialPool"):
        LammpsScriptVectorEnv(num_envs=1, tasks=tasks, pool=pool, limits=Limits())
