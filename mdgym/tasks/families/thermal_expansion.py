"""A metal at two temperatures under a pressure: its linear expansion between them (tier 3, two NPT windows)."""

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
from mdgym.tasks.families.stages import Fixes, Plan, two_stages
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, PRESSURES, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 3.0  # ps, at each temperature
EQUILIBRATION = 2.0  # ps, at each temperature
TIMESTEP = 0.002  # ps
PLAN = Plan(TIMESTEP, EQUILIBRATION, DURATION)
MEMORY = 0.125  # ps; kinetic energy under a Langevin thermostat of 0.25 ps, the usual 100 steps are 0.1 to 0.2 ps
LEAST_PRESSURE = 600.0  # bar; the farthest right run of a point strayed by 190 to 1340 bar
LEAST_LATTICE = 3e-4  # of the lattice constant
# Script and recording average the same windows. With samples every 10 steps they differed by up to 8e-5 Å and, times
# the step in temperature, 38e-6 (rms 21e-6), more often by less. Runs scatter by 5e-4 to 1e-3 Å and 90e-6 or more.
LATTICE_TOLERANCE = 2e-4  # Å
EXPANSION_TOLERANCE = 70.0  # 1e-6, over the step in temperature
THRESHOLDS = {
    # A Nosé-Hoover chain swings for long in a small cold crystal: widths were up to 1.6 in aluminium at 300 K and fixed
    # volume. Rescaling makes them 0.
    "kinetic energy width": 0.6,
    # Two windows, energy and volume, make four chances, and tenths of 0.3 ps still remember how the box breathes: among
    # 120 windows of right scripts were 5.0 and 5.7, the next 3.5.
    "equilibrated": 8.0,
}
# Anchor and mean of gold differed by up to 1.2 and 0.0016 Å (Ag), 1.0 (Al): the guess is 0.5 to 0.6 % short there. With
# pairs of constants around the true ones they differed by up to 0.7 and 0.2.
ANCHOR_EXPANSION = 2.0  # 1e-6/K
ANCHOR_LATTICE = 0.003  # Å

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal. CTE of {element} ({structure}, {cells}x{cells}x{cells}, {atoms} atoms, pbc), {file}. "
        "NPT, isotropic, {pressure}: first {first} K, then {second} K. No Berendsen, rescale. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'd like to know how much {element} expands with {file} (pair_style {pair_style}). Could you write one LAMMPS "
        "script (metal units) that runs a periodic block of {cells} {structure} cells along each axis - {atoms} atoms "
        "- first at {first} K and then at {second} K, both under {pressure}? The box should breathe isotropically in a "
        "genuine NPT ensemble; Berendsen baths and rescaling are not good enough. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Determine the mean coefficient of linear expansion of {element} (potential file {file}) between T1 = {first} "
        "K and T2 = {second} K at a constant pressure of {pressure}, with LAMMPS (units metal): a periodic {structure} "
        "crystal of {cells}^3 conventional cells ({atoms} atoms), isothermal-isobaric dynamics with isotropic volume "
        "fluctuations; weak coupling and rescaling do not sample this ensemble. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: thermal expansion from two temperatures, LAMMPS, units metal\n"
        "- system: {element}, {structure}, {cells} x {cells} x {cells} cells, {atoms} atoms, periodic\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- ensemble: true NPT, isotropic, {pressure}\n"
        "- stages: {first} K, then {second} K\n"
        "- judged: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写一个 LAMMPS 脚本（units metal），计算 {element} 的线膨胀系数：{structure} 晶体，周期性边界，"
        "{cells}×{cells}×{cells} 个晶胞，共 {atoms} 个原子，势函数文件 {file}。压强 {pressure}，"
        "温度先为 {first} K，后为 {second} K，均做各向同性的 NPT 模拟。"
        "要求真正的等温等压系综采样，不得使用 Berendsen 或速度标定。"
        "{window}\n\n{variables}",
    ),
)


