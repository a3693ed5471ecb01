"""The runtime on real LAMMPS, with agents that are functions."""

import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mdgym
from mdgym.agents import GoldAgent
from mdgym.agents.runtime import RuntimeAgent, solve
from mdgym.agents.session import asked_variables
from mdgym.agents.solution import Solution, page
from mdgym.agents.tools import MOST_CALLS
from mdgym.agents.usage import Usage
from mdgym.asking import Question
from mdgym.errors import AgentError, RecordError, TaskError
from mdgym.records import from_json, to_json

WANTED = "Run a crystal and leave its temperature as the equal-style variable t."


class Chosen:
    """An agent that is another function in each test, so that all can share one runtime."""

    name = "chosen"

    def act(self, observation, task, seed):
        return self.function(observation)


@pytest.fixture(scope="module")
def runtime():
    agent = Chosen()
    with RuntimeAgent(agent, rounds=4) as runtime:

        def with_agent(function):
            agent.function = function
            return runtime

        yield with_agent


def work(runtime, prompt=WANTED, **options):
    task = mdgym.Task(id="user/x", prompt=prompt)
    return runtime.work([Question(prompt, task, 0, 0)], **options)[0]


@pytest.fixture(scope="module")
def mending(good):
    """Makes one mistake after another, and mends what it is told of."""

    def answer(prompt):
        if "variable 't' has no value" in prompt:
            return f"Here:\n```lammps\n{good}variable t equal temp\n```"
        if "did you mean 'fix'" in prompt:
            return good.replace("run 100", "run ten")
        if "run ten" in prompt:
            return good
        return good.replace("fix 1", "fxi 1")

    return answer


def test_script_is_corrected_step_by_step_until_it_is_right(runtime, mending):
    solution = work(runtime(mending))
    assert solution.ended == "right" and solution.right
    assert [each.score is not None for each in solution.rounds] == [False, True, True, True]
    assert [each.runs for each in solution.rounds] == [0, 1, 1, 1] and solution.runs == 3
    assert "in line 10: fxi 1 all nve\nunknown command 'fxi'" in solution.rounds[0].feedback
    assert solution.rounds[1].score.execution.status == "script_error"
    assert solution.rounds[2].missing == ("t",)
    assert solution.script == solution.rounds[3].script
    assert solution.script.endswith("variable t equal temp\n")
    assert solution.execution.variables["t"] == pytest.approx(solution.rounds[3].thermo[-1][1], rel=1e-4)


def test_next_prompt_holds_task_script_and_feedback(runtime, mending):
    first, second, *_ = work(runtime(mending)).rounds
    assert first.prompt == WANTED
    assert second.prompt == mdgym.envs.prompts.repair_prompt(WANTED, first.script, first.feedback)


def test_it_stops_where_nothing_changes_and_hands_in_the_best_script(runtime, good):
    worse = good.replace("run 100", "run ten")

    def going_to_and_fro(prompt):
        return worse if good in prompt or "tried" not in prompt else good

    solution = work(runtime(going_to_and_fro))
    assert [each.script for each in solution.rounds] == [worse, good, worse]
    assert solution.ended == "unchanged" and not solution.right
    assert solution.best.number == 2 and solution.script == good
    assert solution.runs == 2


def test_it_stops_after_the_last_round(runtime, good):
    tries = iter(range(100))
    solution = work(runtime(lambda prompt: good.replace("run 100", f"run 10{next(tries)}")))
    assert solution.ended == "rounds" and len(solution.rounds) == 4
    # equally good: the last one, which knows most
    assert solution.best.number == 4


def test_it_stops_when_its_runs_are_used_up(runtime, good):
    tries = iter(range(100))
    solution = work(runtime(lambda prompt: good.replace("run 100", f"run 10{next(tries)}")), runs=[2])
    assert solution.ended == "runs" and solution.runs == 2 and len(solution.rounds) == 2


