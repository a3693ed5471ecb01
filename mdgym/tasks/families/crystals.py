"""Elemental crystals under potential files that LAMMPS brings along: what the metal families draw from.

No element and no file stands in two splits.
"""

from dataclasses import dataclass

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation

ATOMS_PER_CELL = {"fcc": 4, "bcc": 2, "diamond": 8}


@dataclass(frozen=True)
class Orientation:
    """A rectangular cell of a crystal with a direction along z.

    Attributes:
        directions: Miller indices along x, y, z, as the `orient` keywords of `lattice` take them.
        periods: Edges of the cell, in lattice constants.
        layers: Atomic layers across z in the cell.
    """

    directions: tuple[str, str, str]
    periods: tuple[float, float, float]
    layers: int


# By structure and Miller indices of z.
ORIENTATIONS = {
    ("fcc", "100"): Orientation(("1 0 0", "0 1 0", "0 0 1"), (1.0, 1.0, 1.0), 2),
    ("fcc", "110"): Orientation(("0 0 1", "1 -1 0", "1 1 0"), (1.0, 0.5**0.5, 0.5**0.5), 2),
    ("fcc", "111"): Orientation(("1 -1 0", "1 1 -2", "1 1 1"), (0.5**0.5, 1.5**0.5, 3**0.5), 3),
    ("bcc", "100"): Orientation(("1 0 0", "0 1 0", "0 0 1"), (1.0, 1.0, 1.0), 2),
    ("bcc", "110"): Orientation(("0 0 1", "1 -1 0", "1 1 0"), (1.0, 2**0.5, 2**0.5), 2),
}
# An origin that puts no atom on a face of the box. Forces of 1e-15 move atoms across a face and back, and half
# neighbour lists then lose or double pairs: of 30 scripts that strained a relaxed cell of Cu, 8 met wrong energies.
OFF_FACES = 0.1
_MISHIN = "Mishin et al., Phys. Rev. B 63, 224106 (2001)"
_STILLINGER = "Stillinger, Weber, Phys. Rev. B 31, 5262 (1985): -2 epsilon per atom, bonds of 2^(1/6) sigma"
_TERSOFF_1988 = "Tersoff, Phys. Rev. B 37, 6991 (1988)"
_ZHOU_2004 = "Zhou, Johnson, Wadley, Phys. Rev. B 69, 144113 (2004)"
_HEADER = "the header of the file (M. I. Mendelev, 2007)"
_FOILES = "Foiles, Baskes, Daw, Phys. Rev. B 33, 7983 (1986)"
_ZHOU = "Zhou et al., Acta Mater. 49, 4005 (2001)"
_TERSOFF_1989 = "Tersoff, Phys. Rev. B 39, 5566 (1989)"
_MENDELEV = "Mendelev et al., Phil. Mag. 83, 3977 (2003)"
_ERHART = "Erhart, Albe, Phys. Rev. B 71, 035211 (2005)"
_JACOBSEN = "Jacobsen, Norskov, Puska, Phys. Rev. B 35, 7423 (1987), header of the file"
_ANGELO = "Angelo, Moody, Baskes, Modell. Simul. Mater. Sci. Eng. 3, 289 (1995)"
_ACKLAND = "Ackland et al., J. Phys.: Condens. Matter 16, S2629 (2004)"

# Energies move by more than any shape moves a result (12 % at most), so that the two never cancel. The lattice constant
# moves by 0.3 %, and with the shape by as much again, so that a start from the literature value is near enough. Stiffer
# ones are larger, so that a crystal that was left under pressure moves too.
PERTURBATIONS = (Perturbation(energy=1.3, length=1.003), Perturbation(energy=0.75, length=0.997))
# Changes of shape (see `Perturbation`), by file, that widen the crystal, by 0.3 % at most (Al_jnp by 0.4 %):
# 1 % moves it by 0 to 0.2 % in most of them, by 0.3 % in C and Si, and by 1.4 % in Al_jnp.
_SHAPES = {
    "Cu_mishin1.eam.alloy": 1.03,
    "Cu_zhou.eam.alloy": 1.03,
    "Cu_u3.eam": 1.03,
    "Ag_u3.eam": 1.03,
    "W_zhou.eam.alloy": 1.03,
    "Si.sw": 1.015,
    "Si.tersoff": 0.992,
    "Al_zhou.eam.alloy": 1.03,
    "Al_jnp.eam": 1.003,
    "Al_mm.eam.fs": 1.018,
    "NiAlH_jea.eam.alloy": 0.982,
    "Ni_u3.eam": 1.03,
    "Au_u3.eam": 1.03,
    "Fe_mm.eam.fs": 1.02,
    "FeP_mm.eam.fs": 1.02,
    "SiC_1989.tersoff": 1.008,
    "Pd_u3.eam": 1.03,
    "CuTa.eam.alloy": 1.03,
    "VFe_mm.eam.fs": 1.012,
    "SiCGe.tersoff": 1.015,
}


