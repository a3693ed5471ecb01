"""The scalar and its order."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mdgym.engine.execution import (
    CRASH,
    EXITED,
    FORBIDDEN,
    QUOTA,
    SCRIPT_ERROR,
    TIMEOUT,
    Execution,
    Milestones,
    ScriptFault,
)
from mdgym.records import from_json, to_json
from mdgym.rewards import STANDARD, CheckResult, Rubric, Weights, judge
from mdgym.rewards.case import Case, result
from mdgym.rewards.evidence import Energies, Evidence
from mdgym.rewards.score import PHYSICS, Score, Versions
from mdgym.tasks.task import Task
from rewards.conftest import make_evidence, make_execution, make_task, with_column

VERSIONS = Versions("0", "0", "", "")


def score(execution: Execution, evidence: Evidence | None = None, task: Task | None = None) -> Score:
    return judge(task or make_task(), execution, evidence or make_evidence(), 0, VERSIONS)


def test_right_is_one_and_success() -> None:
    verdict = score(make_execution())
    assert (verdict.reward, verdict.success, verdict.executed) == (1.0, True, True)


@pytest.mark.parametrize("status", [FORBIDDEN, EXITED])
def test_attacks_and_forged_ends_earn_nothing(status: str) -> None:
    assert score(Execution(status, ScriptFault("no"), commands=9, recognised=9)).reward == 0.0


def test_no_command_at_all_earns_nothing() -> None:
    assert score(Execution("completed")).reward == 0.0
    prose = ScriptFault("Unknown command: Here is the script", "Here is the script", 1)
    assert score(Execution(SCRIPT_ERROR, prose, commands=1)).reward == 0.0
    typo = ScriptFault("Unknown command", "unit lj", 1)
    assert score(Execution(SCRIPT_ERROR, typo, commands=1, recognised=12)).reward > 0


@pytest.mark.parametrize("status", [TIMEOUT, QUOTA])
def test_limits_are_flat_whatever_was_reached(status: str) -> None:
    reached = Milestones(True, True, True, True)
    assert score(Execution(status, ScriptFault("x"), reached, 90, 90, 10_000)).reward == 0.01


def test_an_error_earns_by_milestones_and_steps() -> None:
    fault = ScriptFault("x", "pair_coeff", 9)
    first = score(Execution(SCRIPT_ERROR, fault, Milestones(), 3, 9)).reward
    box = score(Execution(SCRIPT_ERROR, fault, Milestones(True, True), 8, 9)).reward
    late = score(Execution(CRASH, fault, Milestones(True, True, True, True), 20, 20, 100_000)).reward
    assert (first, box, late) == (0.02, pytest.approx(0.02 + 0.18 * 0.3), pytest.approx(0.20))


def test_a_violation_caps_a_perfect_run() -> None:
    wrong = make_evidence(energies=Energies(np.full(3, -3.45), np.full(3, -3.44)))
    verdict = score(make_execution(), wrong)
    assert verdict.reward == 0.25
    assert verdict.success is False


def test_a_failing_item_of_the_contract_keeps_it_below_0_29() -> None:
    verdict = score(make_execution(segment={"fixes": ("fix 1 all nve",)}))
    assert 0.20 <= verdict.reward < 0.29


def test_a_wrong_temperature_is_graded_and_above_a_failing_contract() -> None:
    cold = with_column("temperature", make_execution().segments[0].column("temperature") - 25)
    colder = with_column("temperature", make_execution().segments[0].column("temperature") - 100)
    assert 0.40 <= score(colder).reward < score(cold).reward < 1.0
    assert score(colder).reward == pytest.approx(0.40, abs=1e-3)


def test_soft_physics_costs_half_of_its_share() -> None:
    evidence = make_evidence()
    assert evidence.continuation is not None
    noisy = -3.37 + 2e-4 * np.random.default_rng(5).standard_normal(200)
    motion = replace(evidence.continuation, total=noisy)
    assert score(make_execution(), replace(evidence, continuation=motion)).reward == pytest.approx(0.825)


def test_unwatched_dynamics_earn_no_more_than_an_incomplete_script() -> None:
    verdict = score(make_execution(watched=False, unwatched_reason="rerun"))
    assert verdict.reward <= 0.20
    assert verdict.success is False


def test_a_run_without_run_is_not_executed() -> None:
    verdict = score(make_execution(milestones=Milestones(True, True), segments=(), steps=0))
    assert not verdict.executed
    assert verdict.reward < 0.20


def test_open_tasks_have_no_success() -> None:
    verdict = score(make_execution(), Evidence(), Task(id="open", prompt="p"))
    assert verdict.success is None
    assert verdict.reward == 1.0


def test_the_order_of_honest_mistakes() -> None:
    fault = ScriptFault("x", "pair_coeff", 9)
    ladder = [
        score(Execution(QUOTA, fault, Milestones(True, True), 100_001, 9)).reward,
        score(Execution(SCRIPT_ERROR, fault, Milestones(), 3, 9)).reward,
        score(Execution(SCRIPT_ERROR, fault, Milestones(True, True, True, True), 20, 20, 700)).reward,
        score(make_execution(segment={"fixes": ("fix 1 all nve",)})).reward,
        score(with_column("pressure", np.full(201, 1e4))).reward,
        1.0,
    ]
    assert ladder == sorted(ladder)
    assert len(set(ladder)) == len(ladder)
    assert ladder[0] > 0


def test_a_score_survives_json() -> None:
    verdict = score(make_execution())
    assert from_json(Score, to_json(verdict)) == verdict


def test_stored_runs_score_the_same_again() -> None:
    execution, evidence = make_execution(), make_evidence()
    stored = from_json(Execution, to_json(execution)), from_json(Evidence, to_json(evidence))
    assert score(*stored) == score(execution, evidence)


def test_feedback_names_what_failed_and_never_the_accepted_value() -> None:
    verdict = score(make_execution(variables={"pe_mean": -3.2}))
    assert "pe_mean" in verdict.feedback
    assert "-3.45" not in verdict.feedback


def always_wrong(case: Case) -> tuple[CheckResult, ...]:
    return (result("always wrong", PHYSICS, False, "No."),)


def judged(rubric: Rubric) -> Score:
    return judge(make_task(), make_execution(), make_evidence(), 0, VERSIONS, rubric)


def test_a_rubric_of_one_s_own_has_other_weights_and_other_checks() -> None:
    assert judged(STANDARD) == score(make_execution())
    half = judged(Rubric(weights=Weights(physics=(0.1, 0.2, 0.2))))
    assert half.reward == 0.5 and half.success
    strict = judged(Rubric(checks=(*STANDARD.checks, always_wrong)))
    assert strict.checks[-1].name == "always wrong"
    assert strict.success is False and strict.reward == pytest.approx(0.40 + 0.25)


def test_checks_are_left_out_by_name_and_an_unknown_name_lists_all() -> None:
    names = {check.name for check in judged(STANDARD.without("pressure", "drift")).checks}
    assert "pressure" not in names and "temperature" in names
    with pytest.raises(ValueError, match=r"no check 'entropy'.*equilibrated"):
        STANDARD.without("entropy")


def test_scores_of_different_rubrics_cannot_be_mixed_up() -> None:
    rubrics = [STANDARD, STANDARD.without("drift"), Rubric(weights=Weights(limit=0.0))]
    hashes = [judged(rubric).versions.rubric for rubric in rubrics]
    assert hashes[0] == VERSIONS.rubric
    assert len(set(hashes)) == 3


@pytest.mark.parametrize("wrong", [{"violation": 1.5}, {"progress": (0.9, 0.2)}, {"physics": (0.5, 0.5, 0.5)}])
def test_weights_that_leave_the_unit_interval_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Weights(**wrong)
