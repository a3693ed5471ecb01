"""Items of the contract that some tasks prescribe: fixes with their numbers, thermostats, and how the motion begins."""

import math

from mdgym.engine.execution import Segment
from mdgym.engine.window import moving_fixes
from mdgym.rewards.case import Case, result
from mdgym.rewards.contract_checks import HARMLESS_COMMANDS
from mdgym.rewards.ensembles import CANONICAL, HARMLESS, damping_times, fix_styles
from mdgym.rewards.score import CONTRACT, CheckResult
from mdgym.script.styles import without_suffix

# Numbers of a fix are what the prompt says; arithmetic of a script may round them.
ROUNDING = 1e-4
# `velocity create` meets its temperature exactly, with or without the degrees of freedom of the centre of mass.
START = 0.01
# The state may be written and read again between two runs.
ROUND_TRIP = ("clear", "create_box", "read_restart", "read_data", "mass")


def fixes(case: Case) -> tuple[CheckResult, ...]:
    """The prescribed fixes act on all atoms, and no others of their styles."""
    if not case.contract.required_fixes or not case.found:
        return ()
    wanted = sorted(text.split() for text in case.contract.required_fixes)
    styles = {words[0] for words in wanted}
    right = all(_same(sorted(_fixes(window.fixes, styles)), wanted) for window in case.found)
    message = "The judged window needs these fixes on group all, no more of their kind: " + ", ".join(
        f"'{text}'" for text in case.contract.required_fixes
    )
    return (result("fixes", CONTRACT, right, f"{message}."),)


def thermostat(case: Case) -> tuple[CheckResult, ...]:
    """Thermostats are of the prescribed kinds, and as fast as prescribed."""
    allowed, damping = case.contract.thermostats, case.contract.damping
    found = []
    if allowed:
        used = [s for window in case.found for s in fix_styles(window.fixes) if s.startswith(CANONICAL)]
        wrong = [style for style in used if style not in allowed]
        message = f"fix {wrong[0] if wrong else ''} is not a thermostat that the task allows: {', '.join(allowed)}."
        found.append(result("thermostat", CONTRACT, not wrong, message))
    if damping is not None:
        low, high = damping[0] * (1 - ROUNDING), damping[1] * (1 + ROUNDING)
        right = all(low <= time <= high for window in case.found for time in damping_times(window.fixes))
        scaled = any("scale" in text.split() for window in case.found for text in window.fixes)
        message = f"Damping times must lie between {damping[0]:g} and {damping[1]:g}, and be the same for all atoms."
        found.append(result("damping", CONTRACT, right and not scaled, message))
    return tuple(found)


def beginning(case: Case) -> tuple[CheckResult, ...]:
    """The motion begins at the prescribed temperature, and nothing but the ensemble acts from the first step on."""
    wanted = case.contract.start
    moved = [segment for segment in case.execution.segments if segment.command != "run" or segment.steps > 0]
    while moved and moved[0].command != "run":
        moved = moved[1:]
    if wanted is None or case.window is None or not moved:
        return ()
    first = moved[0]
    rows = first.column("temperature")[first.column("step") == first.first_step]
    before = case.execution.segments[: [s is first for s in case.execution.segments].index(True) + 1]
    # after a minimization the first step may lie between two samples
    met = math.isclose(float(rows[0]), wanted, rel_tol=START) if len(rows) else _drawn(before, wanted)
    styles = {style for run in moved for style in fix_styles(moving_fixes(run.fixes))}
    commands = [text.split()[0] for run in moved for text in run.nested]
    quiet = all(run.command == "run" for run in moved) and styles <= set(HARMLESS)
    quiet = quiet and all(command in HARMLESS_COMMANDS for command in commands)
    # a run of no steps between two others may come after a change
    later = case.execution.segments[len(before) :]
    quiet = quiet and all(text.split()[0] in ROUND_TRIP for segment in later for text in segment.touched)
    time = sum(run.steps * run.timestep for run in moved)
    least = case.contract.settle + (case.contract.duration or 0.0)
    long = time >= least - 1e-3 * case.window.timestep
    return (
        result("start", CONTRACT, met, f"The first step of dynamics is not at a temperature of {wanted:g}."),
        result("throughout", CONTRACT, quiet, "The ensemble does not hold untouched from the first step on."),
        result("settled", CONTRACT, long, f"All runs last {time:g}; before the window and in it, {least:g} are asked."),
    )


def _drawn(segments: tuple[Segment, ...], wanted: float) -> bool:
    """Whether the last commands that touched the system gave all atoms velocities of this temperature."""
    met = False
    for words in (text.split() for segment in segments for text in segment.touched):
        match words:
            case ["velocity", "all", "create" | "scale", kelvin, *more] if not {"sum", "temp", "bias"} & set(more):
                met = _equal(kelvin, f"{wanted:.10g}")
            case ["velocity", "all", "zero", *_]:
                pass
            case _:
                met = False
    return met


def _fixes(commands: tuple[str, ...], styles: set[str]) -> list[list[str]]:
    """Style and arguments of fixes; the group stands first where it is not all."""
    found = []
    for words in map(str.split, commands):
        if words[0] == "fix" and len(words) > 3 and without_suffix(words[3]) in styles:
            arguments = words[4:-1] if words[-1] == "xyz" else words[4:]
            found.append([*(words[2:3] if words[2] != "all" else []), without_suffix(words[3]), *arguments])
    return found


def _same(found: list[list[str]], wanted: list[list[str]]) -> bool:
    return len(found) == len(wanted) and all(
        len(a) == len(b) and all(_equal(one, other) for one, other in zip(a, b)) for a, b in zip(found, wanted)
    )


def _equal(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=ROUNDING)
    except ValueError:
        return one == other


CHECKS = (fixes, thermostat, beginning)