@dataclass(frozen=True)
class Crystal:
    """An element in its structure under one potential.

    Attributes:
        element: Chemical symbol.
        structure: "fcc", "bcc" or "diamond".
        pair_style: LAMMPS pair style that reads the file.
        file: Name of the potential file.
        mass: Atomic mass, g/mol, as in the file where it has one.
        a0: Published lattice constant at 0 K, Å; where gold scripts start from.
        ecoh: Published cohesive energy, eV per atom, negative; None where only the lattice constant is known.
        source: Where they are published.
    """

    element: str
    structure: str
    pair_style: str
    file: str
    mass: float
    a0: float
    ecoh: float | None
    source: str

    def __post_init__(self) -> None:
        if self.structure not in ATOMS_PER_CELL:
            raise TaskError(f"structure '{self.structure}' is not one of {', '.join(ATOMS_PER_CELL)}")
        if not self.a0 > 0 or (self.ecoh is not None and not self.ecoh < 0):
            raise TaskError(f"{self.file}: a0 {self.a0!r} must be positive and ecoh {self.ecoh!r} negative")

    @property
    def label(self) -> str:
        """Short name, such as "Cu-Cu_mishin1"."""
        return f"{self.element}-{self.file.split('.')[0]}-{self.pair_style.replace('/', '_')}"

    @property
    def shape(self) -> float:
        """Change of shape that widens the crystal a little."""
        return _SHAPES[self.file]

    @property
    def force_field(self) -> tuple[str, ...]:
        """LAMMPS commands of the potential for one atom type."""
        element = "" if self.pair_style == "eam" else f" {self.element}"
        return (f"pair_style {self.pair_style}", f"pair_coeff * * {self.file}{element}")

    def build(self, lattice: float, cells: int, origin: float = 0.0) -> str:
        """Return the part of a script that makes a periodic block of the perfect crystal.

        Args:
            lattice: Lattice constant, Å.
            cells: Conventional cells along each edge.
            origin: Where the first atom is, along each edge, in lattice constants.

        Returns:
            LAMMPS commands from `units` to `pair_coeff` and `mass`.
        """
        # EAM files set the mass themselves, and overwrite what stands before pair_coeff.
        style, coefficients = self.force_field
        shift = f" origin {origin:g} {origin:g} {origin:g}" if origin else ""
        return f"""\
units           metal
boundary        p p p
atom_style      atomic
lattice         {self.structure} {lattice:.12g}{shift}
region          box block 0 {cells} 0 {cells} 0 {cells}
create_box      1 box
create_atoms    1 box
{style}
{coefficients}
mass            1 {self.mass:g}
"""

    def oriented(self, direction: str, lattice: str, cells: tuple[int, int, int], boundary: str = "p p p") -> str:
        """Return the part of a script that makes a block with a direction along z; see `ORIENTATIONS`.

        The lattice is a little off the origin, so that no layer lies on the boundary of the box: rounding would put
        some of its atoms to the other side, and a slab that is cut there would end in broken layers.

        Args:
            direction: Miller indices of z, such as "111".
            lattice: Lattice constant, Å; a number or a variable of the script.
            cells: Cells along x, y, z.
            boundary: As the command takes it.

        Returns:
            LAMMPS commands from `units` to `pair_coeff` and `mass`.
        """
        style, coefficients = self.force_field
        found = ORIENTATIONS[self.structure, direction]
        orient = " ".join(f"orient {axis} {indices}" for axis, indices in zip("xyz", found.directions, strict=True))
        spacing = " ".join(f"{period:.12g}" for period in found.periods)
        return f"""\
units           metal
boundary        {boundary}
lattice         {self.structure} {lattice} {orient} spacing {spacing} origin 0.01 0.01 0.01
region          box block {" ".join(f"0 {count}" for count in cells)}
create_box      1 box
create_atoms    1 box
{style}
{coefficients}
mass            1 {self.mass:g}
"""


