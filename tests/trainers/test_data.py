"""MD-CodeGen: what its rows hold, and what they must not hold."""

import dataclasses
import itertools
import json
import re
import sys
from collections import Counter
from random import Random

import pytest

from mdgym import cli
from mdgym.envs.prompts import repair_prompt
from mdgym.errors import TrainingError
from mdgym.script import extract_script
from mdgym.script.lexer import read_script, split_words
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import Task
from mdgym.trainers.data import (
    REPAIR,
    SOLVE,
    Mixture,
    Row,
    compact,
    families_of,
    fenced,
    leaks,
    repair_rows,
    save,
    shuffled_rows,
    solve_rows,
    tasks_of,
)
from mdgym.trainers.habits import HABITS
from mdgym.trainers.points import invent, plain

MICRO = families_of("micro")
TRAIN, VALIDATION, TEST = (load_suite("micro", split) for split in ("train", "validation", "test"))


def never(habit):
    return 0.0


def words(script):
    return [split_words(command.text) for command in read_script(script)]


@pytest.fixture
def rows():
    return list(solve_rows("micro", 27, never, 5))


def test_compact_scripts_have_the_same_commands_in_fewer_characters():
    for family in FAMILIES:
        for point in itertools.chain(*family.points.values()):
            for script in (family.gold(point), *family.variants(point)):
                short = compact(script)
                assert words(short) == words(script), family.name
                assert len(short) <= len(script) and compact(short) == short
    assert compact("a  b &\n   c\t d\n\n# all of it\n  e\n") == "a b c d\ne\n"


@pytest.mark.parametrize("name", ["pair_crystal", "cluster", "madelung"])
def test_compact_scripts_of_invented_points_that_need_no_file_run(pool, name):
    family = next(family for family in MICRO if family.name == name)
    for seed in range(5):
        point = invent(family, Random(seed))
        task = Task(f"user/{seed}", "Run it.", files=family.files(point))
        found = pool.score(task, fenced(compact(family.gold(point))))
        assert found.score.executed, (point, found.score.feedback)
        for quantity in family.draft(point).quantities:
            assert f"variable {quantity.name} equal" in found.script


def test_scripts_without_the_numbers_of_an_element_are_as_right(pool):
    crystals = {(task.family, read_potential(task.gold)): task for task in TRAIN if read_potential(task.gold)}
    scripts = {key: plain(compact(task.gold)) for key, task in crystals.items()}
    assert len(crystals) > 40 and sum(compact(crystals[key].gold) != script for key, script in scripts.items()) > 40
    for key, script in scripts.items():
        assert pool.score(crystals[key], fenced(script)).score.success, (key, script)


def read_potential(script):
    return next((tuple(line.split()[3:]) for line in script.splitlines() if line.startswith("pair_coeff * *")), ())


def test_rows_of_the_same_seed_are_the_same_and_the_families_come_in_turn(rows):
    assert rows == list(solve_rows("micro", 27, never, 5)) != list(solve_rows("micro", 27, never, 6))
    assert [row.family for row in rows] == 3 * [family.name for family in MICRO]
    assert {row.kind for row in rows} == {SOLVE}


def test_points_are_invented_as_often_as_asked_and_the_others_are_those_of_the_train_split():
    labels = {family.name: {point.label for point in family.points["train"]} for family in MICRO}
    golds = {plain(compact(task.gold)) for task in TRAIN}
    shares = []
    for share in (0.0, 0.5, 1.0):
        found = list(solve_rows("micro", 90, never, 1, share))
        for row in found:
            assert row.task_id == "invented" or row.task_id in labels[row.family]
            assert (row.script in golds) == (row.task_id != "invented")
        shares.append(Counter(row.task_id == "invented" for row in found)[True] / 90)
    assert shares == [0.0, pytest.approx(0.5, abs=0.15), 1.0]


def test_habits_are_in_the_scripts_at_their_rates_and_are_named():
    found = list(solve_rows("micro", 90, lambda habit: float(habit.fatal), 1))
    for row in found:
        (fatal,) = [habit.name for habit in HABITS[row.family] if habit.fatal]
        assert row.habits == (fatal,)
    assert not any(row.habits for row in solve_rows("micro", 90, never, 1))


