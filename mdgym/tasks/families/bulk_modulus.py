"""Bulk modulus and lattice constant of an elemental crystal at 0 K (tier 1, static).

Both are computed, and proved by a second run of the script with a changed potential.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, OFF_FACES, Crystal
from mdgym.tasks.family import Anchor, Family, Measured, Run
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# Pressure and energy differences at linear strains of 0.01 % to 0.5 % agree within 0.6 % (splines of the files).
BULK_ACCURACY = 0.02
# As for the cohesive energy: minimizers agree to 1e-6, a coarse lattice scan with a parabola to 1e-4.
LATTICE_ACCURACY = 1e-3
# Methods differ alike in both worlds: right scripts follow the changed potential better than they meet the values.
FOLLOWS = 1 / 3
ANCHOR_BULK = 5e-3
ANCHOR_LATTICE = 1e-4
# Per cent; beyond it the splines of some files and B' come in.
STRAIN = 0.5
ATOMS = (1, 4000)
EV_PER_CUBIC_ANGSTROM = 160.2176634  # GPa, from the SI value of e

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal: static bulk modulus of {structure} {element} with {file} (pair_style {pair_style}), "
        "taken at the potential's own zero-pressure lattice constant, small strains ({strain} % at most). Periodic, "
        "{least}-{most} atoms, none of them on a face of the box. The script computes everything.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi, could you help me check how stiff {element} is in the potential {file}? I need a LAMMPS script (units "
        "metal, pair_style {pair_style}) that sets up a perfect periodic {structure} crystal with not more than {most} "
        "atoms, finds the lattice constant where the pressure vanishes, and then squeezes and stretches it a tiny bit "
        "(up to {strain} % in length) to get the bulk modulus. No temperature, just statics. I once lost pairs to "
        "rounding because atoms sat exactly on the periodic faces, so please shift the lattice origin a bit. And "
        "please let it compute the numbers, I will swap in slightly modified versions of the potential "
        "later.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Let E(V) be the static energy of a perfect {structure} crystal of {element} as a function of its volume, "
        "described by the interatomic potential {file}. The equilibrium volume V0 minimizes E; the bulk modulus is "
        "B = V0 E''(V0) = -V0 (dp/dV) at V0. Write a LAMMPS input script in metal units that determines B and the "
        "equilibrium lattice constant at T = 0 by finite differences with linear strains not larger than {strain} %. "
        "Use periodic boundary conditions and {least} to {most} atoms, and keep atoms away from the box faces, where "
        "rounding may lose or double pairs. Neither result may be assigned from the literature.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: bulk modulus at 0 K, LAMMPS\n"
        "- system: perfect {structure} {element}, periodic in x, y, z, {least} to {most} atoms\n"
        "- potential: {file} (pair_style {pair_style}), units metal\n"
        "- step 1: equilibrium lattice constant at p = 0\n"
        "- step 2: isotropic compression and expansion around it, linear strain at most {strain} %\n"
        "- place the crystal so that no atom lies on a periodic boundary (lattice origin)\n"
        "- all numbers computed by the script from this potential\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 输入脚本（units metal），用势函数文件 {file}（pair_style {pair_style}）计算 {structure} 结构的 "
        "{element} 晶体在 0 K、零压下的体积模量。先由脚本求出该势函数的平衡晶格常数，再在其附近做均匀的微小压缩和拉伸"
        "（线应变不超过 {strain} %）。三个方向均为周期性边界，原子数在 {least} 到 {most} 之间；请平移晶格原点，"
        "避免原子正好落在盒子边界面上（舍入误差会丢失原子对）。结果必须由计算得出，不能直接写入文献值。\n\n{variables}",
    ),
    (
        ENGLISH,
        "For a table of elastic properties I need one row: {element}, {structure}, potential file {file}, T = 0 K, "
        "zero pressure. Columns are the lattice constant and the bulk modulus (isotropic, from energies or pressures "
        "of cells strained by {strain} % or less). Deliver a LAMMPS input in metal units; a periodic box with any "
        "number of atoms from {least} to {most} will do, with the lattice offset from the box faces. Values from other "
        "potentials or from experiment are of no use here, the row must come out of this file.\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "bulk": "bulk modulus at the equilibrium volume",
        "a0": "equilibrium lattice constant (edge of the conventional cubic cell)",
    },
    CHINESE: {"bulk": "平衡体积处的体积模量", "a0": "平衡晶格常数（立方晶胞边长）"},
}


@dataclass(frozen=True)
class BulkPoint:
    """One crystal.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge in the gold script.
    """

    crystal: Crystal
    cells: int = 2

    def __post_init__(self) -> None:
        count = self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]
        if not ATOMS[0] <= count <= ATOMS[1]:
            raise TaskError(f"{self.label}: {count} atoms are not within {ATOMS[0]} to {ATOMS[1]}")

    @property
    def label(self) -> str:
        """Name of the point."""
        return self.crystal.label


# Without Al_mm.eam.fs, whose tables give 75 to 79 GPa, depending on the strain, and Ni in NiAlH_jea.eam.alloy, where
# the change with the potential depends on it.
POINTS = {
    "train": (
        BulkPoint(crystals.AL_ZHOU),
        BulkPoint(crystals.AL_JNP),
        BulkPoint(crystals.AL_ANGELO),
        BulkPoint(crystals.NI_U3),
        BulkPoint(crystals.AU_U3),
        BulkPoint(crystals.FE_MENDELEV),
        BulkPoint(crystals.FE_ACKLAND),
        BulkPoint(crystals.C_TERSOFF, cells=1),
    ),
    "validation": (
        BulkPoint(crystals.PD_U3),
        BulkPoint(crystals.TA_ZHOU),
        BulkPoint(crystals.V_MENDELEV),
        BulkPoint(crystals.GE_TERSOFF, cells=1),
    ),
    "test": (
        BulkPoint(crystals.CU_MISHIN),
        BulkPoint(crystals.CU_ZHOU),
        BulkPoint(crystals.AG_U3),
        BulkPoint(crystals.W_ZHOU),
        BulkPoint(crystals.SI_SW, cells=1),
        BulkPoint(crystals.SI_TERSOFF, cells=1),
    ),
}


def fields(point: BulkPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        strain=f"{STRAIN:g}",
        least=str(ATOMS[0]),
        most=str(ATOMS[1]),
    )


def gold(point: BulkPoint) -> str:
    """Relax the box; then pressures at 0.1 % more and less."""
    return f"""\
{_build(point)}
fix             relax all box/relax iso 0.0 vmax 0.001
min_style       cg
minimize        0.0 1.0e-10 1000 10000
unfix           relax
variable        a0 equal $(vol^(1/3)/{point.cells}:%.12g)
variable        v0 equal $(vol:%.15g)

