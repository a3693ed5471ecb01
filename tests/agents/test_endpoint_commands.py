"""Commands with a model behind an endpoint: what they tell, what it cost, and how they are stopped and gone on with."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import endpoint_server
import pytest
from endpoint_server import completion, failing, reply

from mdgym import cli

pytest.importorskip("openai")

EXAMS = Path(__file__).parents[1] / "benchmarks" / "exams"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command line in this process; give exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mdgym", *map(str, arguments)])
        monkeypatch.setattr(sys, "path", list(sys.path))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


def stopped(server, after, *arguments):
    """Run a command in a process of its own, press Ctrl-C after so many requests, and give its process and stderr."""
    with subprocess.Popen(
        [sys.executable, "-m", "mdgym", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # a shell starts what runs in the background with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            while len(server.requests) < after:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130 and "Traceback" not in said
    return process, said


def engines_of(process):
    """Return engines that were started by a process, which is the last but one of their arguments."""
    lines = [path.read_bytes().split(b"\0") for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [line for line in lines if b"mdgym.engine.server" in line and str(process.pid).encode() in line]


def test_solve_takes_it_by_name(server, careful, tmp_path, good):
    server.usual = careful
    command = [sys.executable, "-m", "mdgym", "solve", "Run a crystal.", "--agent", f"openai+tools:tiny@{server.url}"]
    done = subprocess.run(
        [*command, "--sampling", "temperature=0.5", "--system", "none", "--out", tmp_path / "run"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, good), done.stderr
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert [call["name"] for call in record["rounds"][0]["calls"]] == ["search_potentials", "short_run"]
    assert record["agent"] == f"openai+tools:tiny@{server.url} (temperature=0.5, system=none)"
    assert "Tool short_run" in (tmp_path / "run" / "report.html").read_text()
    request = server.requests[0]
    assert request["temperature"] == 0.5 and [message["role"] for message in request["messages"]] == ["user"]


def test_eval_offers_tools_and_goes_on_only_at_the_same_settings(server, careful, tmp_path, run):
    server.usual = careful
    common = ("eval", "--agent", f"openai+tools:tiny@{server.url}", "--suite", "micro", "--episodes", 2, "--json")

    def at(temperature):
        return run(*common, "--out", tmp_path / "run", "--sampling", f"temperature={temperature}")

    code, out, err = at(0.5)
    assert code == 0 and "2 answers, 60 tokens read" in err
    assert "temperature=0.5" in json.loads(out.splitlines()[-1])["agent"]
    assert len(server.requests) == 6
    code, _, err = at(0.6)
    assert code == 2 and "temperature=0.6" in err
    assert at(0.5)[0] == 0 and len(server.requests) == 6


@pytest.mark.parametrize(
    ("command", "used"),
    [
        (("iitd", "--data", EXAMS / "iitd"), "2 answers, 20 tokens read and 10 written"),
        (("evalbench", "--data", EXAMS / "evalbench", "-k", 1, "--episodes", 1), "2 answers, 20 tokens read"),
        # one directly; in the runtime, where the linter stops the script, it may be corrected
        (("runtime", "--episodes", 1, "-k", 1), "3 answers, 30 tokens read"),
    ],
    ids=["iitd", "evalbench", "runtime"],
)
def test_exams_tell_what_their_agents_have_used(server, tmp_path, run, command, used):
    agent = f"openai:tiny@{server.url}"
    code, _, err = run("bench", *command, "--agent", agent, "--out", tmp_path / "run")
    assert code == 0 and f"{agent}: {used}" in err


@pytest.mark.parametrize("kind", ["openai", "openai+tools"])
def test_questions_are_not_answered_by_instructions_for_scripts(server, tmp_path, run, kind):
    server.usual = reply(completion("Answer: B. Grade: 0.5"))
    agent = f"{kind}:tiny@{server.url}"
    exam = ("bench", "evalbench", "--data", EXAMS / "evalbench", "-k", 1, "--agent", agent, "--json")

    def asked(*options):
        server.requests.clear()
        code, out, _ = run(*exam, *options)
        assert code == 0
        told = {m[-1]["content"]: m[0]["role"] == "system" for m in (r["messages"] for r in server.requests)}
        scripts = [is_told for text, is_told in told.items() if "LAMMPS input script" in text]
        others = [is_told for text, is_told in told.items() if "Answer: <" in text or "Grade" in text]
        assert scripts and others
        return json.loads(out.splitlines()[-1]), scripts, others

    result, scripts, others = asked("--out", tmp_path / "usual", "--judge", agent)
    assert all(scripts) and not any(others)
    assert result["answering"] == f"{agent} (system=none)"
    assert result["questions"]["knowledge"]["types"]["single_choice"]["value"] == 1.0
    result, scripts, others = asked("--out", tmp_path / "chosen", "--system", "lammps")
    assert all(scripts) and all(others) and result["answering"] == agent


def test_the_judge_is_paid_too(server, tmp_path, run):
    server.usual = reply(completion("Grade: 0.5"))
    judge = f"openai:tiny@{server.url}"
    data = EXAMS / "evalbench" / "knowledge.jsonl"
    code, _, err = run(
        "bench", "evalbench", "--data", data, "--agent", "template", "--judge", judge, "--out", tmp_path / "run"
    )
    assert code == 0 and f"{judge} (system=none): 1 answers" in err


def test_what_was_used_before_an_error_is_told_all_the_same(server, tmp_path, run):
    server.script, server.usual = [reply()] * 16, failing(401)
    agent = f"openai:tiny@{server.url}"
    code, _, err = run("bench", "iitd", "--data", EXAMS / "iitd", "--agent", agent, "-k", 10, "--out", tmp_path / "run")
    assert code == 2 and f"{agent}: 16 answers" in err and "refuses the key" in err


def test_ctrl_c_ends_the_wait_for_a_server_that_says_nothing(server, tmp_path):
    server.usual = endpoint_server.hang
    agent = f"openai:tiny@{server.url}"
    _, said = stopped(server, 1, "eval", "--agent", agent, "--suite", "micro", "--episodes", 4, "--out", tmp_path / "r")
    assert "the same command goes on from there" in said


def test_exam_that_is_stopped_loses_no_script_and_goes_on(server, tmp_path, run):
    # the first of two batches is answered; the scripts run before the second is asked for
    server.script, server.usual = [reply()] * 16, endpoint_server.hang
    agent, out = f"openai:tiny@{server.url}", tmp_path / "exam"
    command = ("bench", "iitd", "--data", EXAMS / "iitd", "--agent", agent, "-k", 10, "--out", out)
    process, said = stopped(server, 17, *command)
    assert f"Stopped. What was done is in {out}; the same command goes on from there." in said
    assert f"{agent}: 16 answers" in said
    (kept,) = out.rglob("attempts.jsonl")
    assert len(kept.read_text().splitlines()) == 16
    end = time.monotonic() + 5
    while engines_of(process) and time.monotonic() < end:
        time.sleep(0.05)
    assert not engines_of(process)
    server.requests.clear()
    server.usual = reply()
    assert run(*command)[0] == 0
    assert len(server.requests) == 4 and len(kept.read_text().splitlines()) == 20


def test_comparison_without_a_file_says_that_nothing_is_kept(server):
    server.usual = endpoint_server.hang
    _, said = stopped(server, 1, "bench", "runtime", "--agent", f"openai:tiny@{server.url}", "--quick")
    assert "Stopped. Without --out nothing is kept." in said
