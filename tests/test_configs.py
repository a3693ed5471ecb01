"""The settings files in `configs/`: every key is a setting, batches divide, and DeepSpeed's files fit."""

import json
from pathlib import Path

import pytest
import yaml

pytest.importorskip("trl")

from mdgym.errors import TrainingError
from mdgym.trainers import md_grpo
from mdgym.trainers.settings import settings_of

ROOT = Path(__file__).parents[1]
# data.yaml is no settings of a trainer
FILES = sorted(file for file in (ROOT / "configs").glob("*/*.yaml") if file.stem != "data")
FOR_GPU = [file for file in FILES if file.parent.name != "tiny"]
GRPO = [file for file in FILES if file.stem.startswith("md_grpo")]
DEEPSPEED = sorted((ROOT / "configs" / "deepspeed").glob("*.json"))
# What this machine need not have: GPUs, and the other processes.
HERE = ["--use_cpu", "true", "--bf16", "false", "--processes", "0", "--distributed", "", "--deepspeed", ""]


def name(file):
    return str(file.relative_to(ROOT))


def stage(file):
    return {"cpt": "cpt", "md_grpo": "grpo"}.get(file.stem.split("-")[0], "sft")


def written(file):
    return yaml.safe_load(file.read_text("utf-8"))


@pytest.fixture
def read(monkeypatch):
    """Read a file as each of its processes does, but on this machine; TRL's own checks of batches run."""
    monkeypatch.chdir(ROOT)

    def read(file, *options):
        processes = written(file).get("processes", 1)
        monkeypatch.setattr("transformers.TrainingArguments.world_size", property(lambda self: processes))
        return settings_of(stage(file), ["--config", str(file), *HERE, *options])

    return read


def test_the_files_are_there():
    assert {(file.parent.name, stage(file)) for file in FILES} >= {
        (model, kind) for model in ("qwen3-0.6b", "qwen3-8b") for kind in ("cpt", "sft", "grpo")
    }
    assert len(GRPO) >= 4 and len(DEEPSPEED) >= 2


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_key_is_a_setting_and_every_value_fits(read, file):
    settings = read(file)
    ours = written(file)
    for key in ours.keys() - {"bf16", "activation_checkpointing", "processes", "distributed", "deepspeed"}:
        kind = type(getattr(settings, key))
        assert getattr(settings, key) == kind(ours[key]) or getattr(settings, key) in ([], [ours[key]]), key


@pytest.mark.parametrize("file", GRPO, ids=name)
def test_a_batch_holds_whole_groups_and_checkpoints_fall_between_batches(read, file):
    settings, ours = read(file, "--model", "some/model"), written(file)
    md_grpo._check(settings)
    answers = ours.get("processes", 1) * settings.per_device_train_batch_size * settings.steps_per_generation
    assert settings.generation_batch_size == answers == settings.groups * settings.num_generations
    # less than four groups say little about a policy
    assert settings.groups >= 4 and settings.batches * settings.steps_per_generation >= settings.max_steps
    if settings.use_vllm and settings.vllm_mode == "colocate":
        assert settings.vllm_max_model_length > settings.max_completion_length


@pytest.mark.parametrize("file", FOR_GPU, ids=name)
def test_it_says_how_many_processes_it_is_for_and_how_they_are_joined(file):
    ours = written(file)
    assert ours["bf16"] is True
    if ours["processes"] == 1:
        assert ours["distributed"] == "no" and "deepspeed" not in ours
    else:
        assert ours["distributed"] == "deepspeed" and ROOT / ours["deepspeed"] in DEEPSPEED
        # sharded weights cannot be validated while they are trained
        assert "zero3" not in ours["deepspeed"] or "validate_every" not in ours


@pytest.mark.parametrize("file", [file for file in FOR_GPU if written(file)["processes"] > 1], ids=name)
def test_one_process_is_refused_where_more_are_meant(monkeypatch, file):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.chdir(ROOT)
    with pytest.raises(TrainingError, match="processes were meant and 1 started: launch with python -m torch"):
        settings_of(stage(file), ["--config", str(file)])


@pytest.mark.parametrize("file", DEEPSPEED, ids=name)
def test_deepspeed_takes_batches_and_clipping_from_the_settings(read, file):
    pytest.importorskip("deepspeed")
    from transformers.integrations.deepspeed import HfTrainerDeepSpeedConfig

    settings = read(ROOT / "configs" / "qwen3-8b" / "md_grpo.yaml")
    found = HfTrainerDeepSpeedConfig(json.loads(file.read_text()))
    assert found.is_zero2() or found.is_zero3()
    found.trainer_config_process(settings)
    assert not found.mismatches
    assert found.config["train_batch_size"] == 8 * 4 * 8 and found.config["gradient_clipping"] == 1.0
    # what is left is filled when the width of the model is known
    assert "auto" not in found.config.values() and found.config["bf16"] == {"enabled": False}
    left = {key for key, value in found.config["zero_optimization"].items() if value == "auto"}
    assert left <= {"reduce_bucket_size", "stage3_prefetch_bucket_size", "stage3_param_persistence_threshold"}
    # weights that lie on several processes must come together in a saved model
    assert found.is_zero2() or found.is_true("zero_optimization.stage3_gather_16bit_weights_on_model_save")
