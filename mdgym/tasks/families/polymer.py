"""A melt of bead-spring chains (Kremer and Grest): bond length and pressure (tier 3, NVT, reduced units)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.engine.measures import measure
from mdgym.engine.window import judged_window
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families.bead_spring import CUTOFF, EXTENSION, force_field, single_bond, snake
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

FILE = "chains.data"
TIMESTEP = 0.005
DURATION = 25.0  # tau
EQUILIBRATION = 25.0  # tau
# Kinetic energy of a melt under a Langevin thermostat of 2 tau, the usual one of this model.
MEMORY = 1.0  # tau
# Eight runs may agree by chance; the hidden frames of one leave an error of 0.0002 to 0.0006 (rms).
LEAST_LENGTH = 0.0025
# Hidden frames against the whole window: 0.0006 to 0.0009 (rms) and at most 0.0016 from ten frames, about half of it
# from the 23 to 32 of a run as long as gold's. A window that is part of a longer run holds fewer.
LENGTH_TOLERANCE = 0.0045
# Of rho* T*. Samples every 10 steps against the recording: 0.005 (rms), farthest 0.009; every 1 to 4 steps a tenth.
PRESSURE_TOLERANCE = 0.03
# The pressure of a melt shortens bonds, by 0.002 where it is 1.7 and by 0.009 where it is 7.
ANCHOR_LENGTH = 0.012
# Of rho* T*. One anchor run strays by up to 0.07, the mean of four by half of it; gold's mean by 0.03.
ANCHOR_PRESSURE = 0.15
ANNEALING = 50.0  # tau
ANCHOR_SEEDS = 4


WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj. Kremer-Grest melt in {file} (atom_style bond): {chains} chains of {length} beads, mass 1, "
        "density {density}, still on a lattice. FENE bonds K = {stiffness}, R0 = {extension}, epsilon = sigma = 1; all "
        "pairs, bonded ones too, repel as lj/cut with epsilon = sigma = 1 cut at {cutoff} and shifted to zero there. "
        "NVT at T* = {temperature}, Nose-Hoover or Langevin or csvr, timestep {timestep}. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Could you write the LAMMPS input (units lj, atom_style bond) for a standard bead-spring polymer melt? The "
        "file {file} is in the working directory. It has {chains} chains with {length} beads each (mass 1) in a "
        "periodic box at {density} beads per sigma^3, but they were laid on a lattice and must melt first. The bonds "
        "are FENE with K = {stiffness}, R0 = {extension}, epsilon 1 and sigma 1. The beads repel each other with the "
        "WCA potential, which is lj/cut with epsilon 1, sigma 1 and cutoff {cutoff}, shifted so that it ends at zero; "
        "bonded neighbours feel it as well (special_bonds fene). I need constant volume and T* = {temperature} with a "
        "thermostat that samples the canonical ensemble, and a timestep of {timestep}. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider a melt of linear chains, n = {length} monomers each, N = {beads} monomers in all, at monomer density "
        "{density} (reduced Lennard-Jones units, m = epsilon = sigma = 1). All monomers interact through the purely "
        "repulsive potential u(r) = 4 (r^-12 - r^-6 + 1/4) for r < {cutoff}; neighbours along a chain in addition "
        "through the FENE potential -(K/2) R0^2 ln[1 - (r/R0)^2] with K = {stiffness}, R0 = {extension}. (In LAMMPS "
        "bond_style fene holds the repulsion of bonded neighbours, with special_bonds fene.) The starting structure "
        "is the LAMMPS data file {file} (units lj, atom_style bond), in which the chains lie on a simple cubic "
        "lattice. Sample the canonical ensemble at T* = {temperature} with a timestep of {timestep}. "
        "{window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: polymer melt, LAMMPS, units lj, atom_style bond\n"
        "- start: read_data {file}; {chains} chains x {length} beads, mass 1, rho* = {density}, on a lattice\n"
        "- bonds: FENE, K {stiffness}, R0 {extension}, epsilon 1, sigma 1\n"
        "- pairs: lj/cut, epsilon 1, sigma 1, cutoff {cutoff}, shifted; special_bonds fene\n"
        "- ensemble: NVT, T* = {temperature}, canonical sampling (no Berendsen, no rescaling)\n"
        "- timestep: {timestep}\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "i have a data file {file} (made for atom_style bond, units lj) with {chains} polymers of {length} beads, rho "
        "{density}, sitting on lattice points. equilibrate it as a kremer-grest melt at T={temperature} (constant "
        "volume, proper thermostat, dt {timestep}): bond_style fene {stiffness} {extension} 1 1, WCA = lj/cut {cutoff} "
        "with shift yes, eps=sig=1, special_bonds fene. what are bond length and pressure? {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj，atom_style bond）模拟 Kremer-Grest 珠簧高分子熔体。"
        "初始构型在数据文件 {file} 中：{chains} 条链，每条 {length} 个珠子，质量 1，数密度 {density}，"
        "仍排在简单立方格点上，需要先熔化。"
        "键为 FENE：K = {stiffness}，R0 = {extension}，epsilon = sigma = 1；非键作用为 WCA，即 lj/cut，"
        "epsilon = sigma = 1，截断 {cutoff}，并平移使截断处能量为零，special_bonds 用 fene。"
        "在 T* = {temperature} 下做 NVT 正则系综模拟，时间步长 {timestep}，不得使用 Berendsen 或速度标定。"
        "{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"lbond": "mean bond length (mean of |r_i - r_j| over bonds and time)", "press": "mean pressure"},
    CHINESE: {"lbond": "平均键长（对所有键和时间平均）", "press": "平均压强"},
}


@dataclass(frozen=True)
class MeltPoint:
    """Chains at a density and a temperature, in reduced units.

    Attributes:
        sites: Beads along each edge of the lattice that the chains start on.
        length: Beads in a chain.
        density: Beads per volume.
        temperature: T*.
        stiffness: K of the FENE bonds.
    """

    sites: tuple[int, int, int]
    length: int
    density: float
    temperature: float
    stiffness: float = 30.0

    def __post_init__(self) -> None:
        if not 200 <= self.beads <= 400:
            raise TaskError(f"sites {self.sites!r} hold {self.beads} beads, not 200 to 400")
        if self.length < 2 or self.beads % self.length:
            raise TaskError(f"length {self.length} does not divide {self.beads} beads")
        if not 0.5 <= self.density <= 0.95:
            raise TaskError(f"density {self.density!r} is not within 0.5 to 0.95")
        if not 0.5 <= self.temperature <= 3:
            raise TaskError(f"temperature {self.temperature!r} is not within 0.5 to 3")
        if not 20 <= self.stiffness <= 50:
            raise TaskError(f"stiffness {self.stiffness!r} is not within 20 to 50")

    @property
    def beads(self) -> int:
        """Number of beads."""
        return math.prod(self.sites)

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"N{self.beads}-n{self.length}-rho{self.density:g}-T{self.temperature:g}-K{self.stiffness:g}"


# Bands of density: validation 0.72 to 0.78, test 0.65 to 0.7 and 0.8, train outside.
POINTS = {
    "train": (
        MeltPoint((6, 6, 6), 12, 0.85, 1.0),
        MeltPoint((6, 6, 8), 36, 0.6, 1.5, 20.0),
        MeltPoint((5, 8, 8), 10, 0.9, 0.8, 40.0),
        MeltPoint((6, 6, 6), 8, 0.55, 1.8),
        MeltPoint((6, 6, 8), 24, 0.88, 1.3, 25.0),
        MeltPoint((6, 6, 10), 20, 0.85, 1.6),
    ),
    "validation": (
        MeltPoint((6, 6, 6), 18, 0.75, 1.1),
        MeltPoint((6, 6, 8), 12, 0.72, 1.4, 35.0),
        MeltPoint((5, 8, 8), 32, 0.78, 0.9, 25.0),
    ),
    "test": (
        MeltPoint((6, 6, 6), 27, 0.8, 1.0),
        MeltPoint((6, 6, 8), 16, 0.65, 1.2, 40.0),
        MeltPoint((6, 6, 6), 6, 0.7, 1.7),
        MeltPoint((6, 6, 10), 30, 0.68, 0.9, 20.0),
    ),
}


def fields(point: MeltPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        file=FILE,
        beads=str(point.beads),
        chains=str(point.beads // point.length),
        length=str(point.length),
        density=f"{point.density:g}",
        temperature=f"{point.temperature:g}",
        stiffness=f"{point.stiffness:g}",
        extension=str(EXTENSION),
        timestep=str(TIMESTEP),
        cutoff=str(CUTOFF),
        duration=f"{DURATION:g} 个约化时间单位" if language == CHINESE else f"{DURATION:g} reduced time units",
    )


def gold(point: MeltPoint) -> str:
    """Melt the lattice under a Langevin thermostat and average with fix ave/time."""
    return _script(point, _langevin(point, 1.0))


def variants(point: MeltPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats, four times the equilibration, other samples."""
    t = f"{point.temperature:g}"
    return (
        _script(point, f"fix             nvt all nvt temp {t} {t} 0.5", every=10),
        _script(point, _langevin(point, 2.0), start=4 * EQUILIBRATION),
        _script(point, f"fix             move all nve\nfix             heat all temp/csvr {t} {t} 0.5 4711"),
        _script(point, _langevin(point, 0.5), every=2),
    )


