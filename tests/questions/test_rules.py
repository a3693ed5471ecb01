"""Rewards of answers: exact letters, partial credit as it is stated, blanks by their meaning."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.questions import Question, gold, mark
from mdgym.questions.rules import accepted

OPTIONS = {"A": "lj", "B": "metal", "C": "real", "D": "si"}


def blank(question, key, answer):
    return mark(Question("q", "fill_blank", question, answer_text=key), answer).reward


@pytest.mark.parametrize(
    ("answer", "reward", "success"),
    [
        ("Answer: A, C, D", 1.0, True),
        ("Answer: A, C", 2 / 3, False),
        ("Answer: D", 1 / 3, False),
        ("Answer: A, B", 0.0, False),
        ("Answer: A, B, C, D", 0.0, False),
        ("nothing", 0.0, False),
    ],
)
def test_multiple_choice_pays_for_right_letters_unless_one_is_wrong(answer, reward, success):
    verdict = mark(Question("q", "multiple_choice", "Which?", OPTIONS, ("A", "C", "D")), answer)
    assert (verdict.reward, verdict.success) == (pytest.approx(reward), success)


def test_all_letters_are_right_only_when_all_are_the_key():
    assert mark(Question("q", "multiple_choice", "Which?", OPTIONS, tuple("ABCD")), "Answer: A, B, C, D").success


@pytest.mark.parametrize(
    ("question", "key", "answer"),
    [
        ("The step is ____ ps.", "0.001", "Answer: 0.001"),
        ("The step is ____ ps.", "0.001", "Answer: 0.001 ps"),
        ("The step is ____ ps.", "0.001", "Answer: 1 fs"),
        ("The step is ____ ps.", "0.001", "Answer: 1e-3"),
        ("The step is ____ ps.", "0.001", r"Answer: $1 \times 10^{-3}$"),
        ("The step is ____ ps.", "0.001", "1×10⁻³ ps"),
        ("Time is in ____.", "femtoseconds", "Answer: fs"),
        ("Time is in ____.", "femtosecond", "Answer: $10^{-15}$ s"),
        ("时间单位是（ ）。", "飞秒", "答案：fs"),
        ("Force is in ____.", "kcal/mol/Angstrom", "Answer: kcal/(mol Å)"),
        ("Force is in ____.", "Kcal/mole-Angstrom", r"Answer: $\text{kcal}\cdot\text{mol}^{-1}\cdot\text{\AA}^{-1}$"),
        ("The thermostat is ____.", "Nose-Hoover", "Answer: Nosé–Hoover"),
        ("The command is ____.", "pair_style", "Answer: the `pair_style` command"),
        ("The command is ____.", "pair_style", "答案：PAIR_STYLE 命令。"),
        ("It is ____.", "fs; femtosecond", "Answer: femtosecond"),
        ("It is ____.", "fs, femtosecond", "Answer: fs"),
        ("It is ____.", "femtosecond (fs)", "Answer: fs"),
        ("It is ____.", "Stochastic rotation dynamics (SRD)", "Answer: SRD"),
        ("k is ____.", "8.617e-5", "Answer: 8.62e-5"),
        ("There are ____ values.", "3", "Answer: three"),
        ("有 ____ 个参数。", "3", "答案：三"),
        ("The ensemble is ____.", "NVT", "Answer: canonical ensemble"),
        ("系综是 ____。", "正则系综", "答案：NVT"),
        ("____ and ____ are units of time.", "fs; ps", "Answer: femtoseconds; picoseconds"),
        ("The value is ____.", "σ", r"Answer: $\sigma$"),
        ("The step is ____ ps.", "0.001", "Answer: .001"),
        ("It has ____.", "1 mPa·s", "Answer: 1 cP"),
        ("The step is ____ ps.", "0.001", "Answer: 0.001 ps (1 fs)"),
        ("Time is in ____.", "femtoseconds", "Answer: femtoseconds (fs)"),
        ("时间单位是（ ）。", "飞秒", "答案：飞秒（fs）"),
    ],
)
def test_blank_is_right_by_its_meaning(question, key, answer):
    assert blank(question, key, answer) == 1.0


@pytest.mark.parametrize(
    ("question", "key", "answer"),
    [
        ("The step is ____ ps.", "0.001", "Answer: 0.001 fs"),
        ("The step is ____ ps.", "0.001", "Answer: 0.002"),
        ("The step is ____ ps.", "0.001", "Answer: 0.001 or 0.002"),
        ("The step is ____ ps.", "0.001", "Answer: ps"),
        ("Time is in ____.", "femtoseconds", "Answer: fs, ps"),
        ("Time is in ____.", "femtoseconds", "Answer: fs (ps)"),
        ("Time is in ____.", "femtoseconds", "Answer: ps (fs)"),
        ("The step is ____ fs.", "5", "Answer: .5"),
        ("It costs ____.", "1 meV", "Answer: 1 MeV"),
        ("It has ____.", "1 MPa", "Answer: 1 mPa"),
        ("Time is in ____.", "femtoseconds", "Answer: picoseconds"),
        ("Time is in ____.", "femtoseconds", "Answer: 2 fs"),
        ("The command is ____.", "pair_style", "Answer: pair style"),
        ("The style is ____.", "lj/cut", "Answer: lj cut"),
        ("It is ____.", "Nose-Hoover (thermostat)", "Answer: thermostat"),
        ("They are ____.", "pair_style, pair_coeff", "Answer: pair_style"),
        ("k is ____.", "8.617e-5", "Answer: 8.5e-5"),
        ("There are ____ values.", "3", "Answer: 4"),
        ("There are ____ values.", "1000", "Answer: 1001"),
        ("The unit is ____.", "bar", "Answer: atm"),
        ("It is ____.", "fs", "Answer:"),
        ("It is ____.", "fs", "Answer: ."),
    ],
)
def test_blank_with_another_meaning_is_wrong(question, key, answer):
    assert blank(question, key, answer) == 0.0


def test_several_blanks_pay_by_their_share():
    assert blank("From ____ to ____.", "fs; ps", "Answer: fs; ns") == 0.5


def test_key_that_cannot_be_divided_fills_all_blanks_as_one():
    assert blank("`run()` comes after `____` and `____`.", "timestep", "Answer: timestep") == 1.0


def test_explicit_blanks_need_no_marks_in_the_question():
    question = Question("q", "fill_blank", "Two units of time?", blanks=(("fs", "飞秒"), ("ps",)))
    assert accepted(question) == (("fs", "飞秒"), ("ps",))
    assert mark(question, "Answer: 飞秒; ps").success


def test_open_question_is_left_unscored():
    verdict = mark(Question("q", "open_qa", "Why?", answer_text="Because."), "So.")
    assert (verdict.reward, verdict.success, verdict.given) == (None, None, ("So.",))


WORDS = st.text(st.characters(exclude_categories=["C", "Z", "P", "S", "M"]), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_gold_is_right_whatever_the_words_are(words):
    question = Question("q", "fill_blank", "It is ____.", blanks=((words,),))
    assert mark(question, gold(question)).success


@settings(max_examples=200, deadline=None)
@given(st.floats(1e-30, 1e30), st.sampled_from(["", " fs", " eV", " Å", " kcal/mol"]))
def test_number_is_right_however_it_is_written(value, unit):
    question = Question("q", "fill_blank", "It is ____.", blanks=((f"{value!r}{unit}",),))
    for text in (f"{value:.17g}", f"{value:.16e}"):
        assert mark(question, f"Answer: {text}{unit}").success
    assert not mark(question, f"Answer: {value * 1.01!r}{unit}").success
