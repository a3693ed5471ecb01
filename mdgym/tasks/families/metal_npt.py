"""A metal at a temperature and a pressure: mean lattice constant and mean potential energy (tier 2, NPT)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.engine.measures import measure
from mdgym.engine.window import judged_window
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, Crystal
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, PRESSURES, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 4.0  # ps; 2,000 steps of 2 fs, so that a gold run of 256 atoms costs about one second
EQUILIBRATION = 2.0  # ps
TIMESTEP = 0.002  # ps
BOLTZMANN = 8.617333e-5  # eV/K
# Kinetic energy of a crystal under a Langevin thermostat of 0.25 ps; the usual 100 steps are 0.1 to 0.2 ps.
MEMORY = 0.125  # ps
# Right runs with other thermostats and barostats stray by up to 250 bar in 4 ps (Cu, Ag; 256 atoms).
LEAST_PRESSURE = 400.0  # bar
LEAST_LATTICE = 3e-4  # of the lattice constant
# Script and recording average one window. With samples every 2 to 20 steps they differed by 8e-5 Å and 7e-5 eV (rms),
# with every 50 steps by 7e-4 Å: the cell breathes with a period of about that.
LATTICE_TOLERANCE = 3e-4  # Å
ENERGY_TOLERANCE = 2e-4  # eV

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal. {atoms} atoms of {element} ({structure}, {cells} x {cells} x {cells} conventional cells, "
        "periodic), potential {file}, NPT at {temperature} K and {pressure}, isotropic barostat. Sampling must be "
        "isothermal-isobaric: no Berendsen, no velocity rescaling. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I need the thermal lattice constant of {element} as the potential {file} (pair_style {pair_style}) gives it. "
        "Please write me a LAMMPS script in metal units: take {cells} conventional {structure} cells along each axis, "
        "which makes {atoms} atoms, periodic in all directions, and run them at a temperature of {temperature} K under "
        "{pressure}, with the box free to breathe isotropically. It should be a real NPT ensemble, so Nosé-Hoover or "
        "something equivalent, but please not Berendsen or plain rescaling. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider a perfect {structure} crystal of {element} with {atoms} atoms ({cells}^3 conventional unit cells) "
        "and periodic boundary conditions, whose interatomic forces follow from the potential file {file}. Simulate it "
        "with LAMMPS (units metal) in the isothermal-isobaric ensemble with isotropic volume fluctuations at "
        "T = {temperature} K and P = {pressure}; thermostats and barostats of the Berendsen or rescaling type do not "
        "sample this ensemble. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: thermal expansion, LAMMPS, units metal\n"
        "- system: {element}, {structure}, {cells}x{cells}x{cells} cells = {atoms} atoms, periodic\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- ensemble: NPT (true isothermal-isobaric sampling, isotropic), {temperature} K, {pressure}\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal）：{structure} 结构的 {element} 晶体，{cells}×{cells}×{cells} 个晶胞，"
        "共 {atoms} 个原子，周期性边界，势函数文件为 {file}，在 {temperature} K、{pressure} 下做各向同性的 NPT 模拟。"
        "要求真正的等温等压系综采样，不得使用 Berendsen 或速度标定。{window}\n\n{variables}",
    ),
)


@dataclass(frozen=True)
class MetalPoint:
    """A metal at a state point.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge.
        temperature: K.
        pressure: bar.
    """

    crystal: Crystal
    cells: int
    temperature: float
    pressure: float

    def __post_init__(self) -> None:
        if not 100 <= self.atoms <= 500:
            raise TaskError(f"{self.label}: {self.atoms} atoms are not within 100 to 500")
        if not 50 <= self.temperature <= 1500:
            raise TaskError(f"{self.label}: temperature {self.temperature!r} K is not within 50 to 1500")
        if not 0 <= self.pressure <= 30_000:
            raise TaskError(f"{self.label}: pressure {self.pressure!r} bar is not within 0 to 30000")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.temperature:g}K-{self.pressure:g}bar"

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]

    @property
    def start(self) -> float:
        """Lattice constant to start from, Å: a guess for a metal that expands by 10e-6 per kelvin."""
        return round(self.crystal.a0 * (1 + 1e-5 * self.temperature), 3)


POINTS = {
    "train": (
        MetalPoint(crystals.NI_U3, 4, 300, 0),
        MetalPoint(crystals.NI_U3, 4, 900, 10_000),
        MetalPoint(crystals.AU_U3, 4, 400, 1.01325),
        MetalPoint(crystals.AU_U3, 4, 750, 5_000),
        MetalPoint(crystals.AL_MENDELEV, 4, 350, 0),
        MetalPoint(crystals.AL_JNP, 4, 500, 20_000),
        MetalPoint(crystals.FE_MENDELEV, 5, 500, 0),
        MetalPoint(crystals.FE_ACKLAND, 5, 800, 15_000),
    ),
    "validation": (
        MetalPoint(crystals.PD_U3, 4, 450, 0),
        MetalPoint(crystals.PD_U3, 4, 1000, 10_000),
        MetalPoint(crystals.TA_ZHOU, 4, 700, 1.01325),
    ),
    "test": (
        MetalPoint(crystals.CU_MISHIN, 4, 300, 0),
        MetalPoint(crystals.CU_U3, 4, 650, 1.01325),
        MetalPoint(crystals.AG_U3, 4, 600, 10_000),
        MetalPoint(crystals.W_ZHOU, 4, 1200, 5_000),
    ),
}


def fields(point: MetalPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        cells=str(point.cells),
        atoms=str(point.atoms),
        temperature=f"{point.temperature:g}",
        pressure=quantity_text(point.pressure, PRESSURES, rng),
        duration=quantity_text(DURATION, TIMES, rng),
    )


def gold(point: MetalPoint) -> str:
    """Run Nosé-Hoover NPT and average with fix ave/time."""
    t, p = point.temperature, point.pressure
    return _script(point, f"fix             npt all npt temp {t:g} {t:g} 0.1 iso {p:g} {p:g} 1.0")


def variants(point: MetalPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats with a Nosé-Hoover barostat, and a slower chain."""
    t, p = point.temperature, point.pressure
    barostat = f"fix             box all nph iso {p:g} {p:g} 1.0\n"
    return (
        _script(point, f"{barostat}fix             heat all langevin {t:g} {t:g} 0.1 4711"),
        _script(point, f"{barostat}fix             heat all langevin {t:g} {t:g} 0.2 4711"),
        _script(point, f"{barostat}fix             heat all temp/csvr {t:g} {t:g} 0.1 4711"),
        _script(point, f"fix             npt all npt temp {t:g} {t:g} 0.2 aniso {p:g} {p:g} 2.0"),
    )


