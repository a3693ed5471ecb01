"""Pair potentials whose numbers stand in the prompt: what families without a potential file draw from.

Energies by numpy, for anchors that need no LAMMPS; meaning of coefficients: LAMMPS documentation of each pair style.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from mdgym.errors import TaskError
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, quantity_text

Array = NDArray[np.float64]

# Factor from each unit to eV; used where the number in it is short and exact.
ENERGIES = {"eV": 1.0, "meV": 1e-3}
# kind: (LAMMPS pair style, symbols of its coefficients in order, unit of each: energy, length, or a text)
_KINDS = {
    "lj": ("lj/cut", ("epsilon", "sigma"), ("energy", "length")),
    "morse": ("morse", ("D", "alpha", "r0"), ("energy", "Å^-1", "length")),
    "buck": ("buck", ("A", "rho", "C"), ("energy", "length", "eV Å^6")),
}
_FORMULAS = {
    "lj": "u(r) = 4 epsilon [(sigma/r)^12 - (sigma/r)^6]",
    "morse": "u(r) = D [exp(-2 alpha (r - r0)) - 2 exp(-alpha (r - r0))]",
    "buck": "u(r) = A exp(-r/rho) - C/r^6",
}
_NAMES: Mapping[str, Mapping[str, str]] = {
    ENGLISH: {"lj": "Lennard-Jones", "morse": "Morse", "buck": "Buckingham"},
    CHINESE: {"lj": "Lennard-Jones", "morse": "Morse", "buck": "Buckingham"},
}
# By language: plainly truncated, and shifted.
_CUTS = {
    ENGLISH: (
        (
            "cut off at {cutoff} (no shift, no tail correction)",
            "plainly truncated at {cutoff}, neither shifted nor tail-corrected",
        ),
        (
            "cut off at {cutoff} and shifted by a constant so that u is zero there (no tail correction)",
            "truncated at {cutoff}, energy-shifted to zero at that distance, without tail correction",
        ),
    ),
    CHINESE: (
        ("在 {cutoff} 处直接截断，不平移能量，也不加长程修正",),
        ("在 {cutoff} 处截断，并整体平移能量使截断处为零，不加长程修正",),
    ),
}


@dataclass(frozen=True)
class PairPotential:
    """A pair potential with a cutoff.

    Attributes:
        kind: "lj", "morse" or "buck".
        coefficients: As `pair_coeff` takes them.
        cutoff: Distance beyond which there is no interaction.
        shifted: Whether the energy is shifted so that it is zero at the cutoff.
        units: LAMMPS unit style of all numbers, "metal" or "lj".
    """

    kind: str
    coefficients: tuple[float, ...]
    cutoff: float
    shifted: bool = False
    units: str = "metal"

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise TaskError(f"kind '{self.kind}' is not one of {', '.join(_KINDS)}")
        symbols = _KINDS[self.kind][1]
        if len(self.coefficients) != len(symbols) or not all(value > 0 for value in self.coefficients):
            raise TaskError(f"{self.kind}: coefficients {self.coefficients!r} must be {len(symbols)} positive numbers")
        if self.units not in ("metal", "lj") or not self.cutoff > 0:
            raise TaskError(f"units '{self.units}' must be metal or lj, and the cutoff {self.cutoff!r} positive")

    @property
    def label(self) -> str:
        """Short name, such as "lj-0.0104-3.4-rc8.2-plain"."""
        numbers = "-".join(f"{value:g}" for value in self.coefficients)
        return f"{self.kind}-{numbers}-rc{self.cutoff:g}-{'shifted' if self.shifted else 'plain'}"

    @property
    def commands(self) -> tuple[str, ...]:
        """LAMMPS commands for one atom type."""
        style = _KINDS[self.kind][0]
        numbers = " ".join(f"{value:.12g}" for value in self.coefficients)
        shift = ("pair_modify shift yes",) if self.shifted else ()
        return (f"pair_style {style} {self.cutoff:.12g}", f"pair_coeff 1 1 {numbers}", *shift)

    @property
    def depth(self) -> float:
        """Depth of the well before any shift."""
        if self.kind != "buck":
            return self.coefficients[0]
        distances = np.linspace(0.3 * self.cutoff, self.cutoff, 2001)
        return float(-np.min(self.plain(distances)))

    def plain(self, r: Array) -> Array:
        """Return the energy of two atoms at each distance, as if there were no cutoff."""
        if self.kind == "lj":
            epsilon, sigma = self.coefficients
            sixth: Array = (sigma / r) ** 6
            return 4 * epsilon * (sixth**2 - sixth)
        if self.kind == "morse":
            depth, alpha, r0 = self.coefficients
            decay: Array = np.exp(-alpha * (r - r0))
            return depth * (decay**2 - 2 * decay)
        a, rho, c = self.coefficients
        found: Array = a * np.exp(-r / rho) - c / r**6
        return found

    def energy(self, r: Array) -> Array:
        """Return the energy of two atoms at each distance."""
        shift = self.plain(np.array([self.cutoff]))[0] if self.shifted else 0.0
        return np.where(r < self.cutoff, self.plain(r) - shift, 0.0)

    def slope(self, r: Array) -> Array:
        """Return du/dr at each distance."""
        if self.kind == "lj":
            epsilon, sigma = self.coefficients
            found = 24 * epsilon / r * ((sigma / r) ** 6 - 2 * (sigma / r) ** 12)
        elif self.kind == "morse":
            depth, alpha, r0 = self.coefficients
            decay = np.exp(-alpha * (r - r0))
            found = 2 * alpha * depth * (decay - decay**2)
        else:
            a, rho, c = self.coefficients
            found = 6 * c / r**7 - a / rho * np.exp(-r / rho)
        return np.where(r < self.cutoff, found, 0.0)

    def length_text(self, value: float, rng: Random) -> str:
        """Write a length with a unit that suits it; reduced lengths have none."""
        return f"{value:g}" if self.units == "lj" else quantity_text(value, LENGTHS, rng)

    def fields(self, language: str, rng: Random) -> dict[str, str]:
        """Describe it for a prompt.

        Args:
            language: `ENGLISH` or `CHINESE`.
            rng: Chooses units and phrases.

        Returns:
            `potential` (name), `formula`, `numbers` (symbols with values and units), `style` (LAMMPS) and `cut`.
        """
        style, symbols, units = _KINDS[self.kind]
        written = {
            "energy": lambda value: quantity_text(value, ENERGIES, rng),
            "length": lambda value: quantity_text(value, LENGTHS, rng),
        }
        numbers = []
        for symbol, unit, value in zip(symbols, units, self.coefficients, strict=True):
            if self.units == "lj":
                text = f"{value:g}"
            elif unit in written:
                text = written[unit](value)
            else:
                text = f"{value:g} {unit}"
            numbers.append(f"{symbol} = {text}")
        cut = rng.choice(_CUTS[language][self.shifted])
        return dict(
            potential=_NAMES[language][self.kind],
            formula=_FORMULAS[self.kind],
            numbers=", ".join(numbers),
            style=style,
            cut=cut.format(cutoff=self.length_text(self.cutoff, rng)),
        )


# Atoms of the cubic cell, in edges.
_FCC = np.array(((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0)))


def fcc_distances(reach: float) -> Array:
    """Return the distances from an atom of a perfect fcc crystal to all others, one for each neighbour.

    Args:
        reach: Longest distance, in lattice constants.

    Returns:
        Sorted distances, in lattice constants.
    """
    distances = _fcc_distances(math.ceil(reach) + 1)
    return distances[: np.searchsorted(distances, reach, side="right")]


# A lattice constant is found by a hundred sums.
@cache
def _fcc_distances(most: int) -> Array:
    """Return the sorted distances to the atoms in all cells up to a number of them along each edge."""
    edge = np.arange(-most, most + 1)
    cells = np.stack(np.meshgrid(edge, edge, edge, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    distances = np.linalg.norm(cells + _FCC, axis=-1).ravel()
    found: Array = np.sort(distances[distances > 0])
    return found


def fcc_energy(potential: PairPotential, lattice: float) -> float:
    """Return the energy per atom of a perfect fcc crystal, by a lattice sum."""
    distances = lattice * fcc_distances(potential.cutoff / lattice)
    return 0.5 * float(np.sum(potential.energy(distances)))


def fcc_slope(potential: PairPotential, lattice: float) -> float:
    """Return the derivative of the energy per atom by the lattice constant."""
    reduced = fcc_distances(potential.cutoff / lattice)
    return 0.5 * float(np.sum(potential.slope(lattice * reduced) * reduced))


def fcc_constant(potential: PairPotential, guess: float, reach: float = 0.02) -> float:
    """Return the fcc lattice constant of least energy within `reach` (a part of it) of a guess, by bisection.

    Raises:
        TaskError: The energy does not fall towards the inside on both sides.
    """
    low, high = guess * (1 - reach), guess * (1 + reach)
    if not fcc_slope(potential, low) < 0 < fcc_slope(potential, high):
        raise TaskError(f"{potential.label}: no fcc lattice constant within {100 * reach:g} % of {guess:g}")
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if fcc_slope(potential, middle) < 0 else (low, middle)
    return 0.5 * (low + high)
