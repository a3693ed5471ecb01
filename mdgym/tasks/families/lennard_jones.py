"""Equation of state of the Lennard-Jones fluid, in reduced units.

Kolafa and Nezbeda, Fluid Phase Equilibria 100, 1 (1994): fitted to simulations of the full potential for
0.68 <= T* <= 6 and densities up to the freezing line. Reported errors: below 1 % of the pressure in most of that range.
"""

import math

import numpy as np

from mdgym.tasks.family import Run

# Exponent of T* times two: coefficients of rho*^2, rho*^3, ... in the perturbation part of the free energy.
_PERTURBATION = {
    0: (2.01546797, -28.17881636, 28.28313847, -10.42402873),
    -1: (-19.58371655, 75.62340289, -120.70586598, 93.92740328, -27.37737354),
    -2: (29.34470520, -112.35356937, 170.64908980, -123.06669187, 34.42288969),
    -4: (-13.37031968, 65.38059570, -115.09233113, 88.91973082, -25.62099890),
}
# Diameter of the hybrid Barker-Henderson spheres and their second virial coefficient, powers of T*^(1/2).
_DIAMETER = {-2: 0.011117524, -1: -0.076383859, 0: 1.080142248, 1: 0.000693129}
_DIAMETER_LOG = -0.063920968
_VIRIAL = {
    -7: -0.58544978,
    -6: 0.43102052,
    -5: 0.87361369,
    -4: -4.13749995,
    -3: 2.90616279,
    -2: -7.02181962,
    0: 0.02459877,
}
_GAMMA = 1.92907278
# Step of the central differences; their error is below 1e-8.
_STEP = 1e-5


def free_energy(temperature: float, density: float) -> float:
    """Return the residual Helmholtz energy per atom of the full potential."""
    root = math.sqrt(temperature)
    diameter = _DIAMETER_LOG * math.log(temperature) + sum(c * root**power for power, c in _DIAMETER.items())
    eta = math.pi / 6 * density * diameter**3
    spheres = 5 / 3 * math.log(1 - eta) + eta * (34 - 33 * eta + 4 * eta**2) / (6 * (1 - eta) ** 2)
    virial = density * sum(c * root**power for power, c in _VIRIAL.items()) * math.exp(-_GAMMA * density**2)
    rest = sum(
        root**power * float(np.polynomial.polynomial.polyval(density, (0, 0, *coefficients)))
        for power, coefficients in _PERTURBATION.items()
    )
    return temperature * (spheres + virial) + rest


def pressure(temperature: float, density: float, cutoff: float | None = None) -> float:
    """Return the pressure.

    Args:
        temperature: T*.
        density: rho*.
        cutoff: Distance beyond which the potential is cut off without correction; None for the full potential.
    """
    above, below = (free_energy(temperature, density + step) for step in (_STEP, -_STEP))
    full = density * temperature + density**2 * (above - below) / (2 * _STEP)
    if cutoff is None:
        return full
    return full - 16 / 3 * math.pi * density**2 * (2 / 3 * cutoff**-9 - cutoff**-3)


def energy(temperature: float, density: float, cutoff: float | None = None) -> float:
    """Return the potential energy per atom.

    Args:
        temperature: T*.
        density: rho*.
        cutoff: Distance beyond which the potential is cut off without correction; None for the full potential.
    """
    above, below = (free_energy(temperature + step, density) / (temperature + step) for step in (_STEP, -_STEP))
    full = -(temperature**2) * (above - below) / (2 * _STEP)
    if cutoff is None:
        return full
    return full - 8 / 3 * math.pi * density * (cutoff**-9 / 3 - cutoff**-3)


def energy_of_one_phase(temperature: float, density: float, cutoff: float, hot: float, run: Run) -> float:
    """Simulate one phase alone.

    Args:
        temperature: T*.
        density: rho*.
        cutoff: Of the potential, plainly truncated.
        hot: Factor on the temperature at which the fcc lattice begins: 1 leaves a crystal, 5 melts it.
        run: Runs the script.

    Returns:
        Mean potential energy per atom of 500 atoms in a Langevin bath.
    """
    script = f"""\
units lj
lattice fcc {density:.10g}
region box block 0 5 0 5 0 5
create_box 1 box
create_atoms 1 box
mass 1 1.0
pair_style lj/cut {cutoff}
pair_coeff 1 1 1.0 1.0
velocity all create {hot * temperature:g} 4711
timestep 0.004
fix move all nve
fix heat all langevin {hot * temperature:g} {temperature:g} 0.5 4711
run 2500
fix heat all langevin {temperature:g} {temperature:g} 0.5 4711
run 1000
run 4000
"""
    last = run(script, 1).segments[-1]
    return float(np.mean(last.column("potential") / last.column("atoms")))


HALVES = "crystal and liquid, each alone at its density, in equal parts"


def energy_of_halves(temperature: float, solid: float, liquid: float, cutoff: float, run: Run) -> float:
    """Mean potential energy per atom of two phases that hold as many atoms each, without what interfaces cost."""
    phases = ((solid, 1.0), (liquid, 5.0))
    return sum(energy_of_one_phase(temperature, density, cutoff, hot, run) for density, hot in phases) / 2
