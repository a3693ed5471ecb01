"""Graded agreement with accepted values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.rewards import thermodynamic_checks
from mdgym.rewards.case import Case
from mdgym.tasks.task import Reference
from rewards.conftest import make_case, make_execution, with_column


def scores(case: Case) -> dict[str, tuple[bool, float]]:
    return {r.name: (r.passed, r.score) for check in thermodynamic_checks.CHECKS for r in check(case)}


def test_a_right_run_passes_everything(right: Case) -> None:
    assert scores(right) == {
        "temperature": (True, 1.0),
        "pressure": (True, 1.0),
        "value pe_mean": (True, 1.0),
    }


def test_the_grade_is_full_up_to_the_limit_and_falls_like_a_gaussian() -> None:
    reference = Reference("x", 10.0, 3.0)
    assert thermodynamic_checks.grade(13.0, reference) == (True, 1.0)
    passed, score = thermodynamic_checks.grade(15.0, reference)
    assert not passed
    assert score == pytest.approx(math.exp(-(2.0**2) / 8))


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_the_grade_never_leaves_zero_to_one_and_falls_with_distance(value: float, target: float, limit: float) -> None:
    reference = Reference("x", target, limit)
    near = thermodynamic_checks.grade(target + 0.5 * (value - target), reference)[1]
    far = thermodynamic_checks.grade(value, reference)[1]
    assert 0 <= far <= 1
    assert far <= near + 1e-9


def test_temperature_comes_from_the_recording_not_from_the_script() -> None:
    execution = with_column("temperature", make_execution().segments[0].column("temperature") - 60)
    found = scores(make_case(execution=execution))
    assert not found["temperature"][0]


def test_a_wrong_value_fails_and_its_message_does_not_tell_the_right_one() -> None:
    case = make_case(execution=make_execution(variables={"pe_mean": -3.2}))
    (found,) = (r for r in thermodynamic_checks.quantities(case))
    assert not found.passed
    assert "-3.45" not in found.message
    assert "-3.2" in found.message
