"""A hot metal crystal strained along one axis, its box then held: mean stresses and energy (tier 2, NVT)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import crystals, strain_probe
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, Crystal
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 4.0  # ps; 2,000 steps of 2 fs, so that a gold run of 256 atoms costs about one second
EQUILIBRATION = 1.0  # ps, before, during and after the deformation
TIMESTEP = 0.002  # ps
GPA = 1e-4  # per bar
# Kinetic energy of a crystal under a Langevin thermostat of 0.25 ps; the usual 100 steps are 0.1 to 0.2 ps.
MEMORY = 0.125  # ps
# Script and recording average one window: with samples every 10 steps they differed by up to 0.002 GPa, every 20 by
# 0.005, every 50 (which the prompt forbids) by 0.07. Runs scatter by 0.04 to 0.06 GPa.
STRESS_TOLERANCE = 0.015  # GPa
KINETIC_WIDTH = 0.6  # off 1; ten Nosé-Hoover runs of Ta (128 atoms) gave 1.11 ± 0.11, up to 1.28; rescaling gives 0
# The 8 ps of the anchor scatter by 0.04 GPa, the mean of gold by 0.02.
ANCHOR_STRESS = 0.15  # GPa
AXES = "xyz"
WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal. {element} ({structure}), {cells} x {cells} x {cells} cells, {atoms} atoms, edges along "
        "<100>, periodic, potential {file}. Reference lattice constant {lattice}. Then {deform} {axis} by {strain} % "
        "of that length, other two edges unchanged, and hold the box in NVT (canonical: no Berendsen, no rescaling) at "
        "{temperature} K. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'm looking for the stress in a hot {element} crystal under uniaxial strain. Could you write me a LAMMPS "
        "script (metal units, potential {file}, pair_style {pair_style})? Start from a perfect {structure} block of "
        "{cells} unit cells along each cube axis ({atoms} atoms, periodic) with lattice constant {lattice}, bring it "
        "to {temperature} K, and {deform} {axis} by {strain} percent while the two lateral edges keep their length. "
        "After that the box stays as it is and the crystal is kept at {temperature} K by a proper canonical thermostat "
        "(Nosé-Hoover, Langevin or csvr). {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "A perfect {structure} crystal of {element} ({cells}^3 conventional cells, N = {atoms}, periodic boundary "
        "conditions, cube axes along x, y, z) with the lattice constant {lattice} is the undeformed state. After an "
        "engineering strain of {signed} % along {axis} with zero lateral strain (the edge along {axis} is {factor} "
        "times the undeformed one) it is kept at T = {temperature} K and constant volume in the canonical ensemble, "
        "which Berendsen and rescaling do not sample. Forces follow from the potential file {file}. Determine the "
        "stress of the deformed crystal with LAMMPS (units metal). {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: uniaxial strain at finite temperature, LAMMPS, units metal\n"
        "- system: {element}, {structure}, {cells}x{cells}x{cells} cells = {atoms} atoms, a = {lattice}, periodic\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- then {signed} % engineering strain along {axis}, none along the other two axes\n"
        "- held: fixed box, NVT at {temperature} K, true canonical sampling\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal）：{structure} 结构的 {element} 单晶，{cells}×{cells}×{cells} 个晶胞，"
        "共 {atoms} 个原子，三个方向均为周期性边界，势函数文件为 {file}，未变形时晶格常数为 {lattice}。"
        "沿 {axis} 方向{deform} {strain}%（工程应变），另外两个方向的边长保持不变；随后固定盒子，"
        "在 {temperature} K 下做 NVT 模拟（正则系综采样，不得使用 Berendsen 或速度标定）。{window}\n\n{variables}",
    ),
)


@dataclass(frozen=True)
class TensionPoint:
    """A strained metal.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge before straining.
        temperature: K.
        axis: Along which it is strained: "x", "y" or "z".
        percent: Engineering strain in per cent, negative when compressed.
    """

    crystal: Crystal
    cells: int
    temperature: float
    axis: str
    percent: float

    def __post_init__(self) -> None:
        if not 100 <= self.atoms <= 500:
            raise TaskError(f"{self.label}: {self.atoms} atoms are not within 100 to 500")
        if not 100 <= self.temperature <= 1500:
            raise TaskError(f"{self.label}: temperature {self.temperature!r} K is not within 100 to 1500")
        if self.axis not in ("x", "y", "z"):
            raise TaskError(f"{self.label}: axis {self.axis!r} is not x, y or z")
        if not 1 <= abs(self.percent) <= 6:
            raise TaskError(f"{self.label}: a strain of {self.percent!r} % is not within 1 to 6 either way")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.temperature:g}K-{self.axis}{self.percent:+g}"

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]

    @property
    def lattice(self) -> float:
        """Lattice constant before straining, Å: a guess for a metal that expands by 10e-6 per kelvin."""
        return round(self.crystal.a0 * (1 + 1e-5 * self.temperature), 3)

    @property
    def factor(self) -> float:
        """Final over initial length along the axis."""
        return round(1 + self.percent / 100, 6)


POINTS = {
    "train": (
        TensionPoint(crystals.NI_U3, 4, 300, "x", 3),
        TensionPoint(crystals.NI_ANGELO, 4, 700, "z", -2),
        TensionPoint(crystals.AU_U3, 4, 400, "y", 4),
        TensionPoint(crystals.AL_MENDELEV, 4, 350, "x", 5),
        TensionPoint(crystals.AL_JNP, 4, 500, "z", -3),
        TensionPoint(crystals.NI_U3, 4, 600, "y", -3),
        TensionPoint(crystals.FE_MENDELEV, 5, 500, "z", 3.5),
        TensionPoint(crystals.FE_ACKLAND, 5, 800, "x", -2.5),
    ),
    "validation": (
        TensionPoint(crystals.PD_U3, 4, 450, "z", 3),
        TensionPoint(crystals.PD_U3, 4, 900, "y", -4),
        TensionPoint(crystals.TA_ZHOU, 4, 600, "x", 4),
    ),
    "test": (
        TensionPoint(crystals.CU_MISHIN, 4, 300, "y", 4),
        TensionPoint(crystals.CU_U3, 4, 600, "x", -3),
        TensionPoint(crystals.AG_U3, 4, 500, "z", 4.5),
        TensionPoint(crystals.W_ZHOU, 4, 1000, "x", 2),
    ),
}


def fields(point: TensionPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    words = ("拉伸", "压缩") if language == CHINESE else ("stretch it along", "compress it along")
    deform = words[point.percent < 0]
    return dict(
        **{name: getattr(point.crystal, name) for name in ("element", "structure", "file", "pair_style")},
        **{name: str(getattr(point, name)) for name in ("cells", "atoms", "axis", "factor", "temperature")},
        lattice=quantity_text(point.lattice, LENGTHS, rng),
        deform=deform,
        strain=f"{abs(point.percent):g}",
        signed=f"{point.percent:+g}",
        duration=quantity_text(DURATION, TIMES, rng),
    )


def gold(point: TensionPoint) -> str:
    """Heat the crystal, strain it with fix deform, and hold it under Nosé-Hoover NVT."""
    t, steps = point.temperature, round(EQUILIBRATION / TIMESTEP)
    return f"""\
{_build(point)}
fix             nvt all nvt temp {t:g} {t:g} 0.1
thermo          200
run             {steps}
variable        edge equal $({point.factor:g}*l{point.axis}:%.12g)
fix             strain all deform 1 {point.axis} final 0.0 ${{edge}} remap x units box
run             {steps}
unfix           strain
run             {steps}
{_average(point)}"""


def variants(point: TensionPoint) -> tuple[str, ...]:
    """Right in another way: strained at once before the heating, other thermostats, a slower deformation."""
    t = point.temperature
    strained = f"{_build(point)}change_box      all {point.axis} scale {point.factor:g} remap\n"
    tail = f"thermo          200\nrun             {round(2 * EQUILIBRATION / TIMESTEP)}\n{_average(point)}"
    slow = gold(point).replace(f"run             {round(EQUILIBRATION / TIMESTEP)}", "run             1000")
    heats = (f"langevin {t:g} {t:g} 0.1", f"langevin {t:g} {t:g} 0.2", f"temp/csvr {t:g} {t:g} 0.1")
    return (
        *(f"{strained}fix             move all nve\nfix             heat all {heat} 4711\n{tail}" for heat in heats),
        slow,
    )


def references(point: TensionPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, point.atoms, DURATION, MEMORY)
    return (
        measured["s_axial"].accept("s_axial"),
        measured["s_lateral"].accept("s_lateral"),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: TensionPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. The shape of the box shows in the difference of the stresses."""
    text = _meanings(point)[ENGLISH]
    along, *across = sorted(map(float, range(3)), key=lambda place: AXES[int(place)] != point.axis)
    return Contract(
        units="metal",
        masses=(point.crystal.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=point.crystal.force_field,
        ensemble="nvt",
        temperature=point.temperature,
        density=ATOMS_PER_CELL[point.crystal.structure] / (point.lattice**3 * point.factor),
        thresholds={"kinetic energy width": KINETIC_WIDTH},
        duration=DURATION,
        quantities=(
            Quantity("s_axial", "GPa", text["s_axial"], "mean tension", STRESS_TOLERANCE, (GPA, along)),
            Quantity("s_lateral", "GPa", text["s_lateral"], "mean tension", STRESS_TOLERANCE, (GPA, *across)),
        ),
    )


def anchors(point: TensionPoint, run: Run) -> dict[str, Anchor]:
    """Take each stress as the derivative of the energy of sampled configurations, which needs no virial."""
    t = point.temperature
    start = (
        f"{_build(point)}change_box all {point.axis} scale {point.factor:g} remap\n"
        f"fix move all nve\nfix heat all langevin {t:g} {t:g} 0.1 4711\nrun {round(2 * EQUILIBRATION / TIMESTEP)}\n"
    )
    probes = {axis: strain_probe.stress(start, axis, t, run) for axis in AXES}
    lateral = float(np.mean([stress for axis, (stress, _) in probes.items() if axis != point.axis]))
    return {
        "s_axial": Anchor(probes[point.axis][0], ANCHOR_STRESS, strain_probe.SOURCE),
        "s_lateral": Anchor(lateral, ANCHOR_STRESS, strain_probe.SOURCE),
    }


def _build(point: TensionPoint) -> str:
    velocities = f"velocity        all create {2 * point.temperature:g} 4711 mom yes rot no\n"
    return f"{point.crystal.build(point.lattice, point.cells)}{velocities}timestep        {TIMESTEP}\n"


def _average(point: TensionPoint) -> str:
    one, other = (f"p{axis}{axis}" for axis in AXES if axis != point.axis)
    return f"""\
variable        s equal -1e-4*p{point.axis}{point.axis}
variable        l equal -0.5e-4*({one}+{other})
fix             means all ave/time 5 100 500 v_s v_l ave running
run             {round(DURATION / TIMESTEP)}
variable        s_axial equal f_means[1]
variable        s_lateral equal f_means[2]
"""


def _meanings(point: TensionPoint) -> dict[str, dict[str, str]]:
    one, other = (axis for axis in AXES if axis != point.axis)
    return {
        ENGLISH: {
            "s_axial": f"mean stress along {point.axis}, tension positive (minus the pressure, kinetic part included)",
            "s_lateral": f"mean of the normal stresses along {one} and {other}, with the same sign",
        },
        CHINESE: {
            "s_axial": f"沿 {point.axis} 方向的平均正应力，拉伸为正（压强张量取负，含动能部分）",
            "s_lateral": f"{one} 与 {other} 两个方向正应力的平均值，符号约定相同",
        },
    }


FAMILY = Family(
    name="tension_hot",
    tier=2,
    duration=DURATION,
    runs=8,
    targets=("temperature",),
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=_meanings,
    gold=gold,
    variants=variants,
    references=references,
    contract=contract,
    anchors=anchors,
    # the box is given, so lengths stay
    perturbations=(Perturbation(energy=1.1), Perturbation(energy=0.9)),
    suites={"slow": (24, 10, 12)},
)