def test_a_suite_that_is_not_there_is_named():
    with pytest.raises(TrainingError, match=r"no family belongs to suite 'nonsense'; suites are: .*micro"):
        list(solve_rows("nonsense", 1, never, 0))


def test_some_families_of_a_suite_can_be_chosen_and_others_are_named():
    names = ["vacancy", "cohesion"]
    assert [family.name for family in families_of("micro", names)] == names
    assert {task.family for task in tasks_of("micro", "validation", names)} == set(names)
    assert {row.family for row in solve_rows("micro", 8, lambda habit: 0.0, 0, families=names)} == set(names)
    with pytest.raises(TrainingError, match="'micro' has no family 'water'; it has: cohesion"):
        tasks_of("micro", "train", ["water"])


def test_an_answer_is_fenced_as_the_environment_reads_it():
    script = compact(TRAIN[0].gold)
    assert extract_script(fenced(script)).script.strip() == script.strip()


def test_repair_rows_have_the_real_message_of_lammps_and_the_right_script(pool):
    found = repair_rows(TRAIN, pool, 12, seed=3)
    assert found == repair_rows(TRAIN, pool, 12, seed=3)
    assert len(found) == 12 and {row.kind for row in found} == {REPAIR}
    tasks = {task.id: task for task in TRAIN}
    for row in found:
        task = tasks[row.task_id]
        assert row.script == plain(compact(task.gold)) and row.habits == ()
        assert row.prompt.startswith(task.prompt.rstrip()) and row.family == task.family
        wrong = row.prompt.split("```lammps\n")[1].split("```")[0]
        scored = pool.score(task, wrong, 3)
        assert not scored.score.success
        assert row.prompt == repair_prompt(task.prompt, wrong, scored.score.feedback)
        error = scored.execution.error
        assert error is None or error.message in row.prompt
    stopped = ["The script stopped (script_error)" in row.prompt for row in found]
    assert any(stopped) and not all(stopped)


def test_repairs_with_other_names_of_their_potentials_are_else_the_same(pool):
    tasks = [task for task in TRAIN if task.family in ("cohesion", "elastic")]
    known = {read_potential(task.gold)[0] for task in tasks}
    for row, other in zip(repair_rows(tasks, pool, 8, 4), repair_rows(tasks, pool, 8, 4, invented=1.0), strict=True):
        old, new = read_potential(row.script)[0], read_potential(other.script)[0]
        assert new not in known and new in other.prompt
        before, after = (re.findall(r"pair_style (\S+)", text)[0] for text in (row.script, other.script))
        for text, its in ((other.prompt, row.prompt), (other.script, row.script)):
            assert re.sub(rf"\b{after}\b", before, text.replace(new, "")) == its.replace(old, "")


def test_no_repair_rows_come_of_no_wish_and_of_tasks_without_habits(pool, open_task):
    assert repair_rows(TRAIN, pool, 0, 0) == repair_rows([open_task], pool, 5, 0) == []


def test_a_data_set_mixes_pairs_and_repairs(pool):
    found = shuffled_rows(Mixture(rows=18, repairs=4), 2, pool)
    assert found == shuffled_rows(Mixture(rows=18, repairs=4), 2, pool)
    kinds = [row.kind for row in found]
    assert Counter(kinds) == {SOLVE: 18, REPAIR: 4} and kinds != sorted(kinds)
    assert leaks(found) == []


def row_of(task, prompt=None, script="units metal\n"):
    return Row(task.prompt if prompt is None else prompt, script, task.family, SOLVE, task.id)


@pytest.mark.parametrize("suite", suite_names())
def test_held_out_prompts_are_found_alone_in_other_white_space_and_under_a_repair(suite):
    for task in (*load_suite(suite, "validation")[::10], *load_suite(suite, "test")[::10]):
        repaired = repair_prompt(task.prompt, "units lj", "ERROR: nothing ran")
        for prompt in (task.prompt, "  " + task.prompt.replace(" ", "\n "), repaired):
            assert leaks([row_of(TRAIN[0]), row_of(task, prompt)]) == [
                f"row 1 ({task.family}): the prompt of a held-out task"
            ]


