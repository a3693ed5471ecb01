"""Ionic crystals with a cubic cell: their sites, and lattice sums by numpy for anchors that need no LAMMPS.

The Coulomb energy is an Ewald sum (P. P. Ewald, Ann. Phys. 369, 253 (1921)) that is converged to 1e-10.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mdgym.errors import TaskError

Array = NDArray[np.float64]
Site = tuple[float, float, float]

# Coulomb energy of two unit charges at unit distance, by unit style: the values of LAMMPS 22 Jul 2025 (src/update.cpp).
COULOMB = {"metal": 14.399645, "real": 332.06371, "lj": 1.0}
# In a cell of edge 1 both sums of Ewald's are cut off where erfc(SPLIT r) and exp(-(pi n / SPLIT)^2) are below 1e-11.
SPLIT = 2.5
REAL_IMAGES = 3
WAVES = 5
_FCC: tuple[Site, ...] = ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0))
_EDGES: tuple[Site, ...] = ((0.5, 0.0, 0.0), (0.0, 0.5, 0.0), (0.0, 0.0, 0.5))


def _shifted(sites: tuple[Site, ...], shift: float) -> tuple[Site, ...]:
    """Shift along all three axes, back into the cell."""
    return tuple(((x + shift) % 1.0, (y + shift) % 1.0, (z + shift) % 1.0) for x, y, z in sites)


@dataclass(frozen=True)
class Structure:
    """A crystal structure with a cubic cell.

    Attributes:
        name: Name, fit for a label.
        title: Name in a prompt.
        formula: Formula unit.
        layout: Where the species of the formula sit, for a prompt.
        sites: Sites of each species in the cell, in edges.
        nearest: Distance of nearest neighbours, in edges.
        formulas: Formula units in the cell.
    """

    name: str
    title: str
    formula: str
    layout: str
    sites: tuple[tuple[Site, ...], ...]
    nearest: float
    formulas: int

    @property
    def atoms(self) -> int:
        """Atoms in the cell."""
        return sum(len(sites) for sites in self.sites)

    def charges(self, of_species: tuple[float, ...]) -> tuple[float, ...]:
        """Return the charge of each site; the cell must be neutral.

        Raises:
            TaskError: It is not, or there is not one charge for each species.
        """
        if len(of_species) != len(self.sites):
            raise TaskError(f"{self.name}: charges {of_species!r} must be {len(self.sites)} numbers")
        found = tuple(q for q, sites in zip(of_species, self.sites) for _ in sites)
        if abs(sum(found)) > 1e-9 or not all(found):
            raise TaskError(f"{self.name}: charges {of_species!r} must not be zero and must make the cell neutral")
        return found

    def commands(self, edge: float, cells: int, charges: tuple[float, ...], units: str = "metal") -> str:
        """Return LAMMPS commands that fill a periodic box with ions; atom type i is species i.

        Args:
            edge: Edge of the cubic cell, in length units of the style.
            cells: Cells along each axis.
            charges: Charge of each species.
            units: LAMMPS unit style; in `lj` a lattice is given by its reduced density.
        """
        places = [site for sites in self.sites for site in sites]
        species = [number for number, sites in enumerate(self.sites, 1) for _ in sites]
        scale = self.atoms / edge**3 if units == "lj" else edge
        basis = "".join(f" &\n                basis {x:g} {y:g} {z:g}" for x, y, z in places)
        types = " ".join(f"basis {number} {kind}" for number, kind in enumerate(species, 1) if kind > 1)
        charge_commands = "\n".join(
            f"set             type {number} charge {charge:g}" for number, charge in enumerate(charges, 1)
        )
        return f"""\
