"""The first peak of the radial distribution function of a Lennard-Jones fluid (tier 3, NVT, reduced units)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, Measured, Run, round_up, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# The recording knows few frames: the peak of ten of them is off by 2.3 % (rms) with 256 atoms, by 1.2 % with 500.
CELLS = 5
ATOMS = 4 * CELLS**3
CUTOFF = 2.5
# Shorter than the cutoff of the shrunk potential in the changed world, so that the same bins fit there.
RANGE = 2.0
BINS = 40
WIDTH = RANGE / BINS
TIMESTEP = 0.005
DURATION = 12.5  # tau; 3,500 steps with those before it, so that a gold run costs about one second
EQUILIBRATION = 5.0  # tau
# Kinetic energy of a fluid under a Langevin thermostat of 2 tau (`lj_fluid`).
MEMORY = 0.6  # tau
# Two neighbouring bins may be nearly equally high, and noise decides.
PLACE_TOLERANCE = 1.2 * WIDTH
# Of the height: script and recording, all samples against some twenty frames, differed by 1.1 % (rms), at most 2.8 %
# (26 runs of gold).
HEIGHT_TOLERANCE = 0.05
# Of the height. Scripts that average their window stray by 0.45 % (rms, the same runs), and the mean of eight
# recordings by 0.35 %; the scatter of single recordings, 0.6 to 1.6 %, says how few their frames are.
HEIGHT_LIMIT = 0.04
# Four Monte Carlo runs: 108 atoms, each atom tried so many times before and while g(r) is taken.
MC_CELLS, MC_RUNS, MC_FIRST, MC_SWEEPS = 3, 4, 100, 400
# One Monte Carlo run of 200 sweeps strays by 2 % (rms), and gold's mean of eight by 0.4 %; noise lifts the highest of
# some bins in both.
ANCHOR_HEIGHT = 0.04

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, mass 1, epsilon = sigma = 1. Lennard-Jones fluid, {atoms} atoms, periodic cube, number "
        "density {density}, NVT at T* = {temperature} (canonical: no Berendsen, no rescaling). Cutoff {cutoff}, not "
        "shifted, no tail. g(r) from 0 to {range} in {bins} bins of {width}, averaged over the window: position and "
        "height of the first peak. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Could you write me a LAMMPS input (units lj) that finds the first peak of the pair correlation function of a "
        "simple liquid? Take {atoms} Lennard-Jones atoms of mass 1 with epsilon = sigma = 1 in a periodic cube at "
        "{density} atoms per sigma^3, melt whatever lattice you start from, and keep them at a reduced temperature of "
        "{temperature} with a thermostat that really samples the canonical ensemble (please not Berendsen or velocity "
        "rescaling). pair_style lj/cut with a cutoff of {cutoff} sigma, neither shifted nor corrected. For g(r) I use "
        "{bins} equal bins between 0 and {range} sigma, that is {width} each, and average over many configurations; "
        "the peak is simply the highest bin. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Let g(r) be the radial distribution function of N = {atoms} particles of unit mass that interact through "
        "u(r) = 4 [r^-12 - r^-6] for r < {cutoff} and u(r) = 0 beyond (reduced units, not shifted). Estimate it with "
        "LAMMPS (units lj) in the canonical ensemble at T* = {temperature} and rho* = {density}, periodic cubic cell, "
        "as a histogram with {bins} bins of width {width} on 0 < r < {range}, averaged in time. Weak coupling "
        "(Berendsen) and rescaling do not sample this ensemble. Report abscissa (centre of the bin) and value of the "
        "principal maximum. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: first coordination shell of a liquid, LAMMPS, units lj\n"
        "- system: {atoms} atoms, mass 1, periodic cube, rho* = {density}, fluid\n"
        "- potential: lj/cut, epsilon 1, sigma 1, cutoff {cutoff}, unshifted, no tail correction\n"
        "- ensemble: NVT, T* = {temperature}, true canonical sampling\n"
        "- analysis: time-averaged g(r), range 0 to {range}, {bins} bins (width {width}); highest bin\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "need g(r) of LJ at rho={density} T={temperature} (lj units, {atoms} particles, m=eps=sig=1, rc={cutoff} plain "
        "truncation, cubic pbc). compute rdf, cutoff {range}, {bins} bins -> dr {width}. nose-hoover or langevin or "
        "csvr, just nothing berendsen-like. i only want the first maximum: where and how high. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj）：{atoms} 个质量为 1 的 Lennard-Jones 粒子（epsilon = sigma = 1），"
        "周期性立方盒，数密度 {density}，约化温度 {temperature}，NVT 正则系综采样，不得使用 Berendsen 或速度标定。"
        "势函数在 {cutoff} 处直接截断，不平移，也不加长程修正。"
        "在 0 到 {range} 之间用 {bins} 个等宽区间（每个宽 {width}）统计径向分布函数 g(r)，对时间取平均，"
        "求第一峰（最高区间）的位置和高度。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "rpeak": "middle of the bin in which the averaged g(r) is highest",
        "gpeak": "value of the averaged g(r) in that bin",
    },
    CHINESE: {"rpeak": "平均 g(r) 最高的区间的中点", "gpeak": "该区间内平均 g(r) 的值"},
}


@dataclass(frozen=True)
class PeakPoint:
    """A state point, in reduced units.

    Attributes:
        temperature: T*.
        density: rho*.
    """

    temperature: float
    density: float

    def __post_init__(self) -> None:
        if not 0.95 <= self.temperature <= 3:
            raise TaskError(f"temperature {self.temperature!r} is not within 0.95 to 3")
        if not 0.6 <= self.density <= 0.85:
            raise TaskError(f"density {self.density!r} is not within 0.6 to 0.85: few pairs, or a crystal")
        if self.temperature < 1.35 and self.density < 0.75:
            raise TaskError(f"{self.label}: vapour and liquid coexist near here")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"T{self.temperature:g}-rho{self.density:g}"


# Bands of temperature: train outside 1.5 to 2.2, validation 1.5 to 1.7, test 1.8 to 2.2.
POINTS = {
    "train": (
        PeakPoint(1.0, 0.8),
        PeakPoint(1.15, 0.83),
        PeakPoint(1.4, 0.7),
        PeakPoint(2.3, 0.75),
        PeakPoint(2.5, 0.65),
        PeakPoint(2.8, 0.82),
    ),
    "validation": (PeakPoint(1.5, 0.68), PeakPoint(1.6, 0.82), PeakPoint(1.7, 0.76)),
    "test": (PeakPoint(1.8, 0.72), PeakPoint(1.9, 0.8), PeakPoint(2.0, 0.64), PeakPoint(2.15, 0.78)),
}


def fields(point: PeakPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    unit = " 个约化时间单位" if language == CHINESE else " reduced time units"
    return dict(
        atoms=str(ATOMS),
        cutoff=str(CUTOFF),
        density=f"{point.density:g}",
        temperature=f"{point.temperature:g}",
        range=str(RANGE),
        bins=str(BINS),
        width=f"{WIDTH:g}",
        duration=f"{DURATION:g}{unit}",
    )


def gold(point: PeakPoint) -> str:
    """Run Nosé-Hoover NVT and average compute rdf every 10 steps."""
    return _script(point, _chain(point, 0.5), 10, EQUILIBRATION)


def variants(point: PeakPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats, more samples, a longer start."""
    t, move = f"{point.temperature:g}", "fix             move all nve\n"
    return (
        _script(point, f"{move}fix             heat all langevin {t} {t} 1.0 4711", 10, EQUILIBRATION),
        _script(point, f"{move}fix             heat all temp/csvr {t} {t} 0.5 4711", 5, EQUILIBRATION),
        _script(point, _chain(point, 1.0), 10, 2 * EQUILIBRATION),
    )


