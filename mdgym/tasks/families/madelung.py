"""Madelung constant of an ionic crystal from Ewald-type sums in LAMMPS (tier 1, static).

The lattice is prescribed. The constant is typed in nowhere: in a changed world charges couple more strongly, which
LAMMPS's own sums feel and a textbook value does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import ionic
from mdgym.tasks.families.ionic import COULOMB, Structure, coulomb_sum
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

# What the prompt asks of the kspace style, as its relative accuracy.
KSPACE = 1e-5
# Of both answers. At `KSPACE` ewald and pppm are off by 7.7e-5 at most (285 settings each: all points, one to three
# cells, cutoffs of 1.5 to 5 neighbour distances), at 1e-4 by up to 6e-4. Plain cutoffs of 3 to 6 neighbour distances
# are off by 6 % or more; a well damped wolf or dsf sum with a long cutoff converges too, and 40 of 228 come this near.
ACCURACY = 2e-4
# The exact sum, against gold at an accuracy of 1e-6.
ANCHOR_ACCURACY = 1e-5
EXACT_KSPACE = 1e-7  # of the verifier's own sum
REACH = 1.7  # cutoff of the sum in real space, in edges of the cubic cell
CELLS = 2
# From one cell of CsCl on.
ATOMS = (2, 5000)
# A lattice of given size leaves no room for a change of lengths.
PERTURBATIONS = (Perturbation(energy=1.03), Perturbation(energy=0.97))

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units {units}, static: Madelung constant M of the {structure} structure ({sites}). Point ions "
        "({ions}), {distance_name} {distance}, periodic, {least} to {most} ions, no other forces. Long-range sum with "
        "a kspace style, relative accuracy {accuracy} or better. Convention: {definition}. Must come out of the sum, "
        "don't type it.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi, for my solid state lecture I'd like to show the students where the Madelung constant comes from. Could "
        "you write a LAMMPS input (units {units}) with a perfect crystal of the {structure} type, {sites}, built from "
        "point charges ({ions}) with {distance_name} {distance}, and let it do the full lattice sum (ewald or "
        "pppm, accuracy {accuracy} or tighter, periodic in x, y and z, no more than {most} ions, please)? There should "
        "be nothing but Coulomb interaction. I use this convention: {definition}. Please get M from the energy that "
        "LAMMPS computes; everybody can copy it from a book.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider an infinite crystal of point charges in the {structure} structure, {sites}. Its ions: {ions}; "
        "{distance_name} is {distance}. The Madelung constant M is defined by its electrostatic energy: "
        "{definition}. Evaluate the conditionally convergent lattice sum with LAMMPS (units {units}) under periodic "
        "boundary conditions with a reciprocal-space solver (kspace_style) whose relative accuracy is {accuracy} or "
        "better, in a cell of {least} to {most} ions, and derive M from the computed energy.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: Madelung constant, LAMMPS, units {units}\n"
        "- crystal: {structure} ({sites}), perfect, static, periodic in x, y, z\n"
        "- ions: {ions}\n"
        "- no interaction besides Coulomb\n"
        "- {distance_name}: {distance}\n"
        "- size: {least} to {most} ions\n"
        "- electrostatics: kspace_style of your choice, relative accuracy {accuracy} or better\n"
        "- convention: {definition}\n"
        "- M has to be calculated from the energy; literature values do not count\n\n{variables}",
    ),
    (
        ENGLISH,
        "i want to check my kspace settings before the real run. take {structure} ({sites}) with charges ({ions}), "
        "{distance_name} {distance}, no short range part, pbc, up to {most} ions. units {units}, single point is "
        "enough. ewald/pppm at {accuracy} or better. then give me the lattice energy and the madelung number out of "
        "it ({definition}) so i can compare with the exact one, so no hardcoding.\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units {units}）计算 {structure} 结构（{sites}）的 Madelung 常数 M："
        "理想晶体，只有点电荷（{ions}），{distance_name} {distance}，三个方向周期性边界，"
        "离子总数 {least} 到 {most}，除库仑作用外无其他相互作用。"
        "长程静电用 kspace（ewald 或 pppm），相对精度 {accuracy} 或更高。约定：{definition}。"
        "M 必须由 LAMMPS 算出的能量得到，不能直接写入文献值。\n\n{variables}",
    ),
)
_DISTANCES = {
    ENGLISH: ("nearest-neighbour distance r0", "cubic lattice constant a"),
    CHINESE: ("最近邻离子间距 r0 为", "立方晶格常数 a 为"),
}
_DEFINITIONS = {
    ENGLISH: "the energy per formula unit {formula} is E = -M k {product} / {length}, with k = {k}",
    CHINESE: "每个化学式单元 {formula} 的能量 E = -M k {product} / {length}，其中 k = {k}",
}
_CONSTANTS = {"metal": "14.399645 eV Å/e^2", "real": "332.06371 kcal/mol Å/e^2", "lj": "1 (reduced units)"}
_ENERGIES = {"metal": "eV", "real": "kcal/mol", "lj": "reduced units"}
MEANINGS = {
    ENGLISH: {"madelung": "Madelung constant M", "epair": "electrostatic energy per formula unit (negative)"},
    CHINESE: {"madelung": "Madelung 常数 M", "epair": "每个化学式单元的静电能（负值）"},
}


@dataclass(frozen=True)
class MadelungPoint:
    """A crystal of point charges.

    Attributes:
        structure: Where the ions sit.
        charges: Charge of each species; cations first, the anion last.
        distance: Nearest-neighbour distance, or the lattice constant where there are three species; Å, reduced in lj.
        units: LAMMPS unit style.
    """

    structure: Structure
    charges: tuple[float, ...]
    distance: float
    units: str = "metal"

    def __post_init__(self) -> None:
        if self.units not in COULOMB:
            raise TaskError(f"{self.label}: units '{self.units}' are not one of {', '.join(COULOMB)}")
        self.structure.charges(self.charges)
        if not self.charges[-1] < 0 < self.charges[0]:
            raise TaskError(f"{self.label}: charges {self.charges!r} must begin with a cation and end with the anion")
        if not 0.5 <= self.distance <= 8.0:
            raise TaskError(f"{self.label}: distance {self.distance!r} is not within 0.5 to 8")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.structure.name}-{'_'.join(f'{q:g}' for q in self.charges)}-{self.distance:g}-{self.units}"

    @property
    def by_edge(self) -> bool:
        """Whether the constant is defined with the lattice constant and unit charges."""
        return len(self.charges) > 2

    @property
    def edge(self) -> float:
        """Edge of the cubic cell."""
        return self.distance if self.by_edge else self.distance / self.structure.nearest

    @property
    def product(self) -> float:
        """What stands for the charges in the definition of the constant."""
        return 1.0 if self.by_edge else abs(self.charges[0] * self.charges[1])

    @property
    def energy(self) -> float:
        """Exact energy per formula unit."""
        cell = coulomb_sum(self.structure, self.charges)
        return COULOMB[self.units] * cell / self.structure.formulas / self.edge


# Charges, distances and units differ everywhere; the structures of the splits do not overlap.
POINTS = {
    "train": (
        MadelungPoint(ionic.ROCKSALT, (1, -1), 2.82),
        MadelungPoint(ionic.ROCKSALT, (2, -2), 2.106),
        MadelungPoint(ionic.FLUORITE, (2, -1), 2.366),
        MadelungPoint(ionic.RHENIUM_TRIOXIDE, (3, -1), 1.85),
        MadelungPoint(ionic.ROCKSALT, (1, -1), 3.15, "real"),
        MadelungPoint(ionic.ROCKSALT, (1, -1), 1.15, "lj"),
        MadelungPoint(ionic.ROCKSALT, (1.5, -1.5), 0.85, "lj"),
        MadelungPoint(ionic.FLUORITE, (4, -2), 2.34, "real"),
        MadelungPoint(ionic.FLUORITE, (2.4, -1.2), 0.9, "lj"),
        MadelungPoint(ionic.RHENIUM_TRIOXIDE, (6, -2), 1.88, "real"),
    ),
    "validation": (
        MadelungPoint(ionic.ZINCBLENDE, (2, -2), 2.34),
        MadelungPoint(ionic.ZINCBLENDE, (1, -1), 1.1, "lj"),
        MadelungPoint(ionic.CUPRITE, (1, -2), 1.85),
        MadelungPoint(ionic.CUPRITE, (1.2, -2.4), 2.05, "real"),
    ),
    "test": (
        MadelungPoint(ionic.CESIUM_CHLORIDE, (1, -1), 3.57),
        MadelungPoint(ionic.CESIUM_CHLORIDE, (2, -2), 3.2, "real"),
        MadelungPoint(ionic.CESIUM_CHLORIDE, (1, -1), 1.3, "lj"),
        MadelungPoint(ionic.PEROVSKITE, (2, 4, -2), 3.905),
        MadelungPoint(ionic.PEROVSKITE, (1, 5, -2), 4.02, "real"),
    ),
}


def fields(point: MadelungPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    names, charge = "ABX" if point.by_edge else "AX", "" if point.units == "lj" else " e"
    k, length = _CONSTANTS[point.units], "a" if point.by_edge else "r0"
    product = ("1" if point.units == "lj" else "e^2") if point.by_edge else "|qA qX|"
    return dict(
        structure=point.structure.title,
        sites=point.structure.layout,
        units=point.units,
        ions=", ".join(f"q{name} = {q:+g}{charge}" for name, q in zip(names, point.charges, strict=True)),
        distance_name=_DISTANCES[language][point.by_edge],
        distance=f"{point.distance:g}" if point.units == "lj" else quantity_text(point.distance, LENGTHS, rng),
        accuracy="1e-5",
        definition=_DEFINITIONS[language].format(formula=point.structure.formula, product=product, length=length, k=k),
        least=str(ATOMS[0]),
        most=str(ATOMS[1]),
    )


def gold(point: MadelungPoint) -> str:
    """Take the energy of a perfect crystal by an Ewald sum."""
    sums = f"pair_style      coul/long {REACH * point.edge:.6g}\npair_coeff      * *\nkspace_style    ewald 1.0e-6"
    return _script(point, CELLS, sums)


def mesh(point: MadelungPoint) -> str:
    """Right in another way: particle mesh at the accuracy that is asked for, energies summed over ions."""
    sums = f"""\
