"""A Lennard-Jones fluid at a density and a temperature: pressure and potential energy (tier 2, NVT, reduced units)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

CELLS = 4
ATOMS = 4 * CELLS**3
CUTOFF = 2.5
TIMESTEP = 0.005
DURATION = 25.0  # tau; 5,000 steps, so that a gold run costs about one second
EQUILIBRATION = 7.5  # tau
# Kinetic energy of a fluid under a Langevin thermostat of 2 tau, slower ones are unusual in runs this short.
MEMORY = 0.6  # tau
# Script and recording average the same window; with samples every 2 to 20 steps they differed by up to these many
# rho* T* (rms a third of it).
PRESSURE_TOLERANCE = 0.02
ENERGY_TOLERANCE = 0.008
# Errors of the equation of state (1 % of P), of taking g(r) = 1 beyond the cutoff and of the mean of gold together; the
# pressure in rho* T*. The farthest point, T* = 1.2 and rho* = 0.84, is off by 0.06 of 3.51.
ANCHOR_PRESSURE = 0.1
ANCHOR_ENERGY = 0.03

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, mass 1, epsilon = sigma = 1. Lennard-Jones fluid, {atoms} atoms, periodic cube, number "
        "density {density}, NVT at T* = {temperature}. Cutoff {cutoff} sigma, plainly truncated: no shift, no tail "
        "corrections. Canonical sampling only (no Berendsen, no rescaling). {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Could you write a LAMMPS script (units lj) for a simple Lennard-Jones fluid? I have {atoms} atoms of mass 1 "
        "with epsilon = sigma = 1 in a periodic box, at exactly {density} atoms per sigma^3, and I want the canonical "
        "ensemble at a reduced temperature of {temperature}. Use pair_style lj/cut with a cutoff of {cutoff} and leave "
        "it at that: neither shifted nor with a long-range tail correction, because I compare with another code. "
        "A thermostat that really samples NVT, please, not Berendsen or velocity rescaling. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Particles of unit mass interact through u(r) = 4 [r^-12 - r^-6] for r < {cutoff} and u(r) = 0 beyond, in "
        "reduced Lennard-Jones units; the energy is not shifted at the cutoff, and no correction is made for the tail. "
        "Simulate N = {atoms} of them with LAMMPS (units lj) in a periodic box of number density {density}, in the "
        "canonical ensemble at T* = {temperature}, which weak coupling (Berendsen) and rescaling do not sample. "
        "Determine the pressure and the potential energy of the fluid. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: state point of a fluid, LAMMPS, units lj\n"
        "- system: {atoms} atoms, mass 1, periodic, rho* = {density}, fluid (melt any starting lattice)\n"
        "- potential: lj/cut, epsilon 1, sigma 1, cutoff {cutoff}, unshifted, without tail correction\n"
        "- ensemble: NVT, T* = {temperature}, true canonical sampling\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj）：{atoms} 个质量为 1 的 Lennard-Jones 粒子（epsilon = sigma = 1），周期性边界，"
        "数密度 {density}，在约化温度 {temperature} 下做 NVT 模拟。势函数在 {cutoff} 处直接截断，"
        "不平移，也不加长程修正。要求正则系综采样，不得使用 Berendsen 或速度标定。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"press": "mean pressure", "upot": "mean potential energy per atom"},
    CHINESE: {"press": "平均压强", "upot": "每原子平均势能"},
}


@dataclass(frozen=True)
class FluidPoint:
    """A state point, in reduced units.

    Attributes:
        temperature: T*.
        density: rho*.
    """

    temperature: float
    density: float

    def __post_init__(self) -> None:
        if not 0.9 <= self.temperature <= 4:
            raise TaskError(f"temperature {self.temperature!r} is not within 0.9 to 4")
        if not 0.05 <= self.density <= 0.85:
            raise TaskError(f"density {self.density!r} is not within 0.05 to 0.85")
        if self.temperature < 1.35 and self.density < 0.75:
            raise TaskError(f"{self.label}: vapour and liquid coexist near here")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"T{self.temperature:g}-rho{self.density:g}"


# Bands of temperature: train outside 1.5 to 2.3, validation 1.5 to 1.7, test 1.8 to 2.3.
POINTS = {
    "train": (
        FluidPoint(1.0, 0.8),
        FluidPoint(1.2, 0.84),
        FluidPoint(1.45, 0.65),
        FluidPoint(2.4, 0.1),
        FluidPoint(2.5, 0.45),
        FluidPoint(2.6, 0.75),
        FluidPoint(2.8, 0.25),
        FluidPoint(3.2, 0.6),
    ),
    "validation": (FluidPoint(1.55, 0.75), FluidPoint(1.6, 0.5), FluidPoint(1.7, 0.2)),
    "test": (FluidPoint(1.85, 0.55), FluidPoint(1.9, 0.8), FluidPoint(2.0, 0.3), FluidPoint(2.2, 0.7)),
}


def fields(point: FluidPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    duration = f"{DURATION:g} 个约化时间单位" if language == CHINESE else f"{DURATION:g} reduced time units"
    return dict(
        atoms=str(ATOMS),
        cutoff=str(CUTOFF),
        density=f"{point.density:g}",
        temperature=f"{point.temperature:g}",
        duration=duration,
    )


def gold(point: FluidPoint) -> str:
    """Run Nosé-Hoover NVT and average with fix ave/time."""
    t = point.temperature
    return _script(point, f"fix             nvt all nvt temp {t:g} {t:g} 0.5")


def variants(point: FluidPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats, and a slower chain."""
    t = point.temperature
    move = "fix             move all nve\n"
    return (
        _script(point, f"{move}fix             heat all langevin {t:g} {t:g} 1.0 4711"),
        _script(point, f"{move}fix             heat all langevin {t:g} {t:g} 2.0 4711"),
        _script(point, f"{move}fix             heat all temp/csvr {t:g} {t:g} 0.5 4711"),
        _script(point, f"fix             nvt all nvt temp {t:g} {t:g} 1.0"),
    )


