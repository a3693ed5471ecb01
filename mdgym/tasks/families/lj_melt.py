"""The melt of the Lennard-Jones crystal at constant energy: where does the temperature end? (tier 2, NVE, units lj)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.family import Anchor, Family, Measured, Run
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

CELLS = 4
ATOMS = 4 * CELLS**3
CUTOFF = 2.5
TIMESTEP = 0.005
DURATION = 15.0  # tau; 4,500 steps with those before it, so that a gold run costs about 0.7 s
# The crystals of this family melt within 2 tau; the first tenth of a window that starts here is like the rest.
EQUILIBRATION = 7.5  # tau
# Of the temperature; energies per atom by 3/2 more, for what kinetic energy gains the potential energy loses. With
# samples every 10 steps of 0.005 script and recording differed by up to 0.14 % (16 runs), every 20 steps by 0.3 %.
TOLERANCE = 0.003
# The same for the limits. Seeds scatter by 0.1 to 0.25 %.
LEAST = 0.01
# Errors of the equation of state and of taking g(r) = 1 beyond the cutoff: 0.008 in temperature, 0.008 in energy at
# eight points.
ANCHOR_TEMPERATURE = 0.015
ANCHOR_ENERGY = 0.02
# Between which the equation of state is solved for the temperature.
COLDEST, HOTTEST = 0.7, 6.0

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, the classic melt: {cells} x {cells} x {cells} fcc cells ({atoms} atoms, mass 1) at density "
        "{density}, periodic, lj/cut with epsilon = sigma = 1 and cutoff {cutoff}, no shift, no tail. Velocities drawn "
        "at T* = {temperature} with zero total momentum, then NVE from the first step to the last; at least {settle} "
        "before the window. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'd like to redo the well-known melting example with numbers of my own. Please write a LAMMPS script (units "
        "lj) that starts from a perfect fcc lattice of {atoms} Lennard-Jones atoms ({cells} cells along each edge, "
        "periodic, mass 1, epsilon = sigma = 1) at a reduced density of {density}, gives them random velocities for a "
        "temperature of {temperature} without any net momentum, and simply lets go: plain NVE with nothing that "
        "thermostats or rescales at any time. The potential is cut at {cutoff} sigma, not shifted, and there is no "
        "long-range correction. The crystal melts and the temperature drops a lot. Let that take {settle} or more. I "
        "want to know at which temperature and potential energy it ends up. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "N = {atoms} particles of unit mass interact through u(r) = 4 [r^-12 - r^-6] for r < {cutoff} and u(r) = 0 "
        "beyond (reduced units; not shifted, no correction for the tail). At t = 0 they occupy the sites of a perfect "
        "face-centred cubic lattice, {cells}^3 conventional cells at number density {density} with periodic boundary "
        "conditions, and their velocities are drawn at random for T0 = {temperature} with vanishing total momentum. "
        "From then on the system evolves at constant N, V and E. Simulate this with LAMMPS (units lj), let it melt "
        "and equilibrate during {settle} or longer, and determine the temperature and the potential energy of the "
        "liquid. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: melting at constant energy, LAMMPS, units lj\n"
        "- start: fcc, {cells}x{cells}x{cells} cells = {atoms} atoms, mass 1, rho* = {density}, periodic\n"
        "- potential: lj/cut, epsilon 1, sigma 1, cutoff {cutoff}, unshifted, without tail correction\n"
        "- velocities: created once at T* = {temperature}, zero total momentum\n"
        "- dynamics: NVE throughout, at least {settle} before the judged window\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "bench-melt style input for lammps pls (lj units). rho {density}, fcc {cells}^3 cells -> {atoms} atoms (m=1, "
        "eps=sig=1), rcut {cutoff} plain truncation. velocity create {temperature}, total momentum zero, fix nve only. "
        "give it {settle}+ to melt. then T and pe of the liquid please. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj）：{atoms} 个质量为 1 的 Lennard-Jones 原子（epsilon = sigma = 1）"
        "排成完整 fcc 晶体，{cells}×{cells}×{cells} 个晶胞，数密度 {density}，周期性边界。势函数在 {cutoff} 截断，"
        "不平移，也不加长程修正。初速度按约化温度 {temperature} 随机产生（总动量为零），此后全程 NVE，"
        "任何时候都不用热浴或速度标定，先熔化并平衡至少 {settle}。求液体的温度和势能。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"temp": "mean temperature", "upot": "mean potential energy per atom"},
    CHINESE: {"temp": "平均温度", "upot": "每原子平均势能"},
}


@dataclass(frozen=True)
class MeltPoint:
    """A crystal that is too hot, in reduced units.

    Attributes:
        temperature: For which velocities are drawn.
        density: Number density.
    """

    temperature: float
    density: float

    def __post_init__(self) -> None:
        if not 2.4 <= self.temperature <= 5.5:
            raise TaskError(f"temperature {self.temperature!r} is not within 2.4 to 5.5: no melt, or too fast")
        if not 0.7 <= self.density <= 0.95:
            raise TaskError(f"density {self.density!r} is not within 0.7 to 0.95")
        if self.temperature < 3.4 and self.density > 0.86:
            raise TaskError(f"{self.label}: the crystal may stay solid")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"T{self.temperature:g}-rho{self.density:g}"


# Bands of the first temperature: train outside 3.2 to 4.6, validation 3.2 to 3.8, test 3.9 to 4.6.
POINTS = {
    "train": (
        MeltPoint(2.5, 0.8442),
        MeltPoint(2.6, 0.75),
        MeltPoint(2.8, 0.82),
        MeltPoint(3.0, 0.8442),
        MeltPoint(3.1, 0.7),
        MeltPoint(4.7, 0.78),
        MeltPoint(5.0, 0.9),
        MeltPoint(5.4, 0.86),
    ),
    "validation": (MeltPoint(3.3, 0.72), MeltPoint(3.5, 0.88), MeltPoint(3.7, 0.8)),
    "test": (MeltPoint(3.9, 0.84), MeltPoint(4.1, 0.74), MeltPoint(4.3, 0.92), MeltPoint(4.5, 0.81)),
}


def fields(point: MeltPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    unit = " 个约化时间单位" if language == CHINESE else " reduced time units"
    return dict(
        cells=str(CELLS),
        atoms=str(ATOMS),
        cutoff=str(CUTOFF),
        density=f"{point.density:g}",
        temperature=f"{point.temperature:g}",
        settle=f"{EQUILIBRATION:g}{unit}",
        duration=f"{DURATION:g}{unit}",
    )


def gold(point: MeltPoint) -> str:
    """Melt, then average with fix ave/time."""
    return f"""\
{_start(point, TIMESTEP)}
# the compute gives the total energy; thermo_style's pe would be per atom in units lj
fix             means all ave/time 5 100 500 c_thermo_temp c_thermo_pe ave running
run             {round(DURATION / TIMESTEP)}
variable        temp equal f_means[1]
variable        upot equal f_means[2]/atoms
"""


def variants(point: MeltPoint) -> tuple[str, ...]:
    """Right in another way: a smaller timestep and all steps in memory; normal velocities and a longer melt."""
    smaller = 0.004
    return (
        f"""\
{_start(point, smaller)}
variable        u equal c_thermo_pe/atoms
fix             all all vector 10 c_thermo_temp v_u
run             {round(DURATION / smaller)}
variable        temp equal ave(f_all[1])
variable        upot equal ave(f_all[2])
""",
        gold(point)
        .replace("4711", "4711 mom yes rot yes dist gaussian", 1)
        .replace(f"run             {round(EQUILIBRATION / TIMESTEP)}", "run             2000", 1),
    )


def references(point: MeltPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave."""
    least = LEAST * measured["temp"].mean
    return measured["temp"].accept("temp", least=least), measured["upot"].accept("upot", least=1.5 * least)


