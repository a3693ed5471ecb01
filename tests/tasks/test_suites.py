import itertools

import pytest

from mdgym.errors import TaskError
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.suites import find_task, load_suite, suite_names
from mdgym.tasks.task import SPLITS

LEAST = {
    "core": {"train": 550, "validation": 220, "test": 280},
    "micro": {"train": 400, "validation": 100, "test": 100},
    "slow": {"train": 20, "validation": 6, "test": 6},
}
LEAST_FAMILIES = {"core": 18, "micro": 8, "slow": 3}


def every_task():
    return [task for name in suite_names() for split in SPLITS for task in load_suite(name, split)]


def physics(task):
    """Physical parameters alone."""
    return {key: value for key, value in task.parameters.items() if key != "wording"}


def test_there_are_three_suites():
    assert suite_names() == ("core", "micro", "slow")


@pytest.mark.parametrize("suite", LEAST)
@pytest.mark.parametrize("split", SPLITS)
def test_suites_are_large_enough_and_hold_the_families_that_belong_to_them(suite, split):
    tasks = load_suite(suite, split)
    assert len(tasks) >= LEAST[suite][split]
    families = [task.family for task in tasks]
    assert set(families) == {family.name for family in FAMILIES if suite in family.suites}
    assert len(set(families)) >= LEAST_FAMILIES[suite]


def test_every_family_is_tested_at_several_points():
    for suite, least in (("core", 3), ("micro", 4)):
        points = {(task.family, task.gold) for task in load_suite(suite, "test")}
        for family in {family for family, _ in points}:
            assert sum(name == family for name, _ in points) >= least, family


def test_ids_are_unique_and_say_where_a_task_comes_from():
    tasks = every_task()
    assert len({task.id for task in tasks}) == len(tasks)
    for task in tasks:
        assert task.id.startswith(f"{task.suite}/{task.split}/{task.family}/")


def test_prompts_are_unique_within_a_suite():
    for name in suite_names():
        prompts = [task.prompt for split in SPLITS for task in load_suite(name, split)]
        assert len(set(prompts)) == len(prompts)


def test_no_element_or_potential_of_a_metal_family_stands_in_two_splits():
    for a, b in itertools.combinations(SPLITS, 2):
        for key in ("element", "file"):
            first, second = (
                {task.parameters["crystal"][key] for name in suite_names() for task in load_suite(name, split)
                 if key in task.parameters.get("crystal", ())}
                for split in (a, b)
            )  # fmt: skip
            assert first and second
            assert not first & second, (a, b, key)


def test_temperatures_of_the_fluid_lie_in_bands_of_their_own():
    bands = {
        split: {t.parameters["temperature"] for t in load_suite("core", split) if t.family == "lj_fluid"}
        for split in SPLITS
    }
    for held_out in ("validation", "test"):
        low, high = min(bands[held_out]), max(bands[held_out])
        for other in set(SPLITS) - {held_out}:
            assert not any(low <= t <= high for t in bands[other])


def test_tasks_of_one_point_share_references_and_differ_in_wording():
    by_point = {}
    for task in load_suite("core", "train"):
        by_point.setdefault((task.family, str(physics(task))), []).append(task)
    assert max(len(tasks) for tasks in by_point.values()) >= 3
    for tasks in by_point.values():
        assert len({task.references for task in tasks}) == 1
        assert len({task.parameters["wording"] for task in tasks}) == len(tasks)


def test_a_task_is_found_by_its_id():
    task = load_suite("core", "validation")[5]
    assert find_task(task.id) == task


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(TaskError, match=r"core/test/lj_fluid/003"):
        find_task("core/test/ljfluid/003")


def test_an_unknown_suite_or_split_lists_those_that_exist():
    with pytest.raises(TaskError, match=r"no suite 'cor'.*core, micro, slow"):
        load_suite("cor")
    with pytest.raises(TaskError, match=r"no split 'exam'.*train, validation, test"):
        load_suite("core", "exam")