def references(point: PeakPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, ATOMS, DURATION, MEMORY)
    height = measured["gpeak"].accept("gpeak")
    return (
        measured["rpeak"].accept("rpeak", least=PLACE_TOLERANCE, farthest=1.2),
        replace(height, limit=round_up(HEIGHT_LIMIT * height.value)),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: PeakPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings, bins = MEANINGS[ENGLISH], (RANGE, float(BINS))
    height = float(f"{HEIGHT_TOLERANCE * accepted['gpeak'].value:.3g}")
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
            Quantity("rpeak", "sigma", meanings["rpeak"], "peak place", PLACE_TOLERANCE, bins),
            Quantity("gpeak", "1", meanings["gpeak"], "peak height", height, bins),
        ),
    )


def anchors(point: PeakPoint, run: Run) -> dict[str, Anchor]:
    """Take g(r) of Metropolis Monte Carlo: no equation of motion, no thermostat, no frames."""
    found = [run(_monte_carlo(point), seed).variables for seed in range(MC_RUNS)]
    means = {name: sum(values[name] or 0.0 for values in found) / MC_RUNS for name in ("rpeak", "gpeak")}
    source = f"Metropolis Monte Carlo (fix gcmc without exchanges), {MC_RUNS} runs of {4 * MC_CELLS**3} atoms"
    return {
        "rpeak": Anchor(means["rpeak"], PLACE_TOLERANCE, source),
        "gpeak": Anchor(means["gpeak"], ANCHOR_HEIGHT * means["gpeak"], source),
    }


