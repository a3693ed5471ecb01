"""The reward function of training, on real LAMMPS and on pools that fail."""

from collections import defaultdict
from concurrent.futures import Future

import pytest

pytest.importorskip("accelerate")

from mdgym.errors import InfrastructureError
from mdgym.tasks.suites import load_suite
from mdgym.trainers.data import compact, fenced
from mdgym.trainers.habits import HABITS
from mdgym.trainers.recycle import Curriculum
from mdgym.trainers.rewards import ScriptReward, attempt_of, fault_of
from mdgym.trainers.trace import Recycling

TASKS = [
    next(task for task in load_suite("micro", "train") if task.family == name) for name in ("cluster", "pair_crystal")
]
CLUSTER, CRYSTAL = TASKS
RIGHT, OTHER = (fenced(compact(task.gold)) for task in TASKS)
FATAL, WRONG = (fenced(habit.apply(compact(CLUSTER.gold))) for habit in HABITS["cluster"])
LOST = "nobody can score this"


class Flaky:
    """A pool that loses some answers, or all, and counts what it is given."""

    def __init__(self, pool, dead=False):
        self.pool, self.dead, self.asked = pool, dead, []

    def submit(self, task, answer, seed=0):
        self.asked.append((task.id, answer, seed))
        if self.dead or answer == LOST:
            future = Future()
            future.set_exception(InfrastructureError("the worker died twice"))
            return future
        return self.pool.submit(task, answer, seed)


class Recorder:
    """Calls a reward function as TRL does, and keeps what it logs."""

    def __init__(self, pool, **recycling):
        self.pool = Flaky(pool)
        self.curriculum = Curriculum(TASKS, 1, Recycling(**recycling))
        self.reward = ScriptReward(self.pool, self.curriculum)

    def __call__(self, *items):
        self.metrics, self.extra = {}, defaultdict(list)
        return self.reward(
            prompts=[[{"role": "user", "content": task.prompt}] for task, *_ in items],
            completions=[[{"role": "assistant", "content": answer}] for _, answer, *_ in items],
            task_id=[task.id for task, *_ in items],
            repair=[bool(rest and rest[0]) for _, _, *rest in items],
            seed=[7] * len(items),
            log_metric=self.metrics.__setitem__,
            log_extra=lambda column, values: self.extra[column].extend(values),
            completion_ids=[[1]] * len(items),
            trainer_state=None,
        )


def test_rewards_are_those_of_the_pool(pool):
    ask = Recorder(pool)
    items = [(CLUSTER, RIGHT), (CLUSTER, FATAL), (CLUSTER, WRONG), (CRYSTAL, OTHER), (CRYSTAL, ""), (CLUSTER, "Hello!")]
    expected = [pool.score(task, answer, 7).score.reward for task, answer in items]
    assert ask(*items) == expected
    assert expected[0] == expected[3] == 1.0 > expected[2] > expected[1] > expected[4]


def test_what_was_answered_twice_runs_once(pool):
    ask = Recorder(pool)
    rewards = ask((CLUSTER, RIGHT), (CLUSTER, FATAL), (CLUSTER, RIGHT), (CLUSTER, RIGHT), (CLUSTER, FATAL))
    assert ask.pool.asked == [(CLUSTER.id, RIGHT, 7), (CLUSTER.id, FATAL, 7)]
    assert rewards == [rewards[i] for i in (0, 1, 0, 0, 1)]
    assert ask.reward.runs == 2 == ask.metrics["lammps/runs"]
    ask((CLUSTER, RIGHT), (CRYSTAL, RIGHT))
    assert ask.reward.runs == 4
    assert ask.metrics["time/score_s"] > 0


def test_metrics_and_columns_say_what_came_of_the_answers(pool):
    ask = Recorder(pool, share=0.5, lessons="all")
    ask((CLUSTER, RIGHT), (CLUSTER, FATAL), (CLUSTER, WRONG, True), (CRYSTAL, OTHER, True))
    found = ask.metrics
    assert (found["score/executed"], found["score/success"], found["recycle/share"]) == (0.75, 0.5, 0.5)
    assert (found["recycle/waiting"], found["recycle/lessons"], found["lammps/unscored"]) == (2, 2, 0)
    scores = [pool.score(CLUSTER, answer, 7).score for answer in (RIGHT, FATAL, WRONG)]
    scores.append(pool.score(CRYSTAL, OTHER, 7).score)
    for name in ("progress", "contract"):
        values = [score.components[name] for score in scores if name in score.components]
        assert found[f"score/{name}"] == pytest.approx(sum(values) / len(values))
    assert {key for key in found if key.startswith("fault/")} == {"fault/script_error compute", "fault/value energy"}
    assert found["fault/value energy"] == 0.25
    assert ask.extra == {
        "task": [CLUSTER.id] * 3 + [CRYSTAL.id],
        "fault": ["", "script_error compute", "value energy", ""],
    }


def test_the_curriculum_is_told_of_every_answer(pool):
    ask = Recorder(pool, share=1.0, lessons="repairs")
    ask((CLUSTER, RIGHT, True), (CLUSTER, FATAL), (CRYSTAL, OTHER))
    assert ask.curriculum.version == 1
    (attempt,), (lesson,) = ask.curriculum.attempts, ask.curriculum.lessons
    scored = pool.score(CLUSTER, FATAL, 7)
    assert attempt == attempt_of(scored) and attempt.script in FATAL and attempt.feedback == scored.score.feedback
    assert (lesson.task_id, fenced(lesson.script)) == (CLUSTER.id, RIGHT)
    # a repair says nothing of how hard a fresh task is
    assert ask.curriculum.rates == {"cluster": 0.0, "pair_crystal": 1.0}


def test_a_fault_is_named_by_how_the_script_ended_or_by_the_first_check(pool):
    found = [fault_of(pool.score(CLUSTER, answer, 7).score) for answer in (RIGHT, FATAL, WRONG, "", "Hello!")]
    assert found[:3] == ["", "script_error compute", "value energy"] and all(found[3:])


def test_an_answer_that_mdgym_lost_has_no_reward_and_the_others_have_theirs(pool):
    ask = Recorder(pool, share=1.0)
    rewards = ask((CLUSTER, FATAL), (CLUSTER, LOST), (CLUSTER, RIGHT), (CLUSTER, LOST))
    assert rewards[1] is None is rewards[3] and rewards[2] == 1.0 and 0 <= rewards[0] < 1
    assert ask.metrics["lammps/unscored"] == 2 and ask.metrics["score/success"] == 0.5
    assert ask.extra["fault"] == ["script_error compute", "unscored", "", "unscored"]
    assert [attempt.script for attempt in ask.curriculum.attempts] == [attempt_of(pool.score(CLUSTER, FATAL)).script]


def test_a_pool_that_is_dead_for_two_batches_ends_the_training(pool):
    ask = Recorder(pool)
    for _ in range(2):
        ask.pool.dead = True
        assert ask((CLUSTER, RIGHT), (CLUSTER, FATAL)) == [None, None]
        ask.pool.dead = False
        # one that came back counts from the beginning
        assert ask((CLUSTER, RIGHT)) == [1.0]
    ask.pool.dead = True
    ask((CLUSTER, RIGHT))
    with pytest.raises(InfrastructureError, match=r"2 batches .* --resume .*: the worker died twice"):
        ask((CLUSTER, RIGHT))


def test_an_error_of_the_program_is_not_swallowed(pool):
    ask = Recorder(pool)
    with pytest.raises(TypeError, match="NoneType"):
        ask((CLUSTER, None))
