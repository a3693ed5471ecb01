import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.envs.text import UnicodeText, clean

# Hypothesis leaves surrogates out of `text()` unless they are asked for.
ANY_TEXT = st.text(alphabet=st.characters(), max_size=200) | st.text(
    alphabet=st.characters(categories=["Cs", "Ll", "Cc"]), max_size=200
)


@given(ANY_TEXT, st.integers(0, 120))
def test_cleaned_text_is_in_the_space(text, length):
    assert clean(text, length) in UnicodeText(length)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50))
def test_clean_leaves_ordinary_text_alone(text):
    assert clean(text, 50) == text


def test_long_text_keeps_its_beginning_and_its_end():
    text = clean("begin" + "x" * 1000 + "end", 100)
    assert len(text) == 100
    assert text.startswith("begin")
    assert text.endswith("end")
    assert "left out" in text


@pytest.mark.parametrize("value", ["x" * 11, "lone \ud800", None, b"bytes", 3])
def test_space_refuses_long_text_surrogates_and_what_is_not_text(value):
    assert value not in UnicodeText(10)


def test_space_takes_chinese_emoji_and_the_empty_string():
    assert all(text in UnicodeText(10) for text in ("分子动力学", "🧪", "", "a\nb"))


def test_samples_lie_in_the_space_and_follow_the_seed():
    first, second = UnicodeText(60, seed=1), UnicodeText(60, seed=1)
    samples = [first.sample() for _ in range(20)]
    assert samples == [second.sample() for _ in range(20)]
    assert len(set(samples)) > 10
    assert all(sample in first for sample in samples)


def test_copies_are_equal_and_lengths_tell_spaces_apart():
    assert pickle.loads(pickle.dumps(UnicodeText(5))) == UnicodeText(5)
    assert UnicodeText(5) != UnicodeText(6)
    assert repr(UnicodeText(5)) == "UnicodeText(5)"
