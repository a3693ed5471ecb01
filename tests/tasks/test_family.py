import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.errors import TaskError
from mdgym.tasks.family import Anchor, Measured, round_up, temperature_limit


def test_the_accepted_value_is_the_mean_of_gold_and_the_spread_that_of_one_run():
    reference = Measured((1.0, 2.0, 3.0)).accept("x")
    assert (reference.value, reference.spread, reference.runs) == (2.0, 1.0, 3)
    assert reference.limit == pytest.approx(5.0)


def test_a_right_variant_that_strays_widens_the_limit():
    assert Measured((1.0, 2.0, 3.0), (12.0,)).accept("x").limit == pytest.approx(30.0)


def test_the_limit_never_falls_below_the_least():
    assert Measured((1.0, 1.0), (1.0,)).accept("x", least=0.5).limit == 0.5


def test_a_target_is_accepted_instead_of_the_mean_and_gold_must_lie_inside():
    reference = Measured((290.0, 295.0)).accept("temperature", 300.0)
    assert reference.value == 300.0
    assert reference.limit == pytest.approx(30.0)


def test_a_value_far_from_its_anchor_is_refused():
    anchored = Measured((1.0, 1.1), anchor=Anchor(2.0, 0.5, "by hand"))
    with pytest.raises(TaskError, match="by hand"):
        anchored.accept("x")


def test_the_temperature_limit_shrinks_with_atoms_and_time():
    # 256 atoms at 300 K for 4 ps: 15 K
    assert temperature_limit(300, 256, 4.0, 0.125) == pytest.approx(15.3, abs=0.1)
    assert temperature_limit(300, 256, 16.0, 0.125) == pytest.approx(15.3 / 2, abs=0.1)


@given(st.floats(1e-12, 1e12))
def test_rounding_up_keeps_three_digits_and_never_narrows(value):
    rounded = round_up(value)
    assert value * (1 - 1e-8) <= rounded <= value * 1.011
    assert float(f"{rounded:.3g}") == rounded


def test_a_limit_of_zero_is_refused():
    with pytest.raises(ValueError, match="positive"):
        Measured((1.0, 1.0)).accept("x")
