"""Which ensemble do the fixes of a run sample? Read from the executed `fix` commands."""

import math
import re

import numpy as np

from mdgym.engine.window import PASSIVE_FIXES, Window

INTEGRATORS = ("nve", "nvt", "npt", "nph")
BAROSTATS = ("npt", "nph", "press/langevin")
CANONICAL = ("nvt", "langevin", "temp/csvr", "temp/csld", "gjf", "gld", "gle", "npt")
WEAK = ("temp/berendsen", "temp/rescale", "press/berendsen")
# Fixes that neither thermostat nor push: allowed in every ensemble.
HARMLESS = (
    *PASSIVE_FIXES,
    *("momentum", "recenter", "balance", "halt", "nve", "property/atom", "store/force", "box/relax"),
)
# They push the atoms of a group against the others: harmless for all atoms alone.
_ON_ALL = ("momentum", "recenter")
# It does so within each of many groups.
_PUSHING = ("momentum/chunk",)
SUFFIXES = ("/omp", "/opt", "/intel", "/kk", "/gpu")
# A thermostat or barostat slower than this part of the judged window does not act in it.
SLOWEST = 0.5
# Friction faster than this part of it holds the atoms where they are: 1e-6 ps kept a crystal at rest for 4 ps, while
# vibrations of 2 THz under 8 fs relax in 1 ps.
FASTEST = 0.002
# Where the damping time stands: words after the style, or after a keyword.
_DAMPING_PLACES = {"langevin": 3, "temp/csvr": 3, "temp/csld": 3, "gjf": 3}
_FRICTION = ("langevin", "gjf")
_STRESSES = ("iso", "aniso", "tri", "x", "y", "z", "xy", "xz", "yz")
_NUMBERS = re.compile(r"[0-9eE.+*/() -]+")
_DAMPING_KEYWORDS = {"temp": 3, "iso": 3, "aniso": 3, "tri": 3, "x": 3, "y": 3, "z": 3}
# The box of a right run at fixed volume does not move at all; that of a right barostat does by 0.1 % and more.
VOLUME_TOLERANCE = 1e-9


def fix_styles(fixes: tuple[str, ...]) -> tuple[str, ...]:
    """Styles of `fix` commands, without accelerator suffixes."""
    return tuple(_style(words) for words in map(str.split, fixes) if words[0] == "fix" and len(words) > 3)


def damping_times(fixes: tuple[str, ...], only: tuple[str, ...] = ()) -> tuple[float, ...]:
    """Damping times of thermostats and barostats, in time units; those that are no plain numbers are left out.

    Args:
        fixes: The commands.
        only: Styles to look at; all without them.
    """
    times = []
    for words in map(str.split, fixes):
        if words[0] != "fix" or len(words) < 5:
            continue
        style = _style(words)
        if only and style not in only:
            continue
        places = [3 + _DAMPING_PLACES[style]] if style in _DAMPING_PLACES else []
        if style.startswith(BAROSTATS) or style.startswith("nvt"):
            # behind the temperatures of press/langevin stands a seed
            keywords = _DAMPING_KEYWORDS.keys() - ({"temp"} if style == "press/langevin" else set())
            places += [i + _DAMPING_KEYWORDS[word] for i, word in enumerate(words) if word in keywords]
        for place in places:
            try:
                times.append(float(words[place]))
            except (IndexError, ValueError):
                continue
    return tuple(times)


def _style(words: list[str]) -> str:
    style = words[3]
    for suffix in SUFFIXES:
        style = style.removesuffix(suffix)
    return style


def _partial(fixes: tuple[str, ...]) -> tuple[str, ...]:
    """Styles of integrators, thermostats, barostats, and fixes that push, that leave atoms out."""
    words = [w for w in map(str.split, fixes) if w[0] == "fix" and len(w) > 3 and w[2] != "all"]
    kinds = (*INTEGRATORS, *BAROSTATS, *CANONICAL, *WEAK, *_ON_ALL)
    return tuple(_style(w) for w in words if _style(w).startswith(kinds))