def references(point: MetalPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the targets of thermostat and barostat."""
    kelvin = temperature_limit(point.temperature, point.atoms, DURATION, MEMORY)
    return (
        measured["a_mean"].accept("a_mean", least=LEAST_LATTICE * measured["a_mean"].mean),
        measured["pe_mean"].accept("pe_mean", least=1.5 * BOLTZMANN * kelvin),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
        measured["pressure"].accept("pressure", point.pressure, least=LEAST_PRESSURE),
    )


def contract(point: MetalPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings = _meanings(point)[ENGLISH]
    constant = f"mean {point.crystal.structure} constant"
    return Contract(
        units="metal",
        masses=(point.crystal.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=point.crystal.force_field,
        ensemble="npt",
        temperature=point.temperature,
        pressure=point.pressure,
        duration=DURATION,
        quantities=(
            Quantity("a_mean", "Å", meanings["a_mean"], constant, LATTICE_TOLERANCE),
            Quantity("pe_mean", "eV", meanings["pe_mean"], "mean potential per atom", ENERGY_TOLERANCE),
        ),
    )


def anchors(point: MetalPoint, run: Run) -> dict[str, Anchor]:
    """Find the lattice constant whose pressure at fixed volume, under a Langevin thermostat, is the target.

    Newton steps: the first with a typical bulk modulus, the others with the slope of all points so far.
    """
    constants, pressures, energies = [point.start], [], []
    for step in range(3):
        pressure, energy = _fixed_volume(point, constants[-1], run)
        pressures.append(pressure)
        energies.append(energy)
        slope = -3 * 1.5e6 / point.start if step == 0 else float(np.polyfit(constants, pressures, 1)[0])
        move = (point.pressure - pressure) / slope
        # At least 0.2 % at first, or noise would give the slope.
        least = 0.002 * point.start if step == 0 else 0.0
        constants.append(constants[-1] + math.copysign(max(abs(move), least), move))
    lattice = constants.pop()
    energy = energies[-1] + float(np.polyfit(constants, energies, 1)[0]) * (lattice - constants[-1])
    source = "pressure against lattice constant in NVT runs of 8 ps (Langevin), no barostat"
    kelvin = temperature_limit(point.temperature, point.atoms, DURATION, MEMORY)
    return {
        "a_mean": Anchor(lattice, 5e-4 * lattice, source),
        "pe_mean": Anchor(energy, 1.5 * BOLTZMANN * kelvin, source),
    }


def _fixed_volume(point: MetalPoint, lattice: float, run: Run) -> tuple[float, float]:
    """Mean pressure (bar) and potential energy per atom (eV) at a lattice constant."""
    t = point.temperature
    execution = run(
        f"{point.crystal.build(lattice, point.cells)}"
        f"velocity        all create {2 * t:g} 4711\n"
        f"timestep        {TIMESTEP}\n"
        f"fix             move all nve\nfix             heat all langevin {t:g} {t:g} 0.1 4711\n"
        f"run             {round((EQUILIBRATION + 2 * DURATION) / TIMESTEP)}\n",
        0,
    )
    window = judged_window(execution, 2 * DURATION)
    if window is None:
        raise TaskError(f"{point.label}: the anchor's run failed: {execution.error}")
    return measure((window,), "mean pressure"), measure((window,), "mean potential per atom")


def _script(point: MetalPoint, fixes: str) -> str:
    # The averaging blocks of 500 steps must divide both runs: a block that is not complete gives 0.
    cells = ATOMS_PER_CELL[point.crystal.structure]
    return f"""\
{point.crystal.build(point.start, point.cells)}
velocity        all create {2 * point.temperature:g} 4711 mom yes rot no
timestep        {TIMESTEP}
{fixes}
thermo          200
run             {round(EQUILIBRATION / TIMESTEP)}

variable        v equal vol/atoms
variable        e equal pe/atoms
fix             means all ave/time 5 100 500 v_v v_e ave running
run             {round(DURATION / TIMESTEP)}
variable        a_mean equal ({cells}*f_means[1])^(1/3)
variable        pe_mean equal f_means[2]
"""


def _meanings(point: MetalPoint) -> dict[str, dict[str, str]]:
    cells = ATOMS_PER_CELL[point.crystal.structure]
    lattice = f"mean lattice constant, the cube root of {cells} times the mean volume per atom"
    return {
        ENGLISH: {"a_mean": lattice, "pe_mean": "mean potential energy per atom"},
        CHINESE: {"a_mean": f"平均晶格常数，即 {cells} 倍平均原子体积的立方根", "pe_mean": "每原子平均势能"},
    }


FAMILY = Family(
    name="metal_npt",
    tier=2,
    duration=DURATION,
    runs=8,
    targets=("temperature", "pressure"),
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=_meanings,
    gold=gold,
    variants=variants,
    references=references,
    contract=contract,
    anchors=anchors,
    # each world moves both answers by many tolerances
    perturbations=(Perturbation(energy=1.03, length=1.003), Perturbation(energy=0.97, length=0.997)),
)
