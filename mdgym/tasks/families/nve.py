"""How well velocity Verlet keeps the energy of a crystal at a prescribed timestep (tier 1, NVE)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from mdgym.engine.measures import measure
from mdgym.engine.window import judged_window
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, Crystal
from mdgym.tasks.family import Anchor, Family, Measured, Run
from mdgym.tasks.prompts import (
    CHINESE,
    ENGLISH,
    LENGTHS,
    STEPS,
    TIMES,
    quantity_text,
)
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 4.0  # ps
# From rest positions the kinetic energy halves within 0.2 ps; a window that held this would show a larger spread.
EQUILIBRATION = 1.0  # ps
BOLTZMANN = 8.617343e-5  # eV/K, the value of LAMMPS in units metal
# Seeds scatter by 1e-5 eV; the limit forgives 2 K in T0.
LEAST_TOTAL = 3e-4  # eV
# Of the spread. Seeds scatter by 5 to 13 %, more below 3 fs in hot crystals (25 % in Pd at 900 K and 2.5 fs), where
# splines and cutoffs show beside dt^2. Half the timestep is off by 75 %.
LEAST_SPREAD = 0.25
FARTHEST_SPREAD = 2.0
LEAST_TEMPERATURE = 0.01
TOTAL_TOLERANCE = 5e-5  # eV
# Samples 50 fs apart (10 steps of 5 fs) miss some vibrations: sampled every 2 to 20 steps the spread differs by 12 %
# (rms) from that of all steps, and the recording itself takes every tenth step.
SPREAD_TOLERANCE = 0.35
# The integrator keeps a shadow energy; the true one moves by up to 0.45 meV (Ni, 1000 K, 4 fs) while half of the
# kinetic energy goes into vibrations.
ANCHOR_TOTAL = 1e-3  # eV
# Seeds scatter by 5 to 13 % on both sides of dt^2, and dt^4 adds 2 % at 5 fs.
ANCHOR_SPREAD = 0.25
ANCHOR_TEMPERATURE = 0.05
ANCHOR_SEEDS = 4

# The spread goes with the square of the timestep and with the temperature, so a value that is remembered, or scaled by
# one of both laws, stays behind by more than its tolerance.
PERTURBATIONS = (
    Perturbation(energy=1.02, timestep=1.25, temperature=2.0),
    Perturbation(energy=0.98, timestep=1.25, temperature=2.0),
)

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal, NVE. {element}, {structure}, {cells} x {cells} x {cells} cells ({atoms} atoms) at "
        "lattice constant {lattice}, periodic, potential {file}. Start from the perfect crystal, draw velocities for "
        "{temperature} K with zero total momentum, timestep {timestep}, at least {settle} to equilibrate, no "
        "thermostat at any time. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I want to see how well energy is conserved with a timestep of {timestep}. Please write a LAMMPS script (units "
        "metal) that takes a perfect {structure} crystal of {element} with {cells} cells along each axis, {atoms} "
        "atoms in all, periodic, lattice constant {lattice}, with the potential {file} (pair_style {pair_style}). Give "
        "the atoms velocities for {temperature} K (no net momentum) and integrate plain NVE from there, without any "
        "thermostat; about half of the kinetic energy will go into the vibrations, that is fine. Give it {settle} or "
        "more to settle. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "A microcanonical simulation conserves the total energy up to an error of the integrator that grows with the "
        "square of the timestep. Measure this error with LAMMPS (units metal) for {element} described by the potential "
        "file {file}: {atoms} atoms on the sites of a perfect {structure} lattice ({cells}^3 conventional cells, "
        "lattice constant {lattice}, periodic boundaries), initial velocities drawn at T0 = {temperature} K with "
        "vanishing total momentum, velocity-Verlet integration with dt = {timestep}. Let the crystal equilibrate under "
        "the same dynamics for {settle} or longer. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: energy conservation, LAMMPS, units metal\n"
        "- system: {element}, {structure}, a = {lattice}, {cells}x{cells}x{cells} cells = {atoms} atoms, periodic\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- start: lattice sites, velocities created at {temperature} K, no net momentum\n"
        "- dynamics: NVE throughout, timestep {timestep}, at least {settle} before the judged window\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal）检验能量守恒：{structure} 结构的 {element} 完整晶体，晶格常数 {lattice}，"
        "{cells}×{cells}×{cells} 个晶胞，共 {atoms} 个原子，周期性边界，势函数文件为 {file}。"
        "按 {temperature} K 产生初速度（总动量为零），时间步长 {timestep}，全程 NVE，不使用热浴，先平衡至少 {settle}。"
        "{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "etot": "mean total (kinetic + potential) energy per atom",
        "esd": "standard deviation over time of the total energy per atom (total energy of the system / atoms)",
    },
    CHINESE: {"etot": "每原子总能量（动能加势能）的平均值", "esd": "每原子总能量（总能量除以原子数）随时间的标准差"},
}


@dataclass(frozen=True)
class NvePoint:
    """A crystal, its initial temperature and a timestep.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge.
        temperature: For which initial velocities are drawn, K.
        timestep: ps.
    """

    crystal: Crystal
    cells: int
    temperature: float
    timestep: float

    def __post_init__(self) -> None:
        if not 100 <= self.atoms <= 500:
            raise TaskError(f"{self.label}: {self.atoms} atoms are not within 100 to 500")
        if not 0.001 <= self.timestep <= 0.006:
            raise TaskError(f"{self.label}: timestep {self.timestep!r} ps is not within 0.001 to 0.006")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.temperature:g}K-{1e3 * self.timestep:g}fs"

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]


POINTS = {
    "train": (
        NvePoint(crystals.AL_MENDELEV, 4, 500, 0.002),
        NvePoint(crystals.AL_JNP, 4, 800, 0.004),
        NvePoint(crystals.NI_U3, 4, 600, 0.0025),
        NvePoint(crystals.NI_ANGELO, 4, 1000, 0.004),
        NvePoint(crystals.AU_U3, 4, 400, 0.005),
        NvePoint(crystals.AU_U3, 4, 700, 0.0025),
        NvePoint(crystals.FE_MENDELEV, 5, 600, 0.002),
        NvePoint(crystals.FE_ACKLAND, 5, 900, 0.004),
    ),
    "validation": (
        NvePoint(crystals.PD_U3, 4, 500, 0.004),
        NvePoint(crystals.PD_U3, 4, 700, 0.005),
        NvePoint(crystals.TA_ZHOU, 5, 800, 0.004),
    ),
    "test": (
        NvePoint(crystals.CU_MISHIN, 4, 600, 0.005),
        NvePoint(crystals.CU_U3, 4, 500, 0.003),
        NvePoint(crystals.AG_U3, 4, 700, 0.004),
        NvePoint(crystals.W_ZHOU, 4, 1000, 0.0025),
    ),
}


def fields(point: NvePoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        cells=str(point.cells),
        atoms=str(point.atoms),
        lattice=quantity_text(point.crystal.a0, LENGTHS, rng),
        temperature=f"{point.temperature:g}",
        timestep=quantity_text(point.timestep, STEPS, rng),
        settle=quantity_text(EQUILIBRATION, TIMES, rng),
        duration=quantity_text(DURATION, TIMES, rng),
    )


def gold(point: NvePoint) -> str:
    """Keep the total energy of every fifth step in memory, as a difference to the first: its digits matter."""
    return _script(point, EQUILIBRATION, "", 5)


def variants(point: NvePoint) -> tuple[str, ...]:
    """Right in another way: a longer start, normal instead of uniform velocities, other samples."""
    return (
        _script(point, 2 * EQUILIBRATION, " dist gaussian", 10),
        _script(point, EQUILIBRATION, " loop geom", 1),
    )


def references(point: NvePoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave."""
    spread, kelvin = measured["esd"].mean, measured["temperature"].mean
    return (
        measured["etot"].accept("etot", least=LEAST_TOTAL),
        measured["esd"].accept("esd", least=LEAST_SPREAD * spread, farthest=FARTHEST_SPREAD),
        measured["temperature"].accept("temperature", least=LEAST_TEMPERATURE * kelvin),
    )


