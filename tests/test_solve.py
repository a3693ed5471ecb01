"""`mdgym solve`, as it is typed."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from mdgym import cli
from mdgym.agents.solution import Solution
from mdgym.records import from_json

POLICY = """
import time
from mdgym.agents import TemplateAgent

def right(prompt):
    return TemplateAgent().act(prompt, None, 0)

def mending(prompt):
    script = right(prompt)
    return script if "You have already tried" in prompt else script.replace("run 500", "runn 500")

def hopeless(prompt):
    return "I would rather not."

def stopping(prompt):
    if "You have already tried" in prompt:
        raise KeyboardInterrupt
    return "I would rather not."

def broken(prompt):
    raise ValueError("no model")

def slow(prompt):
    print("asked", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def solve(monkeypatch, capsys, tmp_path):
    """Run `mdgym solve` in a folder that has a module `own_policy`; give exit code, stdout and stderr."""
    (tmp_path / "own_policy.py").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*arguments, stdin=""):
        monkeypatch.delitem(sys.modules, "own_policy", raising=False)
        monkeypatch.setattr(sys, "argv", ["mdgym", "solve", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, re.sub(r"\s+", " ", err)

    return run


def test_script_goes_to_stdout_and_the_story_to_stderr(solve, tmp_path):
    code, out, err = solve("Melt a Lennard-Jones crystal.", "--agent", "own_policy:mending", "--out", "run")
    assert code == 0
    assert out.startswith("units lj\n") and out.endswith("run 500\n")
    assert "round 1: The script stopped (script_error, before it was run)" in err and "did you mean 'run'?" in err
    assert "round 2: right" in err and "Everything is in run." in err
    assert (tmp_path / "run" / "in.lammps").read_text() == out


def test_record_is_printed_as_one_line_of_json(solve):
    code, out, _ = solve("-", "--agent", "template", "--json", stdin="熔化一个晶体 (lj)。")
    printed = json.loads(out)
    solution = from_json(Solution, printed["record"])
    assert code == 0 and solution.ended == "right"
    assert (printed["script"], printed["right"], printed["runs"]) == (solution.script, True, 1)
    assert solution.prompt == "熔化一个晶体 (lj)。" and solution.agent == "template"


def test_file_is_handed_to_the_script(solve, tmp_path, good):
    (tmp_path / "crystal.in").write_text(good)
    (tmp_path / "own_reader.py").write_text("def answer(prompt):\n    return 'include crystal.in\\nrun 10'\n")
    arguments = ("Run crystal.in, and 10 steps more.", "--agent", "own_reader:answer", "--rounds", 1, "--json")
    code, out, _ = solve(*arguments, "--file", "crystal.in")
    assert code == 0 and json.loads(out)["record"]["rounds"][0]["score"]["execution"]["steps"] == 110
    code, out, _ = solve(*arguments)
    assert code == 1 and "crystal.in" in json.loads(out)["record"]["rounds"][0]["feedback"]


def test_trusted_agent_runs_without_the_sandbox(solve):
    code, out, _ = solve("Melt a crystal (lj).", "--agent", "template", "--no-sandbox", "--json")
    assert code == 0 and json.loads(out)["right"] is True


def test_what_was_not_solved_is_code_1_and_the_best_script(solve):
    code, out, err = solve("Melt a crystal.", "--agent", "own_policy:hopeless")
    assert (code, out) == (1, "I would rather not.\n")
    assert "that it had tried before" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["Melt it.", "--agent", "nobody"], "no agent 'nobody'"),
        (["Melt it.", "--agent", "own_policy:broken"], "ValueError: no model"),
        (["Melt it.", "--agent", "gold"], "no gold script"),
        ([" ", "--agent", "template"], "must not be empty"),
        (["Melt it.", "--agent", "template", "--out", "/dev/null/run"], "cannot be used"),
        (["Melt it.", "--agent", "template", "--file", "missing.mol"], "missing.mol"),
        (["Melt it.", "--agent", "template", "--rounds", "0"], "--rounds"),
    ],
)
def test_users_mistake_is_one_sentence_and_code_2(solve, arguments, complaint):
    code, out, err = solve(*arguments)
    assert (code, out) == (2, "")
    assert complaint in re.sub(r"[\s│]+", " ", err) and "Traceback" not in err


def test_what_was_done_before_ctrl_c_is_kept(solve, tmp_path):
    code, _, err = solve("Melt it.", "--agent", "own_policy:stopping", "--out", "run")
    assert code == 130 and "are in run" in err
    assert len(json.loads((tmp_path / "run" / "record.json").read_text())["rounds"]) == 1
    assert solve("Melt it.", "--agent", "template", "--out", "run")[0] == 2


def test_ctrl_c_ends_it_while_the_agent_thinks_and_leaves_nothing(tmp_path):
    (tmp_path / "own_policy.py").write_text(POLICY)
    command = [sys.executable, "-m", "mdgym", "solve", "Melt it.", "--agent", "own_policy:slow"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # a shell starts what runs in the background with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout.readline() == "asked\n"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert time.monotonic() - start < 15
    assert not list(tmp_path.glob("mdgym-engine-*"))
