"""Thermal conductivity of a Lennard-Jones liquid by Green and Kubo (tier 3, NVT, reduced units, slow)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, Measured, Run, round_up, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

CELLS = 3
ATOMS = 4 * CELLS**3
CUTOFF = 2.5
TIMESTEP = 0.004
# The engine keeps 2,000 samples of a run: every 10 steps (0.04 tau), in which the flux forgets a quarter to two fifths.
# They give the integral of every 2 or 5 steps to 0.6 %.
RUN_STEPS = 20_000
RUNS = 6
DURATION = RUN_STEPS * RUNS * TIMESTEP  # tau
# At T* = 0.72 a lattice with twice that temperature stayed a crystal for 20 tau and more.
HOT = 3.0
MELTING = 10.0  # tau
EQUILIBRATION = 20.0  # tau
# Part of the definition. The integral to 0.8 tau is that to 1.5 tau within the noise of 800 tau, 108 or 256 atoms.
LONGEST = 0.8  # tau
MEMORY = 0.6  # tau; kinetic energy in the bath of gold and those that the prompt names
TOLERANCE = 0.03  # of the value; the square of the mean temperature strays by 1 %
# Müller-Plathe: a long box, velocities exchanged between two slabs, and the slope of the temperature between them.
SLABS = 20
EXCHANGE = 20  # steps
HEATED = 200.0  # tau
LENGTH = 10  # cells; 4 x 4 across
# The slope is taken over a fifth to a half of the temperature, and strays by 3 %; twelve runs of gold by 1.5 %.
ANCHOR_LIMIT = 0.12

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, liquid of {atoms} LJ atoms (mass 1, epsilon = sigma = 1; molten, no crystal left), "
        "periodic cube, rho* = {density}, NVT at T* = {temperature} (Nosé-Hoover or csvr, no Langevin), total "
        "momentum zero. lj/cut {cutoff}, no shift, no tail; timestep {timestep}. Thermal conductivity by Green-Kubo: "
        "V/(k T^2) times the integral from t = 0 to {longest} of <j(0) j(t)>, mean of x, y, z, with j the full heat "
        "flux density (kinetic and virial parts) sampled every 5 steps or more often. Split production into run "
        "commands of at most {run} steps each (loop). {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I would like the thermal conductivity of a Lennard-Jones liquid from equilibrium MD. Please write the LAMMPS "
        "script (units lj): {atoms} atoms of unit mass in a periodic box at a number density of {density}, lj/cut with "
        "epsilon = sigma = 1 and a cutoff of {cutoff} (neither shifted nor tail-corrected), timestep {timestep}, "
        "canonical at T* = {temperature} with a gentle global thermostat like Nosé-Hoover or csvr (Langevin would "
        "change the dynamics), and no drift of the centre of mass. Melt the lattice, equilibrate, then use Green-Kubo: "
        "the autocorrelation of the three components of the heat flux (compute heat/flux, convection and virial "
        "together), sampled at least every 5 steps, integrated up to a time of {longest}; with the flux per volume the "
        "factor is V/(k T^2). Average x, y and z. One technical wish: my checker keeps only 2000 samples of each run "
        "command, so cut the production into several runs of no more than {run} steps, with nothing changed in "
        "between. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Compute with LAMMPS (units lj) the Green-Kubo estimate lambda = V/(k_B T^2) int_0^tau <j_a(0) j_a(t)> dt "
        "with tau = {longest}, averaged over a = x, y, z, where j = (1/V) [sum_i e_i v_i + sum of the virial terms] "
        "is the microscopic heat flux density, for a liquid of N = {atoms} Lennard-Jones particles (m = epsilon = "
        "sigma = 1; potential truncated at {cutoff} without shift or correction; melt any lattice well above T*) at "
        "rho* = {density} in the canonical ensemble at T* = {temperature}, total momentum zero. Use a timestep of "
        "{timestep}, a thermostat that leaves momenta correlated (Nosé-Hoover, csvr), and a sampling interval of at "
        "most 5 steps for the flux. The production has to consist of consecutive run commands of {run} steps or "
        "fewer, which are recorded one by one. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: thermal conductivity, LAMMPS, units lj\n"
        "- system: {atoms} LJ atoms, mass 1, epsilon = sigma = 1, periodic cube, rho* = {density}, liquid (melt it "
        "completely first)\n"
        "- potential: lj/cut, cutoff {cutoff}, unshifted, no tail correction\n"
        "- dynamics: NVT, T* = {temperature}, Nosé-Hoover or csvr, timestep {timestep}, total momentum zero\n"
        "- method: Green-Kubo, V/(k T^2) * integral over t = 0 ... {longest} of the autocorrelation of the heat flux "
        "density (all of it: convective and virial), mean of x, y, z; sampling at least every 5 steps\n"
        "- production split into runs of at most {run} steps\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "How well does a Lennard-Jones liquid at T* = {temperature} and rho* = {density} conduct heat? Answer with a "
        "LAMMPS input in units lj that lets the heat flux fluctuate in equilibrium and integrates its memory "
        "(Green-Kubo). Fixed: {atoms} atoms (mass, epsilon and sigma all 1), a periodic cube, lj/cut with cutoff "
        "{cutoff} as it is (no shift, no tail), timestep {timestep}, constant volume, and Nosé-Hoover or csvr for the "
        "temperature, for Langevin noise would disturb the flux; the atoms as a whole stand still. A lattice can "
        "outlive its melting point, so melt it hot. Sample the whole flux (carried and transmitted energy) at "
        "intervals of 5 steps or less, integrate its autocorrelation from 0 to {longest} time units, take the mean "
        "over the three directions, and use the prefactor V/(k T^2) for a flux per volume. No single run command of "
        "the production may be longer than {run} steps. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj），用 Green-Kubo 方法计算 Lennard-Jones 液体的热导率：{atoms} 个质量为 1 的粒子"
        "（epsilon = sigma = 1），周期性立方盒，数密度 {density}，NVT 系综，T* = {temperature}，"
        "使用 Nosé-Hoover 或 csvr 热浴（不要用 Langevin），总动量为零，时间步长 {timestep}。"
        "体系须为液体（先在高温下完全熔化晶格）。"
        "势函数 lj/cut 在 {cutoff} 处截断，不平移，不加长程修正。热导率取 V/(kT^2) 乘以 <j(0)j(t)> "
        "从 t = 0 到 {longest} 的积分，对 x、y、z 三个分量取平均，"
        "其中 j 为单位体积的完整热流（对流项与维里项之和），至少每 5 步采样一次。"
        "生产阶段须分成若干个 run 命令，每个不超过 {run} 步。{window}\n\n{variables}",
    ),
)
MEANINGS = {ENGLISH: {"kappa": "thermal conductivity (Green-Kubo)"}, CHINESE: {"kappa": "热导率（Green-Kubo）"}}

# Smaller pairs in a box that stays make the liquid thinner: with half of these changes it conducts 24 to 29 % worse,
# with all of them 34 to 46 % (10 to 16 % by the energy alone). A denser liquid would freeze where it is cold.
THINNER = Perturbation(energy=0.6, length=0.92)


@dataclass(frozen=True)
class LiquidPoint:
    """A state point, in reduced units.

    Attributes:
        temperature: T*.
        density: rho*.
    """

    temperature: float
    density: float

    def __post_init__(self) -> None:
        if not 0.7 <= self.temperature <= 2.5:
            raise TaskError(f"temperature {self.temperature!r} is not within 0.7 to 2.5")
        if not 0.7 <= self.density <= 0.85:
            raise TaskError(f"density {self.density!r} is not within 0.7 to 0.85")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"T{self.temperature:g}-rho{self.density:g}"


# Bands of temperature: train outside 1.4 to 1.9, validation up to 1.6, test above.
POINTS = {
    "train": (LiquidPoint(0.72, 0.8442), LiquidPoint(1.1, 0.78), LiquidPoint(2.1, 0.75)),
    "validation": (LiquidPoint(1.5, 0.72),),
    "test": (LiquidPoint(1.7, 0.82), LiquidPoint(1.8, 0.7)),
}


def fields(point: LiquidPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    unit = "个约化时间单位" if language == CHINESE else "reduced time units"
    return dict(
        atoms=str(ATOMS),
        cutoff=str(CUTOFF),
        timestep=f"{TIMESTEP:g}",
        density=f"{point.density:g}",
        temperature=f"{point.temperature:g}",
        longest=f"{LONGEST:g}",
        run=str(RUN_STEPS),
        duration=f"{DURATION:g} {unit}",
    )


def gold(point: LiquidPoint) -> str:
    """Run Nosé-Hoover NVT and correlate every 5 steps."""
    t = point.temperature
    return _green_kubo(point, f"fix             nvt all nvt temp {t:g} {t:g} 0.5", 5)


def variants(point: LiquidPoint) -> tuple[str, ...]:
    """Right in another way: another thermostat, and samples every 2 steps."""
    t = point.temperature
    fixes = f"fix             move all nve\nfix             heat all temp/csvr {t:g} {t:g} 1.0 4711"
    return (_green_kubo(point, fixes, 2),)


def references(point: LiquidPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, ATOMS, DURATION, MEMORY)
    return (
        measured["kappa"].accept("kappa", farthest=1.5),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: LiquidPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    tolerance = round_up(TOLERANCE * abs(accepted["kappa"].value))
    unit, meaning = "k sqrt(epsilon/m)/sigma^2", MEANINGS[ENGLISH]["kappa"]
    return Contract(
        units="lj",
        masses=(1.0,),
        atoms=(ATOMS, ATOMS),
        force_field=(f"pair_style lj/cut {CUTOFF}", "pair_coeff 1 1 1.0 1.0"),
        ensemble="nvt",
        temperature=point.temperature,
        density=point.density,
        duration=DURATION,
        timestep=TIMESTEP,
        quantities=(Quantity("kappa", unit, meaning, "thermal conductivity", tolerance, (LONGEST, 1.0)),),
    )


def anchors(point: LiquidPoint, run: Run) -> dict[str, Anchor]:
    """Let heat flow: exchange velocities between two slabs, and divide the flux by the slope between them."""
    variables = run(_heated(point), 1).variables
    slabs = np.array([variables[f"slab{number}"] for number in range(1, SLABS + 1)], dtype=float)
    exchanged, area, height = (float(variables[name] or 0.0) for name in ("exchanged", "area", "height"))
    # the first slab is the cold one; those beside it and beside the hot one are bent
    away = np.arange(2, SLABS // 2 - 1)
    slopes = [np.polyfit(away * height / SLABS, slabs[places], 1)[0] for places in (away, SLABS - away)]
    value = exchanged / (2 * area * HEATED) / float(np.mean(slopes))
    source = f"Müller-Plathe's exchange of velocities, {16 * LENGTH * 4} atoms, {HEATED:g} tau"
    return {"kappa": Anchor(value, round_up(ANCHOR_LIMIT * value), source)}


def _start(point: LiquidPoint, fixes: str, box: tuple[int, int, int] = (CELLS, CELLS, CELLS)) -> str:
    return f"""\
