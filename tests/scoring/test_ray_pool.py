"""Scores on a real Ray of this machine: the same as in this process, and what a user may get wrong."""

import copy
import json
import subprocess
import sys

import gymnasium
import pytest
import ray

from mdgym.engine import Limits
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import InfrastructureError
from mdgym.records import to_json
from mdgym.rewards import STANDARD
from mdgym.scoring import RayPool, SerialPool, make_pool
from mdgym.tasks.suites import load_suite

pytestmark = [pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore::Warning")]
LIMITS = Limits(cpu_s=2.0)
TASKS = load_suite("micro", "test")
SLOW = """units lj
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 single 1 1 1
mass 1 1
pair_style zero 1.0
pair_coeff * *
label again
run 1000
jump SELF again
"""
ANSWERS = {
    "right": TASKS[0].gold,
    "typo": TASKS[0].gold.replace("pair_style", "pair_stile"),
    "nothing": "",
    "chatty": f"Here:\n```lammps\n{TASKS[0].gold}\n```\n",
    "attack": TASKS[0].gold + "\nshell rm -rf /\n",
    "endless": SLOW,
    "lone surrogate": "units lj\nprint '\ud800'\n",
}


@pytest.fixture(scope="module")
def own_ray():
    """The user's own Ray, with more CPUs than the pool takes."""
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def pool(own_ray):
    with RayPool(workers=2, limits=LIMITS) as pool:
        yield pool


def test_scores_are_those_of_a_serial_pool_bit_for_bit(pool):
    items = [(task, answer, seed) for task in TASKS[::40] for answer in ANSWERS.values() for seed in (0, 1)]
    with SerialPool(LIMITS) as serial:
        expected = serial.score_many(items)
    for here, there in zip(expected, pool.score_many(items), strict=True):
        if here.score.execution.status == "timeout":
            # how far a script came until then depends on the clock, and its reward does not
            assert (there.score.reward, there.score.execution.status) == (here.score.reward, "timeout")
            continue
        assert there.score == here.score and there.script == here.script
        assert to_json(there.execution) == to_json(here.execution)
        assert to_json(there.evidence) == to_json(here.evidence)


def test_a_slow_script_does_not_hold_up_the_reports_of_the_others(pool):
    items = [(TASKS[0], SLOW if number == 0 else "units nonsense", 0) for number in range(30)]
    order = [index for index, _ in pool.as_completed(items)]
    assert sorted(order) == list(range(30)) and order[-1] == 0


def test_items_are_taken_when_there_is_room_for_them(pool):
    taken = []

    def endless():
        while True:
            taken.append(len(taken))
            yield TASKS[0], "units nonsense", 0

    stream = pool.as_completed(endless())
    for _ in range(5):
        next(stream)
    stream.close()
    assert len(taken) < 40
    # the pool goes on
    assert pool.score(TASKS[0], "").score.reward == 0.0


def test_an_answer_that_is_not_text_is_the_callers_fault(pool):
    with pytest.raises(TypeError, match="bytes"):
        pool.score(TASKS[0], b"units lj")


def test_a_copy_has_the_settings_and_nothing_else(pool):
    other = copy.deepcopy(pool)
    assert other.__getstate__() == pool.__getstate__() and other._dispatcher is None
    other.close()
    assert pool.score(TASKS[0], "").score.reward == 0.0


def test_a_rubric_of_ones_own_goes_along(pool):
    items = [(TASKS[0], TASKS[0].gold, 0)]
    rubric = STANDARD.without("drift")
    with RayPool(workers=1, rubric=rubric) as other, SerialPool(rubric=rubric) as serial:
        (there,), (here,) = other.score_many(items), serial.score_many(items)
    assert there.score == here.score != pool.score(*items[0]).score


def test_the_users_own_ray_is_left_alone(pool):
    with RayPool(workers=1, limits=LIMITS) as other:
        other.start()
    assert ray.is_initialized() and ray.cluster_resources()["CPU"] == 4


def test_more_workers_than_cpus_are_refused(pool):
    with pytest.raises(InfrastructureError, match="4 CPUs, 2 of them free, 0 reserved: too few for 3 workers"):
        RayPool(workers=3).start()
    with pytest.raises(InfrastructureError, match="1 reserved: too few for 2 workers"):
        RayPool(workers=2, reserve_cpus=1).start()


def test_a_closed_pool_says_so():
    other = RayPool()
    other.close()
    other.close()
    with pytest.raises(RuntimeError, match="closed"):
        other.score(TASKS[0], "")


def test_no_worker_is_no_pool():
    with pytest.raises(ValueError, match="at least 1"):
        RayPool(workers=0)


def test_without_ray_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InfrastructureError, match=r'pip install "mdgym\[ray\]"'):
        RayPool().score(TASKS[0], "")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "auto"])