def _moving_target(window: Window) -> str:
    """Return the fix whose target of temperature or pressure changes in a run; empty when none does."""
    words = [text.split() for text in window.fixes]
    defined = [w for w in words if w[0] == "variable" and len(w) > 3]
    moved = {w[1] for w in defined if w[2] != "equal" or not _NUMBERS.fullmatch(" ".join(w[3:]))}
    moved |= {w[1] for w in map(str.split, window.nested) if w[0] == "variable" and len(w) > 1}
    for fix in words:
        if fix[0] != "fix" or len(fix) < 6:
            continue
        style = _style(fix)
        places = [4] if style in _DAMPING_PLACES else []
        if style.startswith((*BAROSTATS, "nvt")):
            places += [i + 1 for i, word in enumerate(fix) if word in ("temp", *_STRESSES)]
        for place in places:
            if place + 1 >= len(fix):
                continue
            start, stop = fix[place : place + 2]
            if start[2:] in moved if start.startswith("v_") else not _equal(start, stop):
                return style
    return ""


def _equal(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


def _all_edges_move(window: Window) -> bool:
    edges = np.array([frame.box[1] - frame.box[0] for frame in window.frames])
    return len(edges) < 2 or bool(np.all(np.ptp(edges, axis=0) > VOLUME_TOLERANCE * np.mean(edges, axis=0)))


def ensemble_fault(wanted: str, window: Window, allowed: tuple[str, ...]) -> str:
    """Say why a run does not sample an ensemble.

    Args:
        wanted: "nve", "nvt" or "npt".
        window: The judged window.
        allowed: Fix styles that the task allows besides.

    Returns:
        A sentence; empty when it does.
    """
    styles = fix_styles(window.fixes)
    partial = _partial(window.fixes)
    integrators = [style for style in styles if style.startswith(INTEGRATORS)]
    box = any(style.startswith(BAROSTATS) for style in styles)
    canonical = any(style.startswith(CANONICAL) for style in styles)
    weak = [style for style in styles if style in WEAK]
    known = (*CANONICAL, *BAROSTATS, *WEAK, *HARMLESS, *allowed)
    unknown = [s for s in styles if s in _PUSHING or not s.startswith(known)]
    volume = window.column("volume")
    moves = float(np.ptp(volume)) > VOLUME_TOLERANCE * float(np.mean(volume))
    slowest = max(damping_times(window.fixes), default=0.0)
    if not styles:
        return "No fix integrates the motion in the judged window."
    if partial:
        return f"fix {partial[0]} acts on a group that does not hold all atoms."
    if len(integrators) > 1:
        return f"fix {integrators[0]} and fix {integrators[1]} both move the atoms; one of them must do."
    if weak:
        return f"fix {weak[0]} does not sample the ensemble; use Nosé-Hoover, Langevin or csvr."
    if unknown:
        return f"fix {unknown[0]} changes the motion in the judged window; the task does not ask for it."
    if wanted == "npt" and not (box and moves):
        return "The volume does not fluctuate in the judged window; the task asks for constant pressure (NPT)."
    if wanted == "npt" and not _all_edges_move(window):
        return "Some edges of the box are held fixed; the task asks for a pressure in all directions."
    if wanted != "npt" and (box or moves):
        return f"The box changes in the judged window; the task asks for fixed volume ({wanted.upper()})."
    if wanted in ("nvt", "npt") and not canonical:
        return "No thermostat acts in the judged window; the task asks for constant temperature."
    if wanted == "nve" and canonical:
        return "A thermostat acts in the judged window; the task asks for constant energy (NVE)."
    if wanted != "nve" and min(damping_times(window.fixes, _FRICTION), default=math.inf) < FASTEST * window.duration:
        return "The friction of the thermostat is so strong that the atoms do not move in the judged window."
    if any(words[:1] + words[2:3] == ["variable", "atom"] for words in map(str.split, window.fixes)):
        return "The thermostat's target differs from atom to atom; the ensemble has one temperature."
    if wanted != "nve" and (moving := _moving_target(window)):
        return f"The target of fix {moving} changes in the judged window; hold it at one value."
    if wanted != "nve" and slowest > SLOWEST * window.duration:
        return f"A damping time of {slowest:g} is too long for a judged window of {window.duration:g}."
    return ""
