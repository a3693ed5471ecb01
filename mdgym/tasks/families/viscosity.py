"""Shear viscosity of a Lennard-Jones liquid by Green and Kubo (tier 3, NVT, reduced units, slow)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.engine.window import judged_windows
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, Measured, Run, round_up, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

CELLS = 3
ATOMS = 4 * CELLS**3
CUTOFF = 2.5
TIMESTEP = 0.004
# The engine keeps 2,000 samples of a run. Every 10 steps (0.04 tau) they give the integral of every 5 steps to 1 %;
# every 40 steps it is 11 to 54 % too large, for the pressure forgets most of itself within 0.1 tau.
RUN_STEPS = 20_000
RUNS = 5
DURATION = RUN_STEPS * RUNS * TIMESTEP  # tau; 4 to 6 s
EQUILIBRATION = 40.0  # tau
# Part of the definition. In two runs at each of four points the integral to 4 tau was between 13 % less and 8 % more,
# within its noise, which grows with this time.
LONGEST = 1.0  # tau
MEMORY = 0.6  # tau; kinetic energy in the bath of gold and those that the prompt names
THERMOSTATS = ("nvt", "temp/csvr")  # what the prompt names
TOLERANCE = 0.03  # of the value; samples every 2 to 10 steps differ by up to 1 %
# Shear flow thins the liquid, gold stops its integral at `LONGEST`, and both are noisy.
ANCHOR_LIMIT = 0.2
SHEAR_RATE = 0.2
SHEAR_TIME = 200.0  # tau

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, {atoms} LJ atoms (mass 1, epsilon = sigma = 1), periodic cube, rho* = {density}, NVT at "
        "T* = {temperature} (Nosé-Hoover or csvr, no Langevin). lj/cut {cutoff}, no shift, no tail; timestep "
        "{timestep}. Shear viscosity by Green-Kubo: V/(kT) times the integral from t = 0 to {longest} of <Pab(0) "
        "Pab(t)>, averaged over xy, xz, yz, pressure sampled every 5 steps or more often. Split production into run "
        "commands of at most {run} steps each (loop). {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I would like the shear viscosity of a Lennard-Jones liquid from equilibrium MD. Please write the LAMMPS "
        "script (units lj): {atoms} atoms of unit mass in a periodic box at a number density of {density}, lj/cut with "
        "epsilon = sigma = 1 and a cutoff of {cutoff} (neither shifted nor tail-corrected), timestep {timestep}, "
        "canonical at T* = {temperature} with a gentle global thermostat like Nosé-Hoover or csvr (Langevin would "
        "change the dynamics). Melt the lattice, equilibrate, then use Green-Kubo: the autocorrelation of pxy, pxz and "
        "pyz, sampled at least every 5 steps, integrated up to a time of {longest}, times V/(kT), mean of the three. "
        "One technical wish: my checker keeps only 2000 samples of each run command, so cut the production into "
        "several runs of no more than {run} steps, with nothing changed in between. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Compute with LAMMPS (units lj) the Green-Kubo estimate eta = V/(k_B T) int_0^tau <P_ab(0) P_ab(t)> dt with "
        "tau = {longest}, averaged over ab = xy, xz, yz, for N = {atoms} Lennard-Jones particles (m = epsilon = sigma "
        "= 1; potential truncated at {cutoff} without shift or correction) at rho* = {density} in the canonical "
        "ensemble at T* = {temperature}. Use a timestep of {timestep}, a thermostat that leaves momenta correlated "
        "(Nosé-Hoover, csvr), and a sampling interval of at most 5 steps for the pressure tensor. The production has "
        "to consist of consecutive run commands of {run} steps or fewer, which are recorded one by one. "
        "{window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: shear viscosity, LAMMPS, units lj\n"
        "- system: {atoms} LJ atoms, mass 1, epsilon = sigma = 1, periodic cube, rho* = {density}, liquid\n"
        "- potential: lj/cut, cutoff {cutoff}, unshifted, no tail correction\n"
        "- dynamics: NVT, T* = {temperature}, Nosé-Hoover or csvr, timestep {timestep}\n"
        "- method: Green-Kubo, V/(kT) * integral over t = 0 ... {longest} of the stress autocorrelation, mean of xy, "
        "xz, yz; sampling at least every 5 steps\n"
        "- production split into runs of at most {run} steps\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj），用 Green-Kubo 方法计算 Lennard-Jones 液体的剪切黏度：{atoms} 个质量为 1 的粒子"
        "（epsilon = sigma = 1），周期性立方盒，数密度 {density}，NVT 系综，T* = {temperature}，"
        "使用 Nosé-Hoover 或 csvr 热浴（不要用 Langevin），时间步长 {timestep}。"
        "势函数 lj/cut 在 {cutoff} 处截断，不平移，不加长程修正。黏度取 V/(kT) 乘以 <Pab(0)Pab(t)> "
        "从 t = 0 到 {longest} 的积分，对 xy、xz、yz 三个分量取平均，"
        "压强张量至少每 5 步采样一次。生产阶段须分成若干个 run 命令，每个不超过 {run} 步。{window}\n\n{variables}",
    ),
)
MEANINGS = {ENGLISH: {"eta": "shear viscosity (Green-Kubo)"}, CHINESE: {"eta": "剪切黏度（Green-Kubo）"}}


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
    "train": (LiquidPoint(0.722, 0.8442), LiquidPoint(1.0, 0.75), LiquidPoint(2.0, 0.8)),
    "validation": (LiquidPoint(1.5, 0.8),),
    "test": (LiquidPoint(1.75, 0.75),),
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
        measured["eta"].accept("eta", farthest=1.5),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: LiquidPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    tolerance = round_up(TOLERANCE * abs(accepted["eta"].value))
    meaning = MEANINGS[ENGLISH]["eta"]
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
        thermostats=THERMOSTATS,
        quantities=(Quantity("eta", "sqrt(epsilon m)/sigma^2", meaning, "viscosity", tolerance, (LONGEST, 1.0)),),
    )


def anchors(point: LiquidPoint, run: Run) -> dict[str, Anchor]:
    """Shear the liquid (SLLOD) and divide the shear stress by the rate."""
    t = point.temperature
    script = f"""\
{_start(point, f"fix             nvt all nvt temp {t:g} {t:g} 0.5")}
unfix           nvt
change_box      all triclinic
fix             shear all deform 1 xy erate {SHEAR_RATE} remap v
fix             flow all nvt/sllod temp {t:g} {t:g} 0.5
run             {round(EQUILIBRATION / TIMESTEP)}
run             {round(SHEAR_TIME / TIMESTEP)}
"""
    (window,) = judged_windows(run(script, 1), SHEAR_TIME)
    assert window is not None
    value = -float(np.mean(window.column("pxy"))) / SHEAR_RATE
    source = f"shear flow (SLLOD) at a rate of {SHEAR_RATE}, {SHEAR_TIME:g} tau"
    return {"eta": Anchor(value, round_up(ANCHOR_LIMIT * value), source)}


def _start(point: LiquidPoint, fixes: str) -> str:
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
velocity        all create {2 * point.temperature:g} 4711
timestep        {TIMESTEP}
{fixes}
thermo          5000
run             {round(EQUILIBRATION / TIMESTEP)}"""


def _green_kubo(point: LiquidPoint, fixes: str, every: int) -> str:
    lags = round(LONGEST / TIMESTEP) // every + 1
    return f"""\
{_start(point, fixes)}

fix             corr all ave/correlate {every} {lags} 1000 &
                c_thermo_press[4] c_thermo_press[5] c_thermo_press[6] type auto ave running
variable        part loop {RUNS}
label           again
run             {RUN_STEPS}
next            part
jump            SELF again
variable        sum equal trap(f_corr[3])+trap(f_corr[4])+trap(f_corr[5])
variable        eta equal v_sum/3*{every}*dt*vol/{point.temperature:g}
"""


FAMILY = Family(
    name="viscosity",
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
    # Single runs stray by 6 %, so that a remembered value would meet both runs by chance where the change is small (10
    # to 20 % for a quarter more or less energy). Smaller atoms in the same box, so shallow that even the coldest liquid
    # stays one phase, lower the viscosity by a fifth at least.
    perturbations=(Perturbation(energy=0.4, length=0.95), Perturbation(energy=0.5, length=0.94)),
    suites={"slow": (10, 4, 4)},
)
