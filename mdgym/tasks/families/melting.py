"""Crystal and liquid side by side: the pressure at which a Lennard-Jones solid melts (tier 3, NVT, reduced units).

At fixed volume, temperature and a density between those of the two phases, as much melts or freezes as brings the
pressure to the melting line. A box of one phase has another pressure, unless it is strained: so the judged window must
show atoms that stay and atoms that wander.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import lennard_jones
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Condition, Contract, Quantity, Reference

WIDE, LONG = 4, 14  # conventional cells across and along the box
ATOMS = 4 * WIDE**2 * LONG
CUTOFF = 2.5
TIMESTEP = 0.005
DURATION = 20.0  # tau
EQUILIBRATION = 15.0  # tau
MELTING = 5.0  # tau, at MELTING_HEAT times the temperature
MELTING_HEAT = 3.0
# Kinetic energy of a fluid under a Langevin thermostat of 2 tau, slower ones are unusual in runs this short.
MEMORY = 0.6  # tau
# Script and recording average one window: with samples every 10 steps they differed by up to 0.006 and 0.002, every 20
# by 0.015 and 0.005. Right runs scatter by 0.12 to 0.39 and 0.02 to 0.07, for the interfaces wander.
PRESSURE_TOLERANCE = 0.03
ENERGY_TOLERANCE = 0.006
# Of the pressure: means of gold are within 1 % of it. One phase alone is 20 % (T* = 1.6) to 40 % (0.95) off.
ANCHOR_PRESSURE = 0.04
ANCHOR_ENERGY = 0.1  # means of gold are within 0.04 of both phases alone, which have no interfaces
# The farthest of twelve right runs is 2.1 to 2.5 deviations off; thrice as far lets one phase alone in at T* = 1.6.
FARTHEST = 2.0
# First shell of neighbours, and how far an atom may stray from its place among them in half a window: 0.15 in crystals,
# 0.45 in liquids. So 100 % of a crystal are settled (94 % where a long run leaves few frames), 1 to 3 % of a liquid
# (15 %) and 46 to 75 % in right runs.
SETTLED = (1.5, 0.25)
SHARE = (0.25, 0.9)
EDGES = 0.02  # sigma; the density is checked to 0.1 %
# Powers of 1/T* in the densities of solid and liquid: Mastny and de Pablo, J. Chem. Phys. 127, 104504 (2007).
_SOLID = (0.908629, -0.041510, 0.514632, -0.708590, 0.428351, -0.095229)
_LIQUID = (0.90735, -0.27120, 0.91784, -1.16270, 0.68012, -0.15284)
ANCHOR_SOURCE = "Kolafa and Nezbeda (1994) at the freezing density of Mastny and de Pablo (2007), less the tail"

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units lj, mass 1. Solid-liquid coexistence of Lennard-Jones particles (epsilon = sigma = 1, lj/cut, "
        "cutoff {cutoff}, no shift, no tail). Periodic box {length} x {width} x {width} (long edge x), {atoms} atoms; "
        "about half of it fcc crystal with {wide} x {wide} cells across y and z and its (100) faces to the liquid, the "
        "other half molten. NVT at T* = {temperature} (canonical thermostat on all atoms), at least {settle} of "
        "equilibration with both phases. {phases} {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'd like to get one point of the melting line of the Lennard-Jones system by putting crystal and melt side by "
        "side. Could you write the LAMMPS script (units lj, mass 1, epsilon = sigma = 1, pair_style lj/cut with cutoff "
        "{cutoff}, not shifted, no tail correction)? The periodic box is {length} long in x and {width} wide in y and "
        "in z, with {atoms} atoms, which is {long} x {wide} x {wide} fcc cells, a little stretched along x. Melt about "
        "half of the length and leave the rest crystalline, then thermostat everything at T* = {temperature} with a "
        "proper NVT thermostat (no Berendsen, no rescaling) in that fixed box. The interfaces will move by themselves "
        "until the pressure is the melting pressure; give them {settle} or more. {phases} {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "In a closed volume at fixed temperature and with a mean density between those of the coexisting phases, a "
        "crystal in contact with its melt adjusts the pressure normal to the interfaces to the melting pressure "
        "p_m(T). Use this to find p_m at T* = {temperature} for particles of unit mass with u(r) = 4 [r^-12 - r^-6] "
        "for r < {cutoff} and 0 beyond (plain truncation). N = {atoms}, periodic box with edges {length} (x) and "
        "{width} (y and z); the fcc crystal fills about half of the length, {wide} unit cells across each lateral "
        "edge, and the two interfaces are normal to x. Sample the canonical ensemble with LAMMPS (units lj), after at "
        "least {settle} of equilibration of the two-phase system. {phases} {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: melting pressure by two-phase coexistence, LAMMPS, units lj\n"
        "- particles: {atoms}, mass 1, lj/cut with epsilon 1, sigma 1, cutoff {cutoff}, unshifted, no tail\n"
        "- box: periodic, lx = {length}, ly = lz = {width}, fixed\n"
        "- start: half fcc crystal ({wide} x {wide} cells in y and z), half liquid, interfaces normal to x\n"
        "- ensemble: NVT, T* = {temperature}, all atoms, true canonical sampling\n"
        "- equilibration with both phases present: {settle} at least\n"
        "- phases: {phases}\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units lj），用固液两相共存法求 Lennard-Jones 体系在约化温度 {temperature} 下的熔化压强："
        "{atoms} 个质量为 1 的粒子，epsilon = sigma = 1，lj/cut 在 {cutoff} 处直接截断，不平移，不加长程修正；"
        "周期性盒子 lx = {length}，ly = lz = {width}，体积固定。盒子约一半为 fcc 晶体（y、z 方向各 {wide} 个晶胞），"
        "另一半为液体，界面垂直于 x。对全部原子做 NVT（正则系综采样，不得使用 Berendsen 或速度标定），"
        "两相共存状态下先平衡至少 {settle}。{phases}{window}\n\n{variables}",
    ),
)
PHASES = {
    ENGLISH: "Both phases must be there throughout the judged window, about half and half: in either half of it the "
    "recording is searched for atoms that stay at their sites and for atoms that diffuse.",
    CHINESE: "整个评判窗口内两相必须始终并存，各约占一半：窗口前后两半中都会检查停留在格位的原子和扩散的原子。",
}
MEANINGS = {
    ENGLISH: {
        "p_melt": "mean pressure normal to the interfaces, the xx component of the pressure tensor",
        "upot": "mean potential energy per atom of the whole system",
    },
    CHINESE: {"p_melt": "垂直于界面的平均压强，即压强张量的 xx 分量", "upot": "整个体系的每原子平均势能"},
}


@dataclass(frozen=True)
class MeltingPoint:
    """A temperature at which crystal and liquid coexist.

    Attributes:
        temperature: T*.
    """

    temperature: float

    def __post_init__(self) -> None:
        if not 0.75 <= self.temperature <= 2:
            raise TaskError(f"temperature {self.temperature!r} is not within 0.75 to 2")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"T{self.temperature:g}"

    @property
    def densities(self) -> tuple[float, float]:
        """Densities of coexisting solid and liquid for the full potential."""
        t = self.temperature
        solid, liquid = (math.sqrt(math.sqrt(t)) * sum(c / t**i for i, c in enumerate(ci)) for ci in (_SOLID, _LIQUID))
        return solid, liquid

    @property
    def width(self) -> float:
        """Edges y and z: cells of the coexisting solid, so that it is not strained."""
        return round(WIDE * float((4 / self.densities[0]) ** (1 / 3)), 3)

    @property
    def length(self) -> float:
        """Edge x: half of the atoms are solid, half liquid."""
        solid, liquid = self.densities
        return round(ATOMS * (0.5 / solid + 0.5 / liquid) / self.width**2, 2)


# Bands of temperature: train outside 1.1 to 1.5, validation below and test above 1.25.
POINTS = {
    "train": (MeltingPoint(0.95), MeltingPoint(1.6)),
    "validation": (MeltingPoint(1.2),),
    "test": (MeltingPoint(1.35),),
}


def fields(point: MeltingPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    unit = "个约化时间单位" if language == CHINESE else "reduced time units"
    return dict(
        atoms=str(ATOMS),
        cutoff=str(CUTOFF),
        wide=str(WIDE),
        long=str(LONG),
        width=f"{point.width:g}",
        length=f"{point.length:g}",
        temperature=f"{point.temperature:g}",
        phases=PHASES[language],
        settle=f"{EQUILIBRATION:g} {unit}",
        duration=f"{DURATION:g} {unit}",
    )


def gold(point: MeltingPoint) -> str:
    """Melt half of a crystal, cool it, and let both halves come to equilibrium under Nosé-Hoover NVT."""
    t = point.temperature
    return _script(point, 0.5, f"fix             nvt all nvt temp {t:g} {t:g} 0.5")


def variants(point: MeltingPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats, and a little more or less liquid at the start."""
    t = point.temperature
    move = "fix             move all nve\n"
    return (
        _script(point, 0.5, f"{move}fix             heat all langevin {t:g} {t:g} 1.0 4711"),
        _script(point, 0.42, f"{move}fix             heat all temp/csvr {t:g} {t:g} 0.5 4711"),
        _script(point, 0.58, f"fix             nvt all nvt temp {t:g} {t:g} 0.5"),
    )


