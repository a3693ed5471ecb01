"""Supervised fine-tuning from end to end, on a model of one layer."""

import json
import shutil

import pytest

pytest.importorskip("trl")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mdgym.errors import TrainingError
from mdgym.trainers import sft
from mdgym.trainers.data import SOLVE, Row
from mdgym.trainers.sft import SftSettings, last_checkpoint, train

# peft 0.21 asks transformers 5 for a property by its old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
ANSWER = "units lj\nrun 100\n"


@pytest.fixture
def data(tmp_path):
    """Questions that nobody can foresee, and one answer to all."""
    digits = "".join(str(3**number) for number in range(200))
    rows = [Row(f"Say {digits[9 * n : 9 * n + 9]}.", ANSWER, "lj", SOLVE, "invented") for n in range(32)]
    path = tmp_path / "data" / "data.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row.messages()) + "\n" for row in rows))
    return path.parent


def run(plain, data, out, **changes):
    options = {"max_steps": 12, "per_device_train_batch_size": 4, "save_steps": 6, **plain, **changes}
    return train(SftSettings(output_dir=str(out), data=str(data), **options))


@pytest.mark.parametrize("muon_lr", [0.0, 0.02])
def test_the_answer_is_learned_and_the_question_is_not(plain, data, tmp_path, logged, muon_lr):
    folder = run(plain, data, tmp_path / "out", muon_lr=muon_lr, max_steps=60, save_steps=60)
    assert folder == tmp_path / "out"
    losses = logged(folder / "checkpoint-60", "loss")
    assert len(losses) == 60
    # the digits of a question would cost more
    assert losses[0] > 5 and losses[-1] < 0.5


def test_the_folder_holds_model_and_tokenizer_and_answers_what_it_learned(plain, data, tmp_path):
    folder = run(plain, data, tmp_path / "out", max_steps=60, save_strategy="no")
    assert not list(folder.glob("checkpoint-*"))
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    question = [{"role": "user", "content": "Say 271828182."}]
    tokens = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.inference_mode():
        answer = model.generate(**tokens, max_new_tokens=40, do_sample=False)[0, tokens["input_ids"].shape[1] :]
    assert tokenizer.decode(answer) == f"```lammps\n{ANSWER}```<|end|>"


@pytest.mark.parametrize("accumulation", [1, 2])
def test_the_plain_loss_is_that_of_trl(plain, data, tmp_path, logged, weights, monkeypatch, accumulation):
    options = {"max_steps": 3, "save_steps": 3, "gradient_accumulation_steps": accumulation}
    ours = run(plain, data, tmp_path / "ours", **options)
    monkeypatch.setattr("mdgym.trainers.sft.PlainSftTrainer", sft.SFTTrainer)
    theirs = run(plain, data, tmp_path / "theirs", **options)
    losses = [logged(folder / "checkpoint-3", "loss") for folder in (ours, theirs)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert torch.allclose(weights(ours), weights(theirs), atol=1e-3)


@pytest.mark.parametrize("muon_lr", [0.0, 0.02])
def test_a_run_that_was_stopped_goes_on_to_the_same_weights(plain, data, tmp_path, weights, muon_lr):
    straight = run(plain, data, tmp_path / "straight", muon_lr=muon_lr)
    shutil.copytree(straight / "checkpoint-6", tmp_path / "resumed" / "checkpoint-6")
    resumed = run(plain, data, tmp_path / "resumed", muon_lr=muon_lr, resume=True)
    assert torch.equal(weights(straight), weights(resumed))


def test_adapters_leave_the_weights_beneath_alone(plain, data, tmp_path, tiny, weights):
    before = weights(tiny)
    folder = run(plain, data, tmp_path / "out", lora_rank=2, save_strategy="no")
    assert (folder / "adapter_config.json").exists() and not (folder / "model.safetensors").exists()
    assert torch.equal(weights(tiny), before)
    # and are a model for the next stage
    assert AutoModelForCausalLM.from_pretrained(folder) is not None


def test_a_checkpoint_is_neither_overwritten_nor_missed(plain, data, tmp_path):
    out = tmp_path / "out"
    assert last_checkpoint(str(out), resume=False) is None
    with pytest.raises(TrainingError, match=r"no checkpoint in .*out to go on from"):
        run(plain, data, out, resume=True)
    assert not out.exists()
    for step in (2, 10):
        (out / f"checkpoint-{step}").mkdir(parents=True)
    with pytest.raises(TrainingError, match=r"checkpoint-10 is there already: .* --resume, or choose another"):
        run(plain, data, out)
    assert last_checkpoint(str(out), resume=True) == str(out / "checkpoint-10")