def references(point: MeltPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, point.beads, DURATION, MEMORY)
    return (
        measured["lbond"].accept("lbond", least=LEAST_LENGTH),
        measured["press"].accept("press"),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: MeltPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings = MEANINGS[ENGLISH]
    length, scale = (float(point.length),), point.density * point.temperature
    return Contract(
        units="lj",
        masses=(1.0,),
        atoms=(point.beads, point.beads),
        force_field=force_field(point.stiffness),
        ensemble="nvt",
        temperature=point.temperature,
        density=point.density,
        duration=DURATION,
        timestep=TIMESTEP,
        quantities=(
            Quantity("lbond", "sigma", meanings["lbond"], "bond length", LENGTH_TOLERANCE, length),
            Quantity("press", "epsilon/sigma^3", meanings["press"], "mean pressure", PRESSURE_TOLERANCE * scale),
        ),
    )


def anchors(point: MeltPoint, run: Run) -> dict[str, Anchor]:
    """Take a bond on its own, and the pressure after a long time at twice the temperature."""
    bond = single_bond(point.temperature, point.stiffness)
    t = f"{2 * point.temperature:g}"
    hot = f"fix hot all nvt temp {t} {t} 0.5\nrun {round(ANNEALING / TIMESTEP)}\nunfix hot\n"
    script = _script(point, hot + _langevin(point, 0.5))
    limit = ANCHOR_PRESSURE * point.density * point.temperature
    pressures = []
    for seed in range(ANCHOR_SEEDS):
        window = judged_window(run(script, seed), DURATION)
        if window is None:
            raise TaskError(f"{point.label}: the anchor's run did not complete")
        pressures.append(measure((window,), "mean pressure"))
    return {
        "lbond": Anchor(bond, ANCHOR_LENGTH, "a FENE bond on its own (integral over its Boltzmann factor)"),
        "press": Anchor(sum(pressures) / len(pressures), limit, "chains annealed at twice the temperature"),
    }


def _langevin(point: MeltPoint, damping: float) -> str:
    t = f"{point.temperature:g}"
    return f"fix             move all nve\nfix             heat all langevin {t} {t} {damping:g} 4711"


def _script(point: MeltPoint, fixes: str, start: float = EQUILIBRATION, every: int = 5) -> str:
    steps = round(DURATION / TIMESTEP)
    commands = "\n".join(force_field(point.stiffness))
    # The averaging block ends at a multiple of its length: equilibration must take a whole number of them.
    return f"""\
units           lj
atom_style      bond
read_data       {FILE}
{commands}
velocity        all create {point.temperature:g} 4711
timestep        {TIMESTEP:g}
{fixes}
thermo          500
run             {round(start / TIMESTEP)}

compute         bonds all bond/local dist
compute         length all reduce ave c_bonds inputs local
fix             means all ave/time {every} {100 // every} 100 c_length c_thermo_press ave running
run             {steps}
variable        lbond equal f_means[1]
variable        press equal f_means[2]
"""


FAMILY = Family(
    name="polymer",
    tier=3,
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
    files=lambda point: {FILE: snake(point.sites, point.length, point.density)},
    # Shallower and smaller, or deeper and larger: bonds change by 0.1 and 0.05 of what the pressure does, so that no
    # single law of the pressure or the energy fits both, and neither does the cube of a length.
    perturbations=(Perturbation(energy=0.85, length=0.98), Perturbation(energy=1.6, length=1.03)),
)