def references(point: MeltingPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, ATOMS, DURATION, MEMORY)
    return (
        measured["p_melt"].accept("p_melt", farthest=FARTHEST),
        measured["upot"].accept("upot", farthest=FARTHEST),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin),
    )


def contract(point: MeltingPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings = MEANINGS[ENGLISH]
    both = "crystal and liquid from its beginning to its end, about half of the atoms each"
    phases = [Condition(f"phases {i + 1:g}", "settled share", (*SETTLED, i), *SHARE, both) for i in (0.0, 1.0)]
    edges = ((0.0, "x", point.length), (1.0, "y", point.width))  # z follows from the density
    box = [Condition(f"edge {n}", "mean edge", (i,), a - EDGES, a + EDGES, f"{n} is {a:g} long") for i, n, a in edges]
    return Contract(
        units="lj",
        masses=(1.0,),
        atoms=(ATOMS, ATOMS),
        force_field=(f"pair_style lj/cut {CUTOFF}", "pair_coeff 1 1 1.0 1.0"),
        ensemble="nvt",
        temperature=point.temperature,
        density=ATOMS / (point.length * point.width**2),
        duration=DURATION,
        quantities=(
            Quantity("p_melt", "epsilon/sigma^3", meanings["p_melt"], "mean pxx", PRESSURE_TOLERANCE),
            Quantity("upot", "epsilon", meanings["upot"], "mean potential per atom", ENERGY_TOLERANCE),
        ),
        conditions=(*phases, *box),
    )


def anchors(point: MeltingPoint, run: Run) -> dict[str, Anchor]:
    """Take the published melting line of the full potential.

    The tail adds -a rho to the energy per atom, a = 16 pi / (3 rc^3); at first order it lowers the common tangent of
    both phases by a rho_s rho_l.
    """
    solid, liquid = point.densities
    tail = 16 / 3 * math.pi * CUTOFF**-3 * solid * liquid
    full = lennard_jones.pressure(point.temperature, liquid)
    energy = lennard_jones.energy_of_halves(point.temperature, solid, liquid, CUTOFF, run)
    pressure = Anchor(full + tail, ANCHOR_PRESSURE * (full + tail), ANCHOR_SOURCE)
    return {"p_melt": pressure, "upot": Anchor(energy, ANCHOR_ENERGY, lennard_jones.HALVES)}


def _script(point: MeltingPoint, molten: float, fixes: str) -> str:
    t, cell = point.temperature, point.width / WIDE
    return f"""\
units           lj
boundary        p p p
atom_style      atomic
lattice         fcc {4 / cell**3:.10g}
region          box block 0 {LONG} 0 {WIDE} 0 {WIDE}
create_box      1 box
create_atoms    1 box
change_box      all x final 0 {point.length:g} y final 0 {point.width:g} z final 0 {point.width:g} remap units box
mass            1 1.0
pair_style      lj/cut {CUTOFF}
pair_coeff      1 1 1.0 1.0
timestep        {TIMESTEP}
thermo          1000

region          right block {point.length * (1 - molten):g} INF INF INF INF INF units box
group           right region right
velocity        right create {2 * MELTING_HEAT * t:g} 4711
fix             move right nve
fix             heat right langevin {MELTING_HEAT * t:g} {MELTING_HEAT * t:g} 0.2 4711
run             {round(MELTING / TIMESTEP)}
fix             heat right langevin {t:g} {t:g} 0.2 4711
run             {round(MELTING / TIMESTEP / 5)}
unfix           heat
unfix           move

velocity        all create {t:g} 4712
{fixes}
run             {round(EQUILIBRATION / TIMESTEP)}
# the compute gives the total energy; thermo_style's pe would be per atom in units lj
fix             means all ave/time 5 40 200 c_thermo_press[1] c_thermo_pe ave running
run             {round(DURATION / TIMESTEP)}
variable        p_melt equal f_means[1]
variable        upot equal f_means[2]/atoms
"""


FAMILY = Family(
    name="melting",
    tier=3,
    duration=DURATION,
    runs=6,
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
    # the box is given, so lengths stay
    perturbations=(Perturbation(energy=1.1), Perturbation(energy=0.9)),
    suites={"slow": (10, 3, 3)},
)
