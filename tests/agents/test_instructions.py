import subprocess
import sys

import pytest

from mdgym.agents import load_instructions
from mdgym.agents.instructions import messages
from mdgym.errors import AgentError
from mdgym.script.extract import COMPLETE, extract_script


def test_instructions_that_come_with_mdgym_ask_for_what_is_looked_for_in_an_answer():
    told = load_instructions("lammps")
    assert "```lammps" in told and "variables" in told and told == told.strip()
    # an answer as they ask for it
    assert extract_script("Here:\n```lammps\nunits lj\nrun 0\n```\n").rule == COMPLETE


def test_own_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("写一个脚本。 {not a field}\n", encoding="utf-8")
    assert load_instructions(path) == load_instructions(str(path)) == "写一个脚本。 {not a field}"


def test_file_that_cannot_be_read_is_named_with_those_that_can(tmp_path):
    broken = tmp_path / "latin.txt"
    broken.write_bytes(b"\xff\xfe\xff")
    for source in ("no_such", broken, tmp_path, ""):
        with pytest.raises(AgentError, match="use lammps, or the path of a text file"):
            load_instructions(source)


def test_system_message_stands_first_or_not_at_all():
    user = {"role": "user", "content": "p"}
    assert messages("p", "s") == [{"role": "system", "content": "s"}, user]
    assert messages("p", None) == messages("p", "") == [user]


def test_instructions_are_found_from_any_folder(tmp_path):
    code = "from mdgym.agents import load_instructions; print(len(load_instructions('lammps')))"
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert int(said) == len(load_instructions("lammps"))
