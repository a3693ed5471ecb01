"""`mdgym bench evalbench`, `iitd` and `leaderboard` from the command line."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import mdgym
from mdgym import cli
from mdgym.agents import SilentAgent
from mdgym.benchmarks import leaderboard
from mdgym.commands.policies import options_of
from mdgym.errors import RecordError

EXAMS = Path(__file__).parent / "exams"


def bench(*arguments):
    return CliRunner().invoke(cli.app, ["bench", *map(str, arguments)], env={"COLUMNS": "200"})


def test_agents_are_compared_in_one_table_and_one_result_file(tmp_path):
    options = ("--data", EXAMS / "evalbench", "--agent", "silent", "--agent", "template", "-k", 1, "--out", tmp_path)
    done = bench("evalbench", *options)
    assert done.exit_code == 0, done.output
    assert "| silent | 5 | 0.0 % (0–0) |" in done.output and "| template | 5 |" in done.output
    stored = json.loads((tmp_path / "result.json").read_text())
    assert [result["agent"] for result in stored["results"]] == ["silent", "template"]
    assert (tmp_path / "table.md").read_text() in done.output


def test_rows_of_earlier_commands_stay_where_files_and_settings_are_the_same(tmp_path):
    def agents(*options):
        done = bench("evalbench", "--data", EXAMS / "evalbench" / "code.json", "--out", tmp_path, *options)
        assert done.exit_code == 0, done.output
        return [result["agent"] for result in json.loads((tmp_path / "result.json").read_text())["results"]]

    assert agents("--agent", "silent", "-k", 1) == ["silent"]
    assert agents("--agent", "silent", "-k", 1, "--rounds", 2) == ["silent", "runtime(silent, 2 rounds)"]
    assert agents("--agent", "template", "-k", 1, "--cpu-s", 30) == ["template"]
    (tmp_path / "result.json").write_text("{")
    done = bench("evalbench", "--data", EXAMS, "--agent", "silent", "--episodes", 1, "--out", tmp_path)
    assert "result.json cannot be read" in str(done.exception)


def test_the_oracle_prints_one_object(tmp_path):
    done = bench("evalbench", "--data", EXAMS, "--oracle", "--json", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["code"]["evalbench/code"]["endings"]["executed"] == 1
    assert json.loads((tmp_path / "oracle" / "result.json").read_text()) == {"results": [result]}


def test_a_comparison_shows_any_name_and_tells_a_command_that_can_be_typed(tmp_path, monkeypatch):
    # to rich, a mark-up that ends without a beginning
    (tmp_path / "odd_policy.py").write_text(
        "class Odd:\n    name = 'odd[/bold]'\n    act = lambda self, observation, task, seed: 'units lj'\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    done = bench("runtime", "--agent", "odd_policy:Odd", "--episodes", 1, "-k", 1)
    assert done.exit_code == 0 and "odd[/bold]" in done.output
    assert options_of("temperature=0", "my words.txt") == ["--sampling temperature=0", "--system 'my words.txt'"]
    assert options_of("", "") == []


def test_a_wrong_word_for_workers_is_refused_before_anything_runs(tmp_path):
    done = bench("evalbench", "--data", EXAMS, "--oracle", "--workers", "fast", "--out", tmp_path / "run")
    assert done.exit_code == 2 and "names no pool" in done.output and not (tmp_path / "run").exists()


@pytest.mark.parametrize("extra", [(), ("--agent", "silent", "--oracle")])
def test_either_an_agent_or_the_oracle_is_asked_for(tmp_path, extra):
    done = bench("evalbench", "--data", EXAMS, "--out", tmp_path, *extra)
    assert done.exit_code == 2 and "name an --agent, or ask for --oracle" in done.output


def test_the_other_exam_has_a_command_of_its_own(tmp_path):
    done = bench("iitd", "--data", EXAMS, "--agent", "silent", "--json", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["levels"]["all"]["tasks"] == 2


def test_a_leaderboard_outside_a_checkout_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(leaderboard, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(leaderboard, "PAGE", tmp_path / "page.md")
    done = bench("leaderboard")
    assert isinstance(done.exception, RecordError) and "belongs to a checkout" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_row_is_added_to_the_leaderboard(tmp_path, monkeypatch):
    monkeypatch.setattr(leaderboard, "RESULTS", tmp_path / "results")
    # a checkout has it
    leaderboard.RESULTS.mkdir()
    monkeypatch.setattr(leaderboard, "PAGE", tmp_path / "page.md")
    mdgym.evaluate(mdgym.load_suite("micro", "test"), SilentAgent(), episodes=1, out=tmp_path / "run", progress=False)
    done = bench("leaderboard", "--add", tmp_path / "run", "--label", "says nothing", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["results"][0]["label"] == "says nothing"
    assert "| says nothing | no | 1 |" in (tmp_path / "page.md").read_text()
