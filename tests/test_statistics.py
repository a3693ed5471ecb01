import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.statistics import Estimate, estimate, pass_at


@given(st.integers(1, 7), st.data())
def test_pass_at_is_the_share_of_subsets_with_a_right_sample(samples, data):
    right = data.draw(st.integers(0, samples))
    j = data.draw(st.integers(1, samples))
    outcomes = [i < right for i in range(samples)]
    subsets = list(itertools.combinations(outcomes, j))
    assert pass_at(j, samples, right) == pytest.approx(sum(any(s) for s in subsets) / len(subsets))


@pytest.mark.parametrize(("j", "samples", "right"), [(0, 3, 1), (4, 3, 1), (1, 3, 4), (1, 3, -1), (1, 0, 0)])
def test_pass_at_refuses_what_cannot_be_estimated(j, samples, right):
    with pytest.raises(ValueError, match=f"pass@{j}"):
        pass_at(j, samples, right)


def test_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = 0
    for i in range(300):
        result = estimate(list(rng.normal(0.5, 0.2, size=40)), seed=i)
        hits += result.low <= 0.5 <= result.high
    # 95 % of 300 is 285; the bootstrap of 40 values is a little narrow.
    assert 270 <= hits <= 297


def test_same_seed_gives_the_same_interval_and_another_seed_another():
    values = [math.sin(i) ** 2 for i in range(40)]
    assert estimate(values, seed=3) == estimate(values, seed=3)
    assert estimate(values, seed=3) != estimate(values, seed=4)


def test_mean_of_many_equal_values_is_exact():
    assert estimate([0.1] * 10, seed=0) == Estimate(0.1, pytest.approx(0.1), pytest.approx(0.1), 10)


def test_one_task_has_no_interval_and_none_has_no_value():
    assert estimate([0.7], seed=0) == Estimate(0.7, None, None, 1)
    assert estimate([], seed=0) == Estimate(None, None, None, 0)
    assert math.isclose(estimate([0.0, 1.0], seed=0).value, 0.5)
