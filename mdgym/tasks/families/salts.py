"""Born-Mayer-Huggins potentials of salts, and their lattice sums by numpy, for anchors that need no LAMMPS.

Sodium chloride has the coefficients of Fumi and Tosi. The other salts are models with coefficients of our own, of the
same order of magnitude; they stand for no substance.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mdgym.errors import TaskError
from mdgym.tasks.families.ionic import COULOMB, Array, Structure, coulomb_sum, neighbours

PAIRS = ((0, 0), (0, 1), (1, 1))
# How far from a guess the sums look for the minimum, as a part of it.
REACH = 0.08


@dataclass(frozen=True)
class Salt:
    """A Born-Mayer-Huggins potential: u(r) = A exp((sigma - r)/rho) - C/r^6 - D/r^8 + k q q'/r.

    Attributes:
        name: Name; a model has none of a substance.
        ions: Names of cation and anion.
        charges: Their charges.
        rho: Å, the same for all pairs.
        coefficients: A (eV), sigma (Å), C (eV Å^6), D (eV Å^8) for cation-cation, cation-anion, anion-anion.
        source: Where the coefficients come from.
    """

    name: str
    ions: tuple[str, str]
    charges: tuple[float, float]
    rho: float
    coefficients: tuple[tuple[float, float, float, float], ...]
    source: str = "a model of our own"

    def __post_init__(self) -> None:
        if len(self.coefficients) != len(PAIRS) or any(x < 0 for pair in self.coefficients for x in pair):
            raise TaskError(f"{self.name}: coefficients {self.coefficients!r} must be three rows of numbers, none < 0")
        if not self.rho > 0:
            raise TaskError(f"{self.name}: rho {self.rho!r} must be positive")

    @property
    def commands(self) -> tuple[str, ...]:
        """`pair_coeff` commands; LAMMPS adds D/r^8, so the sign of D turns round."""
        return tuple(
            f"pair_coeff {one + 1} {other + 1} {a:.6g} {self.rho:.6g} {sigma:.6g} {c:.8g} {-d:.8g}"
            for (one, other), (a, sigma, c, d) in zip(PAIRS, self.coefficients)
        )

    def energy(self, pair: int, r: Array) -> Array:
        """Return the short-range energy of two ions at each distance."""
        a, sigma, c, d = self.coefficients[pair]
        return a * np.exp((sigma - r) / self.rho) - c / r**6 - d / r**8

    def slope(self, pair: int, r: Array) -> Array:
        """Return its derivative at each distance."""
        a, sigma, c, d = self.coefficients[pair]
        return -a / self.rho * np.exp((sigma - r) / self.rho) + 6 * c / r**7 + 8 * d / r**9


NACL = Salt(
    "NaCl",
    ("Na", "Cl"),
    (1.0, -1.0),
    0.317,
    ((0.2637, 2.340, 1.0486, 0.4993), (0.2110, 2.755, 6.9906, 8.6758), (0.1582, 3.170, 72.4022, 145.4285)),
    "F. G. Fumi and M. P. Tosi, J. Phys. Chem. Solids 25, 31 (1964), b = 0.338e-19 J, in eV and Å",
)


def _model(
    letter: str,
    charge: float,
    rho: float,
    *coefficients: tuple[float, float, float, float],
) -> Salt:
    return Salt(f"model salt {letter}", ("M", "X"), (charge, -charge), rho, coefficients)


SALT_A = _model("A", 1, 0.336, (0.26, 2.9, 15.0, 14.0), (0.21, 3.05, 30.0, 45.0), (0.16, 3.2, 80.0, 150.0))
SALT_B = _model("B", 1, 0.34, (0.27, 2.34, 2.0, 1.0), (0.22, 2.9, 12.0, 18.0), (0.16, 3.45, 130.0, 300.0))
SALT_C = _model("C", 2, 0.30, (0.25, 1.9, 1.0, 0.5), (0.30, 2.55, 6.0, 5.0), (0.16, 3.0, 40.0, 60.0))
SALT_D = _model("D", 1, 0.345, (0.25, 3.3, 90.0, 170.0), (0.20, 3.2, 75.0, 120.0), (0.16, 3.1, 70.0, 110.0))
SALT_E = _model("E", 1, 0.328, (0.26, 2.95, 30.0, 50.0), (0.22, 2.75, 15.0, 20.0), (0.17, 2.5, 12.0, 14.0))
SALT_F = _model("F", 2, 0.31, (0.24, 2.0, 1.5, 0.8), (0.31, 2.8, 10.0, 12.0), (0.15, 3.4, 90.0, 140.0))
SALT_G = _model("G", 1, 0.322, (0.25, 2.6, 6.0, 5.0), (0.20, 2.85, 14.0, 16.0), (0.15, 3.05, 60.0, 95.0))
SALT_H = _model("H", 1, 0.35, (0.28, 3.1, 50.0, 80.0), (0.23, 3.3, 60.0, 95.0), (0.18, 3.5, 120.0, 260.0))
SALT_I = _model("I", 2, 0.305, (0.22, 2.2, 2.0, 1.2), (0.29, 2.7, 8.0, 9.0), (0.17, 3.1, 45.0, 70.0))


def lattice_energy(salt: Salt, structure: Structure, cutoff: float, edge: float) -> float:
    """Return the energy per ion pair (eV) of a perfect crystal, by sums in numpy.

    Args:
        salt: The potential.
        structure: Where the ions sit.
        cutoff: Where the short-range part ends, Å.
        edge: Edge of the cubic cell, Å.
    """
    found = COULOMB["metal"] * coulomb_sum(structure, salt.charges) / edge
    for number, (pair, weight) in enumerate(zip(PAIRS, (0.5, 1.0, 0.5))):
        r = edge * neighbours(structure, *pair, cutoff / edge)
        found += weight * float(np.sum(salt.energy(number, r)))
    return found / structure.formulas


def lattice_slope(salt: Salt, structure: Structure, cutoff: float, edge: float) -> float:
    """Return the derivative of the energy per ion pair by the edge."""
    found = -COULOMB["metal"] * coulomb_sum(structure, salt.charges) / edge**2
    for number, (pair, weight) in enumerate(zip(PAIRS, (0.5, 1.0, 0.5))):
        reduced = neighbours(structure, *pair, cutoff / edge)
        found += weight * float(np.sum(salt.slope(number, edge * reduced) * reduced))
    return found / structure.formulas


@lru_cache(maxsize=64)
def lattice_constant(salt: Salt, structure: Structure, cutoff: float, guess: float) -> float:
    """Return the edge of least energy within `REACH` (a part of it) of a guess, by bisection.

    Raises:
        TaskError: The energy does not fall towards the inside on both sides.
    """
    low, high = (1 - REACH) * guess, (1 + REACH) * guess
    if not lattice_slope(salt, structure, cutoff, low) < 0 < lattice_slope(salt, structure, cutoff, high):
        raise TaskError(f"{salt.name}, {structure.name}: no lattice constant within {100 * REACH:g} % of {guess!r} Å")
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if lattice_slope(salt, structure, cutoff, middle) < 0 else (low, middle)
    return 0.5 * (low + high)
