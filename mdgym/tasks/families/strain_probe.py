"""Stress of a hot solid from energies alone: an anchor for what the virial gives.

The stress along an axis is the derivative of the free energy by the strain, over the volume: the mean of dU/d(strain)
of configurations that are strained as a whole, less the ideal part N kT / V.
"""

import numpy as np

from mdgym.tasks.family import Run

STRAIN = 1e-3  # both ways; the error of the central difference is of its square
PROBES = 100
STEPS = 40  # between two probes
BOLTZMANN = 8.617333e-5  # eV/K
GPA = 160.2177  # per eV/Å^3
SOURCE = f"dU/d(strain) of {PROBES} configurations (Langevin), strained by {STRAIN:g} both ways, less N kT / V"


def stress(start: str, axis: str, temperature: float, run: Run) -> tuple[float, float]:
    """Find the mean normal stress along an axis and the mean potential energy.

    Args:
        start: A script in `units metal` that equilibrates the solid by one `run`, in a box that stays as it is.
        axis: "x", "y" or "z".
        temperature: K.
        run: Runs a script with a seed.

    Returns:
        Stress, positive in tension, GPa; and potential energy per atom, eV.
    """
    up, down = 1 + STRAIN, 1 - STRAIN
    execution = run(
        f"{start}"
        f"variable probe loop {PROBES}\nlabel again\nrun {STEPS}\n"
        f"change_box all {axis} scale {up!r} remap\nrun 0\n"
        f"change_box all {axis} scale {down / up!r} remap\nrun 0\n"
        f"change_box all {axis} scale {1 / down!r} remap\nnext probe\njump SELF again\n",
        0,
    )
    first, *others = execution.segments
    atoms, volume = float(first.column("atoms")[-1]), float(first.column("volume")[-1])
    energies = [float(segment.column("potential")[-1]) for segment in others]
    plain, upper, lower = (np.array(energies[start::3]) for start in range(3))
    slope = float(np.mean(upper - lower)) / (2 * STRAIN)
    return (slope - atoms * BOLTZMANN * temperature) / volume * GPA, float(np.mean(plain)) / atoms