def test_agent_that_says_nothing_ends_without_a_run(runtime):
    solution = work(runtime(lambda prompt: ""))
    assert solution.ended == "unchanged" and solution.runs == 0 and solution.script == ""


def test_attack_is_not_run(runtime, good):
    solution = work(runtime(lambda prompt: "shell curl example.org\n" + good))
    assert solution.runs == 0 and "forbidden" in solution.rounds[0].feedback


def test_system_that_explodes_is_not_right(runtime, good):
    solution = work(runtime(lambda prompt: good.replace("run 100", "timestep 5\nrun 100")), prompt="Run a crystal.")
    assert solution.runs == 1 and not solution.right


@given(st.text())
@settings(max_examples=40, deadline=None)
def test_any_answer_is_a_round(runtime, text):
    solution = work(runtime(lambda prompt: text))
    assert solution.ended == "unchanged" and len(solution.rounds) == 2
    assert from_json(Solution, json.loads(json.dumps(to_json(solution)))) == solution
    page(solution).encode("utf-8")


@pytest.mark.parametrize("suite", mdgym.suite_names())
def test_variables_are_read_out_of_every_prompt_of_the_suites(suite):
    for task in mdgym.load_suite(suite, "test"):
        assert asked_variables(task.prompt) == tuple(q.name for q in task.contract.quantities)


def test_variables_are_read_out_of_sentences():
    assert asked_variables("Leave it as the variable t.") == ("t",)
    assert asked_variables("use the variable 'a0', and variable `b`") == ("a0", "b")
    assert asked_variables("a variable named 'x'; 保存为变量 y。") == ("x", "y")
    assert asked_variables("A variable must exist, and variables are good. variable x equal 1\nvariable y\n") == ()
    assert asked_variables("结果保存为\n- `msd`：均方位移，单位 Å") == ("msd",)


def test_agent_inside_sees_neither_contract_nor_reference_nor_gold(closed_task):
    seen = []

    class Curious:
        name = "curious"

        def act(self, observation, task, seed):
            seen.append((observation, task))
            return f"print {len(seen)}\n{closed_task.gold.replace('minimize', 'minimise')}"

    with RuntimeAgent(Curious(), rounds=3) as runtime:
        runtime.act(closed_task.prompt, closed_task, 0)
    assert len(seen) == 3
    bare = mdgym.Task(id=closed_task.id, prompt=closed_task.prompt, files=closed_task.files)
    assert all(task == bare for _, task in seen)
    # the same feedback as for a user who has the prompt alone
    with RuntimeAgent(lambda observation: Curious().act(observation, bare, 0), rounds=3) as runtime:
        seen.clear()
        runtime.act(bare.prompt, bare, 0)
    assert seen[2][0].count("Every check passed") == 0
    with RuntimeAgent(GoldAgent()) as runtime, pytest.raises(AgentError, match="no gold script"):
        runtime.act(closed_task.prompt, closed_task, 0)


def test_feedback_does_not_depend_on_the_reference(closed_task, runtime):
    wrong = closed_task.gold.replace("equal vol", "equal 2*vol")
    assert wrong != closed_task.gold
    agent = runtime(lambda prompt: wrong)
    (with_contract,) = agent.work([Question(closed_task.prompt, closed_task, 0, 0)])
    without = work(agent, prompt=closed_task.prompt)
    # wrong to the contract, right to anyone who does not know the answer
    assert with_contract.ended == without.ended == "right"
    assert with_contract.rounds[0].feedback == without.rounds[0].feedback
    assert mdgym.score(closed_task, with_contract.script).success is False


def test_it_is_an_agent_for_an_evaluation(tasks, pool, good):
    def mends(prompt):
        return good if "tried" in prompt else good.replace("fix 1", "fxi 1")

    with mdgym.envs.LammpsScriptEnv(tasks=tasks, pool=pool) as env, RuntimeAgent(mends, rounds=2) as runtime:
        direct = env.evaluate(mends, progress=False)
        corrected = env.evaluate(runtime, progress=False)
    assert (direct.executed_at(1), corrected.executed_at(1)) == (0.0, 1.0)
    assert corrected.agent == runtime.name and "2 rounds" in runtime.name
    assert runtime.runs == len(tasks)


