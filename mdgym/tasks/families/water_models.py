"""Rigid three-site models of water, and molecules on a lattice to start from."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A rigid molecule with three charges.

    Attributes:
        name: Its name.
        charge: Of a hydrogen, e; the oxygen has twice the opposite.
        epsilon: kcal/mol, between oxygens.
        sigma: Å.
        bond: Å.
        angle: Degrees.
    """

    name: str
    charge: float
    epsilon: float
    sigma: float
    bond: float
    angle: float


# As the LAMMPS documentation has them (Howto: SPC and TIP3P water model).
SPC = Model("SPC", 0.41, 0.1553, 3.166, 1.0, 109.47)
SPCE = Model("SPC/E", 0.4238, 0.1553, 3.166, 1.0, 109.47)
TIP3P = Model("TIP3P", 0.417, 0.1521, 3.1507, 0.9572, 104.52)


def lattice(model: Model, side: int, edge: float) -> str:
    """Write a LAMMPS data file (atom_style full) of molecules on a simple cubic lattice, each turned another way.

    Args:
        model: The molecule; masses are left out and charges are 0.
        side: Molecules along each edge.
        edge: Edge of the periodic box, Å.
    """
    half = math.radians(model.angle / 2)
    forth, aside = model.bond * math.cos(half), model.bond * math.sin(half)
    atoms: list[str] = []
    bonds: list[str] = []
    angles: list[str] = []
    for number in range(side**3):
        place = (number % side, number // side % side, number // side**2)
        oxygen = tuple((index + 0.5) * edge / side for index in place)
        axes = tuple(zip(oxygen, *_turned(number, side**3)))
        sites = [oxygen, *(tuple(o + forth * u + sign * aside * v for o, u, v in axes) for sign in (1, -1))]
        first = 3 * number + 1
        for atom, site in enumerate(sites):
            where = " ".join(f"{value:.6f}" for value in site)
            atoms.append(f"{first + atom} {number + 1} {2 if atom else 1} 0.0 {where}")
            if atom:
                bonds.append(f"{len(bonds) + 1} 1 {first} {first + atom}")
        angles.append(f"{number + 1} 1 {first + 1} {first} {first + 2}")
    counts = [f"{len(atoms)} atoms", f"{len(bonds)} bonds", f"{len(angles)} angles"]
    counts += ["2 atom types", "1 bond types", "1 angle types"]
    box = [f"0.0 {edge!r} {axis}lo {axis}hi" for axis in "xyz"]
    sections = ["Atoms # full", "", *atoms, "", "Bonds", "", *bonds, "", "Angles", "", *angles, ""]
    return "\n".join([f"{side**3} molecules of water", "", *counts, "", *box, "", *sections])


def _turned(number: int, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return two unit vectors at right angles, other ones for each number: along a spiral on a sphere, with a turn."""
    height = 1 - (2 * number + 1) / count
    ring, around = math.sqrt(1 - height**2), math.pi * (3 - math.sqrt(5)) * number
    outward = (ring * math.cos(around), ring * math.sin(around), height)
    east = (-math.sin(around), math.cos(around), 0.0)
    north = (-height * math.cos(around), -height * math.sin(around), ring)
    turn = 2.4 * number
    return outward, tuple(math.cos(turn) * e + math.sin(turn) * n for e, n in zip(east, north))
