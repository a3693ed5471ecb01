"""Soft physics: a run that is right in the main, yet badly done."""

import numpy as np

from mdgym.rewards.case import Case, result
from mdgym.rewards.score import PHYSICS, CheckResult

# Systematic drift of the total energy in free motion, in units of mean kinetic energy per atom and time unit of the
# script. 0.05 meV/atom/ps at 600 K (kinetic energy 78 meV/atom).
DRIFT = {"metal": 0.05e-3 / 78e-3, "real": 0.05e-6 / 78e-3, "lj": 0.005}
ROUNDING = 1e-9
# The window is looked at in tenths.
BLOCKS = 10
# A slope of this many detrended deviations over the whole motion is noise.
NOISE = 4.0
PENALTY = 0.5


def timestep(case: Case) -> tuple[CheckResult, ...]:
    """The timestep conserves energy when nothing but the forces act."""
    motion = case.evidence.continuation
    if motion is None or not motion.own_timestep or not np.all(np.isfinite(motion.total)):
        return ()
    kinetic = float(np.std(motion.kinetic))
    # without forces both are rounding alone
    if kinetic <= ROUNDING * float(np.mean(motion.kinetic)):
        return ()
    # without its straight line: that is drift, which has a check of its own
    ratio = float(np.std(_detrended(motion.total))) / kinetic
    message = f"A timestep of {motion.timestep:g} is too large: the total energy is not conserved."
    return (_soft("timestep", ratio, case.threshold("timestep"), message),)


def drift(case: Case) -> tuple[CheckResult, ...]:
    """The total energy of free motion does not drift."""
    motion = case.evidence.continuation
    if motion is None or not np.all(np.isfinite(motion.total)) or len(motion.total) < BLOCKS:
        return ()
    time = np.arange(len(motion.total)) * motion.timestep
    slope = abs(float(np.polyfit(time, motion.total, 1)[0]))
    allowed = DRIFT.get(case.contract.units, DRIFT["metal"]) * float(np.mean(motion.kinetic))
    noise = NOISE * float(np.std(_detrended(motion.total))) / float(time[-1])
    off = slope / max(allowed, noise) if max(allowed, noise) > 0 else 0.0
    message = "The total energy drifts in free motion: the timestep is too large or the forces are not continuous."
    return (_soft("drift", off, case.threshold("drift"), message),)


def equilibrated(case: Case) -> tuple[CheckResult, ...]:
    """The beginning of the judged window is like the rest of it."""
    if not case.found or any(len(window.samples) < 4 * BLOCKS for window in case.found):
        return ()
    watched = {"potential": "potential energy"} | ({"volume": "volume"} if case.contract.ensemble == "npt" else {})
    found = {name: max(_first_block_z(w.column(column)) for w in case.found) for column, name in watched.items()}
    worst = max(found, key=lambda name: found[name])
    message = f"The {worst} still changes at the start of the judged window: equilibrate first."
    return (_soft("equilibrated", found[worst], case.threshold("equilibrated"), message),)


def _first_block_z(values: np.ndarray) -> float:
    blocks = np.array([np.mean(block) for block in np.array_split(values, BLOCKS)])
    rest = blocks[1:]
    spread = float(np.std(rest, ddof=1))
    return abs(float(blocks[0] - np.mean(rest))) / spread if spread > 0 else 0.0


def _detrended(values: np.ndarray) -> np.ndarray:
    time = np.arange(len(values))
    return np.asarray(values - np.polyval(np.polyfit(time, values, 1), time))


def _soft(name: str, value: float, limit: float, message: str) -> CheckResult:
    passed = value <= limit
    return result(name, PHYSICS, passed, message, 1.0 if passed else PENALTY, value)


CHECKS = (timestep, drift, equilibrated)
