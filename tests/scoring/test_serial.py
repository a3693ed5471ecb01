import copy
import json
import pickle
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mdgym
from mdgym.errors import InfrastructureError
from mdgym.records import to_json
from mdgym.scoring import SerialPool


def test_gold_succeeds_and_an_empty_answer_earns_nothing(pool, closed_task):
    right = pool.score(closed_task, closed_task.gold, seed=3)
    assert right.score.success
    assert right.score.reward == pytest.approx(1.0)
    nothing = pool.score(closed_task, "", seed=3).score
    assert (nothing.reward, nothing.success, nothing.executed) == (0.0, False, False)


def test_script_is_read_out_of_a_chatty_answer(pool, open_task, good):
    scored = pool.score(open_task, f"Here it is:\n```lammps\n{good}```\nGood luck!")
    assert scored.script.strip() == good.strip()
    assert scored.score.executed


def test_same_answer_and_seed_give_the_same_score_in_another_engine(pool, closed_task):
    first = pool.score(closed_task, closed_task.gold, seed=11).score
    with SerialPool() as other:
        assert other.score(closed_task, closed_task.gold, seed=11).score == first


def test_score_many_keeps_the_order(pool, open_task, good):
    items = [(open_task, good, 1), (open_task, "units nonsense", 2), (open_task, good, 3)]
    scores = [scored.score for scored in pool.score_many(items)]
    assert [score.seed for score in scores] == [1, 2, 3]
    assert [score.executed for score in scores] == [True, False, True]


@pytest.mark.parametrize("answer", [None, b"units lj", 3, ["units lj"]])
def test_answer_that_is_not_text_is_the_callers_fault(pool, open_task, answer):
    with pytest.raises(TypeError, match=type(answer).__name__):
        pool.score(open_task, answer)


@pytest.mark.parametrize(
    "answer",
    [
        "units lj\0\nrun 1",
        "print \ud800",
        "x" * 10_000_000,
        "units lj\n" * 1_000_000,
        "(" * 100_000,
        "```\n```",
        "${a}",
    ],
    ids=["nul", "surrogate", "10 MB line", "10 MB script", "parentheses", "empty block", "variable"],
)
def test_wild_text_is_the_policys_fault_and_is_scored(pool, open_task, answer):
    score = pool.score(open_task, answer).score
    assert not score.executed
    assert 0.0 <= score.reward <= 0.25
    json.dumps(to_json(score), allow_nan=False)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_gets_a_score_between_0_and_1(pool, open_task, answer):
    assert 0.0 <= pool.score(open_task, answer).score.reward <= 1.0


def test_dead_engine_is_replaced_and_the_answer_is_scored(open_task, good):
    with SerialPool() as pool:
        before = pool.score(open_task, good).score
        pool._engine.close()
        assert pool.score(open_task, good).score == before


def test_machine_that_fails_twice_raises_and_recovers_when_it_is_mended(open_task, good, monkeypatch):
    with SerialPool() as pool:
        monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
        with pytest.raises(InfrastructureError):
            pool.score(open_task, good)
        monkeypatch.undo()
        assert pool.score(open_task, good).score.executed


def test_timing_stands_beside_the_score_and_not_in_it(pool, open_task, good):
    scored = pool.score(open_task, good)
    assert 0.0 < scored.timing.run_s <= scored.timing.wall_s
    assert "_s" not in json.dumps(to_json(scored.score.execution))


def test_copies_of_a_pool_work_by_themselves(open_task, good):
    with SerialPool() as pool:
        pool.score(open_task, good)
        for other in (pickle.loads(pickle.dumps(pool)), copy.deepcopy(pool)):
            with other:
                assert other.score(open_task, good).score.executed


def test_closed_pool_says_so_and_closes_twice(open_task, good):
    pool = SerialPool()
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.score(open_task, good)


def test_score_in_one_call_is_what_a_pool_says(pool, closed_task):
    expected = pool.score(closed_task, closed_task.gold, seed=5).score
    assert mdgym.score(closed_task, closed_task.gold, seed=5) == expected
    assert mdgym.score(closed_task, closed_task.gold, seed=5, pool=pool) == expected
