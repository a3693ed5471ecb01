"""An ideal gas under a thermostat: pressure and kinetic energy, which are known exactly (tier 1, canonical)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, STEPS, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 40.0  # ps in units metal, tau in units lj; 8,000 steps, so that a gold run costs about 0.4 s
EQUILIBRATION = 5.0
TIMESTEP = 0.005
# The slowest thermostat that the prompt allows. A csvr thermostat leaves kinetic energy a memory of its whole damping
# time (Langevin: of half), so that 80 independent samples remain and its width is known to 8 %.
DAMPING = 0.5
MEMORY = DAMPING
# k in the energy unit, and the pressure unit of energy per volume; the values of LAMMPS.
BOLTZMANN = {"metal": 8.617343e-5, "lj": 1.0}
PRESSURE = {"metal": 1.6021765e6, "lj": 1.0}
# Of the value. Samples 10 steps apart differ from the recording by up to 0.25 %; and where LAMMPS divides by the 3N - 3
# degrees of freedom, N k T / V is 1 / N (0.25 % for 400 atoms) above the virial.
TOLERANCE = 0.006
# Of sixteen right runs the farthest, under the slowest thermostats, lay 2.5 of their standard deviations off.
FARTHEST = 2.0

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units {units}. Ideal gas: {atoms} atoms of {mass}, no interactions whatsoever (potential energy "
        "zero), periodic {volume}, canonical ensemble at {temperature}. Without collisions Nosé-Hoover is not ergodic: "
        "use a stochastic thermostat (langevin, csvr, ...), damping time {damp} or shorter. Mean pressure and mean "
        "kinetic energy. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi! For a class on the gas laws I'd like a LAMMPS script (units {units}) that simulates a truly ideal gas, so "
        "{atoms} point particles of {mass} each which do not interact at all, in a {volume} with periodic "
        "boundaries. The gas should sit in a heat bath at {temperature}. Since the particles never collide, please use "
        "a random thermostat such as Langevin or stochastic velocity rescaling (csvr), not a Nosé-Hoover chain and "
        "certainly not Berendsen, and couple it with a damping time of no more than {damp}. The students will compare "
        "pressure and kinetic energy with theory. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider N = {atoms} non-interacting classical point particles, {mass} each, in a periodic {volume}, in "
        "contact with a heat bath at T = {temperature}. Sample the canonical ensemble with LAMMPS (units {units}) and "
        "estimate the mean pressure and the mean kinetic energy per particle. A deterministic thermostat does not "
        "sample the canonical distribution of a system without interactions; a stochastic one with a relaxation time "
        "not exceeding {damp} is required. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: ideal gas, LAMMPS, units {units}\n"
        "- particles: {atoms} of {mass}, no pair forces, no pair energy\n"
        "- box: {volume}, periodic in x, y, z, fixed\n"
        "- ensemble: canonical, {temperature}; stochastic thermostat (Langevin, csvr, csld, gjf), damping <= {damp}\n"
        "- wanted: mean pressure, mean kinetic energy per atom\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "sanity check of my box and units before i switch the potential on: {atoms} free particles of {mass}, "
        "zero interaction, in a {volume}, pbc, thermostatted to {temperature}. write the lammps input, units {units}. "
        "must be NVT with a stochastic thermostat because nothing scatters here - damp at most {damp}. i need the "
        "average pressure and kinetic energy. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units {units}）模拟理想气体：{atoms} 个互不作用的粒子（{mass}，势能为零），"
        "置于{volume}中，周期性边界，温度 {temperature}，正则系综。由于粒子之间没有碰撞，Nosé-Hoover 热浴不遍历，"
        "请使用随机热浴（如 langevin 或 csvr），阻尼时间不超过 {damp}。求平均压强和平均动能。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {"press": "mean pressure", "kin": "mean kinetic energy per atom"},
    CHINESE: {"press": "平均压强", "kin": "每原子平均动能"},
}
UNITS = {"metal": {"press": "bar", "kin": "eV"}, "lj": {"press": "epsilon/sigma^3", "kin": "epsilon"}}
_VOLUMES = {"Å^3": 1.0, "nm^3": 1e3}


@dataclass(frozen=True)
class GasPoint:
    """A gas in a cube.

    Attributes:
        gas: Name of the gas; "lj" for reduced units.
        mass: g/mol, or reduced.
        atoms: Number of atoms.
        edge: Edge of the cube, Å or reduced.
        temperature: K, or reduced.
    """

    gas: str
    mass: float
    atoms: int
    edge: float
    temperature: float

    def __post_init__(self) -> None:
        if not self.mass > 0:
            raise TaskError(f"{self.label}: mass {self.mass!r} must be positive")
        if not 400 <= self.atoms <= 700:
            raise TaskError(f"{self.label}: {self.atoms} atoms are not within 400 to 700")
        # neighbour lists of a denser gas cost more than all the rest
        if not 20 <= self.edge <= 500:
            raise TaskError(f"{self.label}: edge {self.edge!r} is not within 20 to 500")
        low, high = (0.3, 5.0) if self.units == "lj" else (50.0, 1500.0)
        if not low <= self.temperature <= high:
            raise TaskError(f"{self.label}: temperature {self.temperature!r} is not within {low:g} to {high:g}")

    @property
    def units(self) -> str:
        """LAMMPS unit style."""
        return "lj" if self.gas == "lj" else "metal"

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.gas}-{self.temperature:g}-{self.atoms}"

    @property
    def kinetic(self) -> float:
        """Exact mean kinetic energy per atom, eV or reduced."""
        return 1.5 * BOLTZMANN[self.units] * self.temperature

    @property
    def pressure(self) -> float:
        """Exact mean pressure, bar or reduced."""
        return PRESSURE[self.units] * self.atoms * BOLTZMANN[self.units] * self.temperature / self.edge**3


# Gases, and bands of reduced temperature: validation Ne and 1.5 to 2, test Kr and 2.5 to 3.5, train outside.
POINTS = {
    "train": (
        GasPoint("He", 4.0026, 500, 60, 120),
        GasPoint("Ar", 39.948, 600, 90, 300),
        GasPoint("Ar", 39.948, 450, 55, 473.15),
        GasPoint("Xe", 131.293, 550, 75, 700),
        GasPoint("lj", 1, 500, 24, 0.8),
        GasPoint("lj", 2, 640, 32, 1.2),
        GasPoint("lj", 1, 420, 20, 2.25),
        GasPoint("lj", 0.5, 560, 40, 4),
    ),
    "validation": (
        GasPoint("Ne", 20.1797, 480, 70, 250),
        GasPoint("Ne", 20.1797, 620, 100, 550),
        GasPoint("lj", 1, 520, 30, 1.6),
    ),
    "test": (
        GasPoint("Kr", 83.798, 540, 80, 373.15),
        GasPoint("Kr", 83.798, 440, 65, 900),
        GasPoint("lj", 1, 600, 25, 2.6),
        GasPoint("lj", 3, 460, 36, 3.4),
    ),
}


def fields(point: GasPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    chinese = language == CHINESE
    if point.units == "lj":
        unit = " 个约化时间单位" if chinese else " reduced time units"
        duration, damp = f"{DURATION:g}{unit}", f"{DAMPING:g}{unit}"
        temperature = f"{point.temperature:g}" + ("（约化单位）" if chinese else " (reduced units)")
        edge, volume = f"{point.edge:g} sigma", f"{point.edge**3:g} sigma^3"
        mass = f"约化质量 {point.mass:g}" if chinese else f"reduced mass {point.mass:g}"
    else:
        celsius = f"{point.temperature - 273.15:g}"
        temperature = rng.choice([f"{point.temperature:g} K", f"{celsius} °C"])
        duration, damp = (quantity_text(*time, rng) for time in ((DURATION, TIMES), (DAMPING, STEPS)))
        edge, volume = quantity_text(point.edge, LENGTHS, rng), quantity_text(point.edge**3, _VOLUMES, rng)
        mass = f"{point.gas}，摩尔质量 {point.mass:g} g/mol" if chinese else f"{point.mass:g} g/mol ({point.gas})"
    if chinese:
        box = rng.choice([f"边长 {edge} 的立方盒", f"体积 {volume} 的立方盒"])
    else:
        box = rng.choice([f"cube of edge {edge}", f"cubic box of volume {volume}"])
    known = dict(units=point.units, atoms=str(point.atoms), mass=mass, volume=box)
    return dict(**known, temperature=temperature, damp=damp, duration=duration)


def gold(point: GasPoint) -> str:
    """Run Langevin dynamics without forces, and average with fix ave/time."""
    return _script(point, _ZERO, f"fix             move all nve\n{_langevin(point, 0.2)}")


def variants(point: GasPoint) -> tuple[str, ...]:
    """Right in another way: other thermostats, no pair style, a potential without depth."""
    move, t = "fix             move all nve\n", f"{point.temperature:g}"
    flat = "pair_style      lj/cut 2.5\npair_coeff      1 1 0.0 1.0\n"
    return (
        _script(point, "pair_style      none\n", f"{move}{_langevin(point, DAMPING)}"),
        _script(point, _ZERO, f"{move}fix             heat all temp/csvr {t} {t} {DAMPING} 4711"),
        _script(point, flat, f"{move}fix             heat all temp/csvr {t} {t} 0.1 4711"),
        _script(point, _ZERO, f"fix             heat all gjf {t} {t} 0.25 4711 vel vfull"),
    )


def references(point: GasPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept the exact values, as far as a thermostat of `DAMPING` is known to stray, and the target."""
    kelvin = temperature_limit(point.temperature, point.atoms, DURATION, MEMORY)
    found = [measured["temperature"].accept("temperature", point.temperature, least=kelvin, farthest=FARTHEST)]
    for name, exact in (("press", point.pressure), ("kin", point.kinetic)):
        # the mean of gold must meet its anchor, although the exact value is what counts
        measured[name].accept(name)
        found.append(measured[name].accept(name, exact, least=exact * kelvin / point.temperature, farthest=FARTHEST))
    return tuple(found)


