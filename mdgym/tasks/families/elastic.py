"""Elastic constants of a cubic crystal at 0 K (tier 2, static).

C11, C12 and C44 follow from stresses or energies of strained cells. In diamond structures a shear moves the two
sublattices against each other; the values with relaxed atoms are wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, OFF_FACES, Crystal
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# Stresses and energies at strains of 0.05 % to 0.5 % agree within 1 % (splines of the files; most within 0.1 %).
ACCURACY = 0.02
ANCHOR_ACCURACY = 0.01
# Methods differ alike in both worlds: right scripts follow the changed potential better than they meet the values.
FOLLOWS = 1 / 3
# Per cent; beyond it the third order comes in.
STRAIN = 0.5
ATOMS = (1, 4000)
EV_PER_CUBIC_ANGSTROM = 160.2176634  # GPa, from the SI value of e

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal: C11, C12, C44 of {structure} {element}, potential {file} (pair_style {pair_style}), "
        "T = 0, at the potential's own zero-pressure lattice constant. Cubic axes along x, y, z. Strains up to "
        "{strain} %, atoms relaxed in every strained cell. Periodic, {least}-{most} atoms, none on a face of the box. "
        "Everything computed in the script.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi all, I have to compare the elasticity of a few potentials, next one is {file} for {element} ({structure}, "
        "pair_style {pair_style}, units metal). What I need is a LAMMPS input that relaxes the lattice constant of the "
        "perfect crystal at zero pressure, applies small strains (I usually stay below {strain} %) and gets the three "
        "cubic elastic constants from the stress or from the energy. Relax the atoms at each strain, I want the real "
        "constants and not the clamped-ion ones. Keep it at {most} atoms or fewer, periodic, and offset the lattice so "
        "that no atom sits exactly on the box boundary (rounding there can spoil neighbour lists). The script is going "
        "to be used with refitted versions of the potential, so no numbers from papers, please.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider a perfect {structure} crystal of {element} with its cubic axes along the Cartesian ones, described "
        "by the interatomic potential {file}. In its stress-free static equilibrium the stress is linear in a small "
        "strain, sigma_i = sum_j C_ij e_j in Voigt notation (e_4, e_5, e_6 are engineering shear strains). Write a "
        "LAMMPS script in metal units that determines the three independent constants C11, C12 and C44 by finite "
        "differences with strains of at most {strain} %, at T = 0. Internal degrees of freedom must be relaxed at "
        "fixed strain. Use periodic boundary conditions, {least} to {most} atoms, and a lattice that is shifted off "
        "the box faces. The constants must result from the calculation.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: elastic constants of a cubic crystal, LAMMPS\n"
        "- crystal: {element}, {structure}, perfect, [100] [010] [001] along x, y, z, periodic, {least} to {most} "
        "atoms\n"
        "- potential: {file} (pair_style {pair_style}), units metal\n"
        "- reference state: T = 0 K, p = 0, lattice constant found by the script\n"
        "- method: energies or stresses of strained cells, |strain| <= {strain} %\n"
        "- atoms: relaxed inside each strained cell; none on a periodic box face\n"
        "- no literature values\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 输入脚本（units metal），用势函数文件 {file}（pair_style {pair_style}）计算 {structure} 结构的 "
        "{element} 单晶在 0 K、零压下的弹性常数 C11、C12、C44。晶体的立方轴沿 x、y、z 方向，平衡晶格常数由脚本求出；"
        "应变不超过 {strain} %，每次应变后须弛豫原子位置（要弛豫后的弹性常数，而不是原子固定时的值）。"
        "三个方向均为周期性边界，原子数在 {least} 到 {most} 之间，请平移晶格原点，使原子不落在盒子的边界面上。"
        "结果必须由脚本算出，不能写入文献值。\n\n{variables}",
    ),
    (
        ENGLISH,
        "How anisotropic is {element} in the potential file {file}? To answer this we need its cubic elastic constants "
        "at zero temperature and zero pressure. Please provide a LAMMPS script (units metal, {structure}, crystal axes "
        "along the box, periodic, at most {most} atoms, none of them on a box face) that first finds the equilibrium "
        "cell and then deforms it by tensile and shear strains no larger than {strain} %, with the atomic positions "
        "minimized after each deformation. The values have to be calculated from this file.\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "c11": "elastic constant C11 = d(sigma_xx)/d(e_xx)",
        "c12": "elastic constant C12 = d(sigma_yy)/d(e_xx)",
        "c44": "elastic constant C44 = d(sigma_xy)/d(gamma_xy), atoms relaxed",
    },
    CHINESE: {"c11": "弹性常数 C11", "c12": "弹性常数 C12", "c44": "弹性常数 C44（原子已弛豫，工程剪应变）"},
}


@dataclass(frozen=True)
class ElasticPoint:
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


# Without Al_mm.eam.fs, whose tables give a C11 that depends on the strain by 2 %, and Ni in NiAlH_jea.eam.alloy, where
# the change of C12 with the potential depends on it by 0.6 %.
POINTS = {
    "train": (
        ElasticPoint(crystals.AL_ZHOU),
        ElasticPoint(crystals.AL_JNP),
        ElasticPoint(crystals.AL_ANGELO),
        ElasticPoint(crystals.NI_U3),
        ElasticPoint(crystals.AU_U3),
        ElasticPoint(crystals.FE_MENDELEV),
        ElasticPoint(crystals.FE_ACKLAND),
        ElasticPoint(crystals.C_TERSOFF, cells=1),
    ),
    "validation": (
        ElasticPoint(crystals.PD_U3),
        ElasticPoint(crystals.TA_ZHOU),
        ElasticPoint(crystals.V_MENDELEV),
        ElasticPoint(crystals.GE_TERSOFF, cells=1),
    ),
    "test": (
        ElasticPoint(crystals.CU_MISHIN),
        ElasticPoint(crystals.AG_U3),
        ElasticPoint(crystals.W_ZHOU),
        ElasticPoint(crystals.SI_SW, cells=1),
        ElasticPoint(crystals.SI_TERSOFF, cells=1),
    ),
}


def fields(point: ElasticPoint, language: str, rng: Random) -> dict[str, str]:
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


def gold(point: ElasticPoint) -> str:
    """Central differences of the stress; x is strained, then xy is sheared, by 0.1 % both ways."""
    relax = "minimize        0.0 1.0e-10 1000 10000"
    return f"""\
{_equilibrium(point)}
variable        h equal 0.001
variable        up equal 1+v_h
variable        down equal (1-v_h)/(1+v_h)
variable        back equal 1/(1-v_h)
variable        shear equal v_h*ly
variable        reverse equal -2*v_h*ly

