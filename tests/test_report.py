import base64
import dataclasses
import hashlib
import html.parser
import json
import re
import sys

import numpy as np
import pytest

import mdgym
from mdgym import cli
from mdgym.commands.output import stdout
from mdgym.engine.execution import COLUMNS, COMPLETED, Execution, ScriptFault, Segment
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import RecordError
from mdgym.records import to_json
from mdgym.report import comparison
from mdgym.reporting.page import page
from mdgym.reporting.run import check_comparable, read_runs
from mdgym.reporting.tables import brief, markdown, outcome
from mdgym.tasks.loading import save_tasks
from mdgym.thermo import SAMPLES, thermo

HOSTILE = "</script></pre><img src=x onerror=alert(1)>'\"&lt; ![x](http://evil.example/x.png) |\x00\x1b[31m\ud800"


class Fixed:
    """Says the same to every task."""

    def __init__(self, name, answer):
        self.name, self.answer = name, answer

    def act(self, observation, task, seed):
        return self.answer or task.gold


class Page(html.parser.HTMLParser):
    """What a browser would find: elements, their attributes, and the text outside of scripts and styles."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.shown, self.open = [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.shown.append(data)

    @property
    def text(self):
        return " ".join(self.shown)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def known(tasks):
    return {task.id: task for task in tasks}


@pytest.fixture(scope="module")
def folders(tasks, pool, tmp_path_factory):
    """Folders of two runs of the same tasks: one always right, one with an error in each script."""
    root = tmp_path_factory.mktemp("runs")
    agents = (Fixed("right", ""), Fixed("wrong", "units lj\nlattice fcc 0.8\npair_stile lj/cut 2.5\n"))
    for agent in agents:
        env = LammpsScriptEnv(tasks=tasks, pool=pool)
        mdgym.evaluate(env, agent, k=2, out=root / agent.name, progress=False)
    return [root / agent.name for agent in agents]


@pytest.fixture
def copy(folders, tmp_path):
    """A copy of the right run, to be damaged."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in folders[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture
def report(monkeypatch, capsys, tasks, tmp_path):
    """Run `mdgym report` on runs of the three tasks; give exit code, stdout and stderr."""
    file = tmp_path / "tasks.jsonl"
    save_tasks(tasks, file)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mdgym", "report", *map(str, arguments), "--tasks", str(file)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


