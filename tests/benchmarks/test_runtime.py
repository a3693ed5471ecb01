"""The comparison on a few fast tasks, with agents whose right and wrong are known."""

import json
from pathlib import Path

import pytest

import mdgym
from mdgym.benchmarks import runtime
from mdgym.benchmarks.pages import marks
from mdgym.benchmarks.runtime import Comparison, Try, measure, summary, write_page
from mdgym.errors import AgentError, RecordError

GOLD = {task.prompt: task.gold for task in mdgym.load_suite("micro", "test")}


class Mending:
    """Writes a wrong word first, and the right script when it is told of it."""

    name = "mending"
    batch_size = 2

    def act(self, observation, task, seed):
        return self.act_many([observation], [task], [seed])[0]

    def act_many(self, observations, tasks, seeds):
        return [self._answer(observation) for observation in observations]

    def _answer(self, observation):
        prompt, told, _ = observation.partition("\n\nYou have already tried")
        right = GOLD[prompt]
        return right if told else right.replace("minimize ", "minimise ")


class Forgetful(Mending):
    """Leaves a result out first, which only LAMMPS shows, and writes the right script when it is told of it."""

    name = "forgetful"
    batch_size = 1

    def _answer(self, observation):
        prompt, told, _ = observation.partition("\n\nYou have already tried")
        lines = GOLD[prompt].rstrip().split("\n")
        return "\n".join(lines if told else lines[:-1])


def result_of(agent, **options):
    return measure(agent, **{"episodes": 3, "k": 2, **options})


@pytest.fixture
def cheap(monkeypatch):
    """The three cheapest tasks, whichever they are."""
    tasks = sorted(mdgym.load_suite("micro", "test"), key=lambda task: task.cpu_s)
    chosen = [task for task in tasks if "minimize " in task.gold and task.gold.rstrip().split("\n")[-1].startswith("v")]
    monkeypatch.setattr(runtime, "load_suite", lambda suite, split: tuple(chosen[:3]))


def test_what_the_linter_finds_costs_no_run(cheap):
    result = result_of(Mending())
    assert result["direct"]["executed_at_2"]["value"] == 0.0
    assert result["runtime"]["success_at_2"]["value"] == 1.0
    # two attempts of a stopped script and a right one
    assert (result["runtime"]["runs"], result["runtime"]["answers"]) == (2.0, 4.0)
    assert result["runtime_same_answers"]["success_at_2"]["value"] == 1.0
    assert result["runtime_same_answers"]["runs"] == 1.0
    assert result["success"]["handed_in"]["value"] == 1.0
    assert result["success"]["difference"] == {"value": 1.0, "ci": [1.0, 1.0]}
    assert result["ended"] == {"right": 3}


def test_what_lammps_finds_costs_a_run(cheap):
    result = result_of(Forgetful())
    assert result["direct"]["executed_at_2"]["value"] == 1.0 and result["direct"]["success_at_2"]["value"] == 0.0
    assert (result["direct"]["runs"], result["direct"]["answers"]) == (2.0, 2.0)
    assert result["runtime"]["success_at_2"]["value"] == 1.0
    assert (result["runtime"]["runs"], result["runtime"]["answers"]) == (2.0, 2.0)


def test_outcomes_are_kept_and_gone_on_with(cheap, tmp_path):
    out = tmp_path / "new" / "outcomes.jsonl"
    first = result_of(Mending(), out=out, episodes=2)
    lines = out.read_text().splitlines()
    assert len(lines) == 2
    # what was cut off by a crash is measured again, and nothing else
    out.write_text(lines[0] + "\n" + lines[1][:40])
    again = result_of(Mending(), out=out, episodes=2)
    assert again == first and out.read_text().splitlines() == lines

    class Silent(Mending):
        def act_many(self, observations, tasks, seeds):
            raise AssertionError("nothing is left to ask")

    assert result_of(Silent(), out=out, episodes=2) == first
    out.write_text('{"other": 1}\n')
    with pytest.raises(RecordError, match=r"outcomes\.jsonl"):
        result_of(Mending(), out=out)


def test_agent_that_never_runs_anything_comes_to_an_end(cheap):
    class Silent(Mending):
        name = "silent"

        def act_many(self, observations, tasks, seeds):
            return [""] * len(observations)

    result = result_of(Silent())
    assert result["runtime"]["runs"] == 0.0 and result["runtime"]["answers"] == 4.0
    assert result["ended"] == {"unchanged": 3}


def test_rates_are_those_of_the_tries():
    right, ran, stopped = Try(1, True, True), Try(1, True, False), Try(0, False, False)
    found = [
        Comparison("a", (right, ran), (stopped, Try(1, True, False, True), right), "right"),
        Comparison("b", (ran, ran), (stopped, stopped, right), "rounds"),
    ]
    result = summary(found, 2, 0)
    assert result["direct"]["success_at_2"]["value"] == 0.5
    assert result["runtime"]["success_at_2"]["value"] == 1.0
    # the first two answers alone
    assert result["runtime_same_answers"]["success_at_2"]["value"] == 0.0
    assert result["runtime_same_answers"]["executed_at_2"]["value"] == 0.5
    assert result["success"]["direct_at_1"]["value"] == 0.25
    assert result["executed"]["handed_in"]["value"] == 0.5 and result["success"]["handed_in"]["value"] == 0.0
    assert result["success"]["difference"]["value"] == 0.5
    assert (result["runtime"]["runs"], result["runtime"]["answers"]) == (1.5, 3.0)


def test_page_gets_a_table(tmp_path):
    page = tmp_path / "runtime.md"
    page.write_text("\n".join(("before", *marks("runtime"), "")))
    found = [Comparison("a", (Try(1, True, False),), (Try(1, True, True, True),), "right")] * 3
    head = {"agent": "mine", "suite": "micro", "split": "test", "tasks": 3, "k": 1, "seed": 0}
    write_page(page, {**head, **summary(found, 1, 0)}, "mdgym bench runtime")
    assert "| runtime | 1.000 (1.00 to 1.00) | 1.000 (1.00 to 1.00) | 1.00 | 1.00 |" in page.read_text()
    assert json.loads((tmp_path / "runtime.json").read_text())["runtime"]["runs"] == 1.0


def test_page_of_the_repository_has_a_place_for_it():
    text = (Path(__file__).parents[2] / "docs" / "runtime.md").read_text()
    assert all(mark in text for mark in marks("runtime"))


def test_what_is_no_agent_is_refused():
    with pytest.raises(AgentError, match="'nobody' is no agent"):
        measure("nobody")