change_box      all x scale ${{up}} remap
{relax}
variable        xx equal $(pxx:%.15g)
variable        yy equal $(pyy:%.15g)
change_box      all x scale ${{down}} remap
{relax}
# bar to GPa
variable        c11 equal -1.0e-4*(v_xx-$(pxx:%.15g))/(2*v_h)
variable        c12 equal -1.0e-4*(v_yy-$(pyy:%.15g))/(2*v_h)

change_box      all x scale ${{back}} remap
change_box      all xy delta ${{shear}} remap units box
{relax}
variable        xy equal $(pxy:%.15g)
change_box      all xy delta ${{reverse}} remap units box
{relax}
variable        c44 equal -1.0e-4*(v_xy-$(pxy:%.15g))/(2*v_h)
"""


def energies(point: ElasticPoint) -> str:
    """Right in another way: second differences of the energy for three strains, in the coarsest steps allowed."""
    return f"""\
{_equilibrium(point)}
variable        h equal {STRAIN / 100:g}
variable        up equal 1+v_h
variable        down equal (1-v_h)/(1+v_h)
variable        back equal 1/(1-v_h)
variable        shear equal v_h*lz
variable        reverse equal -2*v_h*lz
variable        scale equal {EV_PER_CUBIC_ANGSTROM}/vol/v_h^2
variable        unit equal ${{scale}}
variable        e0 equal $(pe:%.15g)
{_second_difference("uniaxial", "z scale ${up}", "z scale ${down}")}
change_box      all z scale ${{back}} remap
{_second_difference("biaxial", "y scale ${up} z scale ${up}", "y scale ${down} z scale ${down}")}
change_box      all y scale ${{back}} z scale ${{back}} remap
{_second_difference("c44", "yz delta ${shear}", "yz delta ${reverse}")}
variable        c11 equal v_uniaxial
variable        c12 equal v_biaxial/2-v_uniaxial
"""


def contract(point: ElasticPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. A static result does not depend on masses, so none are asked for."""
    return Contract(
        units="metal",
        masses=(),
        atoms=ATOMS,
        force_field=point.crystal.force_field,
        quantities=tuple(
            Quantity(name, "GPa", meaning, "reference", FOLLOWS * accepted[name].limit)
            for name, meaning in MEANINGS[ENGLISH].items()
        ),
    )


