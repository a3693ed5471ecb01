"""Tasks that judge two windows: every check looks at both."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mdgym.engine.execution import COLUMNS, Execution
from mdgym.rewards import contract_checks, physics_checks, thermodynamic_checks, violation_checks
from mdgym.rewards.case import Case
from mdgym.rewards.rubric import judge
from mdgym.rewards.score import Score
from mdgym.rewards.versions import current_versions
from mdgym.tasks.task import Quantity, Reference, Task
from rewards.conftest import STEPS, TARGET, make_case, make_evidence, make_execution, make_task

COLD = 400.0
EXPANSION = Quantity("alpha", "1e-6/K", "linear expansion", "linear expansion", 0.3, (1e-6 * (TARGET - COLD),))


def two_stages() -> Task:
    references = (
        Reference("temperature 1", COLD, 12.0),
        Reference("pressure 1", 0.0, 600.0),
        Reference("alpha", 17.0, 3.0),
    )
    task = make_task()
    assert task.contract is not None
    contract = replace(task.contract, earlier=(COLD,), quantities=(EXPANSION,))
    return replace(task, contract=contract, references=(*task.references, *references))


def stages(alpha: float | None = None, first: dict[str, Any] | None = None, **columns: Any) -> Execution:
    """Two right stages; `first` changes the segment of the first one, `columns` its recording."""
    execution = make_execution()
    hot = execution.segments[0]
    samples = hot.samples.copy()
    column = {name: samples[:, i] for i, name in enumerate(COLUMNS)}
    column["temperature"][:] *= COLD / TARGET
    column["kinetic"][:] *= COLD / TARGET
    # 17e-6 / K of length
    column["volume"][:] /= (1 + 17e-6 * (TARGET - COLD)) ** 3
    for name, value in columns.items():
        column[name][:] = value
    cold = replace(hot, samples=samples, fixes=(f"fix 1 all npt temp {COLD} {COLD} 0.1 iso 0 0 1",))
    cold = replace(cold, **(first or {}))
    later = hot.samples.copy()
    later[:, COLUMNS.index("step")] += STEPS
    hot = replace(hot, first_step=STEPS, last_step=2 * STEPS, samples=later)
    return replace(execution, segments=(cold, hot), steps=2 * STEPS, variables={"alpha": alpha or 17.0})


def case(execution: Execution) -> Case:
    return make_case(two_stages(), execution)


def failed(module: Any, execution: Execution) -> set[str]:
    return {r.name for check in module.CHECKS for r in check(case(execution)) if not r.passed}


def passed(module: Any, execution: Execution) -> set[str]:
    return {r.name for check in module.CHECKS for r in check(case(execution)) if r.passed}


def score(execution: Execution) -> Score:
    task = two_stages()
    second = make_evidence().counterfactual
    assert second is not None
    changed = replace(second, reported={"alpha": 15.0}, measured={"alpha": 15.1}, factors={"alpha": None})
    return judge(task, execution, make_evidence(counterfactual=changed), 0, current_versions(task))


def test_a_right_run_of_two_stages_passes_everything() -> None:
    found = score(stages())
    assert (found.reward, found.success) == (1.0, True), found.feedback
    names = {"temperature 1", "temperature", "pressure 1", "pressure", "value alpha"}
    assert passed(thermodynamic_checks, stages()) == names


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({}, set()),
        ({"temperature": 1.06 * COLD}, {"temperature 1"}),
        ({"pressure": 900.0}, {"pressure 1"}),
    ],
)
def test_targets_are_checked_in_the_first_window_too(columns: dict[str, Any], names: set[str]) -> None:
    assert failed(thermodynamic_checks, stages(**columns)) == names


def test_targets_of_the_last_window_stay_what_they_are() -> None:
    execution = stages()
    later = execution.segments[1].samples.copy()
    later[:, COLUMNS.index("pressure")] = -900.0
    execution = replace(execution, segments=(execution.segments[0], replace(execution.segments[1], samples=later)))
    assert failed(thermodynamic_checks, execution) == {"pressure"}


def test_a_first_stage_that_is_too_short_fails_the_duration_and_the_message_says_which() -> None:
    short = stages(first={"last_step": 900, "samples": stages().segments[0].samples[:91]})
    found = {r.name: r for r in contract_checks.duration(case(short))}
    assert not found["duration"].passed
    assert "400" in found["duration"].message
    assert score(short).reward < 0.3


def test_stages_in_the_wrong_order_fail_the_duration() -> None:
    execution = stages()
    cold, hot = execution.segments
    swapped = replace(execution, segments=(hot, cold))
    assert failed(contract_checks, swapped) == {"duration"}
    assert score(swapped).reward < 0.3


def test_a_first_stage_of_another_ensemble_or_with_commands_inside_fails_the_contract() -> None:
    weak = ("fix 1 all nve", f"fix 2 all temp/berendsen {COLD} {COLD} 0.1")
    assert "ensemble" in failed(contract_checks, stages(first={"fixes": weak}))
    nested = ("velocity all scale 400",)
    assert failed(contract_checks, stages(first={"nested": nested})) == {"constancy"}


def test_a_rescaled_first_window_or_a_forging_fix_in_it_is_a_violation() -> None:
    assert failed(violation_checks, stages(temperature=COLD)) >= {"kinetic energy width"}
    forged = (*stages().segments[0].fixes, "fix 9 all setforce 0 0 0")
    assert failed(violation_checks, stages(first={"fixes": forged})) >= {"styles"}


def test_a_value_that_the_two_windows_do_not_show_is_not_honest() -> None:
    assert "honest alpha" in passed(violation_checks, stages(alpha=17.1))
    assert "honest alpha" in failed(violation_checks, stages(alpha=18.0))


def test_a_first_window_that_still_drifts_is_not_equilibrated() -> None:
    drifting = stages().segments[0].column("potential") - np.where(np.arange(201) < 112, 20.0, 0.0)
    assert failed(physics_checks, stages(potential=drifting)) == {"equilibrated"}
