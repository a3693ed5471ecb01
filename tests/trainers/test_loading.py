"""What cannot be loaded is one clear sentence."""

import json
import shutil

import pytest

pytest.importorskip("trl")

from mdgym.errors import TrainingError
from mdgym.trainers.loading import load_model, load_rows, load_tokenizer, lora


@pytest.fixture
def copy(tiny, tmp_path):
    """A copy of the tiny model, to be spoiled."""
    return shutil.copytree(tiny, tmp_path / "model")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def complaint(load, *arguments):
    with pytest.raises(TrainingError) as caught:
        load(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def edit(file, **changes):
    found = json.loads(file.read_text("utf-8"))
    found.update(changes)
    file.write_text(json.dumps({key: value for key, value in found.items() if value is not None}), "utf-8")


def test_a_folder_with_a_model_and_its_tokenizer_is_loaded(tiny):
    tokenizer, model = load_tokenizer(str(tiny)), load_model(str(tiny), dtype="float32")
    assert len(tokenizer) == model.config.vocab_size == 400
    assert (tokenizer.pad_token, tokenizer.eos_token) == ("<|pad|>", "<|end|>")


@pytest.mark.parametrize(("load", "what"), [(load_tokenizer, "tokenizer"), (load_model, "model")])
def test_where_nothing_is_nothing_is_loaded(load, what, tmp_path):
    missing = f"no {what} can be loaded from '{tmp_path / 'missing'}', which is no folder here: "
    assert complaint(load, str(tmp_path / "missing")).startswith(missing)
    assert complaint(load, str(tmp_path)).startswith(f"no {what} can be loaded from '{tmp_path}': ")
    assert complaint(load, "") == "no model: name a folder or a model of the hub with --model"


@pytest.mark.parametrize(
    ("load", "file"),
    [(load_tokenizer, "tokenizer.json"), (load_model, "config.json"), (load_model, "model.safetensors")],
)
def test_a_broken_file_is_no_traceback(load, file, copy):
    (copy / file).write_text("{nonsense")
    assert f"can be loaded from '{copy}': " in complaint(load, str(copy))


def test_a_tokenizer_needs_a_chat_template_for_conversations_alone(copy):
    (copy / "chat_template.jinja").unlink()
    assert "has no chat template: take an instruction-tuned model, or put" in complaint(load_tokenizer, str(copy))
    assert load_tokenizer(str(copy), chat=False).chat_template is None


def test_the_token_for_the_end_pads_where_there_is_no_other(copy):
    edit(copy / "tokenizer_config.json", pad_token=None)
    assert load_tokenizer(str(copy)).pad_token == "<|end|>"
    edit(copy / "tokenizer_config.json", eos_token=None)
    assert "neither a token to pad with nor one for the end" in complaint(load_tokenizer, str(copy))


def lines(path, *rows):
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def test_rows_come_from_a_file_or_from_all_files_of_a_folder_with_the_columns_that_are_needed(tmp_path):
    first = lines(tmp_path / "a.jsonl", {"prompt": "p", "completion": "c", "kind": "solve"})
    lines(tmp_path / "b.jsonl", {"prompt": "q", "completion": "d", "kind": "repair"})
    (tmp_path / "README.md").write_text("no data")
    assert list(load_rows(first, ("prompt", "completion"))) == [{"prompt": "p", "completion": "c"}]
    assert [row["prompt"] for row in load_rows(str(tmp_path), ("prompt",))] == ["p", "q"]


def test_data_that_are_not_there_say_how_to_make_them(tmp_path):
    for path in (tmp_path, tmp_path / "missing.jsonl"):
        said = complaint(load_rows, str(path), ("prompt",))
        assert said == f"there are no data at '{path}': make them with `mdgym data codegen --out {path}`"
    assert "with --data" in complaint(load_rows, "", ("prompt",))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no rows"),
        (["\n\n"], ""),
        ([{"prompt": "p"}, '{"prompt": \n'], "row 1"),
        (["hello\n"], "row 0"),
        (["\0\1"], ""),
    ],
)
def test_data_that_are_empty_or_broken_say_so(tmp_path, rows, reason):
    path = lines(tmp_path / "data.jsonl", *rows)
    said = complaint(load_rows, path, ("prompt",))
    assert said.startswith(f"the data at '{path}' cannot be read: ") and reason in said


def test_a_column_that_is_missing_is_named_with_those_that_are_there(tmp_path):
    path = lines(tmp_path / "data.jsonl", {"prompt": "p", "answer": "c"})
    said = complaint(load_rows, path, ("prompt", "completion"))
    assert said == f"the data at '{path}' have no column 'completion', only prompt, answer"


def test_adapters_have_a_rank_of_at_least_1_and_0_is_none():
    assert lora(0) is None
    assert (lora(4).r, lora(4).lora_alpha, lora(4).target_modules) == (4, 8, "all-linear")
    assert complaint(lora, -1) == "lora_rank must be at least 0, not -1"


def test_adapters_alone_are_no_model_to_start_from(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    assert "holds adapters: merge them with their model first" in complaint(load_model, str(tmp_path))