@dataclass(frozen=True)
class ExpansionPoint:
    """A metal at two temperatures under a pressure.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge.
        first: Lower temperature, K.
        second: Higher temperature, K.
        pressure: bar.
    """

    crystal: Crystal
    cells: int
    first: float
    second: float
    pressure: float

    def __post_init__(self) -> None:
        if not 100 <= self.atoms <= 500:
            raise TaskError(f"{self.label}: {self.atoms} atoms are not within 100 to 500")
        if not 200 <= self.first < self.second <= 1500:
            raise TaskError(f"{self.label}: {self.first!r} K and {self.second!r} K do not rise within 200 to 1500")
        if not self.step >= 300:
            raise TaskError(f"{self.label}: a step of {self.step!r} K is less than 300; the expansion drowns in noise")
        if not 0 <= self.pressure <= 30_000:
            raise TaskError(f"{self.label}: pressure {self.pressure!r} bar is not within 0 to 30000")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.first:g}K-{self.second:g}K-{self.pressure:g}bar"

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]

    @property
    def step(self) -> float:
        """Difference of the temperatures, K."""
        return self.second - self.first

    @property
    def start(self) -> float:
        """Lattice constant to start from, Å: a guess for a metal that expands by 10e-6 per kelvin."""
        return round(self.crystal.a0 * (1 + 1e-5 * self.first), 3)


POINTS = {
    "train": (
        ExpansionPoint(crystals.NI_U3, 3, 400, 1000, 0),
        ExpansionPoint(crystals.AU_U3, 3, 300, 700, 1.01325),
        ExpansionPoint(crystals.AU_U3, 3, 350, 850, 10_000),
        ExpansionPoint(crystals.AL_JNP, 3, 300, 600, 0),
        ExpansionPoint(crystals.NI_U3, 3, 600, 1100, 10_000),
        ExpansionPoint(crystals.FE_ACKLAND, 4, 500, 1100, 1.01325),
    ),
    "validation": (
        ExpansionPoint(crystals.PD_U3, 3, 400, 900, 0),
        ExpansionPoint(crystals.PD_U3, 3, 500, 1000, 10_000),
        ExpansionPoint(crystals.PD_U3, 3, 350, 750, 5_000),
    ),
    "test": (
        ExpansionPoint(crystals.CU_MISHIN, 3, 300, 800, 1.01325),
        ExpansionPoint(crystals.CU_U3, 3, 350, 750, 0),
        ExpansionPoint(crystals.AG_U3, 3, 300, 700, 0),
        ExpansionPoint(crystals.AG_U3, 3, 400, 800, 10_000),
    ),
}