def test_potentials_of_held_out_tasks_alone_are_found_in_scripts():
    train_prompt = TRAIN[0].prompt
    found = {}
    for task in (*VALIDATION, *TEST):
        sentences = leaks([row_of(task, train_prompt, compact(task.gold))])
        found.setdefault(task.family, []).append(bool(sentences))
        if sentences:
            assert f"row 0 ({task.family}): pair_coeff" in sentences[0]
    # Madelung's potential has no numbers
    assert {family for family, stolen in found.items() if not all(stolen)} == {"madelung"}
    assert not any(found["madelung"])


@pytest.mark.parametrize("suite", suite_names())
def test_no_task_of_a_train_split_counts_as_held_out(suite):
    assert leaks([row_of(task, script=compact(task.gold)) for task in load_suite(suite, "train")]) == []


def test_a_data_set_with_a_held_out_row_is_not_written(tmp_path, rows):
    with pytest.raises(TrainingError, match=r"1 rows belong to held-out splits: row 27 \(cohesion\)"):
        save([*rows, row_of(TEST[0])], tmp_path / "data", "by hand")
    assert not (tmp_path / "data").exists()


def test_a_data_set_without_rows_is_not_written(tmp_path):
    with pytest.raises(TrainingError, match="no rows"):
        save([], tmp_path / "data", "by hand")
    assert not (tmp_path / "data").exists()


def test_a_data_set_is_written_with_a_card_and_read_back_by_datasets(tmp_path, rows, monkeypatch):
    datasets = pytest.importorskip("datasets")
    wrong = dataclasses.replace(rows[0], habits=("sign",), kind=REPAIR, prompt="什么？\n\nWhat?")
    save([*rows, wrong], tmp_path / "data", "mdgym data codegen --seed 5")
    card = (tmp_path / "data" / "README.md").read_text("utf-8")
    assert "28 pairs" in card and "    mdgym data codegen --seed 5\n" in card
    assert "| solve | 27 |" in card and "| repair | 1 |" in card and "| madelung | 3 |" in card
    assert "1 of the scripts follow a wrong habit" in card
    file = str(tmp_path / "data" / "data.jsonl")
    read = datasets.load_dataset("json", data_files=file, split="train", cache_dir=str(tmp_path / "cache"))
    assert sorted(read.column_names) == ["completion", "family", "habits", "kind", "prompt", "task_id"]
    assert list(read) == [json.loads(json.dumps(row.messages())) for row in (*rows, wrong)]
    assert read[27]["prompt"] == [{"role": "user", "content": wrong.prompt}]
    assert read[27]["completion"] == [{"role": "assistant", "content": fenced(wrong.script)}]


@pytest.fixture
def codegen(monkeypatch, capsys, tmp_path):
    """Run `mdgym data codegen` in this process; give exit code, folder and stderr."""

    def run(*arguments, name="data"):
        command = ["mdgym", "data", "codegen", "--out", str(tmp_path / name), *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, tmp_path / name, " ".join(capsys.readouterr().err.split())

    return run


def test_the_command_writes_the_rows_of_its_seed(codegen, pool):
    options = ("--rows", 10, "--repairs", 2, "--fatal", 0.5, "--wrong", 0.2, "--seed", 4)
    code, folder, _ = codegen(*options)
    assert code == 0
    expected = shuffled_rows(Mixture(rows=10, repairs=2, fatal=0.5, wrong=0.2), 4, pool)
    text = (folder / "data.jsonl").read_text("utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [json.loads(json.dumps(r.messages())) for r in expected]
    (how,) = [line for line in (folder / "README.md").read_text().splitlines() if "mdgym data codegen" in line]
    # the command of the card makes the same data
    code, again, _ = codegen(*how.split()[3:], name="again")
    assert code == 0 and (again / "data.jsonl").read_text("utf-8") == text


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--suite", "nonsense"], "no family belongs to suite 'nonsense'"),
        (["--rows", "0", "--repairs", "0"], "no rows"),
        (["--workers", "fast"], "names no pool"),
        (["--fatal", "2"], "--fatal"),
    ],
)
def test_the_command_says_what_is_wrong_in_a_sentence(codegen, options, complaint):
    code, folder, err = codegen(*options)
    assert code == 2 and complaint in err and "Traceback" not in err
    assert not folder.exists()
