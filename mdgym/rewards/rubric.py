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

import hashlib
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from mdgym.engine.execution import EXITED, FORBIDDEN, QUOTA, TIMEOUT, Execution
from mdgym.rewards import contract_checks, physics_checks, prescriptions, thermodynamic_checks, violation_checks
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
    *prescriptions.CHECKS,
    *violation_checks.CHECKS,
    *thermodynamic_checks.CHECKS,
    *physics_checks.CHECKS,
)

# What counts as "all steps" where a task asks for no duration.
STEPS_OF_STATIC = 100


@dataclass(frozen=True)
class Weights:
    """The numbers between the checks and the scalar.

    Attributes:
        limit: Reward of a script that was ended by a limit.
        progress: Least reward of a script that did not complete, and what full progress adds.
        milestones: Share of the milestones in the progress; the steps have the rest.
        violation: The most that a script with a violation can earn.
        contract: Reward of a completed script that holds no item of the contract, and what all items would add.
        physics: Reward of a held contract; what thermodynamics add; what thermodynamics times physics add.
    """

    limit: float = 0.01
    progress: tuple[float, float] = (0.02, 0.18)
    milestones: float = 0.6
    violation: float = 0.25
    contract: tuple[float, float] = (0.20, 0.09)
    physics: tuple[float, float, float] = (0.40, 0.25, 0.35)

    def __post_init__(self) -> None:
        numbers = (self.limit, self.milestones, self.violation, *self.progress, *self.contract, *self.physics)
        if not all(0 <= number <= 1 for number in numbers):
            raise ValueError(f"weights must lie between 0 and 1: {self}")
        for name, most in (("progress", sum(self.progress)), ("physics", sum(self.physics))):
            if most > 1 + 1e-9:
                raise ValueError(f"weights '{name}' add up to {most:g}; a reward is at most 1")


@dataclass(frozen=True)
class Rubric:
    """Which checks are applied, and how they are weighed.

    A check is a pure function from a `Case` to results, such as those in `mdgym.rewards`; a contract's item that fails
    keeps the reward below `Weights.physics[0]`, a thermodynamic or physics check scales it, a violation caps it.

    Attributes:
        checks: The checks.
        weights: The weights.

    Examples:
        >>> lenient = Rubric(weights=Weights(contract=(0.1, 0.25)))
        >>> strict = STANDARD.without("equilibrated")
        >>> len(STANDARD.checks) - len(strict.checks)
        1
    """

    checks: tuple[Check, ...] = CHECKS
    weights: Weights = Weights()

    def without(self, *names: str) -> "Rubric":
        """Return the rubric without some checks, by the names of their functions.

        Raises:
            ValueError: There is no such check; the message lists all.
        """
        known = {check.__name__ for check in self.checks}
        if unknown := set(names) - known:
            raise ValueError(f"no check '{min(unknown)}'; there are: {', '.join(sorted(known))}")
        return replace(self, checks=tuple(check for check in self.checks if check.__name__ not in names))

    def versions(self, standard: Versions) -> Versions:
        """Return versions that tell scores by this rubric from those by the standard one."""
        return replace(standard, rubric=f"{standard.rubric}+{self.hash}") if self.hash else standard

    @property
    def hash(self) -> str:
        """Hash of weights and checks; empty for the standard rubric, whose source is hashed as a whole."""
        if self == STANDARD:
            return ""
        parts = [f"{c.__module__}.{c.__qualname__} {c.__code__.co_code.hex()}" for c in self.checks]
        return hashlib.sha256("\n".join([repr(asdict(self.weights)), *parts]).encode()).hexdigest()[:16]


STANDARD = Rubric()


def check_all(
    task: Task, execution: Execution, evidence: Evidence, rubric: Rubric = STANDARD
) -> tuple[CheckResult, ...]:
    """Apply every check that concerns this task.

    Returns:
        The results; none for scripts that did not complete, for open tasks, and for unwatched dynamics.
    """
    if task.open and execution.executed:
        return (result("finite", VIOLATION, thermodynamic_checks.finite(execution), "The system blew up."),)
    case = build_case(task, execution, evidence)
    return () if case is None else tuple(found for check in rubric.checks for found in check(case))


def worth_a_second_run(task: Task, execution: Execution, evidence: Evidence) -> bool:
    """Whether a script would be paid for results: contract held, no violation found; only then they must be proved."""
    checks = check_all(task, execution, evidence)
    return bool(checks) and all(check.passed for check in checks if check.kind in (CONTRACT, VIOLATION))


def judge(
    task: Task, execution: Execution, evidence: Evidence, seed: int, versions: Versions, rubric: Rubric = STANDARD
) -> Score:
    """Judge one script.

    Args:
        task: The task.
        execution: What the script did.
        evidence: What the verifier found.
        seed: The episode seed, for the record.
        versions: What the score depends on, for the record; the hash of another rubric is added to it.
        rubric: Checks and weights.

    Returns:
        The score.
    """
    checks = check_all(task, execution, evidence, rubric)
    components = _components(task, execution, checks, rubric.weights)
    versions = rubric.versions(versions)
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
    reward = rounded_reward(_reward(task, execution, checks, components, rubric.weights))
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


def progress(task: Task, execution: Execution, weights: Weights = STANDARD.weights) -> float:
    """How far a script came, 0 to 1: milestones, and steps against those that the task needs."""
    contract = task.contract
    timestep = execution.segments[-1].timestep if execution.segments else 0.0
    needed = float(STEPS_OF_STATIC)
    if contract is not None and contract.duration is not None and timestep > 0:
        needed = max(needed, contract.duration / timestep)
    share = min(1.0, execution.steps / needed)
    return weights.milestones * execution.milestones.reached / 4 + (1 - weights.milestones) * share


def _components(
    task: Task, execution: Execution, checks: tuple[CheckResult, ...], weights: Weights
) -> dict[str, float]:
    of = {kind: [c for c in checks if c.kind == kind] for kind in (CONTRACT, THERMODYNAMIC, PHYSICS, VIOLATION)}
    items = of[CONTRACT]
    return {
        "progress": progress(task, execution, weights),
        "contract": sum(c.passed for c in items) / len(items) if items else 1.0 if task.open else 0.0,
        "thermodynamics": math.prod(c.score for c in of[THERMODYNAMIC]),
        "physics": math.prod(c.score for c in of[PHYSICS]),
        "violations": float(sum(not c.passed for c in of[VIOLATION])),
    }


def _reward(
    task: Task,
    execution: Execution,
    checks: tuple[CheckResult, ...],
    components: dict[str, float],
    weights: Weights,
) -> float:
    if execution.status in (FORBIDDEN, EXITED):
        return 0.0
    if execution.status in (TIMEOUT, QUOTA):
        return weights.limit
    if execution.recognised == 0:
        return 0.0
    if not execution.executed or not execution.watched or not checks:
        return weights.progress[0] + weights.progress[1] * components["progress"]
    if components["contract"] < 1.0:
        earned = weights.contract[0] + weights.contract[1] * components["contract"]
    else:
        theta, phi = components["thermodynamics"], components["physics"]
        earned = weights.physics[0] + weights.physics[1] * theta + weights.physics[2] * theta * phi
    return min(earned, weights.violation) if components["violations"] else earned