def contract(point: NvePoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. The temperature follows from the start; it is a reference, not a target."""
    meanings = MEANINGS[ENGLISH]
    tolerance = float(f"{SPREAD_TOLERANCE * accepted['esd'].value:.3g}")
    return Contract(
        units="metal",
        masses=(point.crystal.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=point.crystal.force_field,
        ensemble="nve",
        density=ATOMS_PER_CELL[point.crystal.structure] / point.crystal.a0**3,
        duration=DURATION,
        timestep=point.timestep,
        quantities=(
            Quantity("etot", "eV", meanings["etot"], "mean total per atom", TOTAL_TOLERANCE),
            Quantity("esd", "eV", meanings["esd"], "spread of total per atom", tolerance),
        ),
    )


def anchors(point: NvePoint, run: Run) -> dict[str, Anchor]:
    """Take the total from the static crystal, the temperature from equipartition, the spread from half the timestep."""
    static = run(point.crystal.build(point.crystal.a0, point.cells) + "run 0\n", 0).segments[-1]
    potential = float(static.column("potential")[-1]) / point.atoms
    total = potential + 1.5 * BOLTZMANN * point.temperature * (1 - 1 / point.atoms)
    half = replace(point, timestep=point.timestep / 2)
    spreads = []
    for seed in range(ANCHOR_SEEDS):
        window = judged_window(run(gold(half), seed), DURATION)
        if window is None:
            raise TaskError(f"{half.label}: the anchor's run did not complete")
        spreads.append(4 * measure((window,), "spread of total per atom"))
    spread = sum(spreads) / len(spreads)
    kelvin = point.temperature / 2
    return {
        "etot": Anchor(total, ANCHOR_TOTAL, "energy of the static crystal + 3/2 kT0 (1 - 1/N)"),
        "esd": Anchor(spread, ANCHOR_SPREAD * spread, "four times the spread at half the timestep (dt^2)"),
        "temperature": Anchor(kelvin, ANCHOR_TEMPERATURE * kelvin, "T0 / 2 (equipartition in a harmonic crystal)"),
    }


def _script(point: NvePoint, start: float, velocities: str, every: int) -> str:
    return f"""\
{point.crystal.build(point.crystal.a0, point.cells)}
velocity        all create {point.temperature:g} 4711 mom yes rot no{velocities}
timestep        {point.timestep:g}
fix             nve all nve
thermo          200
run             {round(start / point.timestep)}

variable        first equal $(etotal/atoms:%.15g)
variable        de equal etotal/atoms-v_first
fix             energy all vector {every} v_de
run             {round(DURATION / point.timestep)}
variable        series vector f_energy
variable        mean equal ave(v_series)
variable        squares vector (f_energy-v_mean)^2
variable        etot equal v_first+v_mean
variable        esd equal sqrt(ave(v_squares))
"""


FAMILY = Family(
    name="nve",
    tier=1,
    duration=DURATION,
    runs=8,
    targets=("temperature",),
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=variants,
    references=references,
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
)