def contract(point: MeltPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. The temperature follows from the start; it is a result, not a target."""
    meanings = MEANINGS[ENGLISH]
    tolerance = TOLERANCE * accepted["temp"].value
    return Contract(
        units="lj",
        masses=(1.0,),
        atoms=(ATOMS, ATOMS),
        force_field=(f"pair_style lj/cut {CUTOFF}", "pair_coeff 1 1 1.0 1.0"),
        ensemble="nve",
        density=point.density,
        duration=DURATION,
        # a thermostat before the window could set the temperature that the melt is known to end at
        start=point.temperature,
        settle=EQUILIBRATION,
        quantities=(
            Quantity("temp", "epsilon/k_B", meanings["temp"], "mean temperature", float(f"{tolerance:.3g}")),
            Quantity("upot", "epsilon", meanings["upot"], "mean potential per atom", float(f"{1.5 * tolerance:.3g}")),
        ),
    )


def anchors(point: MeltPoint, run: Run) -> dict[str, Anchor]:
    """Solve for the temperature at which a liquid of the equation of state has the energy of the hot crystal.

    What is conserved is the energy of the shifted potential: pairs that cross a plain cutoff bring energy with them.
    """
    crystal = run(f"{_build(point)}pair_modify     shift yes\nrun             0\n", 0).segments[-1]
    freedom = 1.5 * (1 - 1 / ATOMS)
    total = float(crystal.column("potential")[-1]) / ATOMS + freedom * point.temperature
    shift = -4 * (CUTOFF**-12 - CUTOFF**-6) * 2 / 3 * math.pi * point.density * CUTOFF**3
    low, high = COLDEST, HOTTEST
    while high - low > 1e-6:
        kelvin = (low + high) / 2
        energy = lennard_jones.energy(kelvin, point.density, CUTOFF)
        low, high = (low, kelvin) if energy + shift + freedom * kelvin > total else (kelvin, high)
    source = "energy of the crystal in the equation of state of Kolafa and Nezbeda, less the tail with g(r) = 1"
    return {
        "temp": Anchor(kelvin, ANCHOR_TEMPERATURE, source),
        "upot": Anchor(energy, ANCHOR_ENERGY, source),
    }


def _build(point: MeltPoint) -> str:
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
"""


def _start(point: MeltPoint, timestep: float) -> str:
    return f"""\
{_build(point)}
velocity        all create {point.temperature:g} 4711
timestep        {timestep}
fix             nve all nve
thermo          500
run             {round(EQUILIBRATION / timestep)}
"""


FAMILY = Family(
    name="lj_melt",
    tier=2,
    duration=DURATION,
    runs=8,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=variants,
    references=references,
    contract=contract,
    anchors=anchors,
    # hotter starts and deeper or shallower wells, so that the temperature is not the old one times a known factor
    perturbations=(
        Perturbation(energy=1.2, temperature=1.15),
        Perturbation(energy=0.85, temperature=1.1),
    ),
)