def anchors(point: ElasticPoint, run: Run) -> dict[str, Anchor]:
    """Fit energies of nine strains within 0.4 %, for tetragonal, isotropic and shear deformations; no stress."""
    steps = np.linspace(-0.004, 0.004, 9)
    # C11 - C12, B and C44, with the factor from the curvature to each
    modes = {
        "tetragonal": ("x scale $(1+v_h) y scale $(1/(1+v_h):%.15g)", 1 / 2),
        "isotropic": ("x scale $(1+v_h) y scale $(1+v_h) z scale $(1+v_h)", 1 / 9),
        "shear": ("xz delta $(v_h*lz:%.15g)", 1.0),
    }
    found = {}
    for mode, (change, factor) in modes.items():
        density = []
        for h in steps:
            script = f"{_equilibrium(point)}variable h equal {h:g}\nvariable v equal $(vol:%.15g)\n"
            script += f"change_box all {change} remap units box\nminimize 0 1e-8 1000 10000\n"
            last = run(script, 0).segments
            volume = float(last[0].column("volume")[-1])
            density.append(float(last[-1].column("potential")[-1]) / volume)
        curve = np.polynomial.Polynomial.fit(steps, density, 4)
        found[mode] = factor * EV_PER_CUBIC_ANGSTROM * float(curve.deriv(2)(0.0))
    bulk, difference = found["isotropic"], found["tetragonal"]
    values = {"c11": bulk + 2 / 3 * difference, "c12": bulk - difference / 3, "c44": found["shear"]}
    source = "fits to energies of nine tetragonal, isotropic and shear strains within 0.4 %"
    return {name: Anchor(value, ANCHOR_ACCURACY * value, source) for name, value in values.items()}


def _equilibrium(point: ElasticPoint) -> str:
    """Return a script up to the relaxed crystal in a box that can be sheared."""
    return f"""\
{point.crystal.build(point.crystal.a0, point.cells, OFF_FACES)}
change_box      all triclinic
fix             relax all box/relax iso 0.0 vmax 0.001
min_style       cg
minimize        0.0 1.0e-10 1000 10000
unfix           relax
"""


def _second_difference(name: str, there: str, back: str) -> str:
    return f"""\
change_box      all {there} remap units box
minimize        0.0 1.0e-8 1000 10000
variable        before equal $(pe:%.15g)
change_box      all {back} remap units box
minimize        0.0 1.0e-8 1000 10000
variable        {name} equal $(v_unit*(v_before+pe-2*v_e0):%.15g)"""


FAMILY = Family(
    name="elastic",
    tier=2,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (energies(point),),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=crystals.PERTURBATIONS,
    shape=lambda point: point.crystal.shape,
    suites={"core": (24, 10, 12), "micro": (48, 13, 13)},
)