def references(point: FluidPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, ATOMS, DURATION, MEMORY)
    return (
        measured["press"].accept("press"),
        measured["upot"].accept("upot"),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: FluidPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    scale = point.density * point.temperature
    meanings = MEANINGS[ENGLISH]
    return Contract(
        units="lj",
        masses=(1.0,),
        atoms=(ATOMS, ATOMS),
        force_field=(f"pair_style lj/cut {CUTOFF}", "pair_coeff 1 1 1.0 1.0"),
        ensemble="nvt",
        temperature=point.temperature,
        density=point.density,
        duration=DURATION,
        quantities=(
            Quantity("press", "epsilon/sigma^3", meanings["press"], "mean pressure", PRESSURE_TOLERANCE * scale),
            Quantity("upot", "epsilon", meanings["upot"], "mean potential per atom", ENERGY_TOLERANCE * scale),
        ),
    )


def anchors(point: FluidPoint, run: Run) -> dict[str, Anchor]:
    """Take the equation of state of Kolafa and Nezbeda, less the tail beyond the cutoff."""
    state = (point.temperature, point.density, CUTOFF)
    source = "Kolafa and Nezbeda, Fluid Phase Equilibria 100, 1 (1994), less the tail beyond the cutoff with g(r) = 1"
    scale = point.density * point.temperature
    return {
        "press": Anchor(lennard_jones.pressure(*state), ANCHOR_PRESSURE * scale, source),
        "upot": Anchor(lennard_jones.energy(*state), ANCHOR_ENERGY * max(scale, 1.0), source),
    }


def _script(point: FluidPoint, fixes: str) -> str:
    # The averaging blocks of 500 steps must divide both runs: a block that is not complete gives 0.
    return f"""\
units           lj
boundary        p p p
atom_style      atomic
lattice         fcc {point.density:g}
region          box block 0 {CELLS} 0 {CELLS} 0 {CELLS}
create_box      1 box
create_atoms    1 box
mass            1 1.0
pair_style      lj/cut {CUTOFF}
pair_coeff      1 1 1.0 1.0
velocity        all create {1.5 * point.temperature:g} 4711
timestep        {TIMESTEP}
{fixes}
thermo          500
run             {round(EQUILIBRATION / TIMESTEP)}

# the compute gives the total energy; thermo_style's pe would be per atom in units lj
fix             means all ave/time 5 100 500 c_thermo_press c_thermo_pe ave running
run             {round(DURATION / TIMESTEP)}
variable        press equal f_means[1]
variable        upot equal f_means[2]/atoms
"""


FAMILY = Family(
    name="lj_fluid",
    tier=2,
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
    # deeper and smaller, or shallower and larger: both change the pressure in the same sense
    perturbations=(Perturbation(energy=1.2, length=0.98), Perturbation(energy=0.8, length=1.02)),
)
