"""The leaderboard: a page that is written from result files, which are made from finished evaluations."""

import json

import pytest

import mdgym
from mdgym.agents import GoldAgent, SilentAgent
from mdgym.benchmarks import leaderboard
from mdgym.errors import RecordError


@pytest.fixture
def board(tmp_path):
    return tmp_path / "results", tmp_path / "leaderboard.md"


def evaluated(folder, agent, tasks=2, k=1):
    found = mdgym.load_suite("micro", "test")
    mdgym.evaluate(found, agent, episodes=tasks, k=k, out=folder, progress=False)
    return folder


def rows(page):
    return [line for line in page.read_text().splitlines() if line.startswith("|") and not line.startswith("|---")]


def test_rows_come_from_evaluations_and_the_best_is_on_top(tmp_path, board):
    results, page = board
    leaderboard.add(evaluated(tmp_path / "silent", SilentAgent()), results=results)
    leaderboard.add(evaluated(tmp_path / "gold", GoldAgent()), label="the right script | *", results=results)
    written = leaderboard.write(results, page)
    assert [row.agent for row in written] == ["gold", "silent"]
    assert written[0].suite_hash == written[1].suite_hash and written[0].success[0].value == 1.0
    assert "--agent gold --suite micro --split test -k 1 --episodes 2" in written[0].command
    head, gold, silent = rows(page)
    assert head.startswith("| agent | runtime | k | reward")
    assert gold.startswith(r"| the right script \| \* | no | 1 | 1.000 (1.00–1.00) |")
    assert "## micro/test, 2 tasks" in page.read_text() and written[0].basis in page.read_text()
    assert silent.startswith("| silent | no | 1 | 0.000")


def test_results_of_other_tasks_stand_in_another_table(tmp_path, board):
    results, page = board
    for tasks in (1, 2):
        leaderboard.add(evaluated(tmp_path / str(tasks), SilentAgent(), tasks), results=results)
    leaderboard.write(results, page)
    assert page.read_text().count("| agent |") == 2


def test_several_samples_and_the_runtime_have_columns(tmp_path, board):
    results, page = board
    run = evaluated(tmp_path / "run", SilentAgent(), k=3)
    direct = leaderboard.add(run, results=results)
    assert leaderboard.add(run, runtime=True, results=results) != direct
    leaderboard.write(results, page)
    _, first, second = rows(page)
    assert first.split(" | ")[1:3] == ["no", "3"] and second.split(" | ")[1:3] == ["yes", "3"]
    assert first.count("0.000 (0.00–0.00)") == 5


def test_the_name_of_a_runtime_says_how_many_rounds_there_were(tmp_path, board):
    results, page = board
    agent = SilentAgent()
    agent.name = "runtime(silent, 3 rounds)"
    leaderboard.add(evaluated(tmp_path / "run", agent), label="silent", results=results)
    (written,) = leaderboard.write(results, page)
    assert written.runtime and written.command.startswith("mdgym eval --agent silent --rounds 3 --suite micro")
    assert rows(page)[1].startswith("| silent | 3 rounds | 1 |")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("openai:m@http://h/v1 (temperature=0.5, top_k=4)", "openai:m@http://h/v1 --sampling temperature=0.5,top_k=4"),
        ("runtime(hf:m (system=my.txt#1f0c52d7), 2 rounds)", "hf:m --system my.txt --rounds 2"),
        ("hf:m (temperature=0.0, system=none)", "hf:m --sampling temperature=0.0 --system none"),
        ("mine (old)", "'mine (old)'"),
    ],
)
def test_the_command_of_a_row_types_the_settings_that_a_name_tells(tmp_path, board, name, typed):
    agent = SilentAgent()
    agent.name = name
    leaderboard.add(evaluated(tmp_path / "run", agent, tasks=1), results=board[0])
    (written,) = leaderboard.write(*board)
    assert written.command.startswith(f"mdgym eval --agent {typed} --suite micro")


def test_the_same_result_replaces_the_older_one_and_the_page_does_not_change(tmp_path, board):
    results, page = board
    run = evaluated(tmp_path / "run", SilentAgent())
    leaderboard.add(run, results=results)
    leaderboard.write(results, page)
    before = page.read_text()
    leaderboard.add(run, results=results)
    assert len(list(results.glob("*.json"))) == 1
    leaderboard.write(results, page)
    assert page.read_text() == before


def test_an_unfinished_evaluation_is_refused(tmp_path, board):
    run = evaluated(tmp_path / "run", SilentAgent())
    summary = json.loads((run / "summary.json").read_text())
    (run / "summary.json").write_text(json.dumps({**summary, "complete": False, "tasks": 3}))
    with pytest.raises(RecordError, match="not finished: 2 of 3 rollouts"):
        leaderboard.add(run, results=board[0])
    # one that goes on, or was killed: each task that it knows of has a score
    (run / "summary.json").unlink()
    with pytest.raises(RecordError, match="not finished: its summary is missing"):
        leaderboard.add(run, results=board[0])
    assert not board[0].exists()


def test_what_is_no_result_is_named(board):
    results, page = board
    with pytest.raises(RecordError, match="holds no result; make one with"):
        leaderboard.write(results, page)
    results.mkdir()
    (results / "a.json").write_text('{"label": "a"}')
    with pytest.raises(RecordError, match=r"a\.json: Result lacks the field 'agent'"):
        leaderboard.write(results, page)
    assert not page.exists()


def test_a_result_without_all_of_its_numbers_is_refused(tmp_path, board):
    results, page = board
    path = leaderboard.add(evaluated(tmp_path / "run", SilentAgent(), k=2), results=results)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"k": 3}))
    with pytest.raises(RecordError, match="must have k = 3 entries"):
        leaderboard.write(results, page)


def test_the_page_of_the_repository_is_what_its_result_files_give(tmp_path):
    copy = tmp_path / "leaderboard.md"
    written = leaderboard.write(leaderboard.RESULTS, copy)
    assert copy.read_text() == leaderboard.PAGE.read_text()
    assert {"silent", "template", "gold"} <= {row.agent for row in written}
