"""Continued pre-training from end to end, on a model of one layer."""

import shutil

import pytest

pytest.importorskip("trl")

from transformers import AutoModelForCausalLM, AutoTokenizer

from mdgym.errors import TrainingError
from mdgym.trainers.cpt import CptSettings, read_folder, train

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture
def text(tmp_path):
    folder = tmp_path / "text"
    (folder / "deep").mkdir(parents=True)
    (folder / "long.md").write_text("A thermostat keeps the temperature. " * 60)
    (folder / "deep" / "short.TXT").write_text("A barostat keeps the pressure. " * 10)
    (folder / "empty.txt").write_text(" \n")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


def test_text_is_learned_to_its_last_token_and_the_folder_loads(plain, text, tmp_path, tiny, logged):
    options = {"max_length": 64, "per_device_train_batch_size": 2, "num_train_epochs": 2, "save_strategy": "epoch"}
    folder = train(CptSettings(output_dir=str(tmp_path / "out"), text=str(text), **options, **plain))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert AutoModelForCausalLM.from_pretrained(folder).config.vocab_size == len(tokenizer)
    (last,) = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name[11:]))[-1:]
    losses, seen = logged(last, "loss"), logged(last, "num_tokens")
    assert losses[-1] < 0.5 * losses[0]
    tokens = sum(len(tokenizer(row["text"])["input_ids"]) for row in read_folder(str(text)))
    # and an end behind each text
    assert tokens > 500 and seen[-1] == 2 * (tokens + 2)


def test_a_base_model_without_chat_template_will_do(plain, text, tmp_path, tiny):
    model = shutil.copytree(tiny, tmp_path / "model")
    (model / "chat_template.jinja").unlink()
    options = {**plain, "model": str(model), "max_steps": 1, "max_length": 64, "save_strategy": "no"}
    assert train(CptSettings(output_dir=str(tmp_path / "out"), text=str(text), **options)).is_dir()


def test_texts_of_all_levels_are_read_in_order(text):
    rows = list(read_folder(str(text)))
    assert [row["file"] for row in rows] == ["deep/short.TXT", "long.md"]
    assert rows[0]["text"].startswith("A barostat")


def test_bytes_that_are_no_text_do_not_stop_it(text):
    (text / "latin.rst").write_bytes(b"\xc5ngstr\xf6m")
    assert "ngstr" in next(row["text"] for row in read_folder(str(text)) if row["file"] == "latin.rst")


def test_a_folder_without_text_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"no text in '.*', only \.txt, \.md, \.rst are read"):
        read_folder(str(tmp_path))
    for folder in ("", str(tmp_path / "missing")):
        with pytest.raises(TrainingError, match=f"no folder '{folder}': name one with --text"):
            read_folder(folder)
