"""MD-GRPO from end to end, with a model of one layer, which writes nonsense, and real LAMMPS.

So that some answers are right, the pool is given the gold script in place of every second one.
"""

import json
import shutil
import sys
import zlib

import pytest

pytest.importorskip("trl")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mdgym import cli
from mdgym.errors import InfrastructureError, TrainingError
from mdgym.tasks.suites import load_suite
from mdgym.trainers import lessons, md_grpo
from mdgym.trainers.data import fenced
from mdgym.trainers.md_grpo import CURRICULUM, GrpoSettings, train
from mdgym.trainers.rewards import ScriptReward

# peft 0.21 asks transformers 5 for a property by its old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
GROUP = 3


class Helped:
    """A pool that reads gold scripts in place of some answers; it can be all, or none, and it can die."""

    def __init__(self, pool, right=lambda answer: zlib.crc32(answer.encode("utf-8", "replace")) % 2 == 0, lives=10**9):
        self.pool, self.right, self.lives = pool, right, lives

    def __getattr__(self, name):
        return getattr(self.pool, name)

    def submit(self, task, answer, seed=0):
        self.lives -= 1
        if self.lives < 0:
            future = self.pool.submit(task, "", seed)
            future.result()
            future._exception = InfrastructureError("the worker died twice")
            return future
        return self.pool.submit(task, task.gold if self.right(answer) else answer, seed)


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Two families whose scripts take milliseconds."""

    def load(suite, split, names):
        return tuple(task for task in load_suite(suite, split) if task.family in ("cluster", "pair_crystal"))

    monkeypatch.setattr("mdgym.trainers.md_grpo.tasks_of", load)
    monkeypatch.setattr("mdgym.trainers.validation.tasks_of", load)


@pytest.fixture
def batches(monkeypatch):
    """What the reward function was called with, batch by batch."""
    seen = []

    class Recording(ScriptReward):
        def __call__(self, prompts, completions, **rest):
            seen.append({"prompt": [prompt[0]["content"] for prompt in prompts], **rest})
            return super().__call__(prompts, completions, **rest)

    monkeypatch.setattr(md_grpo, "ScriptReward", Recording)
    return seen


@pytest.fixture
def run(plain, tmp_path, pool):
    def run(name, helped=None, **changes):
        options = {
            "max_steps": 4,
            "per_device_train_batch_size": 2 * GROUP,
            "num_generations": GROUP,
            "max_completion_length": 8,
            "save_steps": 2,
            **plain,
            **changes,
        }
        return train(GrpoSettings(output_dir=str(tmp_path / name), **options), helped or Helped(pool))

    return run


def curriculum(checkpoint):
    return json.loads((checkpoint / CURRICULUM).read_text("utf-8"))


def test_a_second_run_in_the_same_folder_is_not_mixed_with_the_first(run):
    for _ in range(2):
        folder = run("out", max_steps=2, save_strategy="no", validate_every=100, validate_tasks=1)
    for file, name in ((md_grpo.METRICS, "loss"), ("curve.jsonl", "runs")):
        lines = [json.loads(line) for line in (folder / file).read_text("utf-8").splitlines()]
        steps = [line["step"] for line in lines if name in line]
        assert steps and steps == sorted(set(steps))


def test_training_moves_the_weights_and_saves_model_tokenizer_and_curriculum(run, tiny, weights, logged):
    folder = run("out", max_steps=3, save_steps=1)
    assert not torch.equal(weights(folder), weights(tiny)) and weights(folder).isfinite().all()
    assert AutoModelForCausalLM.from_pretrained(folder).config.vocab_size == 400
    assert AutoTokenizer.from_pretrained(folder).chat_template
    for step in (1, 2, 3):
        stored = curriculum(folder / f"checkpoint-{step}")
        assert (stored["version"], stored["attempts"], stored["lessons"]) == (step, [], [])
    last = folder / "checkpoint-3"
    assert logged(last, "lammps/runs")[-1] == stored["runs"] <= 3 * 2 * GROUP
    executed, success = logged(last, "score/executed"), logged(last, "score/success")
    assert executed == success and 0 < sum(executed) < 3
    assert logged(last, "recycle/share") == [0, 0, 0] and logged(last, "lammps/unscored") == [0, 0, 0]


def test_all_copies_of_a_group_share_one_prompt_and_seed(run, batches):
    run("out", recycle_share=0.5)
    assert len(batches) == 4
    for batch in batches:
        for column in ("prompt", "task_id", "repair", "seed", "slot"):
            values = batch[column]
            assert values[:GROUP] == [values[0]] * GROUP and values[GROUP:] == [values[GROUP]] * GROUP
    slots = [slot for batch in batches for slot in batch["slot"][::GROUP]]
    assert slots == list(range(8))
    assert len({seed for batch in batches for seed in batch["seed"]}) == 8


def test_failed_tries_come_back_as_questions_a_batch_later(run, batches):
    folder = run("out", recycle_share=1.0)
    assert [any(batch["repair"]) for batch in batches] == [False, False, True, True]
    tasks = {task.id: task for task in load_suite("micro", "train")}
    for batch in batches:
        for prompt, task_id, repair in zip(batch["prompt"], batch["task_id"], batch["repair"], strict=True):
            assert prompt.startswith(tasks[task_id].prompt.rstrip())
            assert ("You have already tried this script" in prompt) == repair
            assert not repair or "The script stopped" in prompt or "nothing" in prompt.lower()
    versions = {
        choice["version"] for drawn in curriculum(folder / "checkpoint-4")["drawn"].values() for choice in drawn
    }
    assert max(versions) >= 2


def test_lessons_are_learned_on_their_tasks_own_prompt(run, tiny, monkeypatch, weights, logged):
    seen, make = [], lessons.tensors_of

    def spy(pairs, *others):
        seen.append((pairs, made := make(pairs, *others)))
        return made

    monkeypatch.setattr(lessons, "tensors_of", spy)
    taught = run("taught", lessons="all", lesson_steps=3, lesson_batch=2)
    plain = run("plain")
    assert not torch.equal(weights(taught), weights(plain))
    # they cost no LAMMPS run: not one more answer was asked for
    assert curriculum(taught / "checkpoint-4")["lessons"]
    assert curriculum(taught / "checkpoint-4")["version"] == curriculum(plain / "checkpoint-4")["version"]
    assert len(seen) % 3 == 0 and len(seen) > 3
    losses = logged(taught / "checkpoint-4", "lesson_loss")
    assert losses[0] == pytest.approx(6, abs=0.5) and losses[-1] < losses[0]
    tokenizer, prompts = AutoTokenizer.from_pretrained(tiny), {t.prompt for t in load_suite("micro", "train")}
    for pairs, made in seen:
        assert len(pairs) <= 2
        for (prompt, script), tokens, mask, labels in zip(pairs, *made.values(), strict=True):
            said = tokenizer.decode(tokens[labels != -100])
            assert said == f"{fenced(script)}<|end|>" == tokenizer.decode(labels[labels != -100])
            assert tokenizer.decode(tokens[mask == 1]) == f"<|user|>{prompt}<|assistant|>{said}"
            assert prompt in prompts


def test_training_ends_when_its_runs_are_used_up(run, batches):
    folder = run("out", max_runs=8, save_steps=1)
    assert len(batches) == 2
    assert curriculum(folder / "checkpoint-2")["runs"] >= 8
    assert (folder / "model.safetensors").exists()


EVERYTHING = {
    "recycle_share": 0.5,
    "resample": True,
    "lessons": "all",
    "adaptive": True,
    "lesson_steps": 2,
    "lesson_renamed": 0.5,
    "recycle_capacity": 4,
}
CUT = {"gradient_accumulation_steps": 2, "per_device_train_batch_size": GROUP, "steps_per_generation": 4}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(EVERYTHING, id="whole"),
        pytest.param(
            {**CUT, **EVERYTHING, "num_iterations": 2, "save_steps": 4, "max_steps": 8},
            id="cut",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_run_that_was_stopped_goes_on_to_the_same_weights_and_curriculum(run, tmp_path, weights, changes):
    straight = run("straight", **changes)
    middle, end = (f"checkpoint-{step}" for step in (changes.get("save_steps", 2), changes.get("max_steps", 4)))
    shutil.copytree(straight / middle, tmp_path / "resumed" / middle)
    resumed = run("resumed", resume=True, **changes)
    assert torch.equal(weights(straight), weights(resumed))
    assert curriculum(straight / end) == curriculum(resumed / end)
    assert curriculum(straight / end)["runs"] > curriculum(straight / middle)["runs"]


@pytest.mark.slow
def test_a_run_that_is_made_longer_is_as_one_that_was_longer_from_the_start(run, weights):
    straight = run("straight", **EVERYTHING)
    run("longer", max_steps=2, **EVERYTHING)
    longer = run("longer", resume=True, **EVERYTHING)
    assert torch.equal(weights(straight), weights(longer))
    assert curriculum(straight / "checkpoint-4") == curriculum(longer / "checkpoint-4")


def test_a_pool_that_dies_ends_the_training_and_the_last_checkpoint_goes_on(run, pool, tmp_path, batches, weights):
    with pytest.raises(InfrastructureError, match=r"no answer of 2 batches .* --resume .*: the worker died twice"):
        run("out", Helped(pool, lives=14), save_steps=1, max_steps=6, **EVERYTHING)
    died = len(batches)
    assert died in (4, 5, 6)
    last = tmp_path / "out" / f"checkpoint-{died - 1}"
    # a batch that nobody could score teaches nothing, and spoils nothing
    assert weights(last).isfinite().all()
    folder = run("out", save_steps=1, max_steps=6, resume=True, **EVERYTHING)
    assert batches[died]["slot"] == batches[died - 1]["slot"] and batches[died]["prompt"] == batches[died - 1]["prompt"]
    assert weights(folder).isfinite().all() and curriculum(folder / "checkpoint-6")["version"] == 6


def test_a_checkpoint_is_neither_overwritten_nor_missed_nor_guessed(run, tmp_path):
    with pytest.raises(TrainingError, match="no checkpoint in"):
        run("none", resume=True)
    folder = run("out", max_steps=2)
    with pytest.raises(TrainingError, match=r"checkpoint-2 is there already: go on from it with --resume"):
        run("out")
    file = folder / "checkpoint-2" / CURRICULUM
    stored = json.loads(file.read_text())
    for text, complaint in (
        (json.dumps({**stored, "schema_version": 99}), "is of version 99, and this mdgym reads"),
        (json.dumps({**stored, "seed": 1}), "a run with seed 1, not 42"),
        (json.dumps({key: value for key, value in stored.items() if key != "runs"}), "runs"),
        ("{", "curriculum.json: "),
    ):
        file.write_text(text)
        with pytest.raises(TrainingError, match=complaint):
            run("out", resume=True)
    file.unlink()
    with pytest.raises(TrainingError, match=r"has no curriculum\.json: it was written by another trainer"):
        run("out", resume=True)


def test_validation_writes_a_curve_and_leaves_the_training_alone(run, weights, logged, batches):
    options = dict(validate_every=6, validate_tasks=2, validate_k=2, **EVERYTHING)
    watched = run("watched", **options)
    lines = [json.loads(line) for line in (watched / "curve.jsonl").read_text().splitlines()]
    steps = [line["step"] for line in lines]
    assert (steps[0], steps[-1]) == (0, 4)
    runs = [line["runs"] for line in lines]
    assert runs[0] == 0 and runs == sorted(set(runs)) and runs[-1] == curriculum(watched / "checkpoint-4")["runs"]
    for line in lines:
        assert {"executed_at_1", "success_at_1", "reward", "greedy_executed", "greedy_success"} <= set(line)
    assert len(logged(watched / "checkpoint-4", "validation/reward")) >= 2
    assert torch.equal(weights(watched), weights(run("unwatched", **EVERYTHING)))


@pytest.mark.slow
@pytest.mark.parametrize("every", [6, 20])
def test_a_resumed_run_adds_to_its_curve_what_a_straight_one_does(run, tmp_path, every):
    options = dict(validate_every=every, validate_tasks=1, **EVERYTHING)
    straight = run("straight", **options)
    shutil.copytree(straight / "checkpoint-2", tmp_path / "resumed" / "checkpoint-2")
    resumed = run("resumed", resume=True, **options)
    lines = [(folder / "curve.jsonl").read_text().splitlines() for folder in (straight, resumed)]
    later = [line for line in lines[0] if json.loads(line)["step"] > 2]
    assert lines[1] == later


@pytest.mark.slow
def test_adapters_are_trained_alone_and_go_on(run, tiny, weights):
    before = weights(tiny)
    folder = run("out", lora_rank=2, max_steps=2, **EVERYTHING)
    assert torch.equal(weights(tiny), before) and not (folder / "model.safetensors").exists()
    run("out", lora_rank=2, max_steps=4, resume=True, **EVERYTHING)
    assert (folder / "checkpoint-4" / "adapter_model.safetensors").exists()


def test_the_command_trains_on_a_pool_of_its_own(plain, tmp_path, monkeypatch, capsys):
    options = {**plain, "max_steps": 1, "per_device_train_batch_size": 4, "num_generations": 2, "save_strategy": "no"}
    file = tmp_path / "grpo.yaml"
    file.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in options.items()))
    command = f"mdgym train grpo --config {file} --max_completion_length 8 --output_dir {tmp_path / 'out'}"
    monkeypatch.setattr(sys, "argv", command.split())
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code and (tmp_path / "out" / "model.safetensors").exists(), capsys.readouterr().err
