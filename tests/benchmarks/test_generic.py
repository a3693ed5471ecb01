"""Scripts that are made from gold scripts make sense for every family, and earn what they should."""

import re

import pytest

from mdgym.benchmarks.scripts import LEVELS, generic
from mdgym.benchmarks.scripts.catalogue import OWN, scripts_of, written
from mdgym.script import read_script
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.suites import load_suite, suite_names

TASKS = {task.family: task for name in suite_names() for task in load_suite(name, "test")}
NAMES = [family.name for family in FAMILIES]


def test_every_family_with_scripts_of_its_own_exists():
    assert set(OWN) <= set(NAMES)


@pytest.mark.parametrize("family", NAMES)
def test_every_family_has_variants_mistakes_and_cheats(family):
    scripts = written(TASKS[family])
    assert len(scripts["variants"]) >= 6
    assert len(scripts["cheats"]) >= 20
    levels = {scripts_of(family).mistakes[name].level for name in scripts["mistakes"]}
    assert levels >= set(LEVELS[:4])


@pytest.mark.parametrize("family", NAMES)
def test_scripts_are_readable_and_none_is_the_gold_script(family):
    task = TASKS[family]
    for kind, texts in written(task).items():
        for name, text in texts.items():
            assert len(read_script(text)) > 3, (kind, name)
            assert text != task.gold, (kind, name)


@pytest.mark.parametrize("family", NAMES)
def test_setup_ends_before_anything_is_computed(family):
    text = generic.setup(TASKS[family])
    assert text and text in TASKS[family].gold
    assert not re.search(r"^(run|minimize|fix)", text, re.MULTILINE)


def test_runs_are_scaled_where_their_length_is_a_number():
    text = "run 1000\nrun 10 post no\nrun $(v_n)\nrun 0\n"
    assert generic.scale_runs(text, 0.1) == "run 100\nrun 1 post no\nrun $(v_n)\nrun 0\n"


def test_what_makes_no_sense_for_a_static_task_is_left_out():
    assert "tiny timestep" in written(TASKS["nve"])["cheats"]
    assert "tiny timestep" not in written(TASKS["cohesion"])["cheats"]


def test_known_answers_can_be_given_for_some_quantities():
    task = TASKS["cohesion"]
    both = generic.known(task, "{name}={value}")
    assert both.startswith("a0=") and "ecoh=-" in both
    assert "a0" not in generic.known(task, "{name}={value}", ("ecoh",))


@pytest.mark.parametrize("name", ["forged: plain", "forged at the end: noise", "quantity 1 forged", "nothing run"])
def test_generic_cheats_are_not_paid(name, pool):
    task = TASKS["cohesion"]
    assert pool.score(task, written(task)["cheats"][name]).score.reward < 0.30


@pytest.mark.parametrize("name", list(generic.VARIANTS))
def test_generic_variants_are_right(name, pool):
    task = TASKS["cohesion"]
    assert pool.score(task, written(task)["variants"][name]).score.success
