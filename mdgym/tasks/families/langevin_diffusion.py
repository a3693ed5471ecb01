"""Self-diffusion of free particles under a Langevin thermostat, which is known exactly (tier 2, canonical)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, Measured, Run, round_up, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, STEPS, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

# A slope of the mean-square displacement from one origin is off by 0.95 sqrt(2 / 3N): 1.6 % of D.
ATOMS = 2500
DURATION = 20.0  # ps; 67 damping times and more
EQUILIBRATION = 5.0  # damping times; velocities are drawn at the target, so that little is left to forget
# Free flight ends after a damping time; exp(-4) of it is left in the slope of longer lags.
SHORTEST_LAG = 4.0  # damping times
BOLTZMANN = 8.617343e-5  # eV/K, the value of LAMMPS in units metal
MVV2E = 1.0364269e-4  # eV of one g/mol (Å/ps)^2, the value of LAMMPS in units metal
# Of D. One origin and all times against all pairs of a few frames: right scripts differ from the recording by 0.8 %
# (rms); those that take two times, two origins or leave out the beginning by up to 1.6 % (rms).
TOLERANCE = 0.06
# Of D: one run of gold strays by 2.0 % (rms over 112 runs), the farthest of 224 right runs by 4.4 %. The spread of the
# eight runs of one point would make it 7 to 14 % by chance.
LIMIT = 0.1
# Of D: four standard errors of the mean of eight runs.
ANCHOR_LIMIT = 0.025

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal. {atoms} non-interacting particles of mass {mass} g/mol in a periodic cube of edge "
        "{edge}, Langevin thermostat at {temperature} K with damping time {damp}, timestep {timestep}. Self-diffusion "
        "coefficient from the mean-square displacement. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'm testing how friction sets diffusion and need a LAMMPS script (units metal) for the simplest case: "
        "{atoms} particles, {mass} g/mol each, that do not see each other at all (no pair forces), in a periodic cubic "
        "box with an edge of {edge}. Put them anywhere. Each one feels a Langevin bath of {temperature} K whose "
        "damping time is {damp}, and the timestep should be {timestep}. How fast do they diffuse? Please get the "
        "self-diffusion coefficient from how the mean-square displacement grows, at times that are long compared with "
        "the damping. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "N = {atoms} free particles of mass m = {mass} g/mol obey the Langevin equation m dv/dt = -(m/tau) v + R(t) "
        "with tau = {damp}, and the random force R satisfies the fluctuation-dissipation theorem at T = {temperature} "
        "K. There is no other force. Integrate the equation with LAMMPS (units metal) in a cubic cell with periodic "
        "boundaries and L = {edge}, with a timestep of {timestep}, and determine the self-diffusion coefficient from "
        "the Einstein relation <|r(t) - r(0)|^2> = 6 D t (t >> tau), r(t) being unwrapped positions. "
        "{window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: diffusion of free particles, LAMMPS, units metal\n"
        "- system: {atoms} particles, mass {mass} g/mol, no interaction (zero potential energy)\n"
        "- box: periodic cube, L = {edge}\n"
        "- thermostat: Langevin, T = {temperature} K, damping time {damp}\n"
        "- timestep: {timestep}\n"
        "- analysis: slope of the mean-square displacement over 6, beyond the ballistic regime\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "tracer particles in an implicit gas: {mass} g/mol, {temperature} K, velocity relaxation time {damp} (that is "
        "the damp of the langevin thermostat). {atoms} of them, ideal - pair interactions off - cube {edge}, pbc, "
        "dt = {timestep}, units metal. lammps input please, i want D from the MSD. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal）：边长 {edge} 的周期性立方盒中有 {atoms} 个互不作用的粒子，"
        "质量 {mass} g/mol，用 Langevin 热浴控温 {temperature} K，阻尼时间 {damp}，时间步长 {timestep}。"
        "由均方位移随时间的斜率（时间远大于阻尼时间）求自扩散系数。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"dself": "self-diffusion coefficient (slope of the mean-square displacement / 6)"},
    CHINESE: {"dself": "自扩散系数（均方位移的斜率除以 6）"},
}


@dataclass(frozen=True)
class BathPoint:
    """Particles and their bath.

    Attributes:
        mass: g/mol.
        temperature: K.
        damping: Time in which a velocity is forgotten, ps.
        timestep: ps.
        edge: Edge of the box, Å.
    """

    mass: float
    temperature: float
    damping: float
    timestep: float
    edge: float

    def __post_init__(self) -> None:
        if not 1 <= self.mass <= 1000:
            raise TaskError(f"mass {self.mass!r} is not within 1 to 1000 g/mol")
        if not 50 <= self.temperature <= 2000:
            raise TaskError(f"temperature {self.temperature!r} is not within 50 to 2000 K")
        if not 0.05 <= self.damping <= DURATION / 60:
            raise TaskError(f"damping {self.damping!r} is not within 0.05 to {DURATION / 60:.2f} ps")
        if not 0.005 <= self.timestep <= self.damping / 10:
            raise TaskError(f"timestep {self.timestep!r} is not within 0.005 ps and a tenth of the damping time")
        if self.edge < 10:
            raise TaskError(f"edge {self.edge!r} is less than 10 Å")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"m{self.mass:g}-{self.temperature:g}K-{self.damping:g}ps"

    @property
    def diffusion(self) -> float:
        """Exact self-diffusion coefficient, Å^2/ps."""
        return BOLTZMANN * self.temperature * self.damping / (self.mass * MVV2E)


# Bands of mass: validation 40 to 60, test 70 to 110, train outside.
POINTS = {
    "train": (
        BathPoint(4, 350, 0.1, 0.01, 80),
        BathPoint(18, 280, 0.2, 0.01, 65),
        BathPoint(20, 600, 0.15, 0.008, 45),
        BathPoint(28, 450, 0.25, 0.02, 60),
        BathPoint(131, 400, 0.3, 0.02, 50),
        BathPoint(150, 700, 0.125, 0.01, 90),
        BathPoint(200, 900, 0.25, 0.0125, 55),
    ),
    "validation": (
        BathPoint(40, 300, 0.2, 0.0125, 60),
        BathPoint(44, 500, 0.125, 0.01, 75),
        BathPoint(58, 750, 0.3, 0.016, 50),
    ),
    "test": (
        BathPoint(72, 320, 0.25, 0.0125, 70),
        BathPoint(84, 800, 0.15, 0.01, 48),
        BathPoint(96, 550, 0.2, 0.016, 85),
        BathPoint(108, 420, 0.3, 0.02, 62),
    ),
}


def fields(point: BathPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        atoms=str(ATOMS),
        mass=f"{point.mass:g}",
        temperature=f"{point.temperature:g}",
        edge=quantity_text(point.edge, LENGTHS, rng),
        damp=quantity_text(point.damping, STEPS, rng),
        timestep=quantity_text(point.timestep, STEPS, rng),
        duration=quantity_text(DURATION, TIMES, rng),
    )


def gold(point: BathPoint) -> str:
    """Fit a line to the mean-square displacement since the start of the window."""
    return _one_fit(point, _langevin(point))


def variants(point: BathPoint) -> tuple[str, ...]:
    """Right in another way: a later start of the fit, two times, two origins, another Langevin integrator."""
    late, whole = round(5 * point.damping / point.timestep), round(DURATION / point.timestep)
    half = whole // 2
    return (
        f"""\
{_start(point, _langevin(point) + " zero yes")}
compute         msd all msd com yes
run             {late}
fix             msd all vector 4 c_msd[4]
run             {whole - late}
variable        dself equal slope(f_msd)/(6*4*dt)
""",
        f"""\
{_start(point, _langevin(point))}
compute         msd all msd
run             {late}
variable        early equal $(c_msd[4]:%.15g)
run             {whole - late}
variable        dself equal (c_msd[4]-v_early)/(6*{whole - late}*dt)
""",
        f"""\
{_start(point, _langevin(point))}
compute         one all msd
fix             one all vector 10 c_one[4]
run             {half}
variable        first equal $(slope(f_one):%.15g)
unfix           one
compute         two all msd
fix             two all vector 10 c_two[4]
run             {whole - half}
variable        dself equal 0.5*(v_first+slope(f_two))/(6*10*dt)
""",
        _one_fit(point, _bath(point, "gjf") + " vel vfull"),
    )


def references(point: BathPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept the exact diffusion coefficient and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, ATOMS, DURATION, point.damping / 2)
    # the mean of gold must meet the anchor, although the exact value is what counts
    measured["dself"].accept("dself")
    exact = measured["dself"].accept("dself", point.diffusion)
    return (
        replace(exact, limit=round_up(LIMIT * point.diffusion)),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: BathPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    lags = (SHORTEST_LAG * point.damping, DURATION)
    tolerance = float(f"{TOLERANCE * point.diffusion:.3g}")
    return Contract(
        units="metal",
        masses=(point.mass,),
        atoms=(ATOMS, ATOMS),
        force_field=("pair_style zero 1.0", "pair_coeff * *"),
        ensemble="nvt",
        temperature=point.temperature,
        density=ATOMS / point.edge**3,
        duration=DURATION,
        timestep=point.timestep,
        thermostats=("langevin", "gjf"),
        # two kinds of atoms, one damped more and one less, diffuse alike in the mean
        damping=(point.damping, point.damping),
        quantities=(Quantity("dself", "Å^2/ps", MEANINGS[ENGLISH]["dself"], "diffusion", tolerance, lags),),
        # Without forces energies change by rounding alone, and the ratio that the check looks at is one of roundings:
        # up to 3 in right scripts, at any timestep. The timestep is prescribed.
        thresholds={"timestep": 1e6},
    )


def anchors(point: BathPoint, run: Run) -> dict[str, Anchor]:
    """Take Einstein's exact result."""
    return {"dself": Anchor(point.diffusion, ANCHOR_LIMIT * point.diffusion, "kT damp / m (exact)")}


