"""Files of outcomes: gone on with, locked, and whole after a crash."""

import fcntl
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdgym.benchmarks.outcomes import Job, Outcome, Outcomes
from mdgym.errors import RecordError
from mdgym.lines import Lines


@dataclass(frozen=True)
class Note:
    text: str
    schema_version: int = 1


def stored(path):
    with Lines(Note, path) as lines:
        return [note.text for note in lines.stored]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters()), max_size=4), st.text(st.characters()), st.integers(0, 10_000))
def test_a_line_that_was_cut_off_is_removed_and_no_other_is_lost(tmp_path_factory, texts, last, cut):
    path = tmp_path_factory.mktemp("lines") / "new" / "notes.jsonl"
    with Lines(Note, path) as lines:
        for text in texts:
            lines.add(Note(text))
        whole = path.stat().st_size
        lines.add(Note(last))
    data = path.read_bytes()
    path.write_bytes(data[: whole + cut % (len(data) - whole)])
    assert stored(path) == texts
    with Lines(Note, path) as lines:
        lines.add(Note(last))
    assert stored(path) == [*texts, last]


def test_a_line_is_on_the_disk_before_the_next_is_worked_on(tmp_path):
    with Lines(Note, tmp_path / "a") as lines:
        lines.add(Note("first"))
        assert (tmp_path / "a").read_text().count("\n") == 1


def test_a_second_process_is_refused_until_the_first_has_ended(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom mdgym.lines import Lines\n"
        "lines = Lines(dict, Path(sys.argv[1]))\nprint('open', flush=True)\nsys.stdin.read()"
    )
    path = tmp_path / "a"
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "open\n"
        with pytest.raises(RecordError, match=r"another process is writing to .*a: wait for it"):
            Lines(Note, path)
        # as a crash would end it
        process.kill()
    assert stored(path) == []


def test_the_lock_ends_with_the_measurement_also_where_nobody_closes_the_file(tmp_path):
    lines = Lines(Note, tmp_path / "a")
    with open(tmp_path / "a") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        del lines
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_another_file_is_named_with_its_line_and_left_as_it_is(tmp_path):
    path = tmp_path / "a"
    path.write_text('{"text": "x"}\n{"other": 1}\n')
    for _ in range(2):
        # the lock is let go
        with pytest.raises(RecordError, match=r"a, line 2: .*unknown field 'other'"):
            Lines(Note, path)
    assert path.read_text().count("\n") == 2


@pytest.mark.parametrize("text", ["my thesis", "\n", "[1]", '{"other": 1}\n{"te'])
def test_a_file_of_the_users_own_is_left_as_it_is(tmp_path, text):
    path = tmp_path / "a"
    path.write_text(text)
    with pytest.raises(RecordError, match=r"a(, line 1: | is no file of outcomes)"):
        Lines(Note, path)
    assert path.read_text() == text


@pytest.mark.parametrize("place", ["/dev/null/a", "/proc/a", "folder"])
def test_a_place_that_cannot_be_used_is_one_sentence(tmp_path, place):
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordError, match=r"cannot be used: .*"):
        Lines(Note, tmp_path / place)


def test_without_a_path_nothing_is_kept():
    with Lines(Note, None) as lines:
        lines.add(Note("x"))
        assert lines.stored == ()


def test_outcomes_after_a_crash_are_on_lines_of_their_own(tmp_path, open_task):
    path = tmp_path / "outcomes.jsonl"
    first = Outcome(Job("gold", "gold", "", open_task, "run 1", 0), 1.0, True, (), 0.1)
    second = replace(first, job=replace(first.job, seed=1), failed=("check",))
    Outcomes(path).add(first)
    with open(path, "a") as file:
        file.write('{"key": "cut of')
    Outcomes(path).add(second)
    kept = Outcomes(path)
    assert (kept.find(first.job), kept.find(second.job)) == (first, second)
