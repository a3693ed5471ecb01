"""Two processes train as one: on the CPU, joined by gloo, with DeepSpeed and without."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytest.importorskip("deepspeed")

from safetensors.torch import load_file

ROOT = Path(__file__).parents[2]
# DeepSpeed compiles a part of itself the first time, which took 80 to 200 s.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# Twelve answers in three groups of four, six to a process: the second group lies on both.
GRPO = {
    "per_device_train_batch_size": 3,
    "steps_per_generation": 2,
    "num_generations": 4,
    "max_completion_length": 16,
    "max_steps": 4,
    "save_steps": 2,
    "recycle_share": 0.5,
    "learning_rate": 0.01,
    "lr_scheduler_type": "constant",
    "use_cpu": True,
    "processes": 2,
}
LESSONS = {"lessons": "all", "lesson_steps": 2, "lesson_batch": 2}
WAYS = {"multi_cpu": {}, "zero2": {"deepspeed": "configs/deepspeed/zero2.json"}}
WAYS["zero3"] = {"deepspeed": "configs/deepspeed/zero3.json"}


TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node")
# With this accelerate starts one process, and says nothing.
ACCELERATE = ("-m", "accelerate.commands.launch", "--cpu", "--num_processes", 2)


def launch(launcher, *command):
    settings = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    line = [sys.executable, *map(str, (*launcher, *command))]
    return subprocess.run(line, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, timeout=580)


def flags(settings):
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def grpo(tiny, out, plan, **settings):
    """Train in two processes; give what each of them saw."""
    settings = {**GRPO, "model": tiny, "output_dir": out, **settings}
    done = launch((*TORCHRUN, 2), "tests/trainers/ranks.py", out.parent, plan, *flags(settings))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return [json.loads((out.parent / f"rank{rank}.json").read_text()) for rank in (0, 1)]


@pytest.fixture(scope="module")
def runs(tiny, tmp_path_factory):
    """The same training in three ways: what the processes saw, and where the model is."""
    found = {}
    for way, settings in WAYS.items():
        out = tmp_path_factory.mktemp(way) / "model"
        kind = "deepspeed" if settings else way
        found[way] = grpo(tiny, out, "lessons", distributed=kind, **LESSONS, **settings), out
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_group_shares_one_prompt_also_where_it_lies_on_two_processes(runs, way):
    ranks, _ = runs[way]
    assert [len(rank["calls"]) for rank in ranks] == [2, 2]
    prompts = []
    for first, second in zip(*(rank["calls"] for rank in ranks), strict=True):
        for name in ("slot", "prompts", "seed", "repair", "task_id"):
            whole = first[name] + second[name]
            groups = [whole[start : start + 4] for start in range(0, 12, 4)]
            assert all(len(set(group)) == 1 for group in groups), name
            if name == "slot":
                assert [group[0] for group in groups] == [3 * len(prompts) + place for place in range(3)]
        prompts.append(first["prompts"] + second["prompts"])
    assert len({prompt for batch in prompts for prompt in batch}) > 2


@pytest.mark.parametrize("way", WAYS)
def test_faults_are_counted_over_both_processes(runs, way):
    for first, second in zip(*(rank["calls"] for rank in runs[way][0]), strict=True):
        assert first["faults"] == second["faults"] and sum(first["faults"].values()) == pytest.approx(1.0)


@pytest.mark.parametrize("way", WAYS)
def test_both_processes_hold_the_same_curriculum_and_it_was_saved(runs, way):
    (first, second), out = runs[way]
    assert first["curriculum"] == second["curriculum"]
    assert first["curriculum"]["version"] == 2 and first["curriculum"]["attempts"]
    stored = json.loads((out / "checkpoint-4" / "curriculum.json").read_text())
    last = first["calls"][-1]["runs"]
    assert stored == {**first["curriculum"], "runs": last} and last == second["calls"][-1]["runs"] > 12


def test_the_three_ways_come_to_the_same_weights(runs, tiny):
    start = load_file(tiny / "model.safetensors")
    weights = {way: load_file(out / "checkpoint-2" / "model.safetensors") for way, (_, out) in runs.items()}
    moved = max(float((weights["multi_cpu"][name] - start[name]).abs().max()) for name in start)
    for way in WAYS:
        apart = max(float((weights[way][name] - weights["multi_cpu"][name]).abs().max()) for name in start)
        assert apart < 1e-3 * moved, way


@pytest.mark.parametrize("way", WAYS)
def test_model_and_checkpoints_have_their_tokenizer(runs, way):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    _, out = runs[way]
    for folder in (out, out / "checkpoint-4"):
        AutoModelForCausalLM.from_pretrained(folder)
        assert AutoTokenizer.from_pretrained(folder).chat_template


@pytest.mark.parametrize("way", ["multi_cpu", "zero2"])
def test_a_resumed_run_comes_to_the_same_curriculum_as_one_that_was_not_stopped(runs, tiny, tmp_path, way):
    ranks, out = runs[way]
    shutil.copytree(out, tmp_path / "model", ignore=shutil.ignore_patterns("checkpoint-4"))
    resumed = grpo(tiny, tmp_path / "model", "plain", resume=True, **LESSONS, **WAYS[way])
    for before, after in zip(ranks, resumed, strict=True):
        assert after["calls"] == before["calls"][1:]
        assert after["curriculum"] == before["curriculum"]
    whole, joined = (load_file(folder / "model.safetensors") for folder in (out, tmp_path / "model"))
    assert all((whole[name] - joined[name]).abs().max() < 1e-5 for name in whole)


def test_a_process_that_can_score_nothing_does_not_stop_the_other(tiny, tmp_path):
    settings = {"validate_every": 20, "validate_tasks": 2, "deepspeed": WAYS["zero2"]["deepspeed"]}
    first, second = grpo(tiny, tmp_path / "model", "deaf", **settings)
    assert second["calls"][0]["rewards"] == [None] * 6
    assert all(reward is not None for call in first["calls"] + second["calls"][1:] for reward in call["rewards"])
    assert first["curriculum"] == second["curriculum"] and first["curriculum"]["version"] == 2
    # the first process alone asks the validation tasks and writes down what comes of it
    lines = [json.loads(line) for line in (tmp_path / "model" / "curve.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [0, 3, 4]


def test_fine_tuning_runs_in_two_processes(tiny, tmp_path):
    row = {"prompt": [{"role": "user", "content": "Write."}], "completion": [{"role": "assistant", "content": "run 0"}]}
    (tmp_path / "data.jsonl").write_text(f"{json.dumps(row)}\n" * 8)
    settings = {"model": tiny, "data": tmp_path / "data.jsonl", "output_dir": tmp_path / "model", "use_cpu": True}
    settings |= {"processes": 2, "distributed": "deepspeed", "deepspeed": "configs/deepspeed/zero2.json"}
    settings |= {"max_steps": 2, "per_device_train_batch_size": 2, "save_steps": 2, "learning_rate": 0.01}
    done = launch((*TORCHRUN, 2), "-m", "mdgym", "train", "sft", *flags(settings))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    assert (tmp_path / "model" / "tokenizer.json").exists() and (tmp_path / "model" / "checkpoint-2").is_dir()
    trained, start = (load_file(folder / "model.safetensors") for folder in (tmp_path / "model", tiny))
    assert any(not trained[name].equal(start[name]) for name in start)


@pytest.mark.parametrize(
    ("launcher", "settings", "said"),
    [
        ((), {"processes": 2}, "2 processes were meant and 1 started: launch with python -m torch.distributed.run"),
        (ACCELERATE, {"processes": 2}, "2 processes were meant and 1 started: launch with python -m torch"),
        ((), {"distributed": "deepspeed", **WAYS["zero2"]}, "by deepspeed and is by no: launch with python -m torch"),
        ((*TORCHRUN, 1), {"distributed": "deepspeed"}, "by deepspeed and is by multi_cpu"),
        ((*TORCHRUN, 1), {"distributed": "multi_cpu", **WAYS["zero2"]}, "by multi_cpu and is by deepspeed"),
    ],
)
def test_another_launch_than_was_meant_is_refused_at_once(tmp_path, launcher, settings, said):
    common = {"model": "nowhere", "output_dir": tmp_path, "max_steps": 1, "use_cpu": True}
    done = launch(launcher, "-m", "mdgym", "train", "grpo", *flags({**common, **settings}))
    assert done.returncode != 0 and said in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())
