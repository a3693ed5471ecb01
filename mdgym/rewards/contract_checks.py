"""Items of the contract: is it the system, the ensemble and the length of run that was asked for?"""

import numpy as np

from mdgym.rewards.case import Case, result
from mdgym.rewards.ensembles import ensemble_fault
from mdgym.rewards.score import CONTRACT, CheckResult

MASS_TOLERANCE = 0.005
DENSITY_TOLERANCE = 0.001
TIMESTEP_TOLERANCE = 1e-6

# Commands that may stand inside `run ... every` of a judged run: they only look.
HARMLESS_COMMANDS = ("print", "variable", "info", "write_data", "write_dump", "write_restart", "thermo")


def units(case: Case) -> tuple[CheckResult, ...]:
    """The script uses the unit style that the numbers are wanted in."""
    wanted = case.contract.units
    return (result("units", CONTRACT, case.state.units == wanted, f"Use 'units {wanted}'."),)


def atoms(case: Case) -> tuple[CheckResult, ...]:
    """The number of atoms lies in the range."""
    least, most = case.contract.atoms
    # the judged runs count, and the final state must still be their system
    counts = [round(float(window.column("atoms")[-1])) for window in case.found] or [case.state.atoms]
    wanted = f"{least}" if least == most else f"between {least} and {most}"
    wrong = [count for count in counts if not least <= count <= most]
    message = f"The system has {(wrong or counts)[0]} atoms; the task asks for {wanted}."
    return (
        result("atoms", CONTRACT, not wrong, message),
        result(
            "same atoms",
            CONTRACT,
            set(counts) == {case.state.atoms},
            "Atoms are added or deleted between the judged runs or after them.",
        ),
    )


def masses(case: Case) -> tuple[CheckResult, ...]:
    """Every atom has the mass of a species of the contract, and every species is there."""
    if not case.contract.masses:
        return ()
    if not case.state.atoms:
        return (result("masses", CONTRACT, False, "There are no atoms."),)
    deviation = np.abs(case.state.masses[:, None] / np.array(case.contract.masses) - 1)
    right = bool(np.all(np.min(deviation, axis=1) <= MASS_TOLERANCE))
    present = bool(np.all(np.min(deviation, axis=0) <= MASS_TOLERANCE))
    for window in case.found:
        moved = float(window.column("mass")[-1])
        right = right and abs(float(np.sum(case.state.masses)) / moved - 1) <= MASS_TOLERANCE
    return (result("masses", CONTRACT, right and present, "The atoms do not have the masses of the task's elements."),)


def quantities(case: Case) -> tuple[CheckResult, ...]:
    """Each wanted variable has a value at the end of the script."""
    return tuple(
        result(
            f"variable {quantity.name}",
            CONTRACT,
            case.reported(quantity) is not None,
            f"The equal-style variable '{quantity.name}' has no value at the end of the script.",
        )
        for quantity in case.contract.quantities
    )


def density(case: Case) -> tuple[CheckResult, ...]:
    """A prescribed number density is met."""
    wanted = case.contract.density
    if wanted is None:
        return ()
    densities = [float(np.mean(window.column("atoms") / window.column("volume"))) for window in case.found]
    densities = densities or [case.state.atoms / float(np.prod(case.state.box[1] - case.state.box[0]))]
    found = max(densities, key=lambda density: abs(density / wanted - 1))
    right = abs(found / wanted - 1) <= case.contract.thresholds.get("density", DENSITY_TOLERANCE)
    return (result("density", CONTRACT, right, f"The number density is {found:.5g}; the task asks for {wanted:g}."),)


def timestep(case: Case) -> tuple[CheckResult, ...]:
    """A prescribed timestep is used."""
    wanted = case.contract.timestep
    if wanted is None:
        return ()
    found = case.state.timestep if case.window is None else case.window.timestep
    right = abs(found / wanted - 1) <= TIMESTEP_TOLERANCE
    return (
        result("prescribed timestep", CONTRACT, right, f"The timestep is {found:g}; the task asks for {wanted:g}."),
    )


def duration(case: Case) -> tuple[CheckResult, ...]:
    """The last stretch at constant settings lasts long enough."""
    wanted = case.contract.duration
    if wanted is None:
        return ()
    if case.window is None:
        return (result("duration", CONTRACT, False, "The script does not end in a run at constant settings."),)
    if None in case.windows:
        missing = case.contract.earlier[case.windows.index(None)]
        message = f"No stretch of {wanted:g} time units at constant settings has a mean temperature near {missing:g}."
        return (result("duration", CONTRACT, False, message),)
    message = (
        f"The last stretch at constant settings lasts {case.window.elapsed:g} time units; the task asks for "
        f"{wanted:g}. A change of fixes, force field, timestep, atoms or velocities begins a new stretch."
    )
    return (result("duration", CONTRACT, case.window.long_enough, message),)


def constancy(case: Case) -> tuple[CheckResult, ...]:
    """Nothing is changed by commands that run inside the judged runs, nor after them."""
    if not case.dynamic or case.window is None:
        return ()
    inside = [command for window in case.found for command in window.nested]
    nested = [command for command in inside if command.split(maxsplit=1)[0] not in HARMLESS_COMMANDS]
    changes = [*nested, *case.execution.touched]
    if case.state.timestep != case.window.timestep:
        changes.append(f"timestep {case.state.timestep:g}")
    message = f"'{changes[0][:60] if changes else ''}' stands inside a judged run or after it; leave the run alone."
    return (result("constancy", CONTRACT, not changes, message),)


def ensemble(case: Case) -> tuple[CheckResult, ...]:
    """The fixes of the judged window sample the ensemble of the task."""
    if not case.dynamic or case.window is None:
        return ()
    faults = [ensemble_fault(case.contract.ensemble, window, case.contract.allowed_fixes) for window in case.found]
    message = next(filter(None, faults), "")
    return (result("ensemble", CONTRACT, not message, message),)


def conditions(case: Case) -> tuple[CheckResult, ...]:
    """The judged windows show what the task asks of them; where they hold too little to tell, they do not."""
    found = []
    for condition in case.contract.conditions:
        value = case.measured(condition.source, condition.arguments)
        # a value that is not a number holds nothing
        right = value is not None and condition.least <= value <= condition.most
        message = f"The judged window does not show what the task asks for: {condition.meaning}."
        found.append(result(f"condition {condition.name}", CONTRACT, right, message, value=value))
    return tuple(found)


CHECKS = (units, atoms, masses, quantities, density, timestep, duration, constancy, ensemble, conditions)
