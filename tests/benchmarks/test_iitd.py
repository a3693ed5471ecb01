"""MDGym of IIT Delhi: small made-up tasks in its format."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.benchmarks import exam_page, iitd
from mdgym.benchmarks.exam_files import read_exam
from mdgym.benchmarks.iitd_data import problems, right
from mdgym.errors import AgentError, TaskError

EXAM = Path(__file__).parent / "exams" / "iitd"
SCRIPT = """units lj
lattice fcc 0.8442
region box block 0 2 0 2 0 2
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut 1.6
pair_coeff 1 1 1.0 1.0
fix 1 all nve
run 10
variable number_density equal {value}
"""


class Reporter:
    """Leaves a formula behind, and counts how often it was asked."""

    def __init__(self, *values):
        self.name = "reporter"
        self.values = values
        self.asked = 0

    def act(self, observation, task, seed):
        self.asked += 1
        return SCRIPT.format(value=self.values[self.asked % len(self.values)])


def one(tmp_path, **changes):
    task = {"id": "t", "problem_description": "Do it.", "level": "1", "engine": "lammps", **changes}
    (tmp_path / "t.json").write_text(json.dumps(task))
    return problems(read_exam(tmp_path).entries)[0]


def test_numbers_are_taken_from_the_engine_and_results_go_by_level(tmp_path):
    result = iitd.measure(EXAM, Reporter("atoms/vol"), tmp_path)
    levels = result["levels"]
    assert list(levels) == ["all", "1", "2"]
    assert [levels[name]["executed"]["1"]["value"] for name in levels] == [1.0, 1.0, 1.0]
    # the task without accepted values is judged by nothing but its end
    assert [levels[name]["judged"] for name in levels] == [1, 1, 0]
    assert levels["all"]["success"]["1"]["value"] == 1.0 and levels["2"]["success"]["1"]["value"] is None
    assert result["metrics"] == {"number density": 1.0}
    assert result["not_lammps"] == ["iitd/t3"]
    assert len(result["files"]) == 3
    table = exam_page.iitd_table([result])
    assert "| reporter | 1 | 1 | 100.0 % | 1 | 100.0 % |" in table


def test_what_is_printed_or_left_out_is_no_result(tmp_path):
    printed = SCRIPT.format(value="0.5") + "print 'number density = 0.8442'\n"
    result = iitd.measure(EXAM, lambda prompt: printed, tmp_path)
    assert result["metrics"] == {"number density": 0.0}
    assert result["levels"]["all"]["success"]["1"]["value"] == 0.0


def test_a_script_that_stops_has_no_success(tmp_path):
    result = iitd.measure(EXAM, lambda prompt: SCRIPT.format(value="0.8442") + "foo\n", tmp_path)
    assert result["levels"]["all"]["success"]["1"]["value"] == 0.0
    assert result["endings"] == {"script_error": 2}


def test_the_runtime_lets_an_agent_correct_its_script(tmp_path):
    class Learner(Reporter):
        def act(self, observation, task, seed):
            self.asked += 1
            right = SCRIPT.format(value="atoms/vol")
            return (
                right if "Unknown command" in observation or "fxi" in observation else right.replace("fix 1", "fxi 1")
            )

    direct = iitd.measure(EXAM, Learner(), tmp_path)
    found = iitd.measure(EXAM, Learner(), tmp_path, rounds=3)
    assert [r["levels"]["all"]["executed"]["1"]["value"] for r in (direct, found)] == [0.0, 1.0]
    assert found["agent"] == "runtime(reporter, 3 rounds)" and found["metrics"] == {"number density": 1.0}


def test_a_name_is_shown_as_it_is_and_the_runtime_stops_nothing_that_a_task_allows(tmp_path, monkeypatch):
    asked = []

    def corrected(agent, rounds, limits, sandbox):
        asked.append(limits.cpu_s)
        return nullcontext(agent)

    monkeypatch.setattr(iitd, "corrected", corrected)
    for name, seconds in (("a", 30), ("b", 1200)):
        task = {"id": name, "problem_description": "Do it.", "time_limit": seconds}
        (tmp_path / f"{name}.json").write_text(json.dumps(task))
    agent = Reporter("vol")
    # rich would read this as a mark-up that ends without a beginning
    agent.name = "mine[/bold]"
    assert iitd.measure(tmp_path, agent, tmp_path / "out")["agent"] == agent.name
    assert asked == [1200]


def test_success_at_k_counts_samples_without_bias(tmp_path):
    result = iitd.measure(EXAM, Reporter("0.8442", "1.0"), tmp_path, k=2)
    assert [result["levels"]["1"]["success"][j]["value"] for j in ("1", "2")] == [0.5, 1.0]


def test_the_same_call_goes_on_where_it_was_stopped(tmp_path):
    class Failing(Reporter):
        def act(self, observation, task, seed):
            if self.asked:
                raise ValueError("no more")
            return super().act(observation, task, seed)

    with pytest.raises(AgentError, match="no more"):
        iitd.measure(EXAM, Failing("vol"), tmp_path)
    with open(tmp_path / "reporter" / iitd.ATTEMPTS, "a") as file:
        file.write('{"cut off')
    agent = Reporter("vol")
    first = iitd.measure(EXAM, agent, tmp_path)
    assert agent.asked == 1
    assert iitd.measure(EXAM, agent, tmp_path) == first and agent.asked == 1
    # another seed is another experiment
    iitd.measure(EXAM, agent, tmp_path, seed=1)
    assert agent.asked == 3


def test_the_prompt_asks_for_each_metric_by_the_name_of_a_variable(tmp_path):
    problem = one(tmp_path, metrics=["D (cm^2/s)", "D cm^2 s", "密度"], ground_truth={"D (cm^2/s)": "1.5", "extra": 2})
    assert problem.variables == {
        "D (cm^2/s)": "D_cm_2_s",
        "D cm^2 s": "D_cm_2_s_2",
        "密度": "metric_3",
        "extra": "extra",
    }
    assert "- `metric_3`: 密度" in problem.task.prompt
    assert problem.truth == {"D (cm^2/s)": 1.5, "extra": 2.0}
    assert "1.5" not in problem.task.prompt


def test_an_accepted_value_that_is_no_number_is_said(tmp_path):
    problem = one(tmp_path, ground_truth={"a": "high", "b": True, "c": None, "d": [1]})
    assert (problem.truth, problem.unjudged) == ({}, ("a", "b", "c", "d"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"problem_description": " "}, "'problem_description' is empty"),
        ({"metrics": "density"}, "'metrics' must be a list of names, not str"),
        ({"ground_truth": [1]}, "'ground_truth' must be an object"),
        ({"time_limit": "soon"}, "'time_limit' must be a positive number"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(tmp_path, changes, message):
    with pytest.raises(TaskError, match=f"t.json: {message}"):
        one(tmp_path, **changes)


def test_missing_fields_have_a_meaning(tmp_path):
    problem = one(tmp_path, id=None, level=None, engine=None, time_limit=None)
    assert (problem.task.id, problem.level, problem.engine, problem.time_s) == ("iitd/t", "?", "lammps", 600.0)


def test_two_tasks_of_one_id_are_refused(tmp_path):
    one(tmp_path)
    (tmp_path / "u.json").write_text((tmp_path / "t.json").read_text())
    with pytest.raises(TaskError, match=r"u.json: the id of this task was used in .*t.json"):
        problems(read_exam(tmp_path).entries)


def test_an_exam_for_other_engines_alone_is_refused(tmp_path):
    one(tmp_path, engine="GROMACS")
    with pytest.raises(TaskError, match=r"no task of MDGym .* for LAMMPS"):
        iitd.measure(tmp_path, lambda prompt: "", tmp_path / "out")


@given(value=st.one_of(st.none(), st.floats()), accepted=st.floats(-1e6, 1e6))
def test_only_a_value_within_the_tolerance_is_right(value, accepted):
    class Known:
        truth, variables = {"m": accepted}, {"m": "v"}

    verdict = right(Known, {"v": value}, 0.05)["m"]
    near = value is not None and abs(value - accepted) <= (0.05 * abs(accepted) if accepted else 1e-6)
    assert verdict == near
