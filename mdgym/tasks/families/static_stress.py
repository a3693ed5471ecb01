"""Stress of a strained crystal at 0 K from energies alone: an anchor for what the virial gives.

Force along an edge is the derivative of the energy by its length. Where lateral edges relax, the energy is least in
them, so that it does not matter that they follow.
"""

from collections.abc import Callable

import numpy as np

from mdgym.tasks.families.crystals import ORIENTATIONS, Crystal
from mdgym.tasks.family import Run

STEP = 1e-3  # of all differences, in undeformed edges; their error is of its square
PASSES = 5  # Newton steps; the fourth is within 2e-7 of where they end
SOURCE = f"dE/dL of static energies by differences of {STEP:g}, lateral edges by Newton steps, a0 of a fit to E(a)"


def axial(
    crystal: Crystal, direction: str, lattice: float, factor: float, relaxed: bool, run: Run
) -> tuple[float, float]:
    """Find the axial stress and the elastic energy of a crystal that is strained along a direction.

    Args:
        crystal: The crystal; each atom must be a centre of symmetry, so that none moves against the lattice.
        direction: Miller indices of the axis, such as "110".
        lattice: Lattice constant of the undeformed crystal, Å.
        factor: Length along the axis over the undeformed one.
        relaxed: Whether the lateral edges relax.
        run: Runs a script with a seed.

    Returns:
        Cauchy stress, positive in tension, eV/Å^3; and energy per atom above the undeformed crystal, eV.
    """
    block = crystal.oriented(direction, f"{lattice:.12g}", (1, 1, 1))
    edges = lattice * np.array(ORIENTATIONS[crystal.structure, direction].periods)

    def energies(stretches: np.ndarray) -> np.ndarray:
        script = block
        for x, y, z in (stretches * edges).tolist():
            script += f"change_box all x final 0 {x!r} y final 0 {y!r} z final 0 {z!r} remap units box\nrun 0\n"
        last = [(s.column("potential")[-1], s.column("atoms")[-1]) for s in run(script, 0).segments]
        return np.array([potential / atoms for potential, atoms in last])

    stretch = np.array([1.0, 1.0, factor])
    if relaxed:
        stretch = _without_lateral_stress(stretch, energies)
    shift = np.array([0.0, 0.0, STEP])
    free, now, upper, lower = energies(np.array([np.ones(3), stretch, stretch + shift, stretch - shift]))
    cell = np.prod(edges) / _atoms(crystal, direction)  # undeformed volume per atom
    slope = (upper - lower) / (2 * STEP) / cell  # force per undeformed area
    return float(slope / np.prod(stretch[:2])), float(now - free)


def _atoms(crystal: Crystal, direction: str) -> float:
    """Return the number of atoms of the cell of a direction."""
    per_volume = {"fcc": 4, "bcc": 2}[crystal.structure]
    return round(per_volume * float(np.prod(ORIENTATIONS[crystal.structure, direction].periods)))


def _without_lateral_stress(stretch: np.ndarray, energies: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Find the lateral stretches of least energy by Newton steps in two dimensions."""
    offsets = np.array([(i, j, 0) for i in (-1, 0, 1) for j in (-1, 0, 1)]) * STEP
    for _ in range(PASSES):
        e = energies(stretch + offsets).reshape(3, 3)
        slope = np.array([e[2, 1] - e[0, 1], e[1, 2] - e[1, 0]]) / 2
        mixed = (e[2, 2] - e[2, 0] - e[0, 2] + e[0, 0]) / 4
        curve = np.array([[e[2, 1] - 2 * e[1, 1] + e[0, 1], mixed], [mixed, e[1, 2] - 2 * e[1, 1] + e[1, 0]]])
        stretch = stretch - np.append(np.linalg.solve(curve, slope), 0.0) * STEP
    return stretch