def test_rounds_of_many_tasks_are_asked_together(tasks, good):
    asked = []

    class Batched:
        name = "batched"
        batch_size = 2

        def act(self, observation, task, seed):
            return self.act_many([observation], [task], [seed])[0]

        def act_many(self, observations, tasks, seeds):
            asked.append([task.id for task in tasks])
            return [good if "tried" in o or t.id == "user/b" else "units ljj" for o, t in zip(observations, tasks)]

    with RuntimeAgent(Batched(), rounds=3) as runtime:
        assert runtime.batch_size == 2
        prompts = [task.prompt for task in tasks]
        assert runtime.act_many(prompts, tasks, [1, 2, 3]) == [good] * 3
    # user/b is right after the first round
    assert asked == [["user/a", "user/b"], ["user/c"], ["user/a", "user/c"]]


def test_each_round_has_a_seed_of_its_own(good):
    seeds = []

    class Seeded:
        name = "seeded"

        def act(self, observation, task, seed):
            seeds.append(seed)
            return f"units ljj\n# {len(seeds)}"

    for seed in (1, 1, 2):
        with RuntimeAgent(Seeded(), rounds=2) as runtime:
            work_at = mdgym.Task(id="user/x", prompt="x")
            runtime.act("x", work_at, seed)
    assert seeds[:2] == seeds[2:4] and len(set(seeds)) == 4


def test_tokens_are_counted_per_round(good):
    class Counting:
        name = "counting"
        usage = Usage()

        def act(self, observation, task, seed):
            self.usage += Usage(prompt_tokens=len(observation), completion_tokens=7)
            return good

    with RuntimeAgent(Counting(), rounds=2) as runtime:
        (round_,) = work(runtime, prompt="Run.").rounds
    assert (round_.prompt_tokens, round_.completion_tokens) == (4, 7)


def test_agent_that_counts_in_a_way_of_its_own_is_not_counted(good):
    class Own:
        name = "own"
        usage: ClassVar = {"calls": 3}

        def act(self, observation, task, seed):
            return good

    with RuntimeAgent(Own()) as runtime:
        (round_,) = work(runtime, prompt="Run.").rounds
    assert round_.prompt_tokens is None


class WithTools:
    """Looks up what it needs, and tries its script, before it answers."""

    name = "with tools"

    def __init__(self, script, calls):
        self.script, self.calls, self.heard = script, calls, []

    def act(self, observation, task, seed):
        raise AssertionError("it is offered tools")

    def act_with_tools(self, observation, task, seed, tools, call):
        assert {tool["function"]["name"] for tool in tools} >= {"lint", "short_run"}
        self.heard = [call(name, json.dumps(arguments)) for name, arguments in self.calls]
        return self.script


def test_tools_are_offered_and_recorded_and_their_runs_count(good):
    agent = WithTools(good, [("look_up", {"name": "nve"}), ("short_run", {"script": good})])
    with RuntimeAgent(agent, rounds=2) as runtime:
        solution = work(runtime, prompt="Run.")
    assert solution.right and solution.runs == runtime.runs == 2
    assert [call.name for call in solution.rounds[0].calls] == ["look_up", "short_run"]
    assert solution.rounds[0].calls[0].answer == agent.heard[0] and "fix style: nve" in agent.heard[0]


def test_tools_cannot_use_more_than_there_is(good):
    agent = WithTools(good, [("short_run", {"script": good})] * (MOST_CALLS + 1))
    with RuntimeAgent(agent) as runtime:
        solution = work(runtime, prompt="Run.", runs=[3])
    assert solution.runs == 3 and solution.ended == "runs" and solution.rounds[0].score is None
    assert len(solution.rounds[0].calls) == MOST_CALLS
    assert "the most" in agent.heard[-1] and "No LAMMPS run is left" in agent.heard[3]