# Elements and files of the test split.
CU_MISHIN = Crystal("Cu", "fcc", "eam/alloy", "Cu_mishin1.eam.alloy", 63.55, 3.615, -3.54, _MISHIN)
CU_ZHOU = Crystal("Cu", "fcc", "eam/alloy", "Cu_zhou.eam.alloy", 63.55, 3.615, -3.54, _ZHOU)
CU_U3 = Crystal("Cu", "fcc", "eam", "Cu_u3.eam", 63.55, 3.615, -3.54, _FOILES)
AG_U3 = Crystal("Ag", "fcc", "eam", "Ag_u3.eam", 107.87, 4.09, -2.85, _FOILES)
W_ZHOU = Crystal("W", "bcc", "eam/alloy", "W_zhou.eam.alloy", 183.84, 3.165, -8.76, _ZHOU)
SI_SW = Crystal("Si", "diamond", "sw", "Si.sw", 28.0855, 5.431, -4.3366, _STILLINGER)
SI_TERSOFF = Crystal("Si", "diamond", "tersoff", "Si.tersoff", 28.0855, 5.432, -4.63, _TERSOFF_1988)
SI_ERHART = Crystal("Si", "diamond", "tersoff", "SiC_Erhart-Albe.tersoff", 28.0855, 5.429, -4.63, _ERHART)

# Of the train split. Al_jnp is an aluminium of 3.99 Å, not 4.05.
AL_ZHOU = Crystal("Al", "fcc", "eam/alloy", "Al_zhou.eam.alloy", 26.982, 4.0816, -3.58, _ZHOU)
AL_JNP = Crystal("Al", "fcc", "eam", "Al_jnp.eam", 26.982, 3.986, None, _JACOBSEN)
AL_MENDELEV = Crystal("Al", "fcc", "eam/fs", "Al_mm.eam.fs", 26.982, 4.04527, None, _HEADER)
AL_ANGELO = Crystal("Al", "fcc", "eam/alloy", "NiAlH_jea.eam.alloy", 26.982, 4.05, -3.36, _ANGELO)
NI_ANGELO = Crystal("Ni", "fcc", "eam/alloy", "NiAlH_jea.eam.alloy", 58.71, 3.52, -4.45, _ANGELO)
NI_U3 = Crystal("Ni", "fcc", "eam", "Ni_u3.eam", 58.71, 3.52, -4.45, _FOILES)
AU_U3 = Crystal("Au", "fcc", "eam", "Au_u3.eam", 196.97, 4.08, -3.93, _FOILES)
FE_MENDELEV = Crystal("Fe", "bcc", "eam/fs", "Fe_mm.eam.fs", 55.845, 2.8553, -4.122, _MENDELEV)
FE_ACKLAND = Crystal("Fe", "bcc", "eam/fs", "FeP_mm.eam.fs", 55.85, 2.8553, -4.013, _ACKLAND)
C_TERSOFF = Crystal("C", "diamond", "tersoff", "SiC_1989.tersoff", 12.011, 3.566, -7.37, _TERSOFF_1989)

# Of the validation split.
PD_U3 = Crystal("Pd", "fcc", "eam", "Pd_u3.eam", 106.4, 3.89, -3.91, _FOILES)
TA_ZHOU = Crystal("Ta", "bcc", "eam/alloy", "CuTa.eam.alloy", 180.95, 3.3026, -8.09, _ZHOU_2004)
V_MENDELEV = Crystal("V", "bcc", "eam/fs", "VFe_mm.eam.fs", 50.9415, 3.02987, None, _HEADER)
GE_TERSOFF = Crystal("Ge", "diamond", "tersoff", "SiCGe.tersoff", 72.64, 5.657, -3.85, _TERSOFF_1989)
