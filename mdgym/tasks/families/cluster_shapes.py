"""Clusters of atoms near a minimum of a pair potential, and a minimizer of their energy that needs no LAMMPS."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mdgym.tasks.families.pair_potentials import PairPotential

Array = NDArray[np.float64]

# Forces at which a minimization ends, in wells per spacing: energies and distances of clusters repeat to 1e-9.
_FORCE = 1e-7
_PASSES = 2000
_GOLDEN = (1 + 5**0.5) / 2


def icosahedron(shells: int, missing: int = 0) -> Array:
    """Return a Mackay icosahedron.

    Args:
        shells: 1 (13 atoms) or 2 (55 atoms).
        missing: Number of vertices of the outer shell that are left out.

    Returns:
        Shape (n, 3), in units of the distance from the centre to the first shell.
    """
    signs = [(i, j) for i in (-1.0, 1.0) for j in (-1.0, 1.0)]
    corners = np.array([np.roll((0.0, i, j * _GOLDEN), turn) for turn in range(3) for i, j in signs])
    corners /= np.linalg.norm(corners[0])
    if shells == 1:
        return np.vstack([np.zeros(3), corners[missing:]])
    pairs = [(a, b) for n, a in enumerate(corners) for b in corners[n + 1 :] if np.dot(a, b) > 0]
    return np.vstack([np.zeros(3), corners, [a + b for a, b in pairs], 2 * corners[missing:]])


def rings(count: int) -> Array:
    """Return rings of five atoms on an axis with an atom between two rings and at both ends.

    Args:
        count: Number of rings: 1 gives a bipyramid of 7 atoms, 3 the double icosahedron of 19.

    Returns:
        Shape (n, 3), in units of about the distance of neighbours.
    """
    half = 0.5 if count > 1 else 0.55
    axis = [(0.0, 0.0, 2 * half * (i - count / 2)) for i in range(count + 1)]
    around = [
        (0.85 * math.cos(angle), 0.85 * math.sin(angle), 2 * half * (i - (count - 1) / 2))
        for i in range(count)
        for angle in (2 * math.pi * (corner + 0.5 * (i % 2)) / 5 for corner in range(5))
    ]
    return np.array([*axis, *around])


def octahedron(atoms: int) -> Array:
    """Return the part of an fcc crystal around an octahedral site, in units of the distance of neighbours.

    Args:
        atoms: 6 (octahedron) or 38 (truncated octahedron): whole shells.
    """
    edge = np.arange(-3, 4)
    grid = np.stack(np.meshgrid(edge, edge, edge, indexing="ij"), axis=-1).reshape(-1, 3)
    # fcc: integers whose sum is even; with an odd one the origin is an octahedral site
    sites = grid[grid.sum(axis=1) % 2 == 1] / 2**0.5
    order = np.argsort(np.round(np.linalg.norm(sites, axis=1), 9), kind="stable")
    return np.asarray(sites[order[:atoms]], dtype=np.float64)


# In units of about the spacing.
SHAPES: Mapping[str, Callable[[], Array]] = {
    "octahedron6": lambda: octahedron(6),
    "bipyramid7": lambda: rings(1),
    "icosahedron12": lambda: icosahedron(1, missing=1),
    "icosahedron13": lambda: icosahedron(1),
    "rings19": lambda: rings(3),
    "octahedron38": lambda: octahedron(38),
    "icosahedron54": lambda: icosahedron(2, missing=1),
    "icosahedron55": lambda: icosahedron(2),
}


def distances(positions: Array) -> Array:
    """Return the distances of all pairs."""
    first, second = np.triu_indices(len(positions), 1)
    return np.asarray(np.linalg.norm(positions[first] - positions[second], axis=1))


def gyration(positions: Array) -> float:
    """Return the root mean square distance from the centroid."""
    return float(np.sqrt(np.mean(np.sum((positions - positions.mean(axis=0)) ** 2, axis=1))))


def energy(potential: PairPotential, positions: Array) -> float:
    """Return the potential energy of all pairs."""
    return float(np.sum(potential.energy(distances(positions))))


def gradient(potential: PairPotential, positions: Array) -> Array:
    """Return the derivative of the energy by the positions, shape (n, 3)."""
    first, second = np.triu_indices(len(positions), 1)
    bonds = positions[first] - positions[second]
    lengths = np.linalg.norm(bonds, axis=1)
    pull = (potential.slope(lengths) / lengths)[:, None] * bonds
    found = np.zeros_like(positions)
    np.add.at(found, first, pull)
    np.add.at(found, second, -pull)
    return found


def relax(potential: PairPotential, positions: Array) -> Array:
    """Find the minimum that a small step downhill leads to, by BFGS with short steps.

    Args:
        potential: How two atoms interact.
        positions: Where to start, shape (n, 3).

    Returns:
        Positions at the minimum, shape (n, 3).

    Raises:
        ArithmeticError: It did not converge.
    """
    spacing = float(np.min(distances(positions)))
    longest, enough = 0.05 * spacing, _FORCE * potential.depth / spacing
    x, slope = positions.ravel(), gradient(potential, positions).ravel()
    # a first guess of the stiffness of a bond
    inverse = np.eye(x.size) * spacing**2 / (72 * potential.depth)
    for _ in range(_PASSES):
        if np.max(np.abs(slope)) < enough:
            return np.asarray(x.reshape(-1, 3))
        step = -inverse @ slope
        step *= min(1.0, longest / float(np.max(np.abs(step))))
        before = energy(potential, x.reshape(-1, 3))
        while energy(potential, (x + step).reshape(-1, 3)) > before + 1e-12 * potential.depth * len(positions):
            step = step / 2
        fresh = gradient(potential, (x + step).reshape(-1, 3)).ravel()
        turn = fresh - slope
        if step @ turn > 0:
            scale, bent = 1 / (step @ turn), inverse @ turn
            inverse = inverse + scale * (1 + scale * (turn @ bent)) * np.outer(step, step)
            inverse -= scale * (np.outer(bent, step) + np.outer(step, bent))
        x, slope = x + step, fresh
    raise ArithmeticError(f"{potential.label}: no minimum of {len(positions)} atoms within {_PASSES} steps")