change_box      all x scale 1.001 y scale 1.001 z scale 1.001 remap
run             0
variable        v1 equal $(vol:%.15g)
variable        p1 equal $(press:%.15g)
variable        back equal 0.999/1.001
change_box      all x scale ${{back}} y scale ${{back}} z scale ${{back}} remap
run             0
# bar to GPa
variable        bulk equal -1.0e-4*v_v0*(v_p1-$(press:%.15g))/(v_v1-$(vol:%.15g))
"""


def energies(point: BulkPoint) -> str:
    """Right in another way: the second difference of the energy, in the coarsest steps that are allowed."""
    return f"""\
{_build(point)}
variable        h equal {STRAIN / 100:g}
variable        up equal 1+v_h
variable        down equal (1-v_h)/(1+v_h)
fix             relax all box/relax iso 0.0 vmax 0.001
minimize        0.0 1.0e-8 1000 10000
unfix           relax
variable        a0 equal $(lx/{point.cells}:%.12g)
variable        v0 equal $(vol:%.15g)
variable        e0 equal $(pe:%.15g)
change_box      all x scale ${{up}} y scale ${{up}} z scale ${{up}} remap
run             0
variable        e1 equal $(pe:%.15g)
change_box      all x scale ${{down}} y scale ${{down}} z scale ${{down}} remap
run             0
variable        e2 equal $(pe:%.15g)
variable        bulk equal {EV_PER_CUBIC_ANGSTROM}*(v_e1+v_e2-2*v_e0)/(9*v_v0*v_h^2)
"""


def secant(point: BulkPoint) -> str:
    """Right in another way: the root of the pressure by Newton steps, whose slope is the bulk modulus."""
    return f"""\
{_build(point)}
variable        h equal 0.0005
variable        p equal press
variable        a equal {point.crystal.a0}
variable        step loop 4
label           again
variable        edge equal {point.cells}*v_a*(1-v_h)
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        before equal ${{p}}
variable        edge equal {point.cells}*v_a*(1+v_h)
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        slope equal (${{p}}-v_before)/(6*v_h)
variable        bulk equal -1.0e-4*$(v_slope:%.12g)
variable        a0 equal $(v_a*(1-(v_before+v_p)/(6*v_slope)):%.12g)
variable        a equal ${{a0}}
next            step
jump            SELF again
"""


def contract(point: BulkPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. A static result does not depend on masses, so none are asked for."""
    return Contract(
        units="metal",
        masses=(),
        atoms=ATOMS,
        force_field=point.crystal.force_field,
        quantities=(
            Quantity("bulk", "GPa", MEANINGS[ENGLISH]["bulk"], "reference", FOLLOWS * accepted["bulk"].limit),
            Quantity("a0", "Å", MEANINGS[ENGLISH]["a0"], "reference", accepted["a0"].limit),
        ),
    )