def contract(point: GasPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    meanings, units = MEANINGS[ENGLISH], UNITS[point.units]
    sources = {"press": ("mean pressure", point.pressure), "kin": ("mean kinetic per atom", point.kinetic)}
    return Contract(
        units=point.units,
        masses=(point.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=("pair_style zero 2.5", "pair_coeff * *"),
        ensemble="nvt",
        temperature=point.temperature,
        density=point.atoms / point.edge**3,
        duration=DURATION,
        thermostats=("langevin", "gjf", "temp/csvr", "temp/csld"),
        damping=(0.0, DAMPING),
        quantities=tuple(
            Quantity(name, units[name], meanings[name], source, float(f"{TOLERANCE * exact:.3g}"))
            for name, (source, exact) in sources.items()
        ),
    )


def anchors(point: GasPoint, run: Run) -> dict[str, Anchor]:
    """Take the ideal gas law and equipartition; the limit is four standard errors of the mean of eight runs."""
    error = temperature_limit(1.0, point.atoms, 8 * DURATION, 0.2 / 2)
    return {
        "press": Anchor(point.pressure, error * point.pressure, "N k T / V (exact)"),
        "kin": Anchor(point.kinetic, error * point.kinetic, "3/2 k T (exact)"),
    }


_ZERO = "pair_style      zero 2.5\npair_coeff      * *\n"


def _langevin(point: GasPoint, damping: float) -> str:
    return f"fix             heat all langevin {point.temperature:g} {point.temperature:g} {damping:g} 4711"


def _script(point: GasPoint, pair: str, fixes: str) -> str:
    # The averaging blocks of 500 steps must divide both runs: a block that is not complete gives 0.
    return f"""\
units           {point.units}
boundary        p p p
region          box block 0 {point.edge:g} 0 {point.edge:g} 0 {point.edge:g}
create_box      1 box
create_atoms    1 random {point.atoms} 4711 NULL
mass            1 {point.mass:g}
{pair}velocity        all create {point.temperature:g} 4711
timestep        {TIMESTEP}
{fixes}
thermo          1000
run             {round(EQUILIBRATION / TIMESTEP)}

compute         kinetic all ke
fix             means all ave/time 5 100 500 c_thermo_press c_kinetic ave running
run             {round(DURATION / TIMESTEP)}
variable        press equal f_means[1]
variable        kin equal f_means[2]/atoms
"""


FAMILY = Family(
    name="ideal_gas",
    tier=1,
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
    # there is no potential to change; both answers go with the temperature of the bath
    perturbations=(
        Perturbation(temperature=1.3, thermostat=1.3),
        Perturbation(temperature=0.75, thermostat=0.75),
    ),
)
