"""The embedded default: any text goes through it, and it is an ordinary model of Hugging Face."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from mdgym.tasks.suites import load_suite  # noqa: E402
from mdgym.trainers.data import compact, families_of, fenced, solve_rows  # noqa: E402
from mdgym.trainers.tiny import (  # noqa: E402
    ASSISTANT,
    END,
    PAD,
    USER,
    TinySettings,
    make_model,
    save_tiny,
    train_tokenizer,
)

SMALL = TinySettings(vocabulary=400, hidden=32, layers=1, heads=2)
TRAIN = load_suite("micro", "train")
TEXTS = [text for task in TRAIN[::4] for text in (task.prompt, compact(task.gold))]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS, 1500)


def encode(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_any_text_comes_back_as_it_was(tokenizer, text):
    assert tokenizer.decode(encode(tokenizer, text)) == text


def test_prompts_and_scripts_of_all_splits_come_back_as_they_were(tokenizer):
    for split in ("train", "validation", "test"):
        for task in load_suite("micro", split):
            for text in (task.prompt, fenced(compact(task.gold))):
                assert tokenizer.decode(encode(tokenizer, text)) == text


def test_the_chat_template_marks_what_the_assistant_says_and_its_end(tokenizer):
    messages = [
        {"role": "user", "content": "Melt argon."},
        {"role": "assistant", "content": "units lj\n"},
        {"role": "user", "content": "Again."},
        {"role": "assistant", "content": "units metal\n"},
    ]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == (
        f"{USER}Melt argon.{ASSISTANT}units lj\n{END}{USER}Again.{ASSISTANT}units metal\n{END}"
    )
    assert tokenizer.apply_chat_template(messages[:1], tokenize=False, add_generation_prompt=True) == (
        f"{USER}Melt argon.{ASSISTANT}"
    )
    found = tokenizer.apply_chat_template(messages, return_assistant_tokens_mask=True, return_dict=True)
    said = [token for token, own in zip(found["input_ids"], found["assistant_masks"], strict=True) if own]
    assert tokenizer.decode(said) == f"units lj\n{END}units metal\n{END}"


def test_special_tokens_are_one_token_each_and_end_and_pad_are_known(tokenizer):
    assert [len(encode(tokenizer, text)) for text in (PAD, USER, ASSISTANT, END)] == [1] * 4
    assert (tokenizer.pad_token, tokenizer.eos_token, tokenizer.bos_token) == (PAD, END, None)


def within(tokens, text_tokens):
    size = len(tokens)
    return any(text_tokens[i : i + size] == tokens for i in range(len(text_tokens) - size + 1))


def crystals():
    """Yield file, element, prompt and script of each task of the fast suite that is about a crystal."""
    for family in families_of("micro"):
        for split, points in family.points.items():
            known = {family.gold(point): getattr(point, "crystal", None) for point in points}
            for task in load_suite("micro", split):
                if crystal := known.get(task.gold):
                    yield crystal.file, crystal.element, task.prompt, compact(task.gold)


def test_files_and_symbols_are_cut_the_same_way_in_prompt_and_script_whatever_stands_around_them(tokenizer):
    wrong, found = set(), list(crystals())
    assert len(found) > 400
    for file, element, prompt, script in found:
        for text in (prompt, script):
            tokens = encode(tokenizer, text)
            if not within(encode(tokenizer, file), tokens):
                wrong.add((file, text))
            if re.search(rf"(?<![\w.]){element}(?![\w.])", text) and not within(encode(tokenizer, element), tokens):
                wrong.add((element, text))
    assert not wrong, (len(wrong), min(wrong))
    for row in solve_rows("micro", 200, lambda habit: 0.0, 3, 1.0):
        for file in set(re.findall(r"[\w-]+\.(?:eam|sw|tersoff)[a-z.]*[a-z]", row.script)):
            cut = encode(tokenizer, file)
            assert within(cut, encode(tokenizer, row.prompt)) and within(cut, encode(tokenizer, row.script)), row


@settings(max_examples=100, deadline=None)
@given(
    word=st.sampled_from(["Al_zhou.eam.alloy", "NiAlH_jea.eam.alloy", "Xq.sw", "SiC.tersoff", "Ni_u3.eam", "Al", "W"]),
    before=st.sampled_from(["", "file ", "\n", "文件", "(", "`", "势函数 ", "* * "]),
    after=st.sampled_from(["", " ", ".", ". ", ",", "。", ")", "`", "\n", "的", "; ", ": ", "?"]),
)
def test_what_is_copied_is_cut_the_same_way_between_any_neighbours(tokenizer, word, before, after):
    assert within(encode(tokenizer, word), encode(tokenizer, before + word + after))


def test_the_token_before_a_potential_file_is_the_same_in_all_phrases_and_in_scripts(tokenizer):
    rows = [row for row in solve_rows("micro", 200, lambda habit: 0.0, 0, 1.0) if "pair_coeff * * " in row.script]
    assert len(rows) > 50
    for row in rows:
        (name,) = re.findall(r"^pair_coeff \* \* (\S+\.\S+)", row.script, re.MULTILINE)
        for text in (row.prompt, row.script):
            begin = text.index(name)
            offsets = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
            assert text[begin - 1] == " " and (begin - 1, begin) in offsets


def test_pair_styles_and_endings_are_few_tokens_whatever_elements_stand_before(tokenizer):
    pieces = {
        text: [tokenizer.decode([token]) for token in encode(tokenizer, text)]
        for text in (" Be.tersoff", " Be.sw", " AlBe.eam.alloy", "(pair_style sw)", "pair_style eam/fs\n")
    }
    assert pieces == {
        " Be.tersoff": [" ", "Be.", "tersoff"],
        " Be.sw": [" ", "Be.", "sw"],
        " AlBe.eam.alloy": [" ", "Al", "Be.", "eam.alloy"],
        "(pair_style sw)": ["(", "pair_style ", "sw", ")"],
        "pair_style eam/fs\n": ["pair_style ", "eam/fs", "\n"],
    }


@settings(max_examples=100, deadline=None)
@given(
    number=st.sampled_from(["1000", "10000", "0.001", "0.0"])
    | st.floats(0.001, 9999).map(lambda value: f"{value:.4g}")
    | st.integers(0, 10**5).map(str),
    before=st.sampled_from(["", " ", "= ", "约", "(", "\n", "lattice fcc "]),
    after=st.sampled_from(["", " ", ", ", ". ", "。", " Å", "个", " ", ")", "\n", " eV"]),
)
def test_numbers_are_cut_the_same_way_between_any_neighbours(tokenizer, number, before, after):
    assert within(encode(tokenizer, number), encode(tokenizer, before + number + after))


def test_the_axes_of_a_turned_crystal_are_one_piece_and_its_lattice_constant_is_not(tokenizer):
    axes = "orient x 0 0 1 orient y 1 -1 0 orient z 1 1 0 spacing 1 1.41421356237 1.41421356237"
    split = tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str
    pieces = [piece.replace("Ġ", " ") for piece, _ in split(f"lattice bcc 3.1 {axes} origin 0.01 0.01 0.01\n")]
    assert axes in pieces and "3" in pieces and "1" in pieces
    assert "0.707106781187" in [piece for piece, _ in split("$(lx/0.707106781187:%.15g)")]


def test_a_saved_folder_is_loaded_by_from_pretrained_and_gives_the_same_logits(tmp_path):
    save_tiny(TEXTS, tmp_path / "tiny", SMALL, seed=3)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "tiny")
    model = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "tiny")
    made = train_tokenizer(TEXTS, SMALL.vocabulary)
    text = TRAIN[7].prompt
    assert encode(tokenizer, text) == encode(made, text) and tokenizer.chat_template == made.chat_template
    assert (tokenizer.pad_token, tokenizer.eos_token) == (PAD, END)
    tokens = torch.tensor([encode(tokenizer, text)])
    with torch.inference_mode():
        assert torch.equal(model(tokens).logits, make_model(made, SMALL, 3)(tokens).logits)
    assert model.config.eos_token_id == tokenizer.eos_token_id and model.config.vocab_size == 400


def weights(model):
    return torch.cat([parameter.detach().ravel() for parameter in model.parameters()])


def test_weights_follow_from_the_seed_and_leave_random_numbers_alone():
    tokenizer = train_tokenizer(TEXTS, SMALL.vocabulary)
    state = torch.random.get_rng_state()
    models = [make_model(tokenizer, SMALL, seed) for seed in (1, 1, 2)]
    assert torch.equal(torch.random.get_rng_state(), state)
    first, same, other = map(weights, models)
    assert torch.equal(first, same) and not torch.equal(first, other)


def test_the_default_has_about_a_million_parameters():
    model = make_model(train_tokenizer(TEXTS), TinySettings())
    assert 0.5e6 < model.num_parameters() < 1.5e6


@pytest.mark.parametrize("vocabulary", [0, 255, 259])
def test_a_vocabulary_without_room_for_all_bytes_is_refused(vocabulary):
    with pytest.raises(ValueError, match=f"at least 260 tokens, not {vocabulary}"):
        train_tokenizer(TEXTS, vocabulary)