def references(point: BulkPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept the bulk modulus to 2 % and the lattice constant to 0.1 %."""
    return (
        measured["bulk"].accept_to("bulk", BULK_ACCURACY),
        measured["a0"].accept_to("a0", LATTICE_ACCURACY),
    )


def anchors(point: BulkPoint, run: Run) -> dict[str, Anchor]:
    """Fit E(a) at 13 lattice constants within 1.5 % of the published one; no minimizer and no pressure."""
    constants = point.crystal.a0 * np.linspace(0.985, 1.015, 13)
    found = []
    for a in constants:
        last = run(point.crystal.build(float(a), point.cells, OFF_FACES) + "run 0\n", 0).segments[-1]
        found.append(float(last.column("potential")[-1] / last.column("atoms")[-1]))
    centre = constants.mean()
    curve = np.polynomial.Polynomial.fit(constants - centre, found, 6)
    extrema = [float(root.real) for root in curve.deriv().roots() if abs(root.imag) < 1e-9]
    lowest = min((x for x in extrema if abs(x) < 0.015 * centre), key=lambda x: float(curve(x)))
    a0 = float(centre + lowest)
    # V = a^3 / n per atom, so that V d2E/dV2 = a^2 E''(a) / 9V where E'(a) = 0
    volume = a0**3 / ATOMS_PER_CELL[point.crystal.structure]
    bulk = EV_PER_CUBIC_ANGSTROM * a0**2 * float(curve.deriv(2)(lowest)) / (9 * volume)
    source = f"minimum and curvature of a fit to E(a) at 13 lattice constants around {point.crystal.a0} Å"
    return {"bulk": Anchor(bulk, ANCHOR_BULK * bulk, source), "a0": Anchor(a0, ANCHOR_LATTICE * a0, source)}


def _build(point: BulkPoint) -> str:
    return point.crystal.build(point.crystal.a0, point.cells, OFF_FACES)


FAMILY = Family(
    name="bulk_modulus",
    tier=1,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (energies(point), secant(point)),
    references=references,
    contract=contract,
    anchors=anchors,
    perturbations=crystals.PERTURBATIONS,
    shape=lambda point: point.crystal.shape,
    suites={"core": (24, 10, 12), "micro": (48, 13, 13)},
)
