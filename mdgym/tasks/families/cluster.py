"""A cluster of atoms from a data file, relaxed to the nearest minimum: its energy and its size (tier 1, static)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import cluster_shapes
from mdgym.tasks.families.cluster_shapes import SHAPES, Array, distances, gyration
from mdgym.tasks.families.pair_potentials import PairPotential
from mdgym.tasks.family import Anchor, Family, Measured, Run
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

FILE = "cluster.data"
# cg, sd, hftn, fire and quickmin that stop at a relative change of the energy of 1e-8 are off by up to 7e-7 of the
# energy and 1.5e-4 of the size; cg at 1e-6 by 1.5e-4 and 7e-4. Without relaxation the size is off by 7e-3 and more.
ACCURACY = {"energy": 2e-4, "size": 1e-3}
# Of the limit. Scripts report the energy of their last state; remembered positions in a changed world are farther off.
SHOWN = 0.05
CONVERGENCE = "1e-8"  # what the prompt asks for
# Gold and BFGS agree to 2e-13 of the energy and 2e-8 of the size.
ANCHOR_ACCURACY = 1e-6
# Each coordinate is off by up to this part of the spacing. Of 976 other starts over all points, half of them with twice
# as much, none led to another minimum.
DISPLACEMENT = 0.05
# So far that remembered sizes which the pressure corrects (one Newton step) are off by more than is allowed.
PERTURBATIONS = tuple(Perturbation(energy=e, length=x) for e in (1.03, 0.97) for x in (1.02, 0.98))
REACH = 1.05  # the cutoff is farther than this times the largest distance of the start

# Size: (meaning by language, LAMMPS commands that compute it)
_PAIRS = "compute         pairs all pair/local dist\ncompute         size all reduce {} c_pairs inputs local"
SIZES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "span": (
        {ENGLISH: "largest distance between any two atoms at the minimum", CHINESE: "弛豫后任意两原子间的最大距离"},
        _PAIRS.format("max"),
    ),
    "closest": (
        {ENGLISH: "shortest distance between any two atoms at the minimum", CHINESE: "弛豫后任意两原子间的最小距离"},
        _PAIRS.format("min"),
    ),
    "gyration": (
        {
            ENGLISH: "radius of gyration at the minimum (root mean square distance of the atoms from their centroid)",
            CHINESE: "弛豫后的回转半径（各原子到质心距离的均方根）",
        },
        "compute         size all gyration",
    ),
}
_ENERGY = {
    ENGLISH: "potential energy of the whole relaxed cluster (sum over all pairs, not per atom)",
    CHINESE: "弛豫后整个团簇的总势能（不是每原子能量）",
}
WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units {units}. {file} (atom_style atomic, one type, with mass) holds {atoms} atoms, slightly "
        "displaced. {potential}: {formula}, {numbers}, {cut}. Minimize to the nearest minimum, all atoms free, "
        "isolated cluster. Converge the energy to {converged} (relative) or better.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi! I have a little cluster of {atoms} atoms in a data file called {file} (atom_style atomic, one atom type, "
        "the mass is in the file, units {units}). Somebody shook the atoms a bit. Could you write a LAMMPS script that "
        "reads it and lets it relax to the minimum next to it? The atoms interact through a {potential} pair potential "
        "(pair_style {style}) with {numbers}, {cut}. The box in the file is big enough that the cluster does not feel "
        "its periodic images. Please minimize until the energy changes by less than {converged} of itself in a step "
        "and keep all atoms. Nothing typed in: I will run it with changed coefficients too.\n\n{variables}",
    ),
    (
        ENGLISH,
        "The file {file} contains an isolated cluster of N = {atoms} identical atoms (LAMMPS data file, atom_style "
        "atomic, units {units}) near a local minimum of its potential energy. Any two atoms interact through\n\n  "
        "{formula}, {numbers},\n\n{cut}. Locate the minimum by a local minimization of the positions with LAMMPS, "
        "converged to a relative change of the energy of {converged} or less, and characterize it.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: structural relaxation of a cluster, LAMMPS\n"
        "- input: {file}, {atoms} atoms, one type, atom_style atomic, units {units}\n"
        "- interaction: {potential} (pair_style {style}), {numbers}\n"
        "- truncation: {cut}\n"
        "- environment: vacuum; the box of the file keeps periodic images out of range\n"
        "- method: energy minimization from the given positions (no dynamics, no other start), relative energy "
        "tolerance {converged} or tighter\n\n"
        "{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units {units}）：读入数据文件 {file}（atom_style atomic，一种原子，共 {atoms} 个，"
        "文件中已含质量），其中是一个孤立团簇，各原子略微偏离平衡位置。原子间为 {potential} 对势（pair_style "
        "{style}）：{formula}，其中 {numbers}；{cut}。从给定位置出发做能量最小化，"
        "收敛到最近的极小点（能量的相对收敛标准不大于 {converged}）。结果必须由脚本计算得出。\n\n{variables}",
    ),
    (
        ENGLISH,
        "Relax the {atoms}-atom cluster in {file} and tell me its energy and how big it is. Details: units {units}, "
        "atom_style atomic, a single atom type whose mass the file sets; {formula} between all pairs with {numbers}, "
        "{cut}; nothing outside the cluster. Which minimizer you take is up to you as long as it goes downhill from "
        "the positions in the file and converges to {converged} of the energy or better.\n\n{variables}",
    ),
)


@dataclass(frozen=True)
class ClusterPoint:
    """A cluster.

    Attributes:
        shape: One of `SHAPES`.
        size: One of `SIZES`, what is measured beside the energy.
        potential: How two atoms interact.
    """

    shape: str
    size: str
    potential: PairPotential

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise TaskError(f"shape '{self.shape}' is not one of {', '.join(SHAPES)}")
        if self.size not in SIZES:
            raise TaskError(f"size '{self.size}' is not one of {', '.join(SIZES)}")
        if self.potential.kind == "buck":
            raise TaskError(f"{self.label}: a Buckingham potential has no bottom")
        # energy and force jump where a pair crosses the cutoff, so that none may
        span = float(np.max(distances(self.start)))
        if not REACH * span < self.potential.cutoff:
            raise TaskError(
                f"{self.label}: the cutoff {self.potential.cutoff:g} is not beyond the cluster ({span:.4g})"
            )

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.shape}-{self.size}-{self.potential.label}"

    @property
    def spacing(self) -> float:
        """Distance at which two atoms attract each other most."""
        kind, coefficients = self.potential.kind, self.potential.coefficients
        return 2 ** (1 / 6) * coefficients[1] if kind == "lj" else coefficients[2]

    @property
    def start(self) -> Array:
        """Positions in the data file, shape (n, 3), with as many digits as it has."""
        rng = Random(self.label)
        ideal = 0.97 * SHAPES[self.shape]()
        shake = [[rng.uniform(-DISPLACEMENT, DISPLACEMENT) for _ in "xyz"] for _ in ideal]
        found: Array = np.round(self.spacing * (ideal + np.array(shake)), 6)
        return found


def _cluster(units: str, shape: str, size: str, shift: bool, cutoff: float, kind: str, *numbers: float) -> ClusterPoint:
    return ClusterPoint(shape, size, PairPotential(kind, numbers, cutoff, shift, units))


_metal, _reduced = partial(_cluster, "metal"), partial(_cluster, "lj")
# No shape and no coefficients stand in two splits. Spacings are not below 1: minimizers of LAMMPS move atoms by up to
# 0.1 (`dmax`), and cg did not end where stiff bonds were shorter (epsilon 1.5, sigma 0.8).
POINTS = {
    "train": (
        _reduced("icosahedron13", "gyration", True, 3.0, "lj", 1.0, 1.0),
        _reduced("bipyramid7", "span", True, 2.1, "morse", 1.0, 6.0, 1.0),
        _metal("octahedron6", "closest", True, 8.5, "lj", 0.0104, 3.4),
        _reduced("icosahedron55", "span", False, 6.0, "lj", 1.0, 1.0),
        _metal("icosahedron55", "gyration", False, 13.0, "morse", 0.343, 1.36, 2.87),
        _metal("icosahedron13", "closest", True, 9.0, "morse", 0.235, 1.18, 3.73),
        _metal("bipyramid7", "span", True, 9.0, "lj", 0.014, 3.65),
        _reduced("icosahedron13", "closest", True, 3.9, "lj", 0.7, 1.4),
        _reduced("octahedron6", "gyration", True, 2.2, "morse", 2.0, 5.0, 1.2),
        _metal("icosahedron55", "gyration", True, 14.0, "lj", 0.0031, 2.75),
    ),
    "validation": (
        _reduced("icosahedron12", "span", True, 3.2, "lj", 1.2, 1.1),
        _metal("rings19", "gyration", False, 16.0, "lj", 0.02, 3.95),
        _reduced("rings19", "gyration", False, 3.5, "morse", 1.4, 4.5, 1.0),
        _metal("icosahedron12", "closest", True, 9.0, "morse", 0.27, 1.16, 3.25),
    ),
    "test": (
        _reduced("octahedron38", "span", False, 6.0, "lj", 0.8, 1.25),
        _metal("icosahedron54", "gyration", True, 18.0, "lj", 0.0167, 3.6),
        # softer ones, alpha r0 < 4.8, have a saddle in this shape and their minima beside it
        _metal("octahedron38", "gyration", False, 12.0, "morse", 0.332, 1.9, 3.12),
        _reduced("icosahedron54", "span", False, 5.0, "morse", 1.5, 3.6, 1.1),
        _metal("octahedron38", "closest", True, 11.0, "lj", 0.34, 2.6),
    ),
}


def data_file(point: ClusterPoint) -> str:
    """Write the data file: a cubic box in whose periodic images no atom is in reach."""
    start = point.start
    edge = math.ceil(1.1 * float(np.max(distances(start))) + 1.1 * point.potential.cutoff) / 2
    atoms = "\n".join(f"{number} 1 {x:.6f} {y:.6f} {z:.6f}" for number, (x, y, z) in enumerate(start.tolist(), 1))
    bounds = "\n".join(f"{-edge:g} {edge:g} {axis}lo {axis}hi" for axis in "xyz")
    mass = "1.0" if point.potential.units == "lj" else "40.0"
    return (
        f"cluster of {len(start)} atoms\n\n{len(start)} atoms\n1 atom types\n\n{bounds}\n\n"
        f"Masses\n\n1 {mass}\n\nAtoms # atomic\n\n{atoms}\n"
    )


def fields(point: ClusterPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    described = point.potential.fields(language, rng)
    return dict(units=point.potential.units, file=FILE, atoms=str(len(point.start)), converged=CONVERGENCE, **described)


def gold(point: ClusterPoint) -> str:
    """Minimize by conjugate gradients."""
    return _script(point, "p p p", "min_style       cg\nminimize        0.0 1.0e-10 5000 50000")


def fire(point: ClusterPoint) -> str:
    """Right in another way: damped dynamics in a box with free boundaries."""
    timestep = 0.005 if point.potential.units == "lj" else 0.002
    return _script(
        point, "f f f", f"min_style       fire\ntimestep        {timestep}\nminimize        0.0 1.0e-8 20000 50000"
    )


def contract(point: ClusterPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    reduced = point.potential.units == "lj"
    length, energy = ("LJ units", "LJ units") if reduced else ("Å", "eV")
    count, size, limit = len(point.start), SIZES[point.size][0][ENGLISH], accepted["energy"].limit
    return Contract(
        units=point.potential.units,
        masses=(),
        atoms=(count, count),
        force_field=point.potential.commands,
        quantities=(
            Quantity(
                "energy", energy, _ENERGY[ENGLISH], "reference", limit, powers=(1.0, 0.0), shown=(count, SHOWN * limit)
            ),
            Quantity("size", length, size, "reference", accepted["size"].limit, powers=(0.0, 1.0)),
        ),
        potential_tolerance=1e-5 * point.potential.depth,
    )


def references(point: ClusterPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept each result to its own accuracy."""
    return tuple(runs.accept_to(name, ACCURACY[name]) for name, runs in measured.items())


