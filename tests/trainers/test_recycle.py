"""What the next groups answer, without a trainer: the same in every process, and the same after a resume."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.envs.prompts import repair_prompt
from mdgym.errors import TrainingError
from mdgym.tasks.task import Task
from mdgym.trainers.recycle import Curriculum
from mdgym.trainers.trace import LESSONS, PICKS, SHOWS, Attempt, Lesson, Recycling, Rollout

TASKS = tuple(Task(f"user/{n}", f"Task {n}.", family=f"family {n % 3}", gold="units lj") for n in range(6))
IDS = [task.id for task in TASKS]


def rollout(task=0, script="s", success=False, reward=0.3, repair=False, fault="script_error fix"):
    return Rollout(
        IDS[task], repair, success, Attempt(IDS[task], script, f"about {script}", 1.0 if success else reward, fault)
    )


def curriculum(groups=4, seed=0, **options):
    return Curriculum(TASKS, groups, Recycling(**options), seed)


def batch(found, number):
    return [found.choice(slot) for slot in range(number * found.groups, (number + 1) * found.groups)]


rollouts = st.lists(
    st.builds(
        rollout,
        task=st.integers(0, 5),
        script=st.sampled_from("abcd"),
        success=st.booleans(),
        reward=st.floats(0, 1),
        repair=st.booleans(),
        fault=st.sampled_from(["script_error fix", "contract"]),
    ),
    max_size=8,
)
options = st.builds(
    Recycling,
    share=st.sampled_from([0.0, 0.3, 1.0]),
    capacity=st.integers(1, 5),
    per_task=st.integers(1, 3),
    pick=st.sampled_from(PICKS),
    shows=st.sampled_from(SHOWS),
    fades=st.integers(0, 4),
    adaptive=st.booleans(),
    resample=st.booleans(),
    lessons=st.sampled_from(LESSONS),
    lesson_capacity=st.integers(1, 3),
)


@settings(deadline=None)
@given(batches=st.lists(rollouts, max_size=8), chosen=options, seed=st.integers(0, 9))
def test_processes_that_observe_the_same_draw_the_same(batches, chosen, seed):
    one, other = (Curriculum(TASKS, 3, chosen, seed) for _ in range(2))
    for number, found in enumerate(batches):
        # one asks for its slots in another order, and only for its own
        assert one.choice(3 * number + 2) == other.choice(3 * number + 2)
        assert batch(one, number) == batch(other, number)
        one.observe(found)
        other.observe(found)
        assert one.state() == other.state()
        for buffer in (one.attempts, one.lessons):
            assert len(set(buffer)) == len(buffer)
        assert len(one.attempts) <= chosen.capacity and len(one.lessons) <= chosen.lesson_capacity
        assert max(Counter(attempt.task_id for attempt in one.attempts).values(), default=0) <= chosen.per_task


@settings(deadline=None)
@given(batches=st.lists(rollouts, min_size=2, max_size=8), chosen=options, at=st.integers(0, 5))
def test_a_state_that_went_through_json_goes_on_identically(batches, chosen, at):
    straight = Curriculum(TASKS, 3, chosen, 5)
    at = min(at, len(batches))
    # as a data loader does: a batch ahead of what is observed
    for number, found in enumerate(batches[:at]):
        batch(straight, number), batch(straight, number + 1)
        straight.observe(found)
    resumed = Curriculum(TASKS, 3, chosen, 5)
    resumed.restore(json.loads(json.dumps(straight.state())))
    assert resumed.state() == straight.state()
    for number, found in enumerate(batches[at:], at):
        assert batch(resumed, number) == batch(straight, number)
        assert batch(resumed, number + 1) == batch(straight, number + 1)
        straight.observe(found)
        resumed.observe(found)
        assert resumed.state() == straight.state()


def test_a_batch_that_was_drawn_does_not_change_and_says_from_which_version():
    found = curriculum(share=1.0)
    first = batch(found, 0)
    found.observe([rollout(task, f"{task}") for task in range(6)])
    ahead = batch(found, 1)
    found.observe([rollout(task, f"new {task}") for task in range(6)])
    assert (batch(found, 0), batch(found, 1)) == (first, ahead)
    assert {choice.version for choice in first} == {0} and {choice.version for choice in ahead} == {1}
    assert all(choice.attempt is None for choice in first) and all(choice.attempt for choice in ahead)


def test_without_a_share_no_failed_try_is_kept_or_asked_about():
    found = curriculum(share=0.0)
    for number in range(10):
        assert all(choice.attempt is None for choice in batch(found, number))
        found.observe([rollout(task, f"{number}") for task in range(6)])
    assert found.attempts == () and found.version == 10


def test_choices_follow_the_seed():
    draws = [[batch(curriculum(seed=seed), number) for number in range(5)] for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_the_share_of_groups_is_as_set():
    found = curriculum(groups=20, share=0.25, capacity=1000, per_task=1000)
    recycled = 0
    for number in range(50):
        recycled += sum(choice.attempt is not None for choice in batch(found, number))
        found.observe([rollout(task, f"{number} {again}") for task in range(6) for again in range(4)])
    assert recycled / 1000 == pytest.approx(0.25, abs=0.05)


def test_a_choice_becomes_the_prompt_of_its_task_with_the_failed_try_beneath():
    found = curriculum(share=1.0, groups=1)
    assert found.prompt(found.choice(0)) == found.tasks[found.choice(0).task_id].prompt
    found.observe([rollout(4, "wrong")])
    assert found.prompt(found.choice(1)) == repair_prompt("Task 4.", "wrong", "about wrong")


@pytest.mark.parametrize(
    ("shows", "told", "kept"), [("script", "```lammps\nwrong\n```", "about"), ("feedback", "about wrong", "```")]
)
def test_a_part_of_a_failed_try_may_be_kept_back(shows, told, kept):
    found = curriculum(share=1.0, groups=1, shows=shows)
    found.observe([rollout(4, "wrong")])
    prompt = found.prompt(found.choice(0))
    assert prompt.startswith("Task 4.\n\n") and prompt.endswith("Write the whole script again, corrected.")
    assert told in prompt and kept not in prompt


def test_once_a_share_has_faded_no_failed_try_is_asked_about():
    found = curriculum(share=1.0, groups=40, fades=2)
    counts = []
    for number in range(3):
        found.observe([rollout(task, f"{number} {again}") for task in range(6) for again in range(40)])
        counts.append(sum(choice.attempt is not None for choice in batch(found, number)))
    # one batch was observed before the first is drawn, and the buffer holds two tries of each of six tasks
    assert 0 < counts[0] <= 12 and counts[1:] == [0, 0]


def test_a_failed_try_is_asked_about_once():
    found = curriculum(share=1.0, groups=3)
    found.observe([rollout(0, "a"), rollout(1, "b")])
    drawn = [choice.attempt.script for choice in batch(found, 0) if choice.attempt]
    assert sorted(drawn) == ["a", "b"] and found.attempts == ()
    assert all(choice.attempt is None for choice in batch(found, 1))


@pytest.mark.parametrize(
    ("pick", "scripts"),
    [
        ("random", {"poor", "near", "middle", "other"}),
        ("nearest", {"near"}),
        ("hardest", {"poor"}),
        ("frequent", {"poor", "near"}),
    ],
)
def test_each_pick_takes_what_it_says(pick, scripts):
    drawn = set()
    for seed in range(40):
        found = curriculum(share=1.0, groups=1, pick=pick, seed=seed)
        found.observe(
            [
                rollout(0, "poor", reward=0.1, fault="frequent"),
                rollout(1, "near", reward=0.9, fault="frequent"),
                rollout(2, "middle", reward=0.5, fault="rare"),
                rollout(3, "other", reward=0.6, fault="odd"),
            ]
        )
        drawn.add(found.choice(0).attempt.script)
    assert drawn == scripts


def test_what_succeeded_or_earned_enough_is_not_recycled():
    found = curriculum(share=1.0, threshold=0.5)
    found.observe([rollout(0, "good", reward=0.5), rollout(1, "bad", reward=0.49), rollout(2, "right", success=True)])
    assert [attempt.script for attempt in found.attempts] == ["bad"]


def test_the_buffer_forgets_the_oldest_of_a_task_and_of_all_and_holds_no_try_twice():
    found = curriculum(share=1.0, capacity=4, per_task=2)
    found.observe([rollout(0, "a"), rollout(0, "a"), rollout(0, "b"), rollout(0, "c"), rollout(1, "a")])
    assert [(attempt.task_id, attempt.script) for attempt in found.attempts] == [
        (IDS[0], "b"),
        (IDS[0], "c"),
        (IDS[1], "a"),
    ]
    found.observe([rollout(2, "x"), rollout(3, "y")])
    assert [attempt.script for attempt in found.attempts] == ["c", "a", "x", "y"]


@pytest.mark.parametrize(("lessons", "kept"), [("none", []), ("repairs", ["b"]), ("all", ["a", "b", "c"])])
def test_lessons_are_the_successes_that_were_asked_for(lessons, kept):
    found = curriculum(lessons=lessons, lesson_capacity=3)
    successes = [rollout(0, "a", True), rollout(1, "b", True, repair=True), rollout(2, "c", True)]
    found.observe([*successes, *successes, rollout(3, "d")])
    assert [lesson.script for lesson in found.lessons] == kept
    found.observe([rollout(4, f"{number}", True, repair=True) for number in range(9)])
    assert [lesson.script for lesson in found.lessons] == (["6", "7", "8"] if kept else [])
    assert all(isinstance(lesson, Lesson) for lesson in found.lessons)


def test_a_success_that_says_a_command_twice_in_a_row_is_no_lesson():
    found = curriculum(lessons="all")
    again = ["fix 1 &\n  all\nfix 1 all\nrun 0\n", "run 0\n# once more\n\n run  0\n"]
    good = ["fix 1 all\nrun 0\nfix 1 all\n", "# run\n# run\n\n\nrun 0\n"]
    found.observe([rollout(0, script, True) for script in (*again, *good)])
    assert [lesson.script for lesson in found.lessons] == good


def test_families_that_sometimes_succeed_are_preferred_where_this_is_asked_for():
    shares = {}
    for resample in (False, True):
        found = curriculum(groups=50, resample=resample)
        for _ in range(60):
            # family 0 always fails, family 1 half of the time, family 2 never
            found.observe([rollout(0), rollout(1), rollout(1, success=True), rollout(2, success=True)])
        assert found.rates == {"family 0": 0.0, "family 1": pytest.approx(0.5), "family 2": 1.0}
        drawn = Counter(found.tasks[c.task_id].family for number in range(40) for c in batch(found, number))
        shares[resample] = [drawn[f"family {number}"] / 2000 for number in range(3)]
    assert shares[False] == pytest.approx([1 / 3] * 3, abs=0.05)
    # weights 0.05, 0.3, 0.05
    assert shares[True] == pytest.approx([0.125, 0.75, 0.125], abs=0.05)


def test_rates_of_success_come_from_fresh_prompts_alone_and_move_by_a_fifth():
    found = curriculum()
    found.observe([rollout(0, success=True), rollout(0, repair=True), rollout(3)])
    assert found.rates == {"family 0": 0.5}
    found.observe([rollout(0, success=True)])
    assert found.rates == {"family 0": pytest.approx(0.6)}


def test_no_tasks_and_no_groups_are_no_training():
    for tasks, groups in ((), 1), (TASKS, 0):
        with pytest.raises(TrainingError, match=f"needs tasks and groups, not {len(tasks)} and {groups}"):
            Curriculum(tasks, groups, Recycling())


def test_adaptive_recycling_repairs_where_the_policy_fails_by_itself_and_stops_where_repairs_help_less():
    found = curriculum(groups=40, share=1.0, adaptive=True, per_task=9)
    # repairs of family 0 succeed more often than fresh tries, those of family 1 less often
    for number in range(6):
        tries = [rollout(0, f"a{number}"), rollout(1, f"b{number}")]
        found.observe([*tries, rollout(1, "c", True), rollout(0, "d", True, repair=True), rollout(1, "e", repair=True)])
    assert found.rates == {"family 0": 0.0, "family 1": pytest.approx(0.5)}
    assert found.repair_rates == {"family 0": 1.0, "family 1": 0.0}
    repaired = {found.tasks[c.task_id].family for c in batch(found, 0) if c.attempt}
    assert repaired == {"family 0"}
    # the tries that do not help now are kept: they may help again
    assert {a.script[0] for a in found.attempts if found.tasks[a.task_id].family == "family 1"} >= {"b"}


def test_adaptive_recycling_tries_repairs_that_nothing_is_known_of():
    found = curriculum(share=1.0, adaptive=True)
    found.observe([rollout(0)])
    assert any(choice.attempt for choice in batch(found, 0))


def test_lessons_are_drawn_where_the_policy_fails_by_itself():
    found = curriculum(lessons="all", adaptive=True)
    found.observe([rollout(0, "mostly fails", True), *[rollout(0, f"{n}") for n in range(3)]])
    found.observe([rollout(1, "always succeeds", True)])
    drawn = [lesson.script for seed in range(20) for lesson in found.draw_lessons(Random(seed), 2)]
    assert set(drawn) == {"mostly fails"}
    plain = curriculum(lessons="all")
    plain.observe([rollout(0, "a", True), rollout(1, "b", True)])
    assert {lesson.script for lesson in plain.draw_lessons(Random(0), 5)} == {"a", "b"}
    assert plain.draw_lessons(Random(1), 1) == plain.draw_lessons(Random(1), 1)


def test_lessons_of_families_that_fail_more_often_are_drawn_more_often():
    found = curriculum(lessons="all", adaptive=True)
    found.observe([rollout(0, "a", True), *[rollout(0, f"{n}") for n in range(9)]])
    found.observe([*[rollout(1, "b", True)] * 9, rollout(1, "x")])
    first = Counter(found.draw_lessons(Random(seed), 1)[0].script for seed in range(1000))
    # weights 0.9 and 0.1
    assert first["a"] == pytest.approx(900, abs=40)
