import os

import pytest

from mdgym.engine.limits import Limits
from mdgym.engine.output import LOG_HEAD, LOG_TAIL, is_full, left_files, over_quota, read_log


@pytest.fixture
def written(tmp_path):
    def write(files):
        for name, size in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * size)
        return tmp_path

    return write


def test_files_of_all_levels_are_counted(written):
    place = written({"a": 600_000, "b/c": 600_000, "b/d/e": 1})
    limits = Limits(directory_mb=1, files=100)
    assert over_quota(place, limits) == ("quota", "the script wrote more than 1 MiB")
    assert over_quota(place, Limits(directory_mb=2, files=4)) == ("quota", "the script wrote more than 4 files")
    assert over_quota(place, Limits(directory_mb=2, files=5)) is None


def test_a_link_is_not_followed(written, tmp_path):
    place = written({"work/a": 1, "outside/big": 3_000_000})
    (place / "work" / "link").symlink_to(place / "outside" / "big")
    (place / "work" / "round").symlink_to(place / "work")
    assert over_quota(place / "work", Limits(directory_mb=1)) is None


def test_a_directory_that_is_gone_is_empty(tmp_path):
    assert over_quota(tmp_path / "gone", Limits()) is None
    assert left_files(tmp_path / "gone", ()) == []


def test_what_came_with_the_script_is_not_left_by_it(written):
    place = written({"in.data": 1, "sub/in.mol": 2, "sub/out": 3, "b": 4, "a": 5})
    assert left_files(place, {"in.data": b"", "sub/in.mol": b""}) == [
        {"name": "a", "size": 5},
        {"name": "b", "size": 4},
        {"name": "sub/out", "size": 3},
    ]


def test_a_name_that_is_no_text_is_told_as_text(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):
        pass
    assert left_files(tmp_path, ()) == [{"name": "\ufffd", "size": 0}]


@pytest.mark.parametrize("size", [0, 1, LOG_HEAD, LOG_HEAD + LOG_TAIL, LOG_HEAD + LOG_TAIL + 1, 500_000])
def test_a_log_is_cut_in_the_middle_only(tmp_path, size):
    content = bytes(97 + i % 26 for i in range(size))
    (tmp_path / "log").write_bytes(content)
    descriptor = os.open(tmp_path / "log", os.O_RDONLY)
    log = read_log(descriptor, "p123")
    os.close(descriptor)
    if size <= LOG_HEAD + LOG_TAIL:
        assert log.encode() == content
    else:
        assert log.encode().startswith(content[:LOG_HEAD] + b"\n[... ")
        assert log.encode().endswith(b" bytes left out ...]\n" + content[-LOG_TAIL:])


def test_bytes_that_are_no_text_and_lines_of_the_probe_are_replaced_and_dropped(tmp_path):
    (tmp_path / "log").write_bytes(b"a\xff\ncompute p123t all temp\nb\n")
    descriptor = os.open(tmp_path / "log", os.O_RDONLY)
    assert read_log(descriptor, "p123") == "a\ufffd\nb\n"
    os.close(descriptor)


def test_a_disk_with_space_is_not_full(tmp_path):
    assert not is_full(tmp_path)