def _chain(point: PeakPoint, damping: float) -> str:
    return f"fix             nvt all nvt temp {point.temperature:g} {point.temperature:g} {damping:g}"


def _build(point: PeakPoint, cells: int) -> str:
    return f"""\
units           lj
boundary        p p p
atom_style      atomic
lattice         fcc {point.density:g}
region          box block 0 {cells} 0 {cells} 0 {cells}
create_box      1 box
create_atoms    1 box
mass            1 1.0
pair_style      lj/cut {CUTOFF}
pair_coeff      1 1 1.0 1.0
"""


# The value of another variable comes with 15 digits, so `==` would sometimes find no bin.
_PEAK = """\
variable        gpeak equal max(f_rdf[2])
variable        highest vector f_rdf[1]*(f_rdf[2]>v_gpeak-1e-9)
variable        rpeak equal max(v_highest)
"""


def _script(point: PeakPoint, fixes: str, every: int, start: float) -> str:
    # The averaging blocks of 500 steps must divide both runs: a block that is not complete gives 0.
    return f"""\
{_build(point, CELLS)}
velocity        all create {2 * point.temperature:g} 4711
timestep        {TIMESTEP}
{fixes}
thermo          500
run             {round(start / TIMESTEP)}

compute         rdf all rdf {BINS} cutoff {RANGE}
fix             rdf all ave/time {every} {500 // every} 500 c_rdf[*] mode vector ave running
run             {round(DURATION / TIMESTEP)}
{_PEAK}"""


def _monte_carlo(point: PeakPoint) -> str:
    # a short run of hot dynamics melts the lattice sooner
    return f"""\
atom_modify     map array
{_build(point, MC_CELLS)}
neigh_modify    delay 0 every 1 check yes
velocity        all create {3 * point.temperature:g} 4711
fix             melt all nve
run             400
unfix           melt
fix             mc all gcmc 1 0 {4 * MC_CELLS**3} 1 4711 {point.temperature:g} 0.0 0.2
run             {MC_FIRST}
compute         rdf all rdf {BINS} cutoff {RANGE}
fix             rdf all ave/time 2 50 100 c_rdf[*] mode vector ave running
run             {MC_SWEEPS}
{_PEAK}"""


FAMILY = Family(
    name="lj_rdf",
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
    # smaller atoms in the same box, by two bins at least, and hot enough to stay one phase
    perturbations=(
        Perturbation(energy=0.6, length=0.82),
        Perturbation(length=0.82, temperature=1.5, thermostat=1.5),
    ),
)
