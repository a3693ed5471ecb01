from dataclasses import replace
from random import Random

import pytest

from mdgym.errors import TaskError
from mdgym.tasks import measurements
from mdgym.tasks.families import crystals
from mdgym.tasks.families.stages import Plan
from mdgym.tasks.families.thermal_expansion import EXPANSION_TOLERANCE, FAMILY, ExpansionPoint
from mdgym.trial import trial_tasks

TASKS = trial_tasks(FAMILY, measurements.DIRECTORY)
POINTS = {FAMILY.gold(p): p for points in FAMILY.points.values() for p in points}
EACH = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": 2}, "32 atoms"),
        ({"first": 900}, "do not rise"),
        ({"second": 400}, "step of 100"),
        ({"pressure": 90_000}, "pressure 90000"),
    ],
)
def test_a_point_outside_the_family_is_refused(changes, words):
    point = dict(crystal=crystals.CU_U3, cells=3, first=300, second=800, pressure=0) | changes
    with pytest.raises(TaskError, match=words):
        ExpansionPoint(**point)


def test_a_plan_whose_averages_would_not_be_complete_is_refused():
    with pytest.raises(ValueError, match="blocks of 250"):
        Plan(0.002, 2.0, 3.1)


def test_splits_share_no_potential():
    files = [{point.crystal.file for point in points} for points in FAMILY.points.values()]
    assert not files[0] & files[1] and not files[1] & files[2] and not files[0] & files[2]


@EACH
def test_both_stages_have_targets_of_their_own(task):
    point = POINTS[task.gold]
    assert task.contract.earlier == (point.first,) and task.contract.temperature == point.second
    assert task.reference("temperature 1").value == point.first
    assert task.reference("temperature").value == point.second
    assert task.reference("pressure 1").value == task.reference("pressure").value == point.pressure


def test_every_wording_says_which_stretches_are_judged():
    task = TASKS[-1]
    point = POINTS[task.gold]
    for wording in range(len(FAMILY.wordings)):
        for seed in range(6):
            text = FAMILY.prompt(point, task.contract, wording, Random(seed))
            assert f"{point.first:g} K" in text and f"{point.second:g} K" in text
            assert any(phrase in text for phrase in ("judged", "count", "评判窗口"))


def test_three_windows_have_no_prompt_yet():
    task = TASKS[0]
    contract = replace(task.contract, earlier=(300.0, 400.0))
    with pytest.raises(TaskError, match="one earlier temperature"):
        FAMILY.prompt(POINTS[task.gold], contract, 0, Random(0))


@EACH
def test_no_expansion_that_of_the_volume_and_that_of_a_cell_in_nm_are_outside(task):
    alpha = task.reference("alpha")
    assert alpha.value > 1.3 * alpha.limit
    assert 2 * alpha.value > alpha.limit
    a_hot = task.reference("a_hot")
    assert 0.9 * a_hot.value > a_hot.limit


@EACH
def test_the_lattice_of_the_cold_stage_or_of_0_k_is_outside(task):
    point, a_hot, alpha = POINTS[task.gold], task.reference("a_hot"), task.reference("alpha")
    assert a_hot.value * 1e-6 * alpha.value * point.step > 1.2 * a_hot.limit


@EACH
def test_a_remembered_expansion_is_not_honest_and_does_not_follow(task):
    alpha, change = task.reference("alpha"), task.contract.counterfactual
    tolerance = EXPANSION_TOLERANCE / POINTS[task.gold].step
    assert alpha.spread > 1.2 * tolerance
    # thermostats are changed by the whole factor
    assert alpha.value * abs(change.thermostat - 1) > 5 * tolerance


def test_limits_hold_the_spread_of_gold_with_room():
    for task in TASKS:
        for reference in task.references:
            assert reference.limit >= 5 * reference.spread
