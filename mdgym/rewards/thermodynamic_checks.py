"""Do the numbers agree with the accepted ones? Each is graded by how many limits it is off."""

import math

from mdgym.engine.execution import Execution
from mdgym.rewards.case import Case, result
from mdgym.rewards.score import THERMODYNAMIC, CheckResult
from mdgym.tasks.task import Reference

# A limit is three standard deviations wide; beyond it the grade falls off like a Gaussian of width two.
LIMIT_Z = 3.0
WIDTH_Z = 2.0
DIGITS = 6


def grade(value: float, reference: Reference) -> tuple[bool, float]:
    """Compare a value with an accepted one.

    Args:
        value: What was found.
        reference: The accepted value with its limit (z = 3).

    Returns:
        Whether it passes, and exp(-max(0, |z| - 3)^2 / 8).
    """
    z = LIMIT_Z * abs(rounded(value) - reference.value) / reference.limit
    beyond = max(0.0, z - LIMIT_Z)
    return beyond == 0.0, math.exp(-(min(beyond, 1e3) ** 2) / (2 * WIDTH_Z**2))


def rounded(value: float) -> float:
    """Round to 6 significant digits, so that the last bits of a machine decide nothing."""
    return float(f"{value:.{DIGITS}g}")


def temperature(case: Case) -> tuple[CheckResult, ...]:
    """The mean temperature of each judged window, from true masses and velocities."""
    return _targets(case, "temperature")


def pressure(case: Case) -> tuple[CheckResult, ...]:
    """The mean pressure of each judged window, where the task sets one."""
    return _targets(case, "pressure")


def quantities(case: Case) -> tuple[CheckResult, ...]:
    """Each number that the script leaves behind."""
    found = []
    for quantity in case.contract.quantities:
        reference, value = case.task.reference(quantity.name), case.reported(quantity)
        if reference is None or value is None:
            continue
        passed, score = grade(value, reference)
        message = f"'{quantity.name}' = {value:.6g} is not the accepted value of {quantity.meaning}."
        found.append(result(f"value {quantity.name}", THERMODYNAMIC, passed, message, score))
    return tuple(found)


def _targets(case: Case, name: str) -> tuple[CheckResult, ...]:
    """A target of each judged window: those of the earlier ones are numbered from 1."""
    earlier = [
        found
        for number in range(len(case.contract.earlier))
        for found in _target(case, f"{name} {number + 1}", f"mean {name}", (float(number),))
    ]
    return (*earlier, *_target(case, name, f"mean {name}"))


def _target(case: Case, name: str, source: str, arguments: tuple[float, ...] = ()) -> tuple[CheckResult, ...]:
    reference, value = case.task.reference(name), case.measured(source, arguments)
    if reference is None or value is None:
        return ()
    passed, score = grade(value, reference)
    message = f"The {source} of the judged window is {value:.5g}; that is too far from what the task asks for."
    return (result(name, THERMODYNAMIC, passed, message, score),)


def finite(execution: Execution) -> bool:
    """Whether every run was recorded in finite numbers, and every minimization ended in a finite energy."""
    recorded = [s.samples if s.command == "run" else s.column("potential") for s in execution.segments]
    return all(math.isfinite(values.sum()) for values in recorded)


CHECKS = (temperature, pressure, quantities)
