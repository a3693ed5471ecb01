"""A metal in a fixed box at two temperatures: its heat capacity and total energy (tier 3, two NVT windows)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.engine.measures import measure
from mdgym.engine.window import judged_window
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import crystals
from mdgym.tasks.families.crystals import ATOMS_PER_CELL, Crystal
from mdgym.tasks.families.stages import Fixes, Plan, two_stages
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 3.0  # ps, at each temperature
EQUILIBRATION = 2.0  # ps, at each temperature
TIMESTEP = 0.002  # ps
PLAN = Plan(TIMESTEP, EQUILIBRATION, DURATION)
BOLTZMANN = 8.617333e-5  # eV/K
UNITS = {"kB": BOLTZMANN, "eV/K": 1.0}  # eV/K
# Kinetic energy of a crystal under a Langevin thermostat of 0.25 ps; the usual 100 steps are 0.1 to 0.2 ps.
MEMORY = 0.125  # ps
# Script and recording average the same windows. With samples every 10 steps they differed by up to 0.004 kB and 0.0036
# kB T (rms 0.0025, 0.0019), more often by less.
CAPACITY_TOLERANCE = 0.01  # kB
ENERGY_TOLERANCE = 0.008  # kB T
THRESHOLDS = {
    # A Nosé-Hoover chain swings for long in a small cold crystal: widths were 0.9 to 1.2 at 600 K and more, 1.1 to 1.6
    # in aluminium at 300 K. Rescaling makes them 0.
    "kinetic energy width": 0.6,
    # Two windows are two chances to meet the usual limit, whose tail is that of Student's t with 8 degrees of freedom.
    "equilibrated": 8.0,
}
# Anchor and mean of gold differed by up to 0.054 kB and 1.8e-3 eV.
ANCHOR_CAPACITY = 0.15  # kB
ANCHOR_ENERGY = 5e-3  # eV

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal. Cv of {element} from two temperatures: {structure}, a = {lattice} (fixed box), "
        "{cells}x{cells}x{cells}, {atoms} atoms, pbc, {file}. NVT at {first} K then {second} K; canonical, so no "
        "Berendsen or rescale. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "For a lecture I want to show how close a classical metal comes to Dulong and Petit. Please write a LAMMPS "
        "script in metal units that keeps {atoms} atoms of {element} ({cells} {structure} cells per edge, periodic, "
        "lattice constant {lattice}, potential {file} with pair_style {pair_style}) in an unchanging box, first at "
        "{first} K and afterwards at {second} K, both times with a thermostat that samples the canonical ensemble "
        "(Nosé-Hoover, Langevin, csvr; not Berendsen, not rescaling), and takes the heat capacity from the difference "
        "of the measured energies - the real one, please, not the textbook's. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "The heat capacity at constant volume of a classical crystal follows from the difference of the internal "
        "energies in two canonical ensembles. Compute it with LAMMPS (units metal) for {element}, {structure}, "
        "{cells}^3 conventional cells with periodic boundaries (N = {atoms}), lattice parameter {lattice}, potential "
        "file {file}, between T1 = {first} K and T2 = {second} K. Weak coupling and velocity rescaling are not "
        "canonical. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: heat capacity at fixed volume, LAMMPS, units metal\n"
        "- system: {element}, {structure}, a = {lattice}, {cells} x {cells} x {cells} cells, {atoms} atoms, periodic\n"
        "- potential: {file} (pair_style {pair_style})\n"
        "- ensemble: NVT, true canonical sampling, box fixed\n"
        "- stages: {first} K, then {second} K\n"
        "- judged: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写一个 LAMMPS 脚本（units metal），由两个温度下的能量差求 {element} 的定容热容：{structure} 晶体，"
        "晶格常数 {lattice}，{cells}×{cells}×{cells} 个晶胞，共 {atoms} 个原子，周期性边界，势函数文件 {file}。"
        "盒子固定不变，温度先为 {first} K，后为 {second} K，均做 NVT 模拟。"
        "要求正则系综采样，不得使用 Berendsen 或速度标定。"
        "{window}\n\n{variables}",
    ),
)


@dataclass(frozen=True)
class HeatPoint:
    """A metal in a fixed box at two temperatures.

    Attributes:
        crystal: Element, structure and potential.
        cells: Conventional cells along each edge.
        lattice: Lattice constant, Å.
        first: Lower temperature, K.
        second: Higher temperature, K.
        unit: Unit of the heat capacity that is asked for, one of `UNITS`.
    """

    crystal: Crystal
    cells: int
    lattice: float
    first: float
    second: float
    unit: str

    def __post_init__(self) -> None:
        if not 100 <= self.atoms <= 500:
            raise TaskError(f"{self.label}: {self.atoms} atoms are not within 100 to 500")
        if not 300 <= self.first < self.second <= 1500:
            raise TaskError(f"{self.label}: {self.first!r} K and {self.second!r} K do not rise within 300 to 1500")
        if not self.step >= 300:
            raise TaskError(f"{self.label}: a step of {self.step!r} K is less than 300; the energy drowns in noise")
        if not 0.97 <= self.lattice / self.crystal.a0 <= 1.02:
            raise TaskError(f"{self.label}: lattice {self.lattice!r} Å is not near {self.crystal.a0} Å")
        if self.unit not in UNITS:
            raise TaskError(f"{self.label}: unit '{self.unit}' is not one of {', '.join(UNITS)}")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.crystal.label}-{self.lattice:g}A-{self.first:g}K-{self.second:g}K"

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return self.cells**3 * ATOMS_PER_CELL[self.crystal.structure]

    @property
    def step(self) -> float:
        """Difference of the temperatures, K."""
        return self.second - self.first


POINTS = {
    "train": (
        HeatPoint(crystals.NI_U3, 3, 3.54, 400, 1000, "kB"),
        HeatPoint(crystals.AU_U3, 3, 4.1, 300, 800, "eV/K"),
        HeatPoint(crystals.AU_U3, 3, 4.06, 400, 1000, "kB"),
        HeatPoint(crystals.AL_JNP, 3, 4.0, 300, 700, "kB"),
        HeatPoint(crystals.NI_ANGELO, 3, 3.55, 500, 1200, "eV/K"),
        HeatPoint(crystals.FE_ACKLAND, 4, 2.87, 500, 1100, "kB"),
    ),
    "validation": (
        HeatPoint(crystals.PD_U3, 3, 3.92, 400, 1000, "kB"),
        HeatPoint(crystals.PD_U3, 3, 3.88, 600, 1300, "eV/K"),
        HeatPoint(crystals.TA_ZHOU, 4, 3.32, 600, 1400, "kB"),
    ),
    "test": (
        HeatPoint(crystals.CU_MISHIN, 3, 3.64, 400, 900, "kB"),
        HeatPoint(crystals.CU_U3, 3, 3.62, 350, 950, "kB"),
        HeatPoint(crystals.AG_U3, 3, 4.12, 300, 750, "eV/K"),
        HeatPoint(crystals.AG_U3, 3, 4.08, 450, 950, "kB"),
    ),
}


def fields(point: HeatPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        element=point.crystal.element,
        structure=point.crystal.structure,
        file=point.crystal.file,
        pair_style=point.crystal.pair_style,
        cells=str(point.cells),
        atoms=str(point.atoms),
        lattice=quantity_text(point.lattice, LENGTHS, rng),
        first=f"{point.first:g}",
        second=f"{point.second:g}",
        duration=quantity_text(DURATION, TIMES, rng),
    )


def gold(point: HeatPoint) -> str:
    """Run Nosé-Hoover NVT at both temperatures and average the total energy."""
    return _script(point, lambda t: (f"nvt all nvt temp {t:g} {t:g} 0.1",))


def variants(point: HeatPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats, a slower chain, and a ramp between."""
    ramp = f"all nvt temp {point.first:g} {point.second:g} 0.1"
    return (
        _script(point, lambda t: ("move all nve", f"heat all langevin {t:g} {t:g} 0.1 4711")),
        _script(point, lambda t: ("move all nve", f"heat all temp/csvr {t:g} {t:g} 0.1 4711")),
        _script(point, lambda t: (f"nvt all nvt temp {t:g} {t:g} 0.2",), ramp),
    )