def _bath(point: BathPoint, style: str) -> str:
    return f"fix             bath all {style} {point.temperature:g} {point.temperature:g} {point.damping:g} 4711"


def _langevin(point: BathPoint) -> str:
    return f"fix             move all nve\n{_bath(point, 'langevin')}"


def _one_fit(point: BathPoint, fixes: str) -> str:
    return f"""\
{_start(point, fixes)}
compute         msd all msd
fix             msd all vector 10 c_msd[4]
run             {round(DURATION / point.timestep)}
variable        dself equal slope(f_msd)/(6*10*dt)
"""


def _start(point: BathPoint, fixes: str) -> str:
    return f"""\
units           metal
boundary        p p p
region          box block 0 {point.edge:g} 0 {point.edge:g} 0 {point.edge:g}
create_box      1 box
create_atoms    1 random {ATOMS} 4711 NULL
mass            1 {point.mass:g}
# no forces; the style is needed for nothing but the box
pair_style      zero 1.0
pair_coeff      * *
velocity        all create {point.temperature:g} 4711
timestep        {point.timestep:g}
{fixes}
thermo          500
run             {round(EQUILIBRATION * point.damping / point.timestep)}
"""


FAMILY = Family(
    name="langevin_diffusion",
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
    perturbations=(Perturbation(temperature=1.3, thermostat=1.3), Perturbation(temperature=0.75, thermostat=0.75)),
)