def fields(point: ExpansionPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    crystal = {name: getattr(point.crystal, name) for name in ("element", "structure", "file", "pair_style")}
    numbers = {name: f"{getattr(point, name):g}" for name in ("cells", "atoms", "first", "second")}
    pressure, duration = quantity_text(point.pressure, PRESSURES, rng), quantity_text(DURATION, TIMES, rng)
    return crystal | numbers | dict(pressure=pressure, duration=duration)


def gold(point: ExpansionPoint) -> str:
    """Run Nosé-Hoover NPT at both temperatures and average with fix ave/time."""
    p = point.pressure
    return _script(point, lambda t: (f"npt all npt temp {t:g} {t:g} 0.1 iso {p:g} {p:g} 1.0",))


def variants(point: ExpansionPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats with a Nosé-Hoover barostat, a slower chain, and a ramp between."""
    p = point.pressure
    box = f"box all nph iso {p:g} {p:g} 1.0"
    ramp = f"all npt temp {point.first:g} {point.second:g} 0.1 iso {p:g} {p:g} 1.0"
    return (
        _script(point, lambda t: (box, f"heat all langevin {t:g} {t:g} 0.1 4711")),
        _script(point, lambda t: (box, f"heat all temp/csvr {t:g} {t:g} 0.1 4711")),
        _script(point, lambda t: (f"npt all npt temp {t:g} {t:g} 0.2 aniso {p:g} {p:g} 1.0",), ramp),
    )


def references(point: ExpansionPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the targets of thermostat and barostat in both windows."""
    found = [
        measured["alpha"].accept("alpha"),
        measured["a_hot"].accept("a_hot", least=LEAST_LATTICE * measured["a_hot"].mean),
    ]
    for suffix, temperature in ((" 1", point.first), ("", point.second)):
        kelvin = temperature_limit(temperature, point.atoms, DURATION, MEMORY)
        heat, press = f"temperature{suffix}", f"pressure{suffix}"
        found.append(measured[heat].accept(heat, temperature, least=kelvin))
        found.append(measured[press].accept(press, point.pressure, least=LEAST_PRESSURE))
    return tuple(found)


def contract(point: ExpansionPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings = _meanings(point)[ENGLISH]
    constant = f"mean {point.crystal.structure} constant"
    step = (1e-6 * point.step,)
    tolerance = EXPANSION_TOLERANCE / point.step
    return Contract(
        units="metal",
        masses=(point.crystal.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=point.crystal.force_field,
        ensemble="npt",
        temperature=point.second,
        pressure=point.pressure,
        earlier=(point.first,),
        duration=DURATION,
        quantities=(
            Quantity("alpha", "1e-6/K", meanings["alpha"], "linear expansion", tolerance, step),
            Quantity("a_hot", "Å", meanings["a_hot"], constant, LATTICE_TOLERANCE),
        ),
        thresholds=THRESHOLDS,
    )


def anchors(point: ExpansionPoint, run: Run) -> dict[str, Anchor]:
    """Find the lattice constants whose pressure at fixed volume, under a Langevin thermostat, is the target."""
    cold, hot = (_held(point, temperature, run) for temperature in (point.first, point.second))
    source = "lattice constants of the target pressure at fixed volume, Langevin"
    return {
        "alpha": Anchor((hot / cold - 1) / (1e-6 * point.step), ANCHOR_EXPANSION, source),
        "a_hot": Anchor(hot, ANCHOR_LATTICE, source),
    }


def _held(point: ExpansionPoint, t: float, run: Run) -> float:
    """Interpolate the lattice constant at a temperature between two crystals held at 0.4 % above and below a guess."""
    guess = point.crystal.a0 * (1 + 1.3e-5 * t - point.pressure / (3 * 1.5e6))
    constants = [guess * 0.996, guess * 1.004]
    pressures = []
    for lattice in constants:
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
        pressures.append(measure((window,), "mean pressure"))
    slope, offset = np.polyfit(constants, pressures, 1)
    return float((point.pressure - offset) / slope)


def _script(point: ExpansionPoint, fixes: Fixes, ramp: str = "") -> str:
    head = point.crystal.build(point.start, point.cells)
    cells = ATOMS_PER_CELL[point.crystal.structure]
    return f"""\
{two_stages(head, point.first, point.second, fixes, PLAN, "vol/atoms", ramp)}
variable        alpha equal 1e6*((v_hot/v_cold)^(1/3)-1)/{point.step:g}
variable        a_hot equal ({cells}*v_hot)^(1/3)
"""


def _meanings(point: ExpansionPoint) -> dict[str, dict[str, str]]:
    cells = ATOMS_PER_CELL[point.crystal.structure]
    first, second = f"{point.first:g} K", f"{point.second:g} K"
    formula = f"(a({second}) / a({first}) - 1) / ({second} - {first})"
    return {
        ENGLISH: {
            "alpha": f"mean linear expansion coefficient {formula} with the target temperatures, where a is the cube "
            f"root of {cells} times the mean volume per atom in a window",
            "a_hot": f"the lattice constant a({second})",
        },
        CHINESE: {
            "alpha": f"平均线膨胀系数 {formula}，温度取目标温度，a 为窗口内平均原子体积的 {cells} 倍的立方根",
            "a_hot": f"晶格常数 a({second})",
        },
    }


FAMILY = Family(
    name="thermal_expansion",
    tier=3,
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
    # the constant moves with lengths, the expansion with temperatures and, inversely, with energies
    perturbations=(
        Perturbation(energy=1.05, length=1.003, thermostat=0.9),
        Perturbation(energy=0.95, length=0.997, thermostat=1.1),
    ),
)