def references(point: HeatPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat in both windows."""
    found = [measured["c_v"].accept("c_v"), measured["e_hot"].accept("e_hot")]
    for name, temperature in (("temperature 1", point.first), ("temperature", point.second)):
        kelvin = temperature_limit(temperature, point.atoms, DURATION, MEMORY)
        found.append(measured[name].accept(name, temperature, least=kelvin))
    return tuple(found)


def contract(point: HeatPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings = _meanings(point)[ENGLISH]
    unit = UNITS[point.unit]
    tolerance = CAPACITY_TOLERANCE * BOLTZMANN / unit
    energy = ENERGY_TOLERANCE * BOLTZMANN * point.second
    capacity = Quantity("c_v", point.unit, meanings["c_v"], "slope of total per atom", tolerance, (unit * point.step,))
    return Contract(
        units="metal",
        masses=(point.crystal.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=point.crystal.force_field,
        ensemble="nvt",
        temperature=point.second,
        earlier=(point.first,),
        density=ATOMS_PER_CELL[point.crystal.structure] / point.lattice**3,
        duration=DURATION,
        quantities=(
            capacity,
            Quantity("e_hot", "eV", meanings["e_hot"], "mean total per atom", energy),
        ),
        thresholds=THRESHOLDS,
    )


def anchors(point: HeatPoint, run: Run) -> dict[str, Anchor]:
    """Let the crystal move freely at two energies, without any thermostat: energy is exact, temperature measured."""
    (t1, e1), (t2, e2) = (_free(point, temperature, run) for temperature in (point.first, point.second))
    slope = (e2 - e1) / (t2 - t1)
    source = "motion at constant energy, at two energies"
    unit = UNITS[point.unit]
    return {
        "c_v": Anchor(slope / unit, ANCHOR_CAPACITY * BOLTZMANN / unit, source),
        "e_hot": Anchor(e2 + slope * (point.second - t2), ANCHOR_ENERGY, source),
    }


def _free(point: HeatPoint, temperature: float, run: Run) -> tuple[float, float]:
    """Mean temperature (K) and total energy per atom (eV) of free motion; half of what is given becomes vibration."""
    execution = run(
        f"{point.crystal.build(point.lattice, point.cells)}"
        f"velocity        all create {2 * temperature:g} 4711\n"
        f"timestep        {TIMESTEP}\n"
        "fix             move all nve\n"
        f"run             {PLAN.steps(EQUILIBRATION + 3 * DURATION)}\n",
        0,
    )
    window = judged_window(execution, 3 * DURATION)
    if window is None:
        raise TaskError(f"{point.label}: the anchor's run failed: {execution.error}")
    return measure((window,), "mean temperature"), measure((window,), "mean total per atom")


def _script(point: HeatPoint, fixes: Fixes, ramp: str = "") -> str:
    head = point.crystal.build(point.lattice, point.cells)
    kelvin = "" if point.unit == "eV/K" else f"/{UNITS[point.unit]:g}"
    return f"""\
{two_stages(head, point.first, point.second, fixes, PLAN, "etotal/atoms", ramp)}
variable        c_v equal (v_hot-v_cold)/{point.step:g}{kelvin}
variable        e_hot equal v_hot
"""


def _meanings(point: HeatPoint) -> dict[str, dict[str, str]]:
    first, second = f"{point.first:g} K", f"{point.second:g} K"
    formula = f"(E({second}) - E({first})) / ({second} - {first})"
    return {
        ENGLISH: {
            "c_v": f"heat capacity per atom {formula} with the target temperatures, where E is the mean total energy "
            "(kinetic and potential) per atom in a window",
            "e_hot": f"that mean total energy per atom E({second})",
        },
        CHINESE: {
            "c_v": f"每原子热容 {formula}，温度取目标温度，E 为窗口内每原子平均总能量（动能加势能）",
            "e_hot": f"每原子平均总能量 E({second})",
        },
    }


FAMILY = Family(
    name="heat_capacity",
    tier=3,
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
    # a harmonic heat capacity does not know the potential; what was written down stays where thermostats change
    perturbations=(Perturbation(energy=1.04, thermostat=0.9), Perturbation(energy=0.96, thermostat=1.1)),
)