def anchors(point: ClusterPoint, run: Run) -> dict[str, Anchor]:
    """Minimize in Python."""
    relaxed = cluster_shapes.relax(point.potential, point.start)
    energy = cluster_shapes.energy(point.potential, relaxed)
    pairs = distances(relaxed)
    size = {"span": float(pairs.max()), "closest": float(pairs.min()), "gyration": gyration(relaxed)}[point.size]
    source = "BFGS in Python from the positions of the data file"
    return {
        "energy": Anchor(energy, ANCHOR_ACCURACY * abs(energy), source),
        "size": Anchor(size, ANCHOR_ACCURACY * size, source),
    }


def _script(point: ClusterPoint, boundary: str, minimization: str) -> str:
    compute = SIZES[point.size][1]
    force_field = "\n".join(point.potential.commands)
    # units lj: pe is per atom
    energy = "pe*atoms" if point.potential.units == "lj" else "pe"
    return f"""\
units           {point.potential.units}
boundary        {boundary}
read_data       {FILE}
{force_field}
{compute}
thermo_style    custom step pe c_size
{minimization}

variable        energy equal {energy}
variable        size equal c_size
"""


FAMILY = Family(
    name="cluster",
    tier=1,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: {x: {"energy": _ENERGY[x], "size": SIZES[point.size][0][x]} for x in _ENERGY},
    gold=gold,
    variants=lambda point: (fire(point),),
    references=references,
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
    files=lambda point: {FILE: data_file(point)},
    suites={"core": (24, 10, 12), "micro": (50, 13, 13)},
)