def change(folder, **fields):
    """Change fields of every stored rollout."""
    path = folder / "trajectories.jsonl"
    lines = [json.loads(line) | fields for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def execution(*segments, status=COMPLETED):
    return Execution(status, segments=segments)


def segment(rows):
    samples = np.full((len(rows), len(COLUMNS)), np.nan)
    for name, column in zip(("step", "temperature", "pressure", "potential", "atoms"), zip(*rows)):
        samples[:, COLUMNS.index(name)] = column
    return Segment("run", 1, 0, 1, 0.1, 1, samples, (), (), (), (), (), True)


def test_course_of_a_run_is_kept_in_at_most_sixty_samples(folders, known):
    (stored,) = read_runs(folders[:1], known)
    samples = stored.trajectories[0].turns[0].thermo
    steps = [sample[0] for sample in samples]
    assert (steps[0], steps[-1]) == (0, 100)
    assert steps == sorted(set(steps))
    assert 10 < len(samples) <= SAMPLES
    assert samples[0][1] == pytest.approx(0.7)
    assert -8 < samples[0][3] < -4
    assert len(json.dumps(to_json(samples))) < 3000


def test_samples_are_spread_over_all_segments_and_keep_their_ends():
    first = segment([(i, 1.0, 2.0, -40.0, 10) for i in range(500)])
    second = segment([(i, 3.0, 2.0, -40.0, 10) for i in range(500, 1001)])
    samples = thermo(execution(first, second))
    assert len(samples) == SAMPLES
    assert (samples[0], samples[-1]) == ((0, 1.0, 2.0, -4.0), (1000, 3.0, 2.0, -4.0))
    assert sum(sample[1] == 3.0 for sample in samples) == SAMPLES / 2


def test_samples_without_atoms_or_bounds_are_not_numbers():
    (sample,) = thermo(execution(segment([(5, np.nan, 1e300, 1.0, 0)])))
    assert sample[0] == 5
    assert all(np.isnan(sample[1:]))
    assert thermo(execution()) == ()
    assert thermo(execution(segment([(np.nan, 1.0, 1.0, 1.0, 1)]))) == ()


def test_runs_of_before_that_have_no_samples_are_read(copy, known):
    path = copy / "trajectories.jsonl"
    path.write_text(re.sub(r', "thermo": \[\[.*?\]\]', "", path.read_text()))
    assert '"thermo"' not in path.read_text()
    (run,) = read_runs([copy], known)
    assert run.trajectories[0].turns[0].thermo == ()
    assert "Course" not in page([[run]])


@pytest.mark.parametrize(
    "message, words",
    [
        ("ERROR: Unknown command: pair_stile lj/cut 2.5 (src/input.cpp:320)", "Unknown command"),
        (
            "Unrecognized pair style 'eam/aloy' is part of the MANYBODY package",
            "Unrecognized pair style is part of the",
        ),
        ("Cannot open file /tmp/x/1.data: No such file", "Cannot open file"),
        ("Not all per-type masses are set. Type 1 is missing.", "Not all per-type masses are set"),
        ("", "no message"),
    ],
)
def test_message_is_shortened_to_what_scripts_share(message, words):
    assert brief(message).startswith(words)
    assert not re.search(r"\d|/", brief(message))


def test_outcome_names_the_end_and_the_first_checks_that_failed(folders, known):
    right, wrong = (run.trajectories[0].score for run in read_runs(folders, known))
    assert outcome(right) == "every check passed"
    assert outcome(wrong) == "script error: Unknown command"
    assert outcome(dataclasses.replace(right, success=True)) == "success"
    check = right.checks[0]
    names = ("value a", "value b", "atoms", "units", "masses")
    failed = tuple(dataclasses.replace(check, name=name, passed=False) for name in names)
    assert outcome(dataclasses.replace(right, checks=failed)) == "completed, failed: value, atoms, units, …"
    ran = dataclasses.replace(right.execution, status="timeout", error=ScriptFault("x"))
    assert outcome(dataclasses.replace(right, execution=ran)) == "timeout"
    assert outcome(dataclasses.replace(right, executed=False)) == "completed without a run"


def test_one_run_is_shown_as_its_own_table_and_as_json(report, folders):
    code, out, _ = report(folders[0])
    assert code == 0
    assert all(part in out for part in ("right on user/test", "@2", "first", "tier 2", "1.000"))
    code, out, _ = report(folders[0], "--json")
    assert json.loads(out.splitlines()[-1]) == {"reports": [json.loads((folders[0] / "summary.json").read_text())]}


def test_several_runs_are_compared(report, folders):
    code, out, _ = report(*folders)
    assert code == 0
    assert re.search(r"right.*wrong", out)
    assert re.search(r"executed@1.*1\.000.*0\.000", out)


def test_runs_of_one_agent_are_told_apart_by_their_folders(folders, copy, known):
    labels = [run.label for run in read_runs([*folders, copy], known)]
    assert labels == [f"right ({folders[0]})", "wrong", f"right ({copy})"]


def test_runs_of_other_tasks_are_refused_unless_each_stands_alone(report, folders, copy, tmp_path):
    path = copy / "trajectories.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    (copy / "summary.json").unlink()
    code, out, err = report(*folders, copy)
    assert (code, out) == (2, "")
    assert "cannot be compared: their rollouts are of different tasks (3 and 1 tasks, 1 in both)" in err
    code, out, err = report(*folders, copy, "--alone", "--html", tmp_path / "r.html", "--markdown", tmp_path / "r.md")
    assert (code, out.count("on user/test")) == (0, 3)
    assert (tmp_path / "r.html").read_text().count("by itself") == 3
    assert len(re.findall("^# ", (tmp_path / "r.md").read_text(), re.MULTILINE)) == 3


def test_same_tasks_scored_by_other_versions_are_refused(copy, folders, known):
    path = copy / "trajectories.jsonl"
    path.write_text(path.read_text().replace(f'"mdgym": "{mdgym.__version__}"', '"mdgym": "0.0.1"'))
    (copy / "summary.json").unlink()
    with pytest.raises(RecordError, match="scored by different versions"):
        check_comparable(read_runs([folders[0], copy], known))


@pytest.mark.parametrize("broken", [None, "{}", "[" * 100_000, "not JSON", '{"schema_version": 7}'])
def test_report_is_made_anew_where_the_summary_is_lost_or_of_something_else(copy, folders, known, broken):
    if broken is None:
        (copy / "summary.json").unlink()
    else:
        (copy / "summary.json").write_text(broken)
    (anew,), (stored,) = read_runs([copy], known), read_runs(folders[:1], known)
    assert anew.report == stored.report


def test_summary_of_fewer_rollouts_than_are_stored_is_not_believed(copy, known):
    path = copy / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rollouts": 2}))
    assert read_runs([copy], known)[0].report.rollouts == 6


def cut(folder, rollouts, **summary):
    """Make of a run one that was killed: fewer rollouts, and the summary of its start."""
    path = folder / "trajectories.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:rollouts]))
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rollouts": 0, "complete": False} | summary))


def test_run_that_was_killed_is_shown_as_so_many_rollouts_of_so_many(report, copy, known, tmp_path):
    cut(copy, 2)
    (run,) = read_runs([copy], known)
    assert (run.report.rollouts, run.report.tasks, run.report.complete, run.ended) == (2, 3, False, False)
    code, out, _ = report(copy, "--html", tmp_path / "r.html", "--markdown", tmp_path / "r.md")
    assert code == 0 and "unfinished: 2 of 6 rollouts" in " ".join(out.split())
    assert all("unfinished: 2 of 6 rollouts" in (tmp_path / name).read_text() for name in ("r.html", "r.md"))
    assert comparison([run.report] * 2).caption.count("right: unfinished: 2 of 6 rollouts") == 2


def test_run_that_was_killed_and_has_no_summary_is_not_shown_as_all(copy, known):
    cut(copy, 2)
    (copy / "summary.json").unlink()
    (run,) = read_runs([copy], known)
    assert run.report.unfinished == "unfinished: 2 rollouts, of how many is not known"


def test_failures_that_were_scored_later_do_not_count(copy, known):
    failure = {"rollout": 0, "seed": 1, "message": "disk full", "answers": [], "schema_version": 1}
    lines = [failure | {"task_id": "user/a"}, failure | {"task_id": "user/a", "rollout": 7}]
    (copy / "failures.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (copy / "summary.json").unlink()
    assert read_runs([copy], known)[0].report.failures == 1


def damage(name, text):
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    "change_it, message",
    [
        (lambda folder: (folder / "experiment.json").unlink(), "no folder of an evaluation"),
        (lambda folder: (folder / "trajectories.jsonl").unlink(), "no folder of an evaluation"),
        (damage("trajectories.jsonl", ""), "holds no scored rollout"),
        (damage("trajectories.jsonl", "{}\n"), "trajectories.jsonl, line 1: Trajectory lacks the field"),
        (damage("trajectories.jsonl", "[" * 100_000 + "\n"), "cannot be read"),
        (damage("experiment.json", "no"), "experiment.json cannot be read"),
        (damage("failures.jsonl", "no\n"), "failures.jsonl, line 1"),
        (lambda folder: change(folder, schema_version=2), "schema_version 2; this mdgym reads version 1"),
        (lambda folder: change(folder, turns=[]), "it has no turns"),
        (lambda folder: change(folder, task_id="user/[/]x"), "'user/[/]x', rollout 0: this task is not known here"),
        (lambda folder: change(folder, task_id="user/c"), "the task has changed since it was scored"),
    ],
)
def test_folder_that_cannot_be_shown_is_one_sentence(report, copy, change_it, message):
    change_it(copy)
    code, out, err = report(copy)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_folder_that_is_not_there_and_folder_of_runs_are_told_apart(report, folders, tmp_path):
    assert f"there is no folder {tmp_path / 'typo'}" in report(tmp_path / "typo")[2]
    code, _, err = report(folders[0].parent)
    assert code == 2
    assert f"it holds the runs {folders[0]}, {folders[1]}" in err


def test_file_that_cannot_be_written_is_one_sentence(report, folders, tmp_path):
    code, _, err = report(folders[0], "--html", tmp_path / "nowhere" / "r.html")
    assert (code, "cannot be written" in err, "Traceback" in err) == (2, True, False)


def test_markdown_has_the_tables(report, folders, tmp_path):
    assert report(*folders, "--markdown", tmp_path / "r.md")[0] == 0
    text = (tmp_path / "r.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# user/test: right, wrong",
        *("## Overall", "## By family", "## By tier", "## How rollouts ended"),
    ]
    assert "| executed@1 | 1.000 (1.00–1.00) | 0.000 (0.00–0.00) |" in text
    assert re.search(r"\| script error: Unknown command \| 0 \| 6 \| user/a, rollout 0: Unknown command", text)
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_page_shows_every_rollout_and_loads_nothing(report, folders, tmp_path):
    assert report(*folders, "--html", tmp_path / "r.html")[0] == 0
    source = (tmp_path / "r.html").read_text("utf-8")
    found = Page(source)
    assert found.open == []
    rollouts = [attributes for attributes in found.all("details") if "data-run" in attributes]
    assert [a["data-run"] for a in rollouts] == ["0"] * 6 + ["1"] * 6
    # by family, by tier, rewards; three courses of each of the six rollouts that ran
    assert len(found.all("svg")) == 3 + 18
    for part in ("pair_stile lj/cut", "模拟一个晶体。🧪", "script error: Unknown command", "temperature", "verifier"):
        assert part in found.text
    assert not re.search(r"(?:https?:)?//[a-z]|@import|url\(", source.replace("// Values", ""))
    assert not {"link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in found.elements}
    assert not any({"src", "href"} & attributes.keys() for _, attributes in found.elements)


def test_page_says_that_it_leaves_rollouts_out(folders, known):
    found = Page(page([read_runs(folders[:1], known)], shown=4))
    assert len(found.all("details")) == 4
    assert "the first 4 of 6 rollouts" in found.text


def hostile_run(folder, task):
    """A run in which every text that a policy or a file can choose is hostile."""
    bad = dataclasses.replace(task, id=HOSTILE[:60], family=HOSTILE[:70], prompt=HOSTILE)
    experiment = json.loads((folder / "experiment.json").read_text())
    (folder / "experiment.json").write_text(json.dumps(experiment | {"agent": HOSTILE, "suite": HOSTILE}))
    (folder / "summary.json").unlink()
    line = json.loads((folder / "trajectories.jsonl").read_text().splitlines()[0])
    turn = line["turns"][0]
    turn |= {"answer": f"answer {HOSTILE}", "script": f"script {HOSTILE}"}
    score = turn["score"]
    score |= {"feedback": HOSTILE, "task_hash": bad.hash, "components": {HOSTILE: 0.5}}
    score["versions"] |= {"mdgym": HOSTILE, "lammps": HOSTILE}
    score["checks"] = [
        {"name": HOSTILE, "kind": HOSTILE, "passed": False, "score": 0.0, "message": HOSTILE, "value": None}
    ]
    second = json.loads(json.dumps(line)) | {"rollout": 1}
    error = {"message": HOSTILE, "command": HOSTILE, "line": 1, "file": HOSTILE}
    second["turns"][0]["score"]["execution"] |= {"status": "script_error", "error": error}
    lines = [each | {"task_id": bad.id, "prompt": HOSTILE} for each in (line, second)]
    (folder / "trajectories.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    return read_runs([folder, folder], {bad.id: bad})


def test_hostile_texts_stay_texts_in_the_page(copy, known):
    source = page([hostile_run(copy, known["user/a"])])
    source.encode("utf-8")
    found = Page(source)
    assert found.open == []
    assert len(found.all("script")) == 1
    assert "img" not in {tag for tag, _ in found.elements}
    assert found.text.count("<img src=x onerror=alert(1)>") > 20
    assert not any("alert" in str(value) for _, attributes in found.elements for value in attributes.values())
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", source)


def test_browser_may_execute_only_the_script_of_the_page(folders, known):
    source = page([read_runs(folders[:1], known)])
    (script,) = re.findall(r"<script>(.*?)</script>", source, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [a["content"] for a in Page(source).all("meta") if a.get("http-equiv")]
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


def test_hostile_texts_stay_texts_in_markdown_and_on_the_terminal(copy, known, capsys):
    runs = hostile_run(copy, known["user/a"])
    text = markdown([runs])
    assert not re.search(r"(?<!\\)[<>\[\]]", text)
    assert not re.search(r"(?<!\\)://|[\x00-\x09\x0b-\x1f]", text)
    for row in (line for line in text.splitlines() if line.startswith("|")):
        assert row.endswith("|")
    markup = dataclasses.replace(runs[0].report, agent="[/]", suite="[/x]", mdgym="[/]")
    stdout.print(markup.table())
    stdout.print(comparison([markup, markup]))
    assert "[/x]/test" in capsys.readouterr().out


def test_long_answer_is_cut_in_the_page(copy, known):
    line = json.loads((copy / "trajectories.jsonl").read_text().splitlines()[0])
    line["turns"][0]["answer"] = "word " * 100_000
    change(copy, turns=line["turns"], task_id="user/a")
    source = page([read_runs([copy], {"user/a": known["user/a"]})])
    assert "(480000 more characters)" in source
    assert len(source) < 250_000
