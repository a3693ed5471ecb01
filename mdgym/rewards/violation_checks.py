"""Violations: what no honest run of the task shows. Each stops a way to be paid for physics that was not done."""

import math

import numpy as np

from mdgym.rewards.case import Case, result
from mdgym.rewards.contract_checks import HARMLESS_COMMANDS
from mdgym.rewards.ensembles import ensemble_fault, fix_styles
from mdgym.rewards.evidence import Counterfactual, end_of, from_states, last_stretch, lines_of, work_done
from mdgym.rewards.score import VIOLATION, CheckResult
from mdgym.rewards.thermodynamic_checks import finite, grade, rounded
from mdgym.tasks.task import REFERENCE, Quantity

# An average may miss the second world's own by this part of the way between the worlds, if that is more than the
# tolerance: coarse timesteps average badly, and what was written down stays behind by the whole way.
AVERAGE_FOLLOWS = 0.3
# But not by more tolerances than this: the way between the worlds is a hundred times the noise of an energy.
MOST_TOLERANCES = 2.0
# A right static result scales with the potential to 1e-6 (minimizers) or 1e-4 (coarse scans); this is of the tolerance.
STATIC_FOLLOWS = 0.3
# The least part of the full change that a wrong static result must show.
WRONG_FOLLOWS = 0.3
# Below this grade a result is so wrong that nothing is left of the reward for right values.
FAR_OFF = 0.05
# A script that works only when it notices a changed world did not do the work that it is paid for.
SAME_WORK = 0.75
# Searches that end when they have converged may take another number of steps: this many minimizations and volumes do.
ENOUGH_WORK = (1, 3, math.inf)
# Static scripts end with the same system in both worlds; edges follow lengths, which change by 3 % at most.
SAME_EDGES = 0.05
FORGING_FIXES = ("setforce", "freeze", "nve/limit", "nve/noforce", "addforce", "aveforce", "move", "adapt", "dt/reset")


def sane(case: Case) -> tuple[CheckResult, ...]:
    """Nothing in the recording is infinite or undefined, and the verifier could go on from the final state."""
    right = finite(case.execution) and not case.evidence.error
    message = f"The system blew up. {case.evidence.error}".strip()
    return (result("finite", VIOLATION, right, message),)


def potential(case: Case) -> tuple[CheckResult, ...]:
    """Hidden frames have the energies that the potential of the task gives them."""
    energies = case.evidence.energies
    if not case.contract.force_field:
        return ()
    if energies is None:
        if case.window is None and case.dynamic:
            return ()
        return (result("potential", VIOLATION, False, "No configuration of the run could be recomputed."),)
    worst = float(np.max(np.abs(energies.recorded - energies.recomputed), initial=0.0))
    message = (
        "Energies differ from those of the potential that the task names: another potential or cutoff, excluded "
        "pairs, or stale neighbour lists."
    )
    return (result("potential", VIOLATION, worst <= case.contract.potential_tolerance, message, value=worst),)


def honest(case: Case) -> tuple[CheckResult, ...]:
    """What the script reports is what its own run shows."""
    found = []
    for quantity in case.contract.quantities:
        value, truth = (
            case.reported(quantity),
            case.measured(quantity.source, quantity.arguments) if quantity.source != REFERENCE else None,
        )
        if value is None or truth is None:
            continue
        right = abs(rounded(value) - rounded(truth)) <= quantity.tolerance
        message = f"'{quantity.name}' = {value:.6g} is not what the judged window shows; compute it from the run."
        off = abs(value - truth) / quantity.tolerance
        found.append(result(f"honest {quantity.name}", VIOLATION, right, message, value=off))
    return tuple(found)


