"""The folder of an evaluation loses nothing, takes one writer, and holds one experiment."""

import json
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.errors import RecordError
from mdgym.folder import Experiment, Folder, read_folder
from mdgym.lines import read_lines, to_line

EXPERIMENT = Experiment("agent", "suite", "test", seed=0, k=1, max_turns=1)


@dataclass(frozen=True)
class Result:
    name: str
    value: float


def opened(path, experiment=EXPERIMENT):
    return Folder(path, experiment, Result, "results.jsonl")


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=[])), st.floats(allow_nan=False))), st.integers(0))
def test_what_was_added_is_there_again_but_for_a_line_that_was_cut_off(tmp_path_factory, values, cut):
    path = tmp_path_factory.mktemp("folder")
    results = tuple(Result(*value) for value in values)
    with opened(path) as folder:
        for result in results:
            folder.add(result)
    with (path / "results.jsonl").open("ab") as file:
        file.write(to_line(Result("half", 1.0))[: cut % 20])
    assert read_folder(path, Result, "results.jsonl") == (EXPERIMENT, results)
    with opened(path) as folder:
        assert folder.stored == results
        folder.add(Result("next", 2.0))
    assert read_lines(Result, path / "results.jsonl") == (*results, Result("next", 2.0))


def test_a_second_writer_is_refused(tmp_path):
    with opened(tmp_path), pytest.raises(RecordError, match="another process is writing"):
        opened(tmp_path)
    opened(tmp_path).close()


@pytest.mark.parametrize("change", [{"agent": "other"}, {"k": 2}, {"rubric": "x"}])
def test_another_experiment_is_refused_by_the_name_of_what_differs(tmp_path, change):
    opened(tmp_path).close()
    with pytest.raises(RecordError, match=f"another experiment: its {next(iter(change))}"):
        opened(tmp_path, replace(EXPERIMENT, **change))


def test_results_of_an_unknown_experiment_are_left_alone(tmp_path):
    opened(tmp_path).close()
    (tmp_path / "experiment.json").unlink()
    with pytest.raises(RecordError, match=r"has results\.jsonl but no experiment\.json"):
        opened(tmp_path)


def test_a_place_that_cannot_be_written_or_read_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="cannot be used"):
        opened(tmp_path / "file")
    with pytest.raises(RecordError, match=r"needs experiment\.json and results\.jsonl"):
        read_folder(tmp_path, Result, "results.jsonl")


def test_a_summary_replaces_the_one_before(tmp_path):
    with opened(tmp_path) as folder:
        for number in range(2):
            folder.summarise({"done": number})
    assert json.loads((tmp_path / "summary.json").read_text()) == {"done": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["experiment.json", "results.jsonl", "summary.json"]
