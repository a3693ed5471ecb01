import io
import json
import re
import subprocess
import sys
import tempfile

import pytest
import typer

import mdgym
from mdgym import cli
from mdgym.questions import Question, save_questions
from mdgym.records import to_json


@pytest.fixture
def mdgym_command(monkeypatch, capsys):
    """Run a command line in this process; give exit code, stdout and stderr."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["mdgym", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


@pytest.fixture
def task_file(tmp_path, tasks):
    path = tmp_path / "tasks.jsonl"
    path.write_text("".join(json.dumps(to_json(task)) + "\n" for task in tasks))
    return path


@pytest.fixture
def question_file(tmp_path):
    path = tmp_path / "questions.jsonl"
    blank = Question("q/blank", "fill_blank", "Time is in ____.", answer_text="fs")
    save_questions([blank, Question("q/open", "open_qa", "Why?", answer_text="Because.")], path)
    return path


@pytest.fixture
def script_file(tmp_path, good):
    path = tmp_path / "in.lammps"
    path.write_text(good)
    return path


def last_json(out):
    return json.loads(out.splitlines()[-1])


def commands(app, prefix=()):
    for command in typer.main.get_command(app).commands.values():
        if hasattr(command, "commands"):
            yield from ((*prefix, command.name, name) for name in command.commands)
        else:
            yield (*prefix, command.name)


@pytest.mark.parametrize("command", list(commands(cli.app)), ids=" ".join)
def test_help_of_every_command_teaches_by_an_example(mdgym_command, command):
    code, out, _ = mdgym_command(*command, "--help")
    text = re.sub(r"[\s│]+", " ", out)
    assert code == 0
    assert f"Example: mdgym {' '.join(command)}" in text


def test_the_version_can_be_asked_for(mdgym_command):
    code, out, _ = mdgym_command("--version")
    assert (code, out) == (0, f"mdgym {mdgym.__version__}\n")


def test_doctor_finds_this_machine_fit(mdgym_command):
    code, out, _ = mdgym_command("doctor", "--json")
    report = last_json(out)
    assert (code, report["ok"]) == (0, True), report
    assert [check["name"] for check in report["checks"]][-1] == "a script"


def test_doctor_says_what_to_do_when_nothing_can_be_written(mdgym_command, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    code, out, _ = mdgym_command("doctor")
    assert code == 1
    assert "TMPDIR" in re.sub(r"[\s│]+", " ", out)


def test_tasks_of_a_suite_are_listed_and_shown(mdgym_command):
    code, out, _ = mdgym_command("tasks", "list", "--suite", "micro", "--split", "train", "--json")
    listed = last_json(out)["tasks"]
    assert code == 0
    assert [task["id"] for task in listed] == [task.id for task in mdgym.load_suite("micro", "train")]
    code, out, _ = mdgym_command("tasks", "show", listed[0]["id"], "--json")
    assert last_json(out) == to_json(mdgym.find_task(listed[0]["id"]))
    assert mdgym_command("tasks", "show", listed[0]["id"], "--gold")[0] == 0


def test_exported_tasks_are_read_back(mdgym_command, task_file, tmp_path, tasks):
    out = tmp_path / "copy.jsonl"
    assert mdgym_command("tasks", "export", out, "--tasks", task_file)[0] == 0
    assert tuple(mdgym.load_tasks(out)) == tasks
    code, text, _ = mdgym_command("tasks", "export", "-", "--tasks", task_file)
    assert (code, text) == (0, out.read_text())


def test_script_is_scored_from_a_file_and_from_stdin(mdgym_command, task_file, script_file, tasks, good, pool):
    expected = to_json(mdgym.score(tasks[0], good, seed=4, pool=pool))
    choice = ("--tasks", task_file, "--task", "user/a", "--seed", 4, "--json")
    code, out, _ = mdgym_command("score", script_file, *choice)
    assert (code, last_json(out)) == (0, expected)
    code, out, _ = mdgym_command("score", "-", *choice, stdin=good.encode())
    assert (code, last_json(out)) == (0, expected)


def test_script_that_is_not_even_text_is_scored(mdgym_command, task_file):
    code, out, _ = mdgym_command("score", "-", "--tasks", task_file, "--task", "user/a", stdin=b"units \xff\x00")
    assert code == 0
    assert "executed: no" in out


def test_trusted_script_runs_without_the_sandbox(mdgym_command, task_file, script_file):
    code, out, _ = mdgym_command(
        "score", script_file, "--tasks", task_file, "--task", "user/a", "--no-sandbox", "--json"
    )
    assert (code, last_json(out)["executed"]) == (0, True)


def test_evaluation_writes_its_folder_and_prints_its_report(mdgym_command, task_file, tmp_path):
    out = tmp_path / "run"
    arguments = ("eval", "--agent", "gold", "--tasks", task_file, "-k", 2, "--out", out)
    code, text, _ = mdgym_command(*arguments, "--json")
    assert (code, last_json(text)) == (0, json.loads((out / "summary.json").read_text()))
    code, text, _ = mdgym_command(*arguments)
    assert code == 0
    assert "gold on user/test" in text


def test_agents_are_compared_in_one_table(mdgym_command, task_file, tmp_path):
    arguments = ("eval", "--agent", "gold", "--agent", "silent", "--tasks", task_file, "--out", tmp_path / "run")
    code, text, _ = mdgym_command(*arguments, "--json")
    assert code == 0
    assert [report["agent"] for report in last_json(text)["reports"]] == ["gold", "silent"]
    assert (tmp_path / "run" / "silent" / "trajectories.jsonl").exists()
    assert "silent" in mdgym_command(*arguments)[1]


def test_questions_of_a_suite_are_asked_and_reported(mdgym_command, tmp_path):
    out = tmp_path / "run"
    arguments = ("eval", "--agent", "gold", "--suite", "facts", "--episodes", 8, "-k", 2, "--out", out)
    code, text, _ = mdgym_command(*arguments, "--json")
    report = last_json(text)
    assert (code, report["answers"], report["overall"]["success"][0]["value"]) == (0, 16, 1.0)
    code, text, _ = mdgym_command("report", out, "--json")
    assert (code, last_json(text)) == (0, {"reports": [report]})
    for command in (arguments, ("report", out)):
        code, text, _ = mdgym_command(*command)
        assert code == 0 and "gold on facts/test, 2 per question" in text


def test_agents_are_compared_on_questions(mdgym_command, tmp_path):
    out = tmp_path / "run"
    agents = ("--agent", "gold", "--agent", "silent")
    code, text, _ = mdgym_command("eval", *agents, "--suite", "facts", "--episodes", 4, "--out", out)
    assert code == 0 and re.search(r"accuracy.*1\.000.*0\.000", text)
    code, again, _ = mdgym_command("report", out / "gold", out / "silent")
    assert (code, again) == (0, text)
    assert mdgym_command("report", out / "gold", out / "silent", "--alone")[1].count("on facts/test") == 2


def test_questions_of_ones_own_are_asked_and_open_ones_judged(mdgym_command, question_file, tmp_path, monkeypatch):
    (tmp_path / "own_judge.py").write_text("def grade(prompt):\n    return 'Grade: 0.5'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    arguments = ("eval", "--agent", "gold", "--tasks", question_file)
    code, out, _ = mdgym_command(*arguments, "--judge", "own_judge:grade", "--json")
    assert (code, last_json(out)["judge"], last_json(out)["overall"]["reward"]["value"]) == (0, "own_judge:grade", 0.75)
    code, out, _ = mdgym_command(*arguments)
    assert code == 0 and "not scored for want of a judge: 1" in " ".join(out.split())


def test_killed_evaluation_on_questions_of_ones_own_is_reported_with_their_file(mdgym_command, question_file, tmp_path):
    run = tmp_path / "run"
    mdgym_command("eval", "--agent", "silent", "--tasks", question_file, "--out", run)
    (run / "answers.jsonl").write_text((run / "answers.jsonl").read_text().splitlines(keepends=True)[0])
    code, _, err = mdgym_command("report", run)
    assert code == 2 and "name the file of its questions with --tasks" in err
    code, out, _ = mdgym_command("report", run, "--tasks", question_file)
    assert code == 0 and "unfinished: 1 of 2 answers" in " ".join(out.split())


def test_answers_have_no_page_of_scripts_and_stand_beside_no_run(mdgym_command, task_file, tmp_path):
    answers, scripts = tmp_path / "answers", tmp_path / "scripts"
    mdgym_command("eval", "--agent", "silent", "--suite", "facts", "--episodes", 1, "--out", answers)
    mdgym_command("eval", "--agent", "silent", "--tasks", task_file, "--out", scripts)
    for arguments, complaint in (
        ([answers, "--html", tmp_path / "x.html"], "pages and Markdown are of scripts"),
        ([answers, scripts], "show them apart"),
    ):
        code, out, err = mdgym_command("report", *arguments)
        assert (code, out) == (2, "") and complaint in err
    assert not (tmp_path / "x.html").exists()


def test_agent_of_ones_own_is_found_in_the_current_directory(mdgym_command, task_file, tmp_path, monkeypatch):
    (tmp_path / "my_policy.py").write_text("def answer(prompt):\n    return 'units lj'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    code, out, _ = mdgym_command("eval", "--agent", "my_policy:answer", "--tasks", task_file, "--json")
    assert (code, last_json(out)["agent"]) == (0, "my_policy:answer")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["eval", "--agent", "nobody"], "no agent 'nobody'"),
        (["eval", "--agent", "gold", "--suite", "fact"], "there are: core, micro, slow (tasks), facts (questions)"),
        (["eval", "--agent", "gold", "--suite", "facts", "--split", "exam"], "'facts' has no split 'exam'"),
        (["eval", "--agent", "gold", "--suite", "facts", "--rounds", "3"], "these are questions"),
        (["eval", "--agent", "gold", "--suite", "facts", "--max-turns", "2"], "these are questions"),
        (["eval", "--agent", "gold", "--suite", "facts", "--workers", "2"], "these are questions"),
        (["eval", "--agent", "gold", "--suite", "facts", "--no-sandbox"], "these are questions"),
        (["eval", "--agent", "gold", "--suite", "facts", "--judge", "nobody"], "no agent 'nobody'"),
        (["eval", "--agent", "gold", "--suite", "micro", "--judge", "gold"], "these are tasks"),
        (["eval", "--agent", "no_such_module:x"], "no_such_module"),
        (["tasks", "show", "core/test/nonsense/999"], "nonsense/999"),
        (["score", "/dev/null"], "--task"),
        (["score", "/nonexistent", "--task", "x"], "nonexistent"),
        (["eval", "--agent", "silent", "--suite", "micro", "--out", "/dev/null/run"], "/dev/null/run cannot be used"),
    ],
)
def test_users_mistake_is_one_sentence_and_code_2(mdgym_command, arguments, complaint):
    code, out, err = mdgym_command(*arguments)
    assert (code, out) == (2, "")
    assert complaint in re.sub(r"[\s│]+", " ", err)
    assert "Traceback" not in err


def test_machines_fault_is_code_3(mdgym_command, task_file, script_file, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    code, out, err = mdgym_command("score", script_file, "--tasks", task_file, "--task", "user/a")
    assert (code, out) == (3, "")
    assert "Traceback" not in err


def test_full_disk_is_code_3(mdgym_command, task_file):
    code, _, err = mdgym_command("tasks", "export", "/dev/full/x", "--tasks", task_file)
    assert code == 3
    assert "/dev/full" in err


@pytest.mark.parametrize("kind", ["tasks", "questions"])
def test_ctrl_c_is_code_130_and_says_how_to_go_on(mdgym_command, task_file, question_file, tmp_path, monkeypatch, kind):
    file = task_file if kind == "tasks" else question_file
    (tmp_path / "stopping_policy.py").write_text("def answer(prompt):\n    raise KeyboardInterrupt\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    code, _, err = mdgym_command(
        "eval", "--agent", "stopping_policy:answer", "--tasks", file, "--out", tmp_path / "run"
    )
    assert code == 130
    assert "same command" in err


def test_installed_command_runs():
    done = subprocess.run([sys.executable, "-m", "mdgym", "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "doctor" in done.stdout


@pytest.mark.parametrize("command", ["eval --agent silent", "rescore . --out x"])
def test_an_unknown_word_for_workers_is_a_wrong_argument(mdgym_command, command):
    code, _, err = mdgym_command(*command.split(), "--workers", "fast")
    assert code == 2 and "names no pool" in re.sub(r"[\s│]+", " ", err)


def test_a_run_is_scored_again_by_a_rubric_of_ones_own(mdgym_command, task_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_rubric.py").write_text(
        "from mdgym.rewards import Rubric, Weights\nstrict = Rubric(weights=Weights(progress=(0.0, 0.0)))\n"
    )
    tasks = ("--tasks", task_file)
    code, out, _ = mdgym_command("eval", "--agent", "template", *tasks, "--out", "run", "--json")
    assert code == 0
    again = ("rescore", "run", "--out", "again", "--rubric", "own_rubric:strict", *tasks, "--json")
    code, rescored, _ = mdgym_command(*again)
    assert code == 0 and last_json(rescored)["basis"] != last_json(out)["basis"]
    assert last_json(rescored)["rollouts"] == 3
    code, _, err = mdgym_command("rescore", "run", "--out", "other", "--rubric", "own_rubric:lenient", *tasks)
    assert code == 2 and "cannot be imported" in err