units           lj
boundary        p p p
atom_style      atomic
lattice         fcc {point.density:g}
region          box block 0 {box[0]} 0 {box[1]} 0 {box[2]}
create_box      1 box
create_atoms    1 box
mass            1 1.0
pair_style      lj/cut {CUTOFF}
pair_coeff      1 1 1.0 1.0
velocity        all create {2 * HOT:g} 4711
timestep        {TIMESTEP}
fix             melt all nvt temp {HOT:g} {HOT:g} 0.5
run             {round(MELTING / TIMESTEP)}
unfix           melt
{fixes}
run             {round(EQUILIBRATION / TIMESTEP)}"""


def _green_kubo(point: LiquidPoint, fixes: str, every: int) -> str:
    lags = round(LONGEST / TIMESTEP) // every + 1
    return f"""\
{_start(point, fixes)}

compute         kinetic all ke/atom
compute         potential all pe/atom
compute         virial all stress/atom NULL virial
compute         flux all heat/flux kinetic potential virial
fix             corr all ave/correlate {every} {lags} 1000 c_flux[1] c_flux[2] c_flux[3] type auto ave running
variable        part loop {RUNS}
label           again
run             {RUN_STEPS}
next            part
jump            SELF again
variable        sum equal trap(f_corr[3])+trap(f_corr[4])+trap(f_corr[5])
variable        kappa equal v_sum/3*{every}*dt/(vol*{point.temperature:g}^2)
"""


def _heated(point: LiquidPoint) -> str:
    t = point.temperature
    slabs = "".join(f"variable        slab{number} equal f_profile[{number}][3]\n" for number in range(1, SLABS + 1))
    return f"""\
{_start(point, f"fix             nvt all nvt temp {t:g} {t:g} 0.5", (4, 4, LENGTH))}
unfix           nvt
velocity        all scale {t:g}
fix             move all nve
fix             swap all thermal/conductivity {EXCHANGE} z {SLABS}
run             {round(2 * EQUILIBRATION / TIMESTEP)}
variable        before equal $(f_swap)
compute         kinetic all ke/atom
variable        local atom c_kinetic/1.5
compute         slabs all chunk/atom bin/1d z lower {1 / SLABS:g} units reduced
fix             profile all ave/chunk 10 100 1000 slabs v_local ave running
run             {round(HEATED / TIMESTEP)}
{slabs}variable        exchanged equal f_swap-v_before
variable        area equal lx*ly
variable        height equal lz
"""


FAMILY = Family(
    name="thermal_conductivity",
    tier=3,
    duration=DURATION,
    runs=12,
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
    perturbations=(THINNER,),
    suites={"slow": (10, 4, 4)},
)
