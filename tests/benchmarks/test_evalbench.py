"""MD-EvalBench: small made-up files in its format, given to agents and to real LAMMPS."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mdgym.agents import GoldAgent, SilentAgent
from mdgym.benchmarks import evalbench, exam_page
from mdgym.benchmarks.evalbench_data import code_tasks, exam_questions
from mdgym.benchmarks.exam_code import EXECUTED, LACKING, LIMIT, MISPLACED, MISSING, ending, exam_limits
from mdgym.benchmarks.exam_files import CODE, QUESTION, read_exam
from mdgym.errors import AgentError, TaskError
from mdgym.scoring import SerialPool
from mdgym.tasks.task import Task

EXAM = Path(__file__).parent / "exams" / "evalbench"
BOX = "units metal\nregion b block 0 5 0 5 0 5\ncreate_box 1 b\ncreate_atoms 1 single 1 1 1\nmass 1 1\n"
ZERO = BOX + "pair_style zero 1\npair_coeff * *\n"


class Student:
    """Writes one script, and gives one answer to every question."""

    name = "student"

    def __init__(self, script, answer="Answer: A"):
        self._script, self._answer = script, answer

    def act(self, observation, task, seed):
        return self._script if "LAMMPS input script" in observation or "输入脚本" in observation else self._answer


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    return evalbench.oracle(EXAM, tmp_path_factory.mktemp("oracle"))


@pytest.fixture(scope="module")
def result(tmp_path_factory, good):
    (found,) = evalbench.measure(EXAM, [Student(good, "Answer: B")], tmp_path_factory.mktemp("exam"), k=2)
    return found


def entry(tmp_path, kind, **fields):
    (tmp_path / "a.json").write_text(json.dumps([fields]))
    return read_exam(tmp_path).parts(kind)["a"]


def test_the_oracle_says_how_many_references_run_and_why_others_do_not(oracle):
    code = oracle["code"]["code"]
    assert (code["tasks"], code["without_reference"]) == (4, 1)
    assert code["endings"] == {MISSING: 2, EXECUTED: 1, "script error: Unknown command": 1}
    assert code["executed"]["value"] == 0.25
    assert [(o["task"], o["command"]) for o in code["others"]] == [
        ("evalbench/code/002", "read_data polymer.data"),
        ("evalbench/code/003", "pair_coeff * * W_made_up.eam.alloy W"),
        ("evalbench/code/004", "rum 100"),
    ]
    assert oracle["code"]["zh/code"]["endings"] == {EXECUTED: 1}
    table = exam_page.oracle_table([oracle])
    assert f"| {MISSING} | 2 |" in table and "Unknown command: rum 100" in table


def test_exec_success_is_told_for_all_tasks_and_for_those_that_can_be_done(result):
    code = result["code"]["code"]
    assert (code["tasks"], code["given"]["tasks"]) == (5, 3)
    assert code["missing_inputs"] == ["evalbench/code/002", "evalbench/code/003"]
    assert code["executed"]["1"]["value"] == code["given"]["executed"]["2"]["value"] == 1.0
    assert code["endings"] == {EXECUTED: 10}


def test_accuracy_is_told_by_type_and_open_answers_are_not_scored_without_a_judge(result):
    knowledge = result["questions"]["knowledge"]
    assert {name: found["value"] for name, found in knowledge["types"].items()} == {
        "single_choice": 1.0,
        "multiple_choice": 0.0,
        "fill_blank": 0.0,
        "open_qa": None,
    }
    assert (knowledge["average"]["value"], knowledge["average"]["tasks"]) == (pytest.approx(1 / 3), 3)
    assert (knowledge["questions"], knowledge["unscored"]) == (4, 1)
    assert set(result["questions"]) == {"knowledge", "syntax", "zh/knowledge"}


def test_what_cannot_be_asked_is_listed_and_not_counted(result):
    assert [(Path(u["where"]).name, u["why"].split(": ")[-1]) for u in result["unusable"]] == [
        ("code.json, entry 6", "it has no 'task'"),
        ("knowledge.jsonl, line 5", "answer must be letters of its options, not []"),
    ]


def test_with_the_runtime_scripts_are_corrected_and_questions_not_asked(tmp_path, good):
    def learner(prompt):
        return good if "fxi" in prompt else good.replace("fix 1", "fxi 1")

    (found,) = evalbench.measure(EXAM, [learner], tmp_path, rounds=2)
    assert found["code"]["code"]["executed"]["1"]["value"] == 1.0
    assert found["questions"] == {} and found["agent"].startswith("runtime(")


def test_a_judge_scores_open_answers_and_they_count_in_the_average(tmp_path, good):
    (found,) = evalbench.measure(
        EXAM, [Student(good, "Answer: B")], tmp_path, episodes=9, judge=lambda prompt: "Grade: 0.5"
    )
    knowledge = found["questions"]["knowledge"]
    assert knowledge["types"]["open_qa"]["value"] == 0.5
    assert (knowledge["average"]["value"], knowledge["unscored"]) == (pytest.approx(1.5 / 4), 0)


def test_tables_have_the_layout_of_the_papers(result):
    table = exam_page.evalbench_table([result])
    assert "| agent | tasks | Exec-Success@1 | Exec-Success@2 | reward | inputs given |" in table
    assert "| agent | single | multiple | blank | open | average | unscored |" in table
    assert "| student | 5 | 100.0 % (100–100) |" in table
    assert "## zh/knowledge" in table


def test_a_result_says_how_to_get_it_again_and_holds_nothing_of_the_exam(result, tmp_path):
    whole = exam_page.complete(result, "mdgym bench evalbench")
    exam_page.write_result(tmp_path, whole, "table")
    stored = json.loads((tmp_path / "result.json").read_text())
    assert {"command", "date", "mdgym", "lammps", "settings", "files", "agent"} <= stored.keys()
    assert len(stored["files"]) == 5 and "about.json" not in stored["files"]
    assert "Lennard-Jones" not in json.dumps(stored)


def test_the_same_call_goes_on_where_it_was_stopped(tmp_path, good):
    class Failing(Student):
        asked = 0

        def act(self, observation, task, seed):
            Failing.asked += 1
            if Failing.asked == 3:
                raise ValueError("enough")
            return super().act(observation, task, seed)

    with pytest.raises(AgentError, match="enough"):
        evalbench.measure(EXAM, [Failing(good)], tmp_path)
    evalbench.measure(EXAM, [Failing(good)], tmp_path)
    # 6 scripts and 7 questions, one of them asked twice
    assert Failing.asked == 14


def test_fewer_questions_from_the_same_folder_are_averaged_alone(tmp_path, good):
    rows = [{"question": f"{n}?", "options": {"A": "x", "B": "y"}, "answer": "AB"[n % 2]} for n in range(8)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for episodes in (None, 3):
        (found,) = evalbench.measure(tmp_path, [Student(good)], tmp_path / "out", episodes=episodes)
    average = found["questions"]["a"]["average"]
    assert average["tasks"] == 3 and average == found["questions"]["a"]["types"]["single_choice"]


def test_only_the_references_of_chosen_tasks_are_looked_at(tmp_path, good, monkeypatch):
    looked = []

    def look(tasks, sandbox):
        looked.extend(tasks)
        return frozenset()

    monkeypatch.setattr(evalbench, "without_inputs", look)
    (found,) = evalbench.measure(EXAM / "code.json", [Student(good)], tmp_path, episodes=2)
    assert len(looked) == found["code"]["code"]["tasks"] == 2


def test_long_names_that_end_differently_have_folders_of_their_own(tmp_path, good):
    agents = [Student(good), Student(good)]
    for number, agent in enumerate(agents):
        agent.name = f"hf:{'模型' * 60} (temperature=0.{number})"
    results = evalbench.measure(EXAM / "code.json", agents, tmp_path, episodes=1)
    assert [result["agent"] for result in results] == [agent.name for agent in agents]
    assert len(list(tmp_path.iterdir())) == 2


def test_commands_that_end_at_the_same_time_lose_no_row(result, tmp_path):
    rows = [exam_page.complete({**result, "agent": f"agent {number}"}, "mdgym") for number in range(8)]
    with ThreadPoolExecutor(8) as executor:
        list(executor.map(lambda row: exam_page.add_results(tmp_path, [row], exam_page.evalbench_table), rows))
    stored = json.loads((tmp_path / "result.json").read_text())["results"]
    assert {row["agent"] for row in stored} == {row["agent"] for row in rows}
    assert (tmp_path / "table.md").read_text() == exam_page.evalbench_table(stored)


def test_an_exam_without_any_of_its_inputs_is_told_all_the_same(tmp_path, good):
    (tmp_path / "a.json").write_text(json.dumps([{"task": "x", "standrd_code": "read_data made_up.data\nrun 1\n"}]))
    (found,) = evalbench.measure(tmp_path, [Student(good)], tmp_path / "out")
    assert found["code"]["a"]["given"]["tasks"] == 0 and found["code"]["a"]["executed"]["1"]["value"] == 1.0
    assert "| student | 1 |" in exam_page.evalbench_table([found])


def test_agents_have_folders_of_their_own(tmp_path):
    agents = [GoldAgent(), SilentAgent()]
    for agent in agents:
        agent.name = f"hf:some/{agent.name}"
    with pytest.raises(AgentError, match="has no gold script"):
        evalbench.measure(EXAM / "code.json", agents[:1], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["hf_some_gold"]
    (found,) = evalbench.measure(EXAM / "code.json", agents[1:], tmp_path)
    assert found["code"]["code"]["executed"]["1"]["value"] == 0.0


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("read_restart made_up.restart\n", MISSING),
        ("include made_up.in\n", MISSING),
        ("variable f file made_up.txt\n", MISSING),
        ("read_data ../made_up.data\n", MISSING),
        (BOX + "pair_style eam\npair_coeff * * ../potentials/Cu_u3.eam\n", MISPLACED),
        ("pair_style deep/made/up\n", "script error: Unrecognized pair style"),
        ("shell cp a b\n", LACKING),
        (BOX + "pair_style quip\n", LACKING),
        # a folder to write to is no input
        (ZERO + "dump 1 all atom 1 out/d.x\nrun 1\n", "script error: Cannot open dump file"),
        (ZERO + "fix 1 all ave/time 1 1 1 c_thermo_temp file out/a.x\nrun 1\n", "script error: Cannot open fix file"),
        (ZERO + "write_data out/d.x\n", "script error: Cannot open data file"),
        ("label a\njump SELF a\n", LIMIT),
        ("print hello\n", "completed without a run"),
        (ZERO + "run 0\n", EXECUTED),
    ],
)
def test_an_ending_says_whose_fault_it_is(script, expected):
    limits = exam_limits(1, 5)
    with SerialPool(limits) as pool:
        assert ending(pool.score(Task("t", "x"), script).score).startswith(expected)


def test_runs_can_be_shortened_where_only_the_end_is_asked_for(tmp_path, good):
    (tmp_path / "a.json").write_text(json.dumps([{"task": "x", "standrd_code": good.replace("100", "100000000")}]))
    found = evalbench.oracle(tmp_path, tmp_path / "out", run_steps=10)
    assert found["code"]["a"]["endings"] == {EXECUTED: 1}


@pytest.mark.parametrize(
    ("fields", "kind", "answer"),
    [
        ({"type": "multiple_choice", "answer": "A, C"}, "multiple_choice", ("A", "C")),
        ({"type": "multiple_choice", "answer": "AC"}, "multiple_choice", ("A", "C")),
        ({"type": "single_choice", "answer": ["b"]}, "single_choice", ("B",)),
        ({"type": "single_choice", "answer": ["B. Because it is"]}, "single_choice", ("B",)),
        ({"type": "single_choice", "answer": "B因为"}, "single_choice", ("B",)),
        ({"type": None, "answer": ["A", "B"]}, "multiple_choice", ("A", "B")),
        ({"answer": ["A"], "options": ["x", "y"]}, "single_choice", ("A",)),
    ],
)
def test_keys_are_read_in_any_of_their_forms(tmp_path, fields, kind, answer):
    options = {"options": {"A": "x", "b": "y", "C.": "z"}}
    (question,), unusable = exam_questions(entry(tmp_path, QUESTION, question="What?", **(options | fields)))
    assert (question.type, question.answer, unusable) == (kind, answer, ())


def test_blanks_open_questions_and_lost_keys_are_told_apart(tmp_path):
    def read(**fields):
        return exam_questions(entry(tmp_path, QUESTION, **fields))

    (blank,), _ = read(question="Time is in ____.", answer_text=["ps", "picosecond"], answer=[])
    assert (blank.type, blank.answer_text) == ("fill_blank", "ps\npicosecond")
    (asked,), _ = read(question="Why?", answer_text=None, options=None)
    assert asked.type == "open_qa"
    for fields in (
        {"type": "fill_blank"},
        {"type": "essay"},
        {"options": 3},
        {"options": {"A": "x", "B": "y"}, "answer": "Both: x and y"},
        {"type": "fill_blank", "answer_text": {}},
    ):
        questions, unusable = read(question="Time is in ____ or ____.", **fields)
        assert questions == () and len(unusable) == 1


def test_two_questions_of_one_id_stay_apart(tmp_path):
    rows = [{"id": name, "type": "open_qa", "question": "Why?"} for name in (7, "7", None)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    questions, _ = exam_questions(read_exam(tmp_path).entries)
    assert [q.id for q in questions] == ["evalbench/a/7#1", "evalbench/a/7#2", "evalbench/a/#3"]


def test_the_task_asks_for_a_script_in_its_own_language():
    parts = read_exam(EXAM).parts(CODE)
    (chinese,), _ = code_tasks(parts["zh/code"])
    assert chinese.prompt.endswith("请给出一个完整的 LAMMPS 输入脚本。")
    tasks, _ = code_tasks(parts["code"])
    assert tasks[0].prompt.endswith("Answer with one complete LAMMPS input script.") and tasks[0].open


def test_the_other_exam_is_pointed_to(tmp_path):
    (tmp_path / "a.json").write_text('{"problem_description": "x"}')
    with pytest.raises(TaskError, match="mdgym bench iitd"):
        evalbench.measure(tmp_path, [SilentAgent()], tmp_path / "out")
    with pytest.raises(TaskError, match="holds questions alone, and the runtime is for scripts"):
        evalbench.measure(EXAM / "knowledge.jsonl", [SilentAgent()], tmp_path / "out", rounds=2)
    with pytest.raises(TaskError, match="no code tasks"):
        evalbench.oracle(tmp_path, tmp_path / "out")