units           {units}
atom_style      charge
lattice         custom {scale:.12g} a1 1 0 0 a2 0 1 0 a3 0 0 1{basis}
region          box block 0 {cells} 0 {cells} 0 {cells}
create_box      {len(self.sites)} box
create_atoms    1 box {types}
mass            * 1.0
{charge_commands}"""


ROCKSALT = Structure(
    "rocksalt",
    "rock salt (NaCl)",
    "AX",
    "A on an fcc lattice, X on the same lattice shifted by (1/2, 1/2, 1/2)",
    (_FCC, _shifted(_FCC, 0.5)),
    1 / 2,
    4,
)
CESIUM_CHLORIDE = Structure(
    "cscl",
    "caesium chloride (CsCl)",
    "AX",
    "A at the corners and X in the middle of a cube",
    (((0.0, 0.0, 0.0),), ((0.5, 0.5, 0.5),)),
    math.sqrt(3) / 2,
    1,
)
ZINCBLENDE = Structure(
    "zincblende",
    "zinc blende",
    "AX",
    "A on an fcc lattice, X on the same lattice shifted by (1/4, 1/4, 1/4)",
    (_FCC, _shifted(_FCC, 0.25)),
    math.sqrt(3) / 4,
    4,
)
FLUORITE = Structure(
    "fluorite",
    "fluorite (CaF2)",
    "AX2",
    "A on an fcc lattice, X in all eight tetrahedral holes of the cubic cell",
    (_FCC, (*_shifted(_FCC, 0.25), *_shifted(_FCC, 0.75))),
    math.sqrt(3) / 4,
    4,
)
CUPRITE = Structure(
    "cuprite",
    "cuprite (Cu2O)",
    "A2X",
    "X at (0,0,0) and (1/2,1/2,1/2) of a cube, A at (1/4,1/4,1/4), (1/4,3/4,3/4), (3/4,1/4,3/4), (3/4,3/4,1/4)",
    (_shifted(_FCC, 0.25), ((0.0, 0.0, 0.0), (0.5, 0.5, 0.5))),
    math.sqrt(3) / 4,
    2,
)
RHENIUM_TRIOXIDE = Structure(
    "reo3",
    "cubic ReO3",
    "AX3",
    "A at the corners of a cube, X in the middle of its edges",
    (((0.0, 0.0, 0.0),), _EDGES),
    1 / 2,
    1,
)
PEROVSKITE = Structure(
    "perovskite",
    "cubic perovskite",
    "ABX3",
    "A in the middle of a cube, B at its corners, X in the middle of its edges",
    (((0.5, 0.5, 0.5),), ((0.0, 0.0, 0.0),), _EDGES),
    1 / 2,
    1,
)


@lru_cache(maxsize=64)
def coulomb_sum(structure: Structure, of_species: tuple[float, ...]) -> float:
    """Return the Coulomb energy of one cell of edge 1 in an infinite crystal (k = 1, conducting surroundings).

    Args:
        structure: The crystal.
        of_species: Charge of each species.
    """
    places = np.array([site for sites in structure.sites for site in sites])
    charges = np.array(structure.charges(of_species))
    steps = places[:, None, :] - places[None, :, :]
    edge = np.arange(-REAL_IMAGES, REAL_IMAGES + 1)
    images = np.stack(np.meshgrid(edge, edge, edge, indexing="ij"), axis=-1).reshape(-1, 3)
    distances = np.linalg.norm(steps[:, :, None, :] + images, axis=-1)
    # an ion does not meet itself
    apart = np.where(distances > 1e-9, distances, np.inf)
    near = np.vectorize(math.erfc, otypes=[float])(SPLIT * apart) / apart
    real = 0.5 * float(np.einsum("i,j,ijk->", charges, charges, near))
    wave = np.arange(-WAVES, WAVES + 1)
    waves = np.stack(np.meshgrid(wave, wave, wave, indexing="ij"), axis=-1).reshape(-1, 3)
    waves = waves[np.any(waves != 0, axis=1)]
    squares = np.sum(waves**2, axis=1)
    amplitudes = np.exp(2j * math.pi * (waves @ places.T)) @ charges
    weights = np.exp(-((math.pi / SPLIT) ** 2) * squares) / squares
    far = float(np.sum(weights * np.abs(amplitudes) ** 2)) / (2 * math.pi)
    own = SPLIT / math.sqrt(math.pi) * float(np.sum(charges**2))
    return real + far - own


def neighbours(structure: Structure, one: int, other: int, reach: float) -> Array:
    """Return the distances from all atoms of one species in a cell to all atoms of another in the crystal.

    Args:
        structure: The crystal.
        one: Number of the first species, from 0.
        other: Number of the second.
        reach: Longest distance, in edges.

    Returns:
        Sorted distances, in edges.
    """
    most = math.ceil(reach) + 1
    edge = np.arange(-most, most + 1)
    cells = np.stack(np.meshgrid(edge, edge, edge, indexing="ij"), axis=-1).reshape(-1, 1, 1, 3)
    steps = np.array(structure.sites[one])[:, None, :] - np.array(structure.sites[other])[None, :, :]
    distances = np.linalg.norm(cells + steps, axis=-1).ravel()
    return np.sort(distances[(distances > 1e-9) & (distances <= reach)])
