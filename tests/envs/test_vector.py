from concurrent.futures import Future

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import RecordEpisodeStatistics

import mdgym
from mdgym.engine import Limits
from mdgym.envs.vector import LammpsScriptVectorEnv
from mdgym.errors import InfrastructureError


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
    assert "error" not in scores[0]["execution"]
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


def test_an_episode_that_has_ended_waits_for_its_reset_in_disabled_mode(tasks, pool, good):
    mode = AutoresetMode.DISABLED
    envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, tasks=tasks, pool=pool, autoreset_mode=mode)
    envs.reset(seed=0)
    assert envs.step((good, "nonsense"))[2].all()
    _, infos = envs.reset(seed=7, options={"reset_mask": np.array([True, True])})
    assert list(infos["seed"]) == [7, 8] and list(infos["turn"]) == [0, 0]
    envs.step(("nonsense", good))
    envs.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(AssertionError):
        envs.step((good, good))
    envs.close()


def test_an_episode_is_reset_by_the_next_step_where_that_is_wanted(tasks, pool, good):
    envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, tasks=tasks, pool=pool, autoreset_mode="NextStep")
    envs.reset(seed=0)
    _, rewards, terminated, _, _ = envs.step((good, good))
    assert terminated.all() and all(rewards > 0)
    prompts, rewards, terminated, _, infos = envs.step((good, good))
    assert not terminated.any() and not rewards.any() and list(infos["turn"]) == [0, 0]
    assert set(prompts) <= {task.prompt for task in tasks}
    envs.close()


class Failing:
    """A pool that fails for one script, once."""

    def __init__(self, pool, script):
        self.pool, self.script = pool, script

    def submit(self, task, answer, seed=0):
        if answer == self.script:
            self.script = None
            future = Future()
            future.set_exception(InfrastructureError("the disk is full"))
            return future
        return self.pool.submit(task, answer, seed)


def test_a_failure_moves_no_episode_and_the_step_can_be_made_again(tasks, pool, good):
    envs = LammpsScriptVectorEnv(3, tasks=tasks, pool=Failing(pool, "units metal"), max_turns=2)
    envs.reset(seed=0)
    scripts = (good, "units metal", "nonsense")
    with pytest.raises(InfrastructureError, match="disk"):
        envs.step(scripts)
    assert [len(env.turns) for env in envs.envs] == [0, 0, 0]
    rewards = envs.step(scripts)[1]
    assert rewards[0] > rewards[2]


def test_a_pool_by_name_is_made_and_closed(tasks, good):
    envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=2, tasks=tasks, pool="serial")
    envs.reset(seed=0)
    assert envs.step((good, good))[1].all()
    own = envs._own_pool
    envs.close()
    with pytest.raises(RuntimeError, match="closed"):
        own.score(tasks[0], good)
    with pytest.raises(ValueError, match="'fast' names no pool"):
        LammpsScriptVectorEnv(2, tasks=tasks, pool="fast")


@pytest.mark.parametrize(("kind", "options"), [("sync", {}), ("async", {"shared_memory": False})])
def test_the_vector_environments_of_gymnasium_work_over_the_single_one(kind, options, tasks, good):
    envs = gymnasium.make_vec(
        "mdgym/LammpsScript-v0", num_envs=2, vectorization_mode=kind, vector_kwargs=options, tasks=tasks
    )
    prompts, _ = envs.reset(seed=0)
    assert set(prompts) <= {task.prompt for task in tasks}
    rewards = envs.step((good, "模拟"))[1]
    assert rewards[0] > rewards[1] == 0.0
    # the episodes begin anew by the second step, and end by the third
    assert not envs.step(("", ""))[1].any()
    rewards = envs.step(("units nonsense", good))[1]
    assert rewards[1] > rewards[0] > 0
    envs.close()
