"""Lattice constant and cohesive energy of an elemental crystal at 0 K (tier 1, static).

Nothing is random and no dynamics is needed. Both answers are held by no single state, so they are proved by a second
run of the script with a changed potential: a typed-in constant does not move with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, Crystal
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# Both answers to 0.1 %: minimizers agree to 1e-6, a coarse lattice scan with a parabola to 1e-4.
ACCURACY = 1e-3
ANCHOR_ACCURACY = 1e-4
ATOMS = (1, 4000)
# a0 moves by 0.3 %, so that an honest scan around the literature value still brackets it.
PERTURBATIONS = (
    Perturbation(energy=1.03, length=1.003),
    Perturbation(energy=1.03, length=0.997),
    Perturbation(energy=0.97, length=1.003),
    Perturbation(energy=0.97, length=0.997),
)

WORDINGS = (
    (
        ENGLISH,
        "Write a LAMMPS input script (units metal) that computes the equilibrium lattice constant and the cohesive "
        "energy of {structure} {element} at 0 K and zero pressure with the potential file {file}, which LAMMPS finds "
        "by its name. Periodic in all directions, {least} to {most} atoms. Compute both from the potential; numbers "
        "typed in from a table do not count.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi! I'd like to know what the potential {file} (pair_style {pair_style}) thinks of {element}. Could you set "
        "up a perfect {structure} crystal in LAMMPS, periodic everywhere and with no more than {most} atoms, and let "
        "it find its own lattice constant at zero temperature and zero pressure? The energy per atom there is what I "
        "call the cohesive energy. Please use units metal. The script has to work the values out: if I changed the "
        "potential a little, they would have to change with it.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Let E(a) be the static energy per atom of a perfect {structure} crystal of {element} with cubic lattice "
        "constant a, as described by the interatomic potential in the file {file}. The equilibrium lattice constant "
        "minimizes E(a), and the cohesive energy is the minimum (the energy of the free atom is zero by "
        "convention).\n\nDetermine both with a LAMMPS script in metal units, under periodic boundary conditions and "
        "with between {least} and {most} atoms. They must result from the calculation and not be assigned.\n\n"
        "{variables}",
    ),
    (
        ENGLISH,
        "Task: static relaxation, LAMMPS\n"
        "- system: {element}, {structure}, perfect crystal, periodic in x, y, z, {least} to {most} atoms\n"
        "- potential: {file} (pair_style {pair_style}), units metal\n"
        "- conditions: T = 0 K, p = 0\n"
        "- wanted: lattice constant and cohesive energy, computed by the script itself, no literature values\n\n"
        "{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 输入脚本（units metal），用势函数文件 {file} 计算 {structure} 结构的 {element} 晶体"
        "在 0 K、零压下的平衡晶格常数和内聚能。三个方向均为周期性边界，原子数在 {least} 到 {most} 之间。"
        "两个结果都必须由脚本根据势函数算出，不能直接写入文献值。\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "a0": "equilibrium lattice constant (edge of the conventional cubic cell)",
        "ecoh": "cohesive energy, that is the potential energy per atom at equilibrium (negative)",
    },
    CHINESE: {"a0": "平衡晶格常数（立方晶胞边长）", "ecoh": "内聚能，即平衡时的每原子势能（负值）"},
}


@dataclass(frozen=True)
class CohesionPoint:
    """One crystal.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge in the gold script.
    """

    crystal: Crystal
    cells: int = 3

    def __post_init__(self) -> None:
        count = self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]
        if not ATOMS[0] <= count <= ATOMS[1]:
            raise TaskError(f"{self.label}: {count} atoms are not within {ATOMS[0]} to {ATOMS[1]}")

    @property
    def label(self) -> str:
        """Name of the point."""
        return self.crystal.label


POINTS = {
    "train": (
        CohesionPoint(crystals.AL_ZHOU),
        CohesionPoint(crystals.AL_JNP),
        CohesionPoint(crystals.AL_MENDELEV),
        CohesionPoint(crystals.AL_ANGELO),
        CohesionPoint(crystals.NI_ANGELO),
        CohesionPoint(crystals.NI_U3),
        CohesionPoint(crystals.AU_U3),
        CohesionPoint(crystals.FE_MENDELEV),
        CohesionPoint(crystals.FE_ACKLAND),
        CohesionPoint(crystals.C_TERSOFF, cells=2),
    ),
    "validation": (
        CohesionPoint(crystals.PD_U3),
        CohesionPoint(crystals.TA_ZHOU),
        CohesionPoint(crystals.V_MENDELEV),
        CohesionPoint(crystals.GE_TERSOFF, cells=2),
    ),
    "test": (
        CohesionPoint(crystals.CU_MISHIN),
        CohesionPoint(crystals.CU_ZHOU),
        CohesionPoint(crystals.CU_U3),
        CohesionPoint(crystals.AG_U3),
        CohesionPoint(crystals.W_ZHOU),
        CohesionPoint(crystals.SI_SW, cells=2),
        CohesionPoint(crystals.SI_TERSOFF, cells=2),
        CohesionPoint(crystals.SI_ERHART, cells=2),
    ),
}


def fields(point: CohesionPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        least=str(ATOMS[0]),
        most=str(ATOMS[1]),
    )


def gold(point: CohesionPoint) -> str:
    """Relax the box together with the atoms."""
    return f"""\
{_build(point, point.crystal.a0)}
fix             relax all box/relax iso 0.0 vmax 0.001
min_style       cg
minimize        0.0 1.0e-10 1000 10000

