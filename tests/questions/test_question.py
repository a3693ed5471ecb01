"""A question is checked when it is made, and files of questions are read with plain complaints."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.errors import TaskError
from mdgym.questions import (
    Question,
    as_task,
    load_question_suite,
    load_questions,
    prompt,
    question_suites,
    save_questions,
)
from mdgym.questions.question import CHINESE, ENGLISH
from mdgym.records import from_json, to_json

OPTIONS = {"A": "lj", "B": "metal"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"type": "essay"}, "not one of single_choice"),
        ({"question": " "}, "must not be empty"),
        ({"split": "exam"}, "split 'exam'"),
        ({"type": "single_choice", "options": {"A": "x"}, "answer": ("A",)}, "two or more"),
        ({"type": "single_choice", "options": {"A": "x", "b": "y"}, "answer": ("A",)}, "letters A to Z"),
        ({"type": "single_choice", "options": OPTIONS, "answer": ("C",)}, "letters of its options"),
        ({"type": "single_choice", "options": OPTIONS, "answer": ()}, "letters of its options"),
        ({"type": "single_choice", "options": OPTIONS, "answer": ("A", "B")}, "one right letter"),
        ({"type": "multiple_choice", "options": OPTIONS, "answer": ("A", "A")}, "letters of its options"),
        ({"type": "fill_blank"}, "what fills the blank"),
        ({"type": "fill_blank", "blanks": ((),)}, "what fills the blank"),
        ({"type": "fill_blank", "answer": ("A",)}, "use answer_text"),
    ],
)
def test_question_that_makes_no_sense_is_refused(fields, complaint):
    with pytest.raises(TaskError, match=complaint):
        Question(**{"id": "q", "type": "open_qa", "question": "Why?"} | fields)


def test_language_is_seen_in_the_question_and_sets_that_of_the_prompt():
    english = Question("q", "single_choice", "Which?", OPTIONS, ("A",))
    chinese = Question("q", "single_choice", "哪一个？", OPTIONS, ("A",))
    assert (english.language, chinese.language) == (ENGLISH, CHINESE)
    assert prompt(english).endswith("Answer: <letter>")
    assert prompt(chinese).endswith("答案：<字母>")


@pytest.mark.parametrize(
    ("text", "key", "gaps"),
    [
        ("It is ____.", "x", 1),
        ("From ____ to ____.", "x; y", 2),
        ("From ____ to ____.", "x", 1),
        ("填空（　）。", "x", 1),
        ("No mark.", "x", 1),
        ("[blank] and [blank]", "x, y", 2),
    ],
)
def test_blanks_are_counted_by_their_marks(text, key, gaps):
    assert Question("q", "fill_blank", text, answer_text=key).gaps == gaps


def test_task_for_an_agent_has_the_prompt_and_a_right_answer_as_gold():
    task = as_task(Question("q", "single_choice", "Which?", OPTIONS, ("B",), family="f"))
    assert (task.id, task.family, task.open, task.gold) == ("q", "f", True, "Answer: B")
    assert task.gold not in task.prompt and "A. lj\nB. metal" in task.prompt


def test_files_are_read_as_they_were_written(tmp_path):
    questions = load_question_suite("facts", "validation")
    save_questions(questions, tmp_path / "q.jsonl")
    assert load_questions(tmp_path / "q.jsonl") == questions


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "holds no question"),
        ("{", "line 1: not JSON"),
        ('\n{"id": "q", "type": "open_qa", "question": "Why?", "colour": 1}', "line 2.*unknown field 'colour'"),
        ('{"id": "q", "type": "open_qa", "question": "Why?"}\n' * 2, "line 2: the id 'q'"),
        ('{"id": "q", "type": "fill_blank", "question": "Why?"}', "line 1.*what fills"),
    ],
)
def test_wrong_files_are_named_with_their_line(tmp_path, text, complaint):
    (tmp_path / "q.jsonl").write_text(text)
    with pytest.raises(TaskError, match=complaint):
        load_questions(tmp_path / "q.jsonl")


def test_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(TaskError, match="cannot be read"):
        load_questions(tmp_path / "none.jsonl")
    (tmp_path / "q.jsonl").write_bytes(b"\xff")
    with pytest.raises(TaskError, match="not UTF-8"):
        load_questions(tmp_path / "q.jsonl")


def test_suites_are_listed_where_a_name_is_wrong():
    assert question_suites() == ("facts",)
    with pytest.raises(TaskError, match="there are: facts"):
        load_question_suite("core")
    with pytest.raises(TaskError, match="train, validation, test"):
        load_question_suite("facts", "exam")


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1), st.lists(st.text(), min_size=2, max_size=5))
def test_question_survives_json(text, options):
    letters = dict(zip("ABCDE", options, strict=False))
    question = Question("q", "multiple_choice", "?" + text, letters, tuple(letters)[:1])
    assert from_json(Question, json.loads(json.dumps(to_json(question)))) == question
