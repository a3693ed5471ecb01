"""What an answer says is read in many forms, and an answer that does not decide is refused."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.questions import Question, extract_answer, mark, prompt

OPTIONS = {"A": "lj", "B": "metal", "C": "real", "D": "si"}
SINGLE = Question("q/1", "single_choice", "Which?", OPTIONS, ("B",))
MULTIPLE = Question("q/2", "multiple_choice", "Which?", OPTIONS, ("B", "D"))
BLANK = Question("q/3", "fill_blank", "The unit of time is ____.", answer_text="fs")
BLANKS = Question("q/4", "fill_blank", "From ____ to ____.", answer_text="fs; ps")


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "Answer: B",
            "**Answer:** B",
            "**Answer: B**",
            "`Answer: B`",
            "Answer: **B**",
            "answer: b",
            "Final Answer: B",
        ),
        *(
            "Answer:\n\nB",
            "Answer:\nB. metal\n\nBecause it is.",
            "Answer: [B]",
            "Answer: (B) metal",
            "Answer: B. metal",
        ),
        *("Answer: metal", "Answer: B, because it is so.", "Answer: B because it is so.", "Answer: B (metal)"),
        *("The answer is (B).", "the correct option is B", "The answer is B. That is all.", "Answer: option B"),
        *("答案：B", "正确答案是 B。", "答案是（B）。", "故选B", "Ａｎｓｗｅｒ： Ｂ", "所以选择 B。"),
        *("B", "(B)", "b", "B.", "B. metal", "It reads metal.\n\nB"),
        *(r"\boxed{B}", r"$\boxed{\text{B}}$", r"Answer: \boxed{B}", r"The final answer is: $\boxed{B}$. I hope so."),
        *(
            "【答案】B",
            "选B",
            "答案 B",
            "<answer>B</answer>",
            "Answer: B<|im_end|>",
            r"Final Answer: The final answer is $\boxed{B}$",
        ),
        *(
            '{"answer": "B"}',
            "Correct option: B",
            "Answer: B\n选项A不对。",
            "我的选择是B",
            "Answer: $B$",
            r"Answer: \(B\)",
            "**Answer: B. metal**",
        ),
        *("Answer: A\nNo, wait: that is wrong.\nAnswer: B", "Answer: B\nI hope this answer is helpful."),
        *("<think>Answer: A</think>Answer: B", "Answer: A</think>\nB", "A. lj\nB. metal\nC. real\nD. si\n\nAnswer: B"),
    ],
)
def test_reasonable_forms_are_read(answer):
    assert extract_answer(SINGLE, answer).parts == ("B",)


@pytest.mark.parametrize(
    "answer",
    [
        *("", " \n", "ABCD", "A B C D", "A, B, C, D", "Answer: A, B, C, D", "Answer: ABCD", "A\nB\nC\nD"),
        *("A. lj\nB. metal\nC. real\nD. si", "B. metal\nB. metal\nC. real", prompt(SINGLE), prompt(MULTIPLE)),
        *("Answer: A or B", "Answer: B or maybe C", "Answer: B. Or C.", "Answer: B, but C is possible", "答案：A或B"),
        *("Answer: A\nAnswer: B", "Answer: A\n\nAnswer: B\n", "Answer: A. Answer: B", "Answer: B\nA\nB\nC\nD", "B\nC"),
        "Answer: B\nOr else this one:\nC",
        *(
            "Answer: not A",
            "The answer is not B",
            "Answer: E",
            "Answer: <letter>",
            "Answer: none",
            "Answer: metal or real",
        ),
        *("Answer: A)metal", "Answer: A. metal", "Answer: A\u200bB", "Answer: A\u2028B", "<think>Answer: B"),
        *(r"\boxed{A}\boxed{B}", r"\boxed{B} Answer: C", "Answer: A good choice", "I think of B. metal and others"),
    ],
)
def test_answer_that_does_not_decide_is_refused(answer):
    found = extract_answer(SINGLE, answer)
    assert found.parts == () and found.problem
    assert mark(SINGLE, answer).reward == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        *("Answer: B, D", "Answer: BD", "Answer: D and B", "Answer: B、D", "Answer: b, d", "Answer: B; D.", "答案：BD"),
        *("B, D", "Answer:\nB. metal\nD. si", "Answer: B. metal, D. si", "Answer: options B and D", r"\boxed{B, D}"),
        *("Answer:\n- B\n- D", "Answer: B (metal), D (si)"),
        *("Answer: B, and D", "Answer: **B** and **D**", "正确答案是B和D。", "Answer: B & D"),
    ],
)
def test_several_letters_are_read(answer):
    assert extract_answer(MULTIPLE, answer).parts == ("B", "D")


@pytest.mark.parametrize(
    "answer",
    ["B\nD", "A. lj\nB. metal\nC. real\nD. si", "Answer: B, D, B", "Answer: B, D or A", "Answer: B (metal), D (lj)"],
)
def test_several_letters_that_do_not_decide_are_refused(answer):
    assert extract_answer(MULTIPLE, answer).parts == ()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Answer: fs", "fs"),
        ("fs", "fs"),
        ("Time is short.\nThe answer is `fs`", "fs"),
        ("答案：飞秒", "飞秒"),
        ("Answer: kcal/(mol·Å)", "kcal/(mol*Å)"),
        ("Answer: **0.5** ps", "0.5 ps"),
        ("Answer: 10**-3 ps", "10**-3 ps"),
        (r"Answer: \boxed{10^{-15}\,\text{s}}", "10^-15 s"),
        ("The answer is clear.\nAnswer: fs", "fs"),
        ("Answer: right", "right"),
    ],
)
def test_text_for_a_blank_is_read(answer, text):
    assert extract_answer(BLANK, answer).parts == (text,)


@pytest.mark.parametrize(
    "answer", ["", "Answer: fs\nAnswer: ps", "Answer: fs. Answer: ps", "several\nlines", "x" * 999]
)
def test_text_that_does_not_decide_for_a_blank_is_refused(answer):
    assert extract_answer(BLANK, answer).parts == ()


@pytest.mark.parametrize(
    "answer", ["Answer: fs; ps", "Answer: fs, ps", "答案：fs；ps", "fs\nps", "Answer:\n1. fs\n2. ps", "Answer: fs | ps"]
)
def test_texts_for_several_blanks_are_read(answer):
    assert extract_answer(BLANKS, answer).parts == ("fs", "ps")


def test_number_of_blanks_must_be_met():
    assert "2 blanks" in extract_answer(BLANKS, "Answer: fs").problem


# Pieces that hostile answers are made of.
PIECES = st.sampled_from([
    *"ABCD", *OPTIONS.values(), "Answer:", "answer is", "答案：", "\n", " ", ", ", ". ", "or", "and", "(", ")", "**",
    *(r"\boxed{", "}", "$", "<think>", "</think>", "not", "\u200b", "Ｂ", "或", "`", "A. lj", "B. metal", "because"),
])  # fmt: skip
HOSTILE = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=80))


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_any_text_is_one_letter_or_none(answer):
    found = extract_answer(SINGLE, answer)
    assert len(found.parts) + bool(found.problem) == 1
    assert set(found.parts) <= set(OPTIONS)
    assert mark(SINGLE, answer).reward in (0.0, 1.0)


@settings(max_examples=200, deadline=None)
@given(HOSTILE, st.sampled_from("ACD"))
def test_no_answer_is_right_for_two_keys(answer, other):
    rival = Question("q/5", "single_choice", "Which?", OPTIONS, (other,))
    assert mark(SINGLE, answer).reward + mark(rival, answer).reward <= 1.0


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_naming_all_options_last_earns_nothing(answer):
    for question in (SINGLE, MULTIPLE):
        assert mark(question, f"{answer}</think>\nAnswer: A, B, C, D").reward == 0.0
        assert mark(question, f"{answer}</think>\nA. lj\nB. metal\nC. real\nD. si").reward == 0.0


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_last_line_in_the_form_that_is_asked_for_counts_whatever_comes_before(answer):
    assert extract_answer(SINGLE, f"{answer}</think>\nI decide now.\nAnswer: B").parts == ("B",)


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_any_text_is_taken_for_blanks(answer):
    for question in (BLANK, BLANKS):
        assert len(extract_answer(question, answer).parts) in (0, question.gaps)


@pytest.mark.parametrize(
    "piece",
    ["Answer:\nx\n", "answer: ", "A\n", "A ", r"\boxed{", "A, and ", "(", "*", "fs/", "1,000", "A. lj ", "⁻", "答案"],
)
def test_long_answers_are_read_in_time(piece):
    for question in (SINGLE, MULTIPLE, BLANK, BLANKS):
        start = time.process_time()
        mark(question, piece * (60_000 // len(piece)))
        assert time.process_time() - start < 2.0
