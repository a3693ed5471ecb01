import json

import pytest

import mdgym
from mdgym.commands.rescore import load_rubric
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import RecordError, TaskError
from mdgym.rescoring import rescore
from mdgym.rewards import Rubric, Weights
from mdgym.scoring import SerialPool

LENIENT = Rubric(weights=Weights(progress=(0.1, 0.2)))


@pytest.fixture
def done(tasks, pool, good, tmp_path):
    """A run of two turns for each of three tasks."""
    replies = iter(["units nonsense", good, "units lj", good, "units metal", "units si"])
    env = LammpsScriptEnv(tasks=tasks, pool=pool, max_turns=2)
    report = mdgym.evaluate(env, lambda prompt: next(replies), out=tmp_path / "run", progress=False)
    return tmp_path / "run", report, {task.id: task for task in tasks}


def lines(folder):
    return [json.loads(line) for line in (folder / "trajectories.jsonl").read_text().splitlines()]


def test_the_same_rubric_gives_the_same_scores_without_an_agent(done, pool, tmp_path):
    run, report, tasks = done
    assert rescore(run, tmp_path / "again", tasks, pool, progress=False) == report
    for before, after in zip(lines(run), lines(tmp_path / "again"), strict=True):
        assert [turn["score"] for turn in after["turns"]] == [turn["score"] for turn in before["turns"]]
        assert [turn["answer"] for turn in after["turns"]] == [turn["answer"] for turn in before["turns"]]


def test_another_rubric_gives_other_rewards_of_the_same_answers(done, tmp_path):
    run, report, tasks = done
    with SerialPool(rubric=LENIENT) as pool:
        again = rescore(run, tmp_path / "lenient", tasks, pool, progress=False)
    assert again.reward > report.reward
    assert again.executed_at(1) == report.executed_at(1) and again.basis != report.basis
    experiment = json.loads((tmp_path / "lenient" / "experiment.json").read_text())
    assert experiment["rubric"] == LENIENT.hash and experiment["agent"] == report.agent


def test_it_goes_on_where_it_was_stopped(done, pool, tmp_path):
    run, report, tasks = done
    out = tmp_path / "again"
    rescore(run, out, tasks, pool, progress=False)
    path = out / "trajectories.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:1]))
    assert rescore(run, out, tasks, pool, progress=False) == report
    assert len(lines(out)) == 3


def test_a_folder_of_another_rubric_and_the_run_itself_are_refused(done, pool, tmp_path):
    run, _, tasks = done
    out = tmp_path / "again"
    rescore(run, out, tasks, pool, progress=False)
    with SerialPool(rubric=LENIENT) as other, pytest.raises(RecordError, match="its rubric"):
        rescore(run, out, tasks, other, progress=False)
    with pytest.raises(RecordError, match="the run itself"):
        rescore(run, run, tasks, pool, progress=False)
    with pytest.raises(RecordError, match="no folder of an evaluation"):
        rescore(tmp_path / "nothing", out, tasks, pool, progress=False)


def test_a_task_that_is_not_known_is_named(done, pool, tmp_path):
    run, _, tasks = done
    del tasks["user/b"]
    with pytest.raises(TaskError, match="user/b"):
        rescore(run, tmp_path / "again", tasks, pool, progress=False)


@pytest.mark.parametrize("name", ["nowhere:strict", "mdgym.rewards:nothing", "mdgym.rewards:judge", "mdgym.rewards"])
def test_a_rubric_that_is_none_is_refused(name):
    with pytest.raises(TaskError, match=r"rubric|Rubric"):
        load_rubric(name)


def test_a_rubric_is_imported_by_name():
    assert load_rubric("mdgym.rewards:STANDARD") == Rubric()
