import json

import pytest

from mdgym.errors import TaskError
from mdgym.tasks.loading import load_tasks, save_tasks
from mdgym.tasks.task import Contract, Quantity, Reference, Task


@pytest.fixture
def write(tmp_path):
    def write(*lines):
        path = tmp_path / "mine.jsonl"
        path.write_text("\n".join(lines), "utf-8")
        return path

    return write


def test_id_and_prompt_are_enough_for_an_open_task(write):
    (task,) = load_tasks(write('{"id": "mine/1", "prompt": "Melt some copper."}'))
    assert task == Task(id="mine/1", prompt="Melt some copper.")
    assert task.open


def test_blank_lines_are_skipped(write):
    tasks = load_tasks(write("", '{"id": "a", "prompt": "x"}', "   ", '{"id": "b", "prompt": "y"}', ""))
    assert [task.id for task in tasks] == ["a", "b"]


def test_saved_tasks_are_read_back_equal(tmp_path):
    contract = Contract(
        units="metal",
        masses=(63.55,),
        atoms=(1, 10),
        force_field=("pair_style eam",),
        quantities=(Quantity("a0", "Å", "lattice constant", "reference", 0.01),),
    )
    tasks = (
        Task(id="a", prompt='line\nbreak, "quotes", 中文', contract=contract, references=(Reference("a0", 3.6, 0.01),)),
        Task(id="b", prompt="y", files={"in.data": "1\n2\n"}),
    )
    path = tmp_path / "tasks.jsonl"
    save_tasks(tasks, path)
    assert load_tasks(path) == tasks
    assert [p.name for p in tmp_path.iterdir()] == ["tasks.jsonl"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "b"}', ("line 2", "lacks the field 'prompt'")),
        ('{"id": "b", "prompt": "y", "promt": "z"}', ("line 2", "unknown field 'promt'", "schema_version 1")),
        ('{"id": "b", "prompt": 3}', ("line 2", "Task.prompt", "str")),
        ('{"id": "b", "prompt": " "}', ("line 2", "'b'", "must not be empty")),
        ('{"id": "b", "prompt": "y", "split": "exam"}', ("line 2", "split 'exam'", "train, validation, test")),
        ('{"id": "b", "prompt": "y", "schema_version": 9}', ("line 2", "schema_version 9", "version 1")),
        ('{"id": "b", "prompt": "y"', ("line 2", "not JSON", "character")),
        ('["b", "y"]', ("line 2", "object in braces", "list")),
        ('{"id": "a", "prompt": "y"}', ("line 2", "'a'", "line 1")),
    ],
)
def test_a_wrong_line_is_named_with_its_field(write, line, words):
    path = write('{"id": "a", "prompt": "x"}', line)
    with pytest.raises(TaskError) as error:
        load_tasks(path)
    assert str(path) in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_a_wrong_contract_names_its_field(write):
    contract = {"units": "lj", "masses": [1.0], "atoms": [5, 2], "force_field": []}
    line = json.dumps({"id": "a", "prompt": "x", "contract": contract})
    with pytest.raises(TaskError, match=r"line 1: Task.contract: atoms"):
        load_tasks(write(line))


def test_files_that_hold_no_task_are_refused(write, tmp_path):
    with pytest.raises(TaskError, match="holds no task"):
        load_tasks(write("", ""))
    with pytest.raises(TaskError, match=r"gone\.jsonl cannot be read"):
        load_tasks(tmp_path / "gone.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(TaskError, match="not UTF-8"):
        load_tasks(tmp_path / "latin.jsonl")