def test_solution_is_told_by_its_folder(tmp_path, mending):
    solution = solve(WANTED, mending, out=tmp_path / "run", progress=False)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"in.lammps", "log.lammps", "record.json", "report.html", "thermo.png"}
    assert solution.folder == tmp_path / "run"
    assert (solution.folder / "in.lammps").read_text() == solution.script
    assert (solution.folder / "log.lammps").read_text() == solution.execution.log != ""
    stored = from_json(Solution, json.loads((solution.folder / "record.json").read_text()))
    assert stored == dataclasses.replace(solution, folder=None, execution=None)
    source = (solution.folder / "report.html").read_text()
    assert source.count("<details") == 4 and "potential energy per atom" in source
    with pytest.raises(RecordError, match="holds a solution already"):
        solve(WANTED, mending, out=tmp_path / "run", progress=False)


def test_page_shows_what_an_agent_wrote_as_text_alone(runtime):
    source = page(work(runtime(lambda prompt: "units <script>alert(1)</script>\nrun 1")))
    assert "<script>alert" not in source and "&lt;script&gt;alert" in source


def test_without_matplotlib_the_plot_is_left_out(tmp_path, good, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    solve("Run.", lambda prompt: good, out=tmp_path, progress=False)
    assert not (tmp_path / "thermo.png").exists() and (tmp_path / "report.html").exists()


def test_files_come_with_the_script(tmp_path):
    (tmp_path / "part.in").write_text("print hello\n")
    script = "include part.in\ninclude more.in\nrun 0\n"
    files = {"part.in": tmp_path / "part.in", "more.in": "units lj\n"}
    solution = solve("Include both.", lambda prompt: script, files, rounds=1, progress=False)
    assert "hello" in solution.execution.log
    assert "part.in" in solve("Include both.", lambda prompt: script, rounds=1, progress=False).rounds[0].feedback


def test_what_was_done_is_kept_when_it_is_stopped(tmp_path, good):
    def stopping(prompt):
        if "tried" in prompt:
            raise KeyboardInterrupt
        return good.replace("run 100", "run ten")

    with pytest.raises(KeyboardInterrupt):
        solve("Run.", stopping, out=tmp_path / "run", progress=False)
    stored = from_json(Solution, json.loads((tmp_path / "run" / "record.json").read_text()))
    assert len(stored.rounds) == 1 and stored.ended == ""


def test_wrong_use_is_refused(tmp_path):
    with pytest.raises(ValueError, match="rounds must be at least 1"):
        RuntimeAgent(lambda prompt: "", rounds=0)
    with pytest.raises(AgentError, match="is no agent"):
        solve("Run.", 3, progress=False)
    with pytest.raises(TaskError, match="must not be empty"):
        solve(" ", lambda prompt: "", progress=False)
    with pytest.raises(AgentError, match="with int, not with text"):
        solve("Run.", lambda prompt: 1, progress=False)
    with pytest.raises(RecordError, match="cannot be used"):
        solve("Run.", lambda prompt: "", out="/dev/null/x", progress=False)


def test_python_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[2] / "docs" / "runtime.md").read_text()
    names = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    assert names["solution"].right and names["solution"].runs == 1
    assert names["report"].executed_at(1) == 1.0


def test_interrupted_work_runs_no_further_script(runtime, good):
    runtime = runtime(lambda prompt: good)
    questions = [Question("x", mdgym.Task(id=f"user/{n}", prompt="x"), 0, n) for n in range(3)]
    before = runtime.runs
    with pytest.raises(AgentError, match="was interrupted"):
        runtime.work(questions, told=lambda solution: runtime.interrupt())
    assert runtime.runs == before + 1
