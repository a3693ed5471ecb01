"""Settings come from a file and the command line; what is wrong with them is one clear sentence."""

import os
import sys

import pytest

pytest.importorskip("trl")

import torch

from mdgym import cli
from mdgym.errors import MdgymError, TrainingError
from mdgym.trainers.settings import settings_of

STAGES = ("cpt", "sft", "grpo")
# TRL's default on a GPU is what transformers has renamed
pytestmark = pytest.mark.filterwarnings("ignore:`gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "settings.yaml"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def command(monkeypatch, capsys):
    """Run `mdgym train` in this process; give exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mdgym", "train", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


def complaint(stage, *arguments):
    with pytest.raises(TrainingError) as caught:
        settings_of(stage, list(arguments))
    return str(caught.value)


def test_the_command_line_wins_over_the_file_and_the_file_over_the_defaults(file):
    path = file("learning_rate: 1e-3\nmax_steps: 7\nrecycle_share: 0.25\nresample: true\nmodel: runs/a\n")
    found = settings_of("grpo", ["--max_steps", "9", "--config", path, "--lesson-batch", "3", "--model=runs/b"])
    assert (found.learning_rate, found.max_steps, found.model) == (1e-3, 9, "runs/b")
    assert (found.recycling.share, found.recycling.resample, found.recycling.pick) == (0.25, True, "random")
    assert (found.lesson_batch, found.validate_k, found.shuffle_dataset) == (3, 1, False)
    assert settings_of("grpo", [f"--config={path}"]).max_steps == 7


@pytest.mark.parametrize("stage", STAGES)
def test_a_machine_without_gpu_is_found_and_used_with_one_thread_or_as_many_as_are_asked_for_and_there(
    stage, monkeypatch
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(torch, "set_num_threads", (threads := []).append)
    found = settings_of(stage, ["--threads", "3"])
    assert (found.use_cpu, found.bf16, found.activation_checkpointing) == (True, False, False)
    assert settings_of(stage, []).threads == 1 and threads == [2, 1]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", ["bf16", "fp16"])
def test_half_precision_needs_a_gpu(stage, kind):
    assert complaint(stage, f"--{kind}", "true", "--use_cpu", "true").startswith("bf16 and fp16 need a GPU")


@pytest.mark.parametrize("stage", STAGES)
def test_a_setting_that_is_not_there_is_named_from_the_command_line_and_from_the_file(stage, file):
    listed = f"`mdgym train {stage} --settings` lists them all"
    assert complaint(stage, "--nonsense", "1") == f"{stage} has no setting --nonsense: {listed}"
    assert complaint(stage, "--config", file("nonsense: 1\n")) == f"{stage} has no setting --nonsense: {listed}"
    assert "no setting word" in complaint(stage, "word")
    # not even where it begins like one
    assert "no setting --learning" in complaint(stage, "--learning", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--max_steps", "many"], "max_steps.* invalid int value: 'many'"),
        (["--max_steps"], "max_steps.* expected one argument"),
        (["--resume", "perhaps"], "perhaps"),
        (["--save_strategy", "sometimes"], "sometimes"),
        (["--config"], "--config needs the name of a YAML file"),
        (["--config", "/nonexistent.yaml"], "there is no settings file '/nonexistent.yaml'"),
        (["--config", "/"], "settings of grpo: .*directory"),
        (["--num_generations", "3", "--per_device_train_batch_size", "4"], "settings of grpo: .*generation"),
    ],
)
def test_a_value_that_makes_no_sense_is_a_sentence(arguments, said):
    with pytest.raises(TrainingError, match=said):
        settings_of("grpo", arguments)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "model: [", "max_steps: many\n", "just text\n"])
def test_a_file_that_holds_no_settings_is_a_sentence(file, text):
    assert complaint("grpo", "--config", file(text)).startswith("settings of grpo: ")


def run_grpo(*arguments):
    from mdgym.trainers.md_grpo import train

    train(settings_of("grpo", ["--max_steps", "4", *arguments]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no model: name a folder or a model of the hub with --model"),
        (["--model", "m", "--max_steps", "-1"], "max_steps must be set"),
        (["--model", "m", "--shuffle_dataset", "true"], "shuffle_dataset false: prompts follow the buffer"),
        (["--model", "m", "--dataloader_num_workers", "1"], "dataloader_num_workers must be 0"),
        (["--model", "m", "--lesson_steps", "1"], "lesson_steps is set, but lessons are 'none'"),
        (["--model", "m", "--drop_flat", "true", "--beta", "0.1"], "drop_flat needs a loss of advantages alone"),
        (["--model", "m", "--recycle_share", "2"], "share 2.0"),
        (["--model", "m", "--recycle_pick", "best"], "pick 'best' is not one of"),
        (["--model", "m", "--suite", "nonsense"], "belongs to suite 'nonsense'"),
        (["--model", "m", "--workers", "fast"], "'fast' names no pool"),
        (["--model", "m", "--processes", "2"], "2 processes were meant and 1"),
        (["--model", "m", "--distributed", "deepspeed"], "distributed by deepspeed and is by no"),
        (
            ["--model", "m", "--steps_per_generation", "4", "--save_steps", "6"],
            "save_steps 6 must be a multiple of 4, the steps of one generation",
        ),
        (["--model", "/nonexistent"], "no tokenizer can be loaded from '/nonexistent', which is no folder here"),
    ],
)
def test_training_that_cannot_work_is_refused_before_anything_is_loaded(arguments, said, tmp_path):
    with pytest.raises(MdgymError, match=said):
        run_grpo("--output_dir", str(tmp_path), *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stage", ["cpt", "sft"])
def test_model_and_data_must_be_named(stage, tiny, tmp_path):
    from importlib import import_module

    train = import_module(f"mdgym.trainers.{stage}").train
    with pytest.raises(TrainingError, match="with --text" if stage == "cpt" else "with --data"):
        train(settings_of(stage, ["--model", str(tiny), "--output_dir", str(tmp_path)]))
    (tmp_path / "notes.md").write_text("Melt.")
    (tmp_path / "data.jsonl").write_text('{"prompt": "p", "completion": "c"}\n')
    data = ["--text" if stage == "cpt" else "--data", str(tmp_path)]
    with pytest.raises(TrainingError, match="with --model"):
        train(settings_of(stage, [*data, "--output_dir", str(tmp_path / "out")]))


@pytest.mark.parametrize("stage", STAGES)
def test_help_says_how_to_list_the_settings_and_the_list_has_those_of_trl_and_our_own(command, stage):
    code, out, _ = command(stage, "--help")
    assert code == 0 and "--settings" in out and "Example: mdgym train" in " ".join(out.split())
    code, out, _ = command(stage, "--settings")
    assert code == 0 and f"usage: mdgym train {stage} [--config FILE] [--NAME VALUE ...]" in out
    for name in ("learning_rate", "model", "lora_rank", "resume", "threads"):
        assert f"--{name}" in out


def test_a_users_mistake_is_code_2(command):
    code, out, err = command("grpo", "--nonsense", "1")
    assert (code, out) == (2, "") and "grpo has no setting --nonsense" in err and "Traceback" not in err


def test_without_trl_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "trl", None)
    assert complaint("sft").startswith("training needs torch, trl and datasets (")