variable        a0 equal vol^(1/3)/{point.cells}
variable        ecoh equal pe/atoms
"""


def scan(point: CohesionPoint) -> str:
    """Right in another way: Newton steps on E(a), from three static energies each."""
    return f"""\
{_build(point, point.crystal.a0)}
thermo_modify   norm no
variable        edge equal {point.cells}*v_a
variable        e equal pe/atoms
variable        h equal 0.002*{point.crystal.a0}
variable        centre equal {point.crystal.a0}
variable        a equal {point.crystal.a0}
variable        newton loop 4
label           again
variable        a equal ${{centre}}-${{h}}
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        lower equal ${{e}}
variable        a equal ${{centre}}+${{h}}
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        upper equal ${{e}}
variable        a equal ${{centre}}
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        ecoh equal ${{e}}
variable        a0 equal ${{a}}
variable        centre equal $(v_a0-0.5*v_h*(v_upper-v_lower)/(v_upper-2*v_ecoh+v_lower):%.12g)
next            newton
jump            SELF again
"""


def contract(point: CohesionPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. A static result does not depend on masses, so none are asked for."""
    return Contract(
        units="metal",
        masses=(),
        atoms=ATOMS,
        force_field=point.crystal.force_field,
        quantities=(
            Quantity("a0", "Å", MEANINGS[ENGLISH]["a0"], "reference", accepted["a0"].limit),
            Quantity("ecoh", "eV", MEANINGS[ENGLISH]["ecoh"], "reference", accepted["ecoh"].limit),
        ),
    )


def anchors(point: CohesionPoint, run: Run) -> dict[str, Anchor]:
    """Fit E(a) at 13 lattice constants within 1.5 % of the published one; no minimizer and no barostat."""
    constants = point.crystal.a0 * np.linspace(0.985, 1.015, 13)
    energies = []
    for a in constants:
        execution = run(_build(point, float(a)) + "run 0\n", 0)
        last = execution.segments[-1]
        energies.append(float(last.column("potential")[-1] / last.column("atoms")[-1]))
    centre = constants.mean()
    curve = np.polynomial.Polynomial.fit(constants - centre, energies, 6)
    extrema = [float(root.real) for root in curve.deriv().roots() if abs(root.imag) < 1e-9]
    lowest = min((x for x in extrema if abs(x) < 0.015 * centre), key=lambda x: float(curve(x)))
    source = f"minimum of a fit to E(a) at 13 lattice constants; a0 published as {point.crystal.a0} Å"
    if point.crystal.ecoh is not None:
        source += f" and E as {point.crystal.ecoh} eV"
    source += f" in {point.crystal.source}"
    a0, ecoh = float(centre + lowest), float(curve(lowest))
    return {
        "a0": Anchor(a0, ANCHOR_ACCURACY * a0, source),
        "ecoh": Anchor(ecoh, ANCHOR_ACCURACY * abs(ecoh), source),
    }


def _build(point: CohesionPoint, lattice: float) -> str:
    return point.crystal.build(lattice, point.cells)


FAMILY = Family(
    name="cohesion",
    tier=1,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (scan(point),),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
    suites={"core": (40, 12, 16), "micro": (50, 13, 13)},
)
