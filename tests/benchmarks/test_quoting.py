import json
import re

import pytest
from typer.testing import CliRunner

from mdgym.benchmarks.quoting import measure
from mdgym.cli import app
from mdgym.errors import TrainingError
from mdgym.trainers.data import fenced

NUMBERS = ("all", "structure", "style", "file", "element")


class Answers:
    """Answers with what a function makes of the right script."""

    name = "answers"

    def __init__(self, change):
        self._change, self.seen = change, []

    def act(self, observation, task, seed):
        assert observation == task.prompt
        self.seen.append(task)
        return fenced(self._change(task.gold))


class Batches(Answers):
    batch_size = 7

    def act_many(self, observations, tasks, seeds):
        assert len(tasks) <= self.batch_size
        return [self.act(*each) for each in zip(observations, tasks, seeds, strict=True)]


@pytest.mark.parametrize("kind", [Answers, Batches])
def test_right_scripts_quote_everything(kind):
    agent = kind(lambda gold: gold)
    found = measure(agent, quick=True)
    assert found["questions"] == len(agent.seen) == 24
    assert all(found[name]["value"] == 1 for name in NUMBERS)
    assert {number["value"] for number in found["names"].values()} <= {1, None}
    assert len({task.prompt for task in agent.seen}) == 24 and len({task.family for task in agent.seen}) > 4


@pytest.mark.parametrize(
    ("pattern", "other", "spoiled"),
    [
        (r"(pair_coeff \* \* )[A-Z][a-z]?", r"\1Xx", {"file"}),
        (r"(pair_coeff \* \* \S+) \w+", r"\1 Xx", {"element"}),
        (r"lattice \w+", "lattice sc", {"structure"}),
        (r"pair_style \S+", "pair_style lj/cut", {"style"}),
    ],
)
def test_what_is_misquoted_is_told_apart(pattern, other, spoiled):
    found = measure(Answers(lambda gold: re.sub(pattern, other, gold)), quick=True)
    assert {name for name in NUMBERS[1:] if found[name]["value"] < 1} == spoiled
    assert found["all"]["value"] < 1


def test_blanks_make_no_difference_and_silence_quotes_nothing():
    assert measure(Answers(lambda gold: gold.replace(" ", "   ")), quick=True)["all"]["value"] == 1
    assert measure(Answers(lambda gold: ""), quick=True)["all"]["value"] == 0


def test_questions_are_of_the_families_that_are_asked_for_and_of_the_seed():
    agents = [Answers(lambda gold: gold) for _ in range(3)]
    for agent, seed in zip(agents, (0, 0, 1), strict=True):
        measure(agent, families=("cohesion", "vacancy"), count=6, seed=seed)
    prompts = [[task.prompt for task in agent.seen] for agent in agents]
    assert [task.family for task in agents[0].seen] == ["cohesion", "vacancy"] * 3
    assert prompts[0] == prompts[1] != prompts[2]


def test_families_without_potential_files_are_refused_as_unknown_ones_are():
    with pytest.raises(TrainingError, match="no family 'nobody'"):
        measure(Answers(lambda gold: gold), families=("nobody",))
    with pytest.raises(TrainingError, match="no family of suite 'core'"):
        measure(Answers(lambda gold: gold), families=("lj_rdf",), suite="core")


def test_the_command_asks_any_agent():
    for agent, share in (("gold", 1), ("silent", 0)):
        found = CliRunner().invoke(app, ["bench", "quoting", "--agent", agent, "--quick", "--json"])
        assert json.loads(found.stdout)["all"]["value"] == share
