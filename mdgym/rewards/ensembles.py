"""Which ensemble do the fixes of a run sample? Read from the executed `fix` commands."""

import numpy as np

from mdgym.engine.window import PASSIVE_FIXES, Window

INTEGRATORS = ("nve", "nvt", "npt", "nph")
BAROSTATS = ("npt", "nph", "press/langevin")
CANONICAL = ("nvt", "langevin", "temp/csvr", "temp/csld", "gjf", "gld", "gle", "npt")
WEAK = ("temp/berendsen", "temp/rescale", "press/berendsen")
# Fixes that neither thermostat nor push: allowed in every ensemble.
HARMLESS = (
    *PASSIVE_FIXES,
    *("momentum", "recenter", "balance", "halt", "nve", "property/atom", "controller", "store/force", "box/relax"),
)
SUFFIXES = ("/omp", "/opt", "/intel", "/kk", "/gpu")
# A thermostat or barostat slower than this part of the judged window does not act in it.
SLOWEST = 0.5
# Where the damping time stands: words after the style, or after a keyword.
_DAMPING_PLACES = {"langevin": 3, "temp/csvr": 3, "temp/csld": 3, "gjf": 3}
_DAMPING_KEYWORDS = {"temp": 3, "iso": 3, "aniso": 3, "tri": 3, "x": 3, "y": 3, "z": 3}
# The box of a right run at fixed volume does not move at all; that of a right barostat does by 0.1 % and more.
VOLUME_TOLERANCE = 1e-9


def fix_styles(fixes: tuple[str, ...]) -> tuple[str, ...]:
    """Styles of `fix` commands, without accelerator suffixes."""
    return tuple(_style(words) for words in map(str.split, fixes) if words[0] == "fix" and len(words) > 3)


def damping_times(fixes: tuple[str, ...]) -> tuple[float, ...]:
    """Damping times of all thermostats and barostats, in time units; those that are no plain numbers are left out."""
    times = []
    for words in map(str.split, fixes):
        if words[0] != "fix" or len(words) < 5:
            continue
        style = _style(words)
        places = [3 + _DAMPING_PLACES[style]] if style in _DAMPING_PLACES else []
        if style.startswith(("nvt", "npt", "nph")):
            places += [i + _DAMPING_KEYWORDS[word] for i, word in enumerate(words) if word in _DAMPING_KEYWORDS]
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
    """Styles of integrators, thermostats and barostats that leave atoms out."""
    words = [w for w in map(str.split, fixes) if w[0] == "fix" and len(w) > 3 and w[2] != "all"]
    return tuple(_style(w) for w in words if _style(w).startswith((*INTEGRATORS, *BAROSTATS, *CANONICAL, *WEAK)))


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
    unknown = [s for s in styles if not s.startswith((*CANONICAL, *BAROSTATS, *WEAK, *HARMLESS, *allowed))]
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
    if any(words[:1] + words[2:3] == ["variable", "atom"] for words in map(str.split, window.fixes)):
        return "The thermostat's target differs from atom to atom; the ensemble has one temperature."
    if wanted != "nve" and slowest > SLOWEST * window.duration:
        return f"A damping time of {slowest:g} is too long for a judged window of {window.duration:g}."
    return ""
