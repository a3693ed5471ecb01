"""From checks to one scalar, purely: the same task, execution and evidence always give the same score.

| reward | when |
|---|---|
| 0 | an attack on the machine, a forged end, or no LAMMPS command at all |
| 0.01 | ended by a limit: flat, so that an endless loop never pays more than an error |
| 0.02 to 0.20 | not completed, or dynamics that could not be watched: by how far it came |
| at most 0.25 | completed, with a violation |
| 0.20 to 0.29 | completed, and items of the contract fail: by how many hold |
| 0.40 to 1 | completed and the contract held: 0.40 + 0.25 Θ + 0.35 Θ Φ |
"""

import math
from collections.abc import Callable

from mdgym.engine.execution import EXITED, FORBIDDEN, QUOTA, TIMEOUT, Execution
from mdgym.rewards import contract_checks, physics_checks, thermodynamic_checks, violation_checks
from mdgym.rewards.case import Case, build_case, result
from mdgym.rewards.evidence import Evidence
from mdgym.rewards.feedback import feedback
from mdgym.rewards.score import (
    CONTRACT,
    PHYSICS,
    THERMODYNAMIC,
    VIOLATION,
    CheckResult,
    ExecutionSummary,
    Score,
    Versions,
)
from mdgym.tasks.task import Task

Check = Callable[[Case], tuple[CheckResult, ...]]
CHECKS: tuple[Check, ...] = (
    *contract_checks.CHECKS,
    *violation_checks.CHECKS,
    *thermodynamic_checks.CHECKS,
    *physics_checks.CHECKS,
)

LIMIT_REWARD = 0.01
PROGRESS = (0.02, 0.18)
MILESTONES_SHARE = 0.6
VIOLATION_MOST = 0.25
CONTRACT_REWARD = (0.20, 0.09)
PHYSICS_REWARD = (0.40, 0.25, 0.35)
# What counts as "all steps" where a task asks for no duration.
STEPS_OF_STATIC = 100


def check_all(task: Task, execution: Execution, evidence: Evidence) -> tuple[CheckResult, ...]:
    """Apply every check that concerns this task.

    Returns:
        The results; none for scripts that did not complete, for open tasks, and for unwatched dynamics.
    """
    if task.open and execution.executed:
        return (result("finite", VIOLATION, thermodynamic_checks.finite(execution), "The system blew up."),)
    case = build_case(task, execution, evidence)
    return () if case is None else tuple(found for check in CHECKS for found in check(case))


def worth_a_second_run(task: Task, execution: Execution, evidence: Evidence) -> bool:
    """Whether a script would be paid for results: contract held, no violation found; only then they must be proved."""
    checks = check_all(task, execution, evidence)
    return bool(checks) and all(check.passed for check in checks if check.kind in (CONTRACT, VIOLATION))


def judge(task: Task, execution: Execution, evidence: Evidence, seed: int, versions: Versions) -> Score:
    """Judge one script.

    Args:
        task: The task.
        execution: What the script did.
        evidence: What the verifier found.
        seed: The episode seed, for the record.
        versions: What the score depends on, for the record.

    Returns:
        The score.
    """
    checks = check_all(task, execution, evidence)
    components = _components(task, execution, checks)
    success = None if task.open else bool(checks) and all(check.passed for check in checks)
    summary = ExecutionSummary(
        status=execution.status,
        error=execution.error,
        milestones=execution.milestones.reached,
        steps=execution.steps,
        atoms=execution.state.atoms if execution.state else 0,
        warnings=execution.warnings[:5],
        watched=execution.watched,
        capped=execution.capped,
    )
    reward = rounded_reward(_reward(task, execution, checks, components))
    return Score(
        task.id,
        task.hash,
        seed,
        reward,
        success,
        execution.executed,
        {name: rounded_reward(value) for name, value in components.items()},
        checks,
        summary,
        versions,
        feedback=feedback(task, execution, checks),
    )


def rounded_reward(value: float) -> float:
    """Round to 6 digits: enough for a gradient, too few for the last bits of a machine."""
    return round(value, 6)


def progress(task: Task, execution: Execution) -> float:
    """How far a script came, 0 to 1: milestones, and steps against those that the task needs."""
    contract = task.contract
    timestep = execution.segments[-1].timestep if execution.segments else 0.0
    needed = float(STEPS_OF_STATIC)
    if contract is not None and contract.duration is not None and timestep > 0:
        needed = max(needed, contract.duration / timestep)
    share = min(1.0, execution.steps / needed)
    return MILESTONES_SHARE * execution.milestones.reached / 4 + (1 - MILESTONES_SHARE) * share


def _components(task: Task, execution: Execution, checks: tuple[CheckResult, ...]) -> dict[str, float]:
    of = {kind: [c for c in checks if c.kind == kind] for kind in (CONTRACT, THERMODYNAMIC, PHYSICS, VIOLATION)}
    items = of[CONTRACT]
    return {
        "progress": progress(task, execution),
        "contract": sum(c.passed for c in items) / len(items) if items else 1.0 if task.open else 0.0,
        "thermodynamics": math.prod(c.score for c in of[THERMODYNAMIC]),
        "physics": math.prod(c.score for c in of[PHYSICS]),
        "violations": float(sum(not c.passed for c in of[VIOLATION])),
    }


def _reward(task: Task, execution: Execution, checks: tuple[CheckResult, ...], components: dict[str, float]) -> float:
    if execution.status in (FORBIDDEN, EXITED):
        return 0.0
    if execution.status in (TIMEOUT, QUOTA):
        return LIMIT_REWARD
    if execution.recognised == 0:
        return 0.0
    if not execution.executed or not execution.watched or not checks:
        return PROGRESS[0] + PROGRESS[1] * components["progress"]
    if components["contract"] < 1.0:
        earned = CONTRACT_REWARD[0] + CONTRACT_REWARD[1] * components["contract"]
    else:
        theta, phi = components["thermodynamics"], components["physics"]
        earned = PHYSICS_REWARD[0] + PHYSICS_REWARD[1] * theta + PHYSICS_REWARD[2] * theta * phi
    return min(earned, VIOLATION_MOST) if components["violations"] else earned