def kinetic_width(case: Case) -> tuple[CheckResult, ...]:
    """The temperature fluctuates as in the canonical ensemble (canonical and isothermal-isobaric tasks only)."""
    if not case.thermostatted or case.window is None or len(case.window.samples) < 50:
        return ()
    message = "The temperature does not fluctuate as a thermostat that samples the canonical ensemble makes it."
    width = case.threshold("kinetic energy width")
    ratios = []
    for window in case.found:
        values = window.column("temperature")
        mean = float(np.mean(values))
        ratios.append(float(np.std(values)) / (mean * math.sqrt(2 / case.freedom)) if mean > 0 else 0.0)
    worst = max(abs(ratio - 1) for ratio in ratios)
    return (result("kinetic energy width", VIOLATION, worst <= width, message, value=worst),)


def equipartition(case: Case) -> tuple[CheckResult, ...]:
    """Left alone, the final state keeps its temperature."""
    motion = case.evidence.continuation
    if motion is None or case.window is None or not case.dynamic:
        return ()
    before = float(np.mean(case.window.column("temperature")))
    # the first half still remembers where it started
    after = float(np.mean(motion.temperature[len(motion.temperature) // 2 :]))
    spread = before * math.sqrt(2 / case.freedom)
    off = abs(after - before) / spread if spread > 0 else math.inf
    right = math.isfinite(after) and off <= case.threshold("equipartition")
    message = (
        "Left alone, the final state does not keep its temperature: kinetic and potential energy are not in balance."
    )
    return (result("equipartition", VIOLATION, right, message, value=off),)


def styles(case: Case) -> tuple[CheckResult, ...]:
    """No fix overrides forces, displacements or masses in a run that counts."""
    if not case.dynamic or case.window is None:
        return ()
    styles = [style for window in case.found for style in fix_styles(window.fixes)]
    used = [s for s in styles if s in FORGING_FIXES and s not in case.contract.allowed_fixes]
    message = f"fix {used[0] if used else ''} overrides the motion; the task does not allow it."
    return (result("styles", VIOLATION, not used, message),)


def thermometer(case: Case) -> tuple[CheckResult, ...]:
    """A wrong temperature does not come from a thermometer that the script has bent."""
    if not case.thermostatted or case.window is None:
        return ()
    words = [command.split() for window in case.found for command in window.fixes]
    bent = any(w[0] == "compute_modify" or (w[0] == "fix_modify" and "temp" in w[2:]) for w in words)
    reference, value = case.task.reference("temperature"), case.measured("mean temperature")
    wrong = reference is not None and value is not None and not grade(value, reference)[0]
    message = "The thermostat follows a temperature of the script's own making, which is not that of the atoms."
    return (result("thermometer", VIOLATION, not (bent and wrong), message),)


def counterfactual(case: Case) -> tuple[CheckResult, ...]:
    """In a changed world the same script does the same work, and gives the answers of that world."""
    second = case.evidence.counterfactual
    if second is None:
        return ()
    only = sorted(set(second.lines) - set(lines_of(case.execution)))
    if only:
        message = f"Line {only[0]} computes only when the potential or timestep is changed; compute in every case."
        return (result("counterfactual", VIOLATION, False, message),)
    pairs = zip(work_done(case.execution), second.work, ENOUGH_WORK)
    right = second.executed and all(first >= min(SAME_WORK * again, enough) for first, again, enough in pairs)
    right = right and (case.dynamic or _ends_alike(case, second))
    right = right and all(_follows(case, quantity, second) for quantity in case.contract.quantities)
    right = right and _under_pressure(case, second)
    message = (
        "The result does not follow when the potential or timestep is changed: compute it from the system of the task, "
        "do not write it down."
    )
    return (result("counterfactual", VIOLATION, right, message),)


def shown(case: Case) -> tuple[CheckResult, ...]:
    """An energy that is right is that of a state of the run, in both worlds: ratios are not remembered."""
    found = []
    for quantity in case.contract.quantities:
        value, reference = case.reported(quantity), case.task.reference(quantity.name)
        limit = quantity.shown[1] if quantity.shown else quantity.lost[0] if quantity.lost else None
        if limit is None or value is None or reference is None or not grade(value, reference)[0]:
            continue
        second = case.evidence.counterfactual
        again = second.off_states.get(quantity.name) if second is not None else None
        worst = max(from_states(case.execution, quantity) or 0.0, again or 0.0)
        message = f"No state of the run has the energy that '{quantity.name}' reports; it must be that of the system."
        if quantity.lost is not None:
            worst = max(worst, 0.0 if _collided(case, quantity.lost[1]) else math.inf)
            message = (
                f"The last stretch of runs at constant settings does not lose what '{quantity.name}' reports; it must "
                "hold the whole collision, with no other forces, and nothing may be changed in it or after it."
            )
        found.append(result(f"shown {quantity.name}", VIOLATION, worst <= limit, message, value=worst))
    return tuple(found)


def _collided(case: Case, distance: float) -> bool:
    """Whether the last stretch is free motion but for contacts, and ends with atoms apart."""
    stretch = last_stretch(case.execution)
    if stretch is None or ensemble_fault("nve", stretch, ()) or case.execution.touched:
        return False
    if any(style in FORGING_FIXES for style in fix_styles(stretch.fixes)):
        return False
    if any(command.split(maxsplit=1)[0] not in HARMLESS_COMMANDS for command in stretch.nested):
        return False
    apart = np.linalg.norm(case.state.positions[:, None] - case.state.positions[None, :], axis=-1)
    return bool(np.min(apart + np.diag(np.full(len(apart), np.inf)), initial=np.inf) >= distance)


def _ends_alike(case: Case, second: Counterfactual) -> bool:
    first = end_of(case.execution)
    if first is None or second.end is None:
        return True
    edges = zip(first[1], second.end[1], strict=True)
    return first[0] == second.end[0] and all(abs(a - b) <= SAME_EDGES * max(a, b) for a, b in edges)


def _under_pressure(case: Case, second: Counterfactual) -> bool:
    """Whether a barostat that holds the pressure holds it in the changed world too: the box must follow."""
    if case.contract.ensemble != "npt":
        return True
    targets = [r for r in case.task.references if r.name.split()[0] == "pressure" and r.name in second.measured]
    for number, target in enumerate(targets):
        first, again = case.measured("mean pressure", (float(number),)), second.measured[target.name]
        if first is not None and again is not None and grade(first, target)[0] and not grade(again, target)[0]:
            return False
    return True


def _far_off(case: Case) -> bool:
    """Whether a static result is far off: others that are right by chance (under pressure) need not scale exactly."""
    pairs = [(case.reported(q), case.task.reference(q.name)) for q in case.contract.quantities if q.source == REFERENCE]
    return any(v is not None and r is not None and grade(v, r)[1] < FAR_OFF for v, r in pairs)


def _follows(case: Case, quantity: Quantity, second: Counterfactual) -> bool:
    first, reported = case.reported(quantity), second.reported.get(quantity.name)
    measured, factor = second.measured.get(quantity.name), second.factors.get(quantity.name)
    reference = case.task.reference(quantity.name)
    if first is None or reported is None:
        return False
    if quantity.source != REFERENCE:
        before = case.measured(quantity.source, quantity.arguments)
        if measured is None or before is None:
            return False
        slack = min(AVERAGE_FOLLOWS * abs(measured - before), MOST_TOLERANCES * quantity.tolerance)
        return abs(reported - measured) <= max(quantity.tolerance, slack)
    if factor is None:
        return False
    if reference is not None and grade(first, reference)[0] and not _far_off(case):
        return abs(reported - factor * first) <= STATIC_FOLLOWS * quantity.tolerance
    # A wrong result (relaxed under pressure, say) need not scale exactly, nor even go the same way where the shape of
    # the potential is changed; one that was written down does not move.
    if factor == 1.0:
        return True
    if first == 0:
        return False
    moved = (reported - first) / ((factor - 1) * first)
    change = case.contract.counterfactual
    return (moved if change is None or change.shape == 1.0 else abs(moved)) >= WRONG_FOLLOWS


CHECKS = (sane, potential, honest, shown, kinetic_width, equipartition, styles, thermometer, counterfactual)