pair_style      lj/cut/coul/long {1.2 * point.edge:.6g}
pair_coeff      * * 0.0 1.0
kspace_style    pppm {KSPACE:g}
compute         each all pe/atom
compute         lattice all reduce sum c_each
thermo_style    custom step pe c_lattice"""
    return _script(point, CELLS + 1, sums, "c_lattice")


def single_cell(point: MadelungPoint) -> str:
    """Right in another way: one cell, whose images do the rest."""
    sums = f"pair_style      coul/long {point.edge:.6g}\npair_coeff      * *\nkspace_style    ewald {KSPACE:g}"
    return _script(point, 1, sums)


def contract(point: MadelungPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. Species are told by their charges."""
    ions = point.structure.atoms / point.structure.formulas
    units = {"madelung": "dimensionless units", "epair": _ENERGIES[point.units]}
    return Contract(
        units=point.units,
        masses=(),
        charges=tuple(float(charge) for charge in point.charges),
        atoms=ATOMS,
        density=point.structure.atoms / point.edge**3,
        force_field=(
            f"pair_style coul/long {REACH * point.edge:.6g}",
            "pair_coeff * *",
            f"kspace_style ewald {EXACT_KSPACE:g}",
        ),
        # per atom, and as accurate as the answers
        potential_tolerance=ACCURACY * abs(point.energy) * point.structure.formulas / point.structure.atoms,
        quantities=tuple(
            Quantity(
                name,
                unit,
                MEANINGS[ENGLISH][name],
                "reference",
                accepted[name].limit,
                powers=(1, 1),
                # the energy of the crystal itself, not of another one times a ratio
                shown=(ions, 0.5 * accepted[name].limit) if name == "epair" else None,
            )
            for name, unit in units.items()
        ),
    )


def anchors(point: MadelungPoint, run: Run) -> dict[str, Anchor]:
    """Sum by numpy."""
    source = "Ewald sum by numpy, converged to 1e-10; tested on published constants of four structures"
    found = {"madelung": -point.energy * point.distance / (COULOMB[point.units] * point.product), "epair": point.energy}
    return {name: Anchor(value, ANCHOR_ACCURACY * abs(value), source) for name, value in found.items()}


def _script(point: MadelungPoint, cells: int, sums: str, energy: str = "pe") -> str:
    return f"""\
{point.structure.commands(point.edge, cells, point.charges, point.units)}

{sums}
thermo_modify   norm no
run             0

variable        epair equal {energy}/{point.structure.formulas * cells**3}
variable        madelung equal -v_epair*{point.distance:g}/({COULOMB[point.units]:.10g}*{point.product:g})
"""


FAMILY = Family(
    name="madelung",
    tier=1,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (mesh(point), single_cell(point)),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
    suites={"core": (24, 10, 12), "micro": (50, 13, 13)},
)
