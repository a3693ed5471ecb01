"""Self-diffusion of a Lennard-Jones liquid from its mean-square displacement (tier 3, NVT, reduced units)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, Measured, Run, round_up, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# A slope of the mean-square displacement from one origin is off by about sqrt(2 / 3N), 3.7 % of D.
CELLS = 5
ATOMS = 4 * CELLS**3
CUTOFF = 2.5
TIMESTEP = 0.005
DURATION = 15.0  # tau; 4,000 steps with those before it, so that a gold run costs about 1.2 s
EQUILIBRATION = 5.0  # tau
# Velocities are forgotten within 1 tau; the slope of longer lags is constant.
SHORTEST_LAG = 2.0  # tau
# Kinetic energy of a fluid under a thermostat of 2 tau (`lj_fluid`).
MEMORY = 0.6  # tau
# Langevin friction of 1 tau slows atoms by a tenth, less than the limit: it is refused by name.
THERMOSTATS = ("nvt", "temp/csvr")
# Of D. One origin and all times against all pairs of ten frames: 0.9 to 2.2 % (rms of 8 runs each).
TOLERANCE = 0.09
# Of D. Right scripts stray by 5.8 % (rms), by 7 to 8.5 % in cold or dense liquids.
LIMIT = 0.25
# Green-Kubo: origins, steps between two of them, and how many of these a correlation is followed (2.5 tau).
GK_ORIGINS, GK_STEPS, GK_SPANS, GK_RUNS = 70, 50, 10, 2
# Of D. Errors of the integrals of 140 origins (4 %), of the mean of gold (1.6 %), and the tail beyond 2.5 tau.
ANCHOR_LIMIT = 0.12

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, mass 1, epsilon = sigma = 1. Lennard-Jones liquid, {atoms} atoms, periodic cube, number "
        "density {density}, NVT at T* = {temperature}, cutoff {cutoff}, unshifted, no tail. Global thermostat "
        "(Nosé-Hoover or csvr); no Langevin, its friction changes the answer, no Berendsen, no rescaling. "
        "Self-diffusion coefficient from the slope of the MSD beyond t = {lag}. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "How fast does an atom wander in a simple liquid? Please write a LAMMPS script (units lj) with {atoms} "
        "Lennard-Jones atoms of mass 1, epsilon = sigma = 1, in a periodic cube at a number density of {density} and a "
        "reduced temperature of {temperature}. The potential is cut at {cutoff} sigma, not shifted, no tail "
        "corrections. Start from any lattice and let it melt properly. I need the canonical ensemble, but with a "
        "thermostat that does not slow the atoms down, so Nosé-Hoover or csvr rather than Langevin, and nothing like "
        "Berendsen or rescaling. Get the self-diffusion coefficient from the growth of the mean-square displacement, "
        "leaving out roughly the first {lag} time units where the atoms still remember their velocities. "
        "{window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "N = {atoms} particles of unit mass interact through u(r) = 4 [r^-12 - r^-6] for r < {cutoff} and u(r) = 0 "
        "beyond (reduced units, not shifted, no tail). Determine their self-diffusion coefficient from Einstein's "
        "relation <|r(t) - r(0)|^2> ~ 6 D t for t > {lag}, r(t) being unwrapped positions, in a periodic cubic cell of "
        "number density {density} in the canonical ensemble at T* = {temperature}. Use LAMMPS (units lj). The "
        "thermostat must leave single-particle dynamics alone: Nosé-Hoover chains and stochastic velocity rescaling "
        "(csvr) do, Langevin friction does not, and weak coupling (Berendsen) or plain rescaling are not canonical. No "
        "correction for the finite system. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: self-diffusion in a liquid, LAMMPS, units lj\n"
        "- system: {atoms} atoms, mass 1, periodic cube, rho* = {density}, liquid\n"
        "- potential: lj/cut, epsilon 1, sigma 1, cutoff {cutoff}, unshifted, no tail correction\n"
        "- ensemble: NVT, T* = {temperature}; Nosé-Hoover or csvr (not Langevin, not Berendsen, no rescaling)\n"
        "- analysis: slope of the mean-square displacement at times above {lag}, divided by 6\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "D of liquid LJ at T={temperature}, rho={density}? lj units, {atoms} atoms (m=eps=sig=1), cubic pbc, rc "
        "{cutoff} plain truncation. nvt with nose-hoover or csvr, please no langevin (friction!) and no berendsen. "
        "msd, linear part only i.e. t > {lag}, over 6. no finite-size correction. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj）：{atoms} 个质量为 1 的 Lennard-Jones 粒子（epsilon = sigma = 1），"
        "周期性立方盒，数密度 {density}，约化温度 {temperature}，NVT 系综。势函数在 {cutoff} 处直接截断，"
        "不平移，也不加长程修正。热浴请用 Nosé-Hoover 或 csvr，不得使用 Langevin（其摩擦会改变扩散）、"
        "Berendsen 或速度标定。由均方位移在 t > {lag} 时的斜率除以 6 "
        "求自扩散系数，不作有限尺寸修正。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"dself": "self-diffusion coefficient (slope of the mean-square displacement / 6)"},
    CHINESE: {"dself": "自扩散系数（均方位移的斜率除以 6）"},
}


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
        if not 0.8 <= self.temperature <= 3:
            raise TaskError(f"temperature {self.temperature!r} is not within 0.8 to 3")
        if not 0.6 <= self.density <= 0.88:
            raise TaskError(f"density {self.density!r} is not within 0.6 to 0.88")
        if self.temperature < 1.35 and self.density < 0.75:
            raise TaskError(f"{self.label}: vapour and liquid coexist near here")
        if self.temperature < 1.2 and self.density > 0.83:
            raise TaskError(f"{self.label}: the crystal may not melt")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"T{self.temperature:g}-rho{self.density:g}"


# Bands of temperature: train outside 1.45 to 2.25, validation 1.45 to 1.75, test 1.75 to 2.25.
POINTS = {
    "train": (
        LiquidPoint(0.85, 0.776),
        LiquidPoint(1.1, 0.82),
        LiquidPoint(1.4, 0.7),
        LiquidPoint(2.3, 0.8),
        LiquidPoint(2.5, 0.65),
        LiquidPoint(2.8, 0.86),
    ),
    "validation": (LiquidPoint(1.5, 0.84), LiquidPoint(1.6, 0.68), LiquidPoint(1.7, 0.78)),
    "test": (LiquidPoint(1.8, 0.74), LiquidPoint(1.9, 0.85), LiquidPoint(2.0, 0.66), LiquidPoint(2.15, 0.8)),
}


def fields(point: LiquidPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    unit = " 个约化时间单位" if language == CHINESE else " reduced time units"
    return dict(
        atoms=str(ATOMS),
        cutoff=str(CUTOFF),
        density=f"{point.density:g}",
        temperature=f"{point.temperature:g}",
        lag=f"{SHORTEST_LAG:g}",
        duration=f"{DURATION:g}{unit}",
    )


def gold(point: LiquidPoint) -> str:
    """Fit a line to the mean-square displacement since the start of the window, without its first part."""
    return f"{_start(point, _chain(point, 0.5), EQUILIBRATION)}{_LATE}"


def variants(point: LiquidPoint) -> tuple[str, ...]:
    """Right in another way: a slower chain, csvr and a longer start, a mean of two origins."""
    t = f"{point.temperature:g}"
    csvr = f"fix             move all nve\nfix             heat all temp/csvr {t} {t} 1.0 4711"
    return (
        f"{_start(point, _chain(point, 1.0), EQUILIBRATION)}{_LATE}",
        f"{_start(point, csvr, 2 * EQUILIBRATION)}{_LATE}",
        f"{_start(point, _chain(point, 0.5), EQUILIBRATION)}{_TWO}",
    )


def references(point: LiquidPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, ATOMS, DURATION, MEMORY)
    found = measured["dself"].accept("dself")
    return (
        replace(found, limit=round_up(LIMIT * found.value)),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: LiquidPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    tolerance = float(f"{TOLERANCE * accepted['dself'].value:.3g}")
    lags = (SHORTEST_LAG, DURATION)
    return Contract(
        units="lj",
        masses=(1.0,),
        atoms=(ATOMS, ATOMS),
        force_field=(f"pair_style lj/cut {CUTOFF}", "pair_coeff 1 1 1.0 1.0"),
        ensemble="nvt",
        temperature=point.temperature,
        density=point.density,
        duration=DURATION,
        thermostats=THERMOSTATS,
        quantities=(Quantity("dself", "sigma^2/tau", MEANINGS[ENGLISH]["dself"], "diffusion", tolerance, lags),),
    )


def anchors(point: LiquidPoint, run: Run) -> dict[str, Anchor]:
    """Integrate the velocity autocorrelation (Green and Kubo): no positions, another thermostat."""
    found = [run(_green_kubo(point), seed).variables["dself"] or 0.0 for seed in range(GK_RUNS)]
    value = sum(found) / GK_RUNS
    source = f"Green-Kubo: velocity autocorrelation up to 2.5 tau, {GK_RUNS * GK_ORIGINS} origins"
    return {"dself": Anchor(value, ANCHOR_LIMIT * value, source)}


def _chain(point: LiquidPoint, damping: float) -> str:
    return f"fix             nvt all nvt temp {point.temperature:g} {point.temperature:g} {damping:g}"


_EARLY_STEPS, _STEPS = round(SHORTEST_LAG / TIMESTEP), round(DURATION / TIMESTEP)
_LATE = f"""\
compute         msd all msd com yes
run             {_EARLY_STEPS}
fix             msd all vector 10 c_msd[4]
run             {_STEPS - _EARLY_STEPS}
variable        dself equal slope(f_msd)/(6*10*dt)
"""
_TWO = f"""\
compute         one all msd com yes
run             {_EARLY_STEPS}
fix             one all vector 10 c_one[4]
run             {_STEPS // 3 - _EARLY_STEPS}
compute         two all msd com yes
run             {_EARLY_STEPS}
fix             two all vector 10 c_two[4]
run             {_STEPS - _STEPS // 3 - _EARLY_STEPS}
variable        dself equal 0.5*(slope(f_one)+slope(f_two))/(6*10*dt)
"""


def _start(point: LiquidPoint, fixes: str, start: float) -> str:
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
thermo          500
run             {round(start / TIMESTEP)}

"""


def _green_kubo(point: LiquidPoint) -> str:
    t = f"{point.temperature:g}"
    fixes = f"fix             move all nve\nfix             heat all temp/csvr {t} {t} 1.0 4711"
    lines = [_start(point, fixes, EQUILIBRATION), "variable sum equal 0"]
    for span in range(GK_ORIGINS + GK_SPANS):
        if span < GK_ORIGINS:
            lines.append(f"compute v{span} all vacf\nfix v{span} all vector 2 c_v{span}[4]")
        lines.append(f"run {GK_STEPS} post no")
        done = span - GK_SPANS + 1
        if 0 <= done < GK_ORIGINS:
            lines.append(f"variable sum equal $(v_sum+trap(f_v{done})*2*dt/3:%.15g)")
            lines.append(f"unfix v{done}\nuncompute v{done}")
    return "\n".join([*lines, f"variable dself equal v_sum/{GK_ORIGINS}", ""])


FAMILY = Family(
    name="lj_diffusion",
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
    # Smaller atoms in the same box and hotter: they move more by two fifths at least. Heat alone would let a remembered
    # value follow by a power of the temperature, smaller atoms alone by the inverse of the pressure.
    perturbations=(
        Perturbation(energy=0.9, length=0.94, temperature=1.2, thermostat=1.2),
        Perturbation(length=0.93, temperature=1.15, thermostat=1.15),
    ),
)
