"""A few samples of an execution's course, small enough to be kept beside each score, for plots."""

import numpy as np

from mdgym.engine.execution import Execution

# 60 samples are a line of 2 kB in a stored trajectory, and as many as a plot of 300 pixels can show.
SAMPLES = 60
# Scripts that crush atoms reach numbers of 300 digits; what is beyond this is no physics.
_HUGE = 1e30

Sample = tuple[int, float, float, float]


def thermo(execution: Execution, samples: int = SAMPLES) -> tuple[Sample, ...]:
    """Take samples of the trusted recording, evenly over all runs and minimizations.

    Args:
        execution: What a script did.
        samples: How many at most; the first and the last one are among them.

    Returns:
        Rows of timestep, temperature, pressure, and potential energy per atom, in units of the script and to six
        digits; NaN for what is not known.
    """
    columns = ("step", "temperature", "pressure", "potential", "atoms")
    rows = [np.stack([s.column(name) for name in columns], axis=1) for s in execution.segments if len(s.samples)]
    if not rows:
        return ()
    data = np.concatenate(rows).astype(float)
    picks = np.unique(np.linspace(0, len(data) - 1, min(samples, len(data))).round().astype(int))
    return tuple(_sample(*data[index]) for index in picks if np.isfinite(data[index][0]))


def _sample(step: float, temperature: float, pressure: float, potential: float, atoms: float) -> Sample:
    return int(step), _short(temperature), _short(pressure), _short(potential / atoms if atoms > 0 else float("nan"))


def _short(value: float) -> float:
    return float(f"{value:.6g}") if abs(value) < _HUGE else float("nan")