def test_no_cluster_at_an_address_is_an_error(address):
    script = (
        "from mdgym.scoring.ray_pool import RayPool\nfrom mdgym.errors import InfrastructureError\n"
        f"try:\n    RayPool(address={address!r}).start()\nexcept InfrastructureError as error:\n    print(error)\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "RAY_gcs_rpc_server_connect_timeout_s": "2"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120)
    assert f"no Ray cluster that can be joined at '{address}'" in done.stdout, done.stderr


def test_an_evaluation_on_workers_finds_what_one_in_this_process_finds(pool, tmp_path):
    def agent(observation: str) -> str:
        return "units nonsense" if len(observation) % 2 else TASKS[0].gold

    with SerialPool(LIMITS) as serial, LammpsScriptEnv(tasks=TASKS[::10], max_turns=2, pool=serial) as env:
        here = env.evaluate(agent, k=2, out=tmp_path / "here", progress=False)
    with LammpsScriptEnv(tasks=TASKS[::10], max_turns=2, pool=pool) as env:
        there = env.evaluate(agent, k=2, out=tmp_path / "there", progress=False)
    assert there == here
    # written as they came, each once
    lines = [(tmp_path / name / "trajectories.jsonl").read_text().splitlines() for name in ("here", "there")]
    ids = [sorted((t["task_id"], t["rollout"]) for t in map(json.loads, some)) for some in lines]
    assert ids[0] == ids[1] and len(set(ids[0])) == len(ids[0])


def test_a_vector_environment_scores_on_workers(pool):
    envs = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=4, tasks=TASKS[:8], pool=pool)
    with SerialPool(LIMITS) as serial:
        same = gymnasium.make_vec("mdgym/LammpsScript-v0", num_envs=4, tasks=TASKS[:8], pool=serial)
        scripts = (TASKS[0].gold, "", "units nonsense", TASKS[1].gold)
        for one in (envs, same):
            one.reset(seed=3)
        (_, there, _, _, infos), (_, here, _, _, expected) = envs.step(scripts), same.step(scripts)
        same.close()
    envs.close()
    assert list(there) == list(here)
    assert list(infos["final_info"]["score"]) == list(expected["final_info"]["score"])


@pytest.mark.parametrize(
    ("choice", "kind", "workers"),
    [
        (None, RayPool, None),
        ("serial", SerialPool, None),
        ("ray", RayPool, None),
        ("auto", RayPool, None),
        ("3", RayPool, 3),
    ],
)
def test_a_pool_is_chosen_by_a_word_and_ray_only_where_it_runs_or_is_asked_for(own_ray, choice, kind, workers):
    chosen = make_pool(choice)
    assert type(chosen) is kind
    if kind is RayPool:
        assert chosen.__getstate__()["workers"] == workers
    chosen.close()


@pytest.mark.parametrize("choice", ["fast", "0", "-1", "host:", "ray://host"])
def test_an_unknown_word_for_a_pool_is_refused(choice):
    with pytest.raises(ValueError, match="names no pool"):
        make_pool(choice)


def test_processes_of_one_training_share_the_workers_of_a_ray_that_runs(own_ray):
    with RayPool(processes=2) as half, make_pool("auto", processes=4) as quarter:
        assert (half.workers, quarter.workers) == (2, 1)
    state = make_pool("7", processes=2).__getstate__()
    assert (state["workers"], state["address"]) == (3, "auto")
    assert make_pool("1", processes=2).__getstate__()["workers"] == 1
    assert isinstance(make_pool("serial", processes=2), SerialPool)
