"""Wrong habits, and what real LAMMPS makes of them."""

from random import Random

import pytest

from mdgym.tasks.suites import load_suite
from mdgym.trainers.data import compact, families_of
from mdgym.trainers.habits import HABITS, with_habits

TRAIN = load_suite("micro", "train")
EACH = [
    pytest.param(family, habit, id=f"{family}: {habit.name}") for family, habits in HABITS.items() for habit in habits
]


def tasks_of(family):
    return [task for task in TRAIN if task.family == family]


def test_every_family_of_the_fast_suite_has_a_habit_that_ends_a_script_and_one_that_spoils_a_result():
    assert set(HABITS) == {family.name for family in families_of("micro")}
    for habits in HABITS.values():
        assert sorted(habit.fatal for habit in habits) == [False, True]
        assert len({habit.name for habit in habits}) == len(habits)


@pytest.mark.parametrize(("family", "habit"), EACH)
def test_a_habit_fits_every_task_of_its_family_once(family, habit):
    for task in tasks_of(family):
        right = compact(task.gold)
        wrong = habit.apply(right)
        assert wrong != right, task.id
        assert abs(len(wrong.splitlines()) - len(right.splitlines())) <= 1


@pytest.mark.parametrize("family", HABITS)
def test_the_right_script_succeeds_and_each_habit_spoils_it_as_it_says(pool, family):
    # the last of a family is far from the first in point and wording
    task = tasks_of(family)[-1]
    right = pool.score(task, compact(task.gold)).score
    assert right.success and right.reward == 1.0, right.feedback
    for habit in HABITS[family]:
        wrong = pool.score(task, habit.apply(compact(task.gold))).score
        assert (wrong.executed, wrong.success) == (not habit.fatal, False), (habit.name, wrong.feedback)
        assert wrong.reward < right.reward
        assert (wrong.execution.error is not None) == habit.fatal


def test_habits_at_a_rate_of_0_leave_scripts_alone_and_at_1_are_all_there():
    for task in TRAIN:
        right = compact(task.gold)
        assert with_habits(right, task.family, lambda habit: 0.0, Random(1)) == (right, ())
        wrong, names = with_habits(right, task.family, lambda habit: 1.0, Random(1))
        assert names == tuple(habit.name for habit in HABITS[task.family])
        for habit in HABITS[task.family]:
            right = habit.apply(right)
        assert wrong == right


def test_habits_are_followed_as_often_as_the_rate_says():
    right = compact(tasks_of("cohesion")[0].gold)
    rng = Random(0)
    found = [with_habits(right, "cohesion", lambda habit: 0.7 if habit.fatal else 0.2, rng)[1] for _ in range(1000)]
    fatal, wrong = (sum(habit.name in names for names in found) / 1000 for habit in HABITS["cohesion"])
    assert fatal == pytest.approx(0.7, abs=0.05) and wrong == pytest.approx(0.2, abs=0.05)


def test_a_family_without_habits_stays_right():
    assert with_habits("units lj\n", "water", lambda habit: 1.0, Random(0)) == ("units lj\n", ())
