"""Exams in a folder: any names, any of the formats, broken files named by their line."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.benchmarks.exam_files import CODE, PROBLEM, QUESTION, read_exam
from mdgym.errors import TaskError

EXAMS = Path(__file__).parent / "exams"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def encoded(value):
    return "BASE64:" + base64.b64encode(json.dumps(value).encode()).decode()


def written(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_files_are_told_apart_by_what_stands_in_them():
    exam = read_exam(EXAMS)
    assert {part: len(entries) for part, entries in exam.parts(CODE).items()} == {
        "evalbench/code": 6,
        "evalbench/zh/code": 1,
    }
    assert {part: len(entries) for part, entries in exam.parts(QUESTION).items()} == {
        "evalbench/knowledge": 5,
        "evalbench/syntax": 1,
        "evalbench/zh/knowledge": 2,
    }
    assert len(exam.parts(PROBLEM)) == 3
    assert exam.ignored == ("evalbench/about.json",)
    assert len(exam.hashes) == 8 and all(len(value) == 64 for value in exam.hashes.values())
    assert list(exam.files(PROBLEM)) == ["iitd/t1.json", "iitd/t2.json", "iitd/t3.json"]


def test_encoded_values_byte_order_marks_and_chinese_are_read():
    entries = read_exam(EXAMS / "evalbench").parts(CODE)["zh/code"]
    assert entries[0].text("task").startswith("模拟一个由 32 个原子")
    (syntax,) = read_exam(EXAMS / "evalbench" / "syntax.jsonl").entries
    assert syntax.data["options"] == {"A": "run", "B": "fix"} and syntax.data["answer"] == ["A"]
    assert syntax.part == "syntax"


@given(value=VALUES)
def test_any_encoded_value_comes_back(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("exam")
    written(folder, "x.json", json.dumps([{"task": "t", "extra": [encoded(value)]}]))
    # a text that says of itself that it is encoded is none that an exam holds
    assert read_exam(folder).entries[0].data["extra"] == [value]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", '[\n {"task": "x"},\n {"task" "y"}\n]', "a.json, line 3: not JSON"),
        ("a.jsonl", '{"type": "open_qa", "question": "x"}\n\n{"type": }\n', "a.jsonl, line 3: not JSON"),
        ("a.jsonl", '{"question": }\n{"question": "x"}\n', "a.jsonl, line 1: not JSON"),
        ("a.json", b'[{"task": "x"},\n"\xc4\xe3"]', "a.json, line 2: not UTF-8"),
        ("a.json", '[{"task": "x"}, {"task": "BASE64:!"}]', "a.json, entry 2: 'BASE64:!' is not the base64 of JSON"),
        ("a.json", "[" * 200_000, "a.json, line 1: not (an exam, for it is nested too deeply|JSON)"),
        ("a.json", '{"about": "nothing"}', r"holds no exam: .* \(looked at a.json\)"),
        ("a.json", "", "holds no exam"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path, name, text, message):
    written(tmp_path, name, text)
    with pytest.raises(TaskError, match=message) as raised:
        read_exam(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(TaskError, match="there is no folder"):
        read_exam(tmp_path / "nowhere")


def test_lines_a_single_object_and_other_endings_are_read(tmp_path):
    written(tmp_path, "one.JSON", '{"problem_description": "x"}')
    written(tmp_path, "deep/er/lines.ndjson", '{"task": "a\u2028b"}\r\n{"task": "c"}\r\n')
    written(tmp_path, ".hidden/x.json", "broken")
    written(tmp_path, "notes.txt", "broken")
    exam = read_exam(tmp_path)
    assert [(entry.kind, entry.part, entry.number) for entry in exam.entries] == [
        (CODE, "deep/er/lines", 1),
        (CODE, "deep/er/lines", 2),
        (PROBLEM, "one", 1),
    ]
    assert exam.entries[0].text("task") == "a\u2028b"


def test_files_that_differ_in_their_suffix_alone_are_parts_of_their_own(tmp_path):
    written(tmp_path, "a.json", '[{"task": "x"}]')
    written(tmp_path, "a.jsonl", '{"task": "y"}\n{"task": "z"}\n')
    written(tmp_path, "en/a.json", '[{"task": "x"}]')
    parts = read_exam(tmp_path).parts(CODE)
    assert {part: len(entries) for part, entries in parts.items()} == {"a.json": 1, "a.jsonl": 2, "en/a": 1}


def test_one_object_on_several_lines_is_one(tmp_path):
    written(tmp_path, "a.json", '{"task": {"BASE": 1}, "more":\n{"x": 1}}')
    written(tmp_path, "b.json", json.dumps([{"task": "x"}, {"task": "y"}], indent=2))
    assert [entry.where.split("/")[-1] for entry in read_exam(tmp_path).entries] == [
        "a.json",
        "b.json, entry 1",
        "b.json, entry 2",
    ]


def test_a_field_that_is_no_text_is_named(tmp_path):
    written(tmp_path, "a.json", '[{"task": ["x"]}]')
    (entry,) = read_exam(tmp_path).entries
    with pytest.raises(TaskError, match=r"a\.json, entry 1: 'task' must be text, not list"):
        entry.text("task")
