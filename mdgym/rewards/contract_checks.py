"""Items of the contract: is it the system, the ensemble and the length of run that was asked for?"""

import numpy as np

from mdgym.engine.window import PASSIVE_FIXES
from mdgym.rewards.case import Case, result
from mdgym.rewards.score import CONTRACT, CheckResult

MASS_TOLERANCE = 0.005
DENSITY_TOLERANCE = 0.001
TIMESTEP_TOLERANCE = 1e-6
# The box of a right run at fixed volume does not move at all; that of a right barostat does by 0.1 % and more.
VOLUME_TOLERANCE = 1e-9

BAROSTATS = ("npt", "nph", "press/langevin")
CANONICAL = ("nvt", "langevin", "temp/csvr", "temp/csld", "gjf", "gld", "gle", "npt")
WEAK = ("temp/berendsen", "temp/rescale", "press/berendsen")
# Fixes that neither thermostat nor push: allowed in every ensemble.
HARMLESS = (
    *PASSIVE_FIXES,
    *("momentum", "recenter", "balance", "halt", "nve", "property/atom", "controller", "store/force", "box/relax"),
)
# Commands that may stand inside `run ... every` of a judged run: they only look.
HARMLESS_COMMANDS = ("print", "variable", "info", "write_data", "write_dump", "write_restart", "thermo")
SUFFIXES = ("/omp", "/opt", "/intel", "/kk", "/gpu")


def fix_styles(fixes: tuple[str, ...]) -> tuple[str, ...]:
    """Styles of `fix` commands, without accelerator suffixes."""
    styles = [words[3] for words in map(str.split, fixes) if words[0] == "fix" and len(words) > 3]
    for suffix in SUFFIXES:
        styles = [style.removesuffix(suffix) for style in styles]
    return tuple(styles)


def units(case: Case) -> tuple[CheckResult, ...]:
    """The script uses the unit style that the numbers are wanted in."""
    wanted = case.contract.units
    return (result("units", CONTRACT, case.state.units == wanted, f"Use 'units {wanted}'."),)


def atoms(case: Case) -> tuple[CheckResult, ...]:
    """The number of atoms lies in the range."""
    least, most = case.contract.atoms
    # the judged run counts, and the final state must still be its system
    count = case.state.atoms if case.window is None else round(float(case.window.column("atoms")[-1]))
    wanted = f"{least}" if least == most else f"between {least} and {most}"
    return (
        result("atoms", CONTRACT, least <= count <= most, f"The system has {count} atoms; the task asks for {wanted}."),
        result("same atoms", CONTRACT, count == case.state.atoms, "Atoms are added or deleted after the judged run."),
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
    if case.window is not None:
        moved = float(case.window.column("mass")[-1])
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
    volume = float(np.prod(case.state.box[1] - case.state.box[0]))
    if case.window is not None:
        volume = float(np.mean(case.window.column("volume")))
    found = case.state.atoms / volume
    right = abs(found / wanted - 1) <= DENSITY_TOLERANCE
    return (result("density", CONTRACT, right, f"The number density is {found:.5g}; the task asks for {wanted:g}."),)


def timestep(case: Case) -> tuple[CheckResult, ...]:
    """A prescribed timestep is used."""
    wanted = case.contract.timestep
    if wanted is None:
        return ()
    found = case.state.timestep
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
    message = (
        f"The last stretch at constant settings lasts {case.window.elapsed:g} time units; the task asks for "
        f"{wanted:g}. A change of fixes, force field, timestep, atoms or velocities begins a new stretch."
    )
    return (result("duration", CONTRACT, case.window.long_enough, message),)


def constancy(case: Case) -> tuple[CheckResult, ...]:
    """Nothing is changed by commands that run inside the judged runs, nor after them."""
    if not case.dynamic or case.window is None:
        return ()
    nested = [command for command in case.window.nested if command.split(maxsplit=1)[0] not in HARMLESS_COMMANDS]
    message = f"'{nested[0][:60] if nested else ''}' is executed inside a judged run; leave the run alone."
    return (result("constancy", CONTRACT, not nested, message),)


def ensemble(case: Case) -> tuple[CheckResult, ...]:
    """The fixes of the judged window sample the ensemble of the task."""
    if not case.dynamic or case.window is None:
        return ()
    styles = fix_styles(case.window.fixes)
    message = _ensemble_fault(case, styles)
    return (result("ensemble", CONTRACT, not message, message),)


def _ensemble_fault(case: Case, styles: tuple[str, ...]) -> str:
    wanted = case.contract.ensemble
    box = any(style.startswith(BAROSTATS) for style in styles)
    canonical = any(style.startswith(CANONICAL) for style in styles)
    weak = [style for style in styles if style in WEAK]
    unknown = [
        s for s in styles if not s.startswith((*CANONICAL, *BAROSTATS, *WEAK, *HARMLESS, *case.contract.allowed_fixes))
    ]
    assert case.window is not None
    volume = case.window.column("volume")
    moves = float(np.ptp(volume)) > VOLUME_TOLERANCE * float(np.mean(volume))
    if not styles:
        return "No fix integrates the motion in the judged window."
    if weak:
        return f"fix {weak[0]} does not sample the ensemble; use Nosé-Hoover, Langevin or csvr."
    if unknown:
        return f"fix {unknown[0]} changes the motion in the judged window; the task does not ask for it."
    if wanted == "npt" and not (box and moves):
        return "The volume does not fluctuate in the judged window; the task asks for constant pressure (NPT)."
    if wanted != "npt" and (box or moves):
        return f"The box changes in the judged window; the task asks for fixed volume ({wanted.upper()})."
    if wanted in ("nvt", "npt") and not canonical:
        return "No thermostat acts in the judged window; the task asks for constant temperature."
    if wanted == "nve" and canonical:
        return "A thermostat acts in the judged window; the task asks for constant energy (NVE)."
    return ""


CHECKS = (units, atoms, masses, quantities, density, timestep, duration, constancy, ensemble)
