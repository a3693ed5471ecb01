from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdgym.tasks.prompts import (
    CHINESE,
    ENGLISH,
    PRESSURES,
    TIMES,
    quantity_text,
    two_windows_text,
    variables_text,
    window_text,
)
from mdgym.tasks.task import Quantity


def units_seen(value, units):
    return {quantity_text(value, units, Random(seed)).split()[1] for seed in range(60)}


@given(st.floats(1e-3, 1e6), st.integers())
def test_a_written_value_reads_back_exactly(value, seed):
    number, unit = quantity_text(value, PRESSURES, Random(seed)).split()
    assert float(number) * PRESSURES[unit] == pytest.approx(value, rel=1e-9)


def test_units_are_mixed_as_people_do():
    assert units_seen(10_000, PRESSURES) == {"bar", "GPa", "kbar", "MPa"}
    assert units_seen(1.01325, PRESSURES) == {"bar", "atm"}
    assert units_seen(0.0, PRESSURES) == set(PRESSURES)
    assert units_seen(4.0, TIMES) == {"ps", "fs", "ns"}


def test_a_value_that_is_short_in_no_unit_is_written_in_full():
    assert quantity_text(1234.56789, PRESSURES, Random(0)) == "1234.56789 bar"


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_window_is_stated_whole(language):
    for seed in range(20):
        text = window_text("4 ps", language, Random(seed))
        assert text.count("4 ps") >= 1
        assert "10" in text
        words = (
            ("时间步长", "原子数", "力场", "fix")
            if language == CHINESE
            else ("timestep", "atoms", "force field", "fixes")
        )
        assert all(word in text for word in words)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_both_windows_are_stated_whole_and_in_their_order(language):
    for seed in range(20):
        text = two_windows_text("4 ps", "300 K", "700 K", language, Random(seed))
        assert text.count("4 ps") >= 2
        assert text.index("300 K") < text.index("700 K")
        assert "10" in text
        words = (
            ("时间步长", "原子数", "力场", "fix", "速度", "改变温度之前")
            if language == CHINESE
            else ("timestep", "atoms", "force field", "fixes", "velocit")
        )
        assert all(word in text for word in words)


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_variables_come_with_unit_and_meaning(language):
    quantities = (Quantity("a0", "Å", "lattice constant", "reference", 0.01),)
    text = variables_text(quantities, {"a0": "晶格常数"} if language == CHINESE else {}, language, Random(1))
    assert "equal-style" in text
    assert "`a0`" in text and "Å" in text
    assert ("晶格常数" if language == CHINESE else "lattice constant") in text
