"""An Einstein crystal, atoms tied to their sites by springs: energy and displacement are exact (tier 1, canonical)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families.crystals import ATOMS_PER_CELL
from mdgym.tasks.family import Anchor, Family, Measured, Run, round_up, temperature_limit
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, STEPS, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

DURATION = 10.0  # ps
EQUILIBRATION = 1.0  # ps, ten damping times of gold
BOLTZMANN = 8.617343e-5  # eV/K, the value of LAMMPS in units metal
MVV2E = 1.0364269e-4  # eV of one g/mol (Å/ps)^2, the value of LAMMPS in units metal
# Oscillators forget their energy in a damping time, so a slow bath leaves few independent samples: at this one, the
# slowest that the prompt allows, a mean over the window is off by 0.5 % (rms), at that of gold by 0.4 %.
SLOWEST = 0.2  # ps
# Of the value: six standard deviations of the slowest bath. Verlet stretches an oscillator by (omega dt)^2 / 4.
LIMIT = 0.03
# Of the value: ten frames against the whole window. They differ by 0.5 to 0.9 % (rms) in a bath of gold's kind, and by
# up to 2 % more in the slowest, where neighbouring frames are still correlated.
TOLERANCE = 0.06
# Of the value: four standard errors of the mean of eight runs.
ANCHOR_LIMIT = 0.008

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal. Einstein crystal: {atoms} atoms of mass {mass} g/mol, {structure} sites (a = {lattice}, "
        "{cells}x{cells}x{cells} cells, periodic), each tied to its own site by a spring K = {stiffness} eV/Å^2 (force "
        "= -K dr). No other interaction. Langevin at {temperature} K, damping time at most {damp}. "
        "{window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "I'd like a LAMMPS script (units metal) for an Einstein crystal, the reference state of a free-energy "
        "calculation. Take {cells} cells of a {structure} lattice along each axis, lattice constant {lattice}, "
        "periodic ({atoms} atoms of {mass} g/mol). Every atom is held to the place where it starts by a spring with a "
        "force constant of {stiffness} eV/Å^2, so the energy is half of that times the squared displacement, and atoms "
        "do not interact with each other. Keep it at {temperature} K with a Langevin thermostat, since independent "
        "oscillators need one that acts on each atom. Damping time {damp} or less. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider N = {atoms} independent three-dimensional harmonic oscillators, U = sum_i (K/2) |r_i - R_i|^2 with "
        "K = {stiffness} eV/Å^2 and mass {mass} g/mol, whose equilibrium positions R_i are the sites of a {structure} "
        "lattice (lattice constant {lattice}, {cells}^3 conventional cells, periodic boundary conditions). Simulate "
        "the system with LAMMPS (units metal) in the canonical ensemble at T = {temperature} K by Langevin dynamics "
        "(damping time not above {damp}) with a timestep that resolves the oscillation, and determine how far and at "
        "which energy the springs are stretched. {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: Einstein crystal, LAMMPS, units metal\n"
        "- sites: {structure}, a = {lattice}, {cells}^3 cells = {atoms} atoms, periodic, mass {mass} g/mol\n"
        "- forces: spring to the own site, K = {stiffness} eV/Å^2 (E = K/2 dr^2); no pair forces\n"
        "- thermostat: Langevin, {temperature} K, damping time <= {damp}\n"
        "- judged window: {window}\n\n{variables}",
    ),
    (
        ENGLISH,
        "lammps (metal units) einstein solid please: {structure} a={lattice}, {cells} cells per side ({atoms} atoms, m="
        "{mass}), pbc, fix spring/self with K={stiffness} eV/Å^2 on everything, no pair interaction, langevin "
        "{temperature} K, damp no longer than {damp}. {window}\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal）模拟爱因斯坦晶体：{structure} 晶格，晶格常数 {lattice}，"
        "{cells}×{cells}×{cells} 个晶胞，共 {atoms} 个原子，质量 {mass} g/mol，周期性边界。"
        "每个原子用劲度系数 {stiffness} eV/Å^2 的弹簧系在自己的格点上（能量为 K/2 乘以位移平方），"
        "原子之间没有相互作用。用 Langevin 热浴保持 {temperature} K，阻尼时间不超过 {damp}。{window}\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "uspring": "mean energy of the springs per atom",
        "msd": "mean of the squared distance of an atom from its site, over atoms and time",
    },
    CHINESE: {"uspring": "每原子平均弹簧势能", "msd": "原子到其格点距离平方的平均值（对原子和时间平均）"},
}


@dataclass(frozen=True)
class EinsteinPoint:
    """Oscillators and their temperature.

    Attributes:
        structure: Lattice of the sites.
        lattice: Lattice constant, Å.
        cells: Conventional cells along each edge.
        mass: g/mol.
        stiffness: eV/Å^2.
        temperature: K.
    """

    structure: str
    lattice: float
    cells: int
    mass: float
    stiffness: float
    temperature: float

    def __post_init__(self) -> None:
        if self.structure not in ATOMS_PER_CELL:
            raise TaskError(f"structure '{self.structure}' is not one of {', '.join(ATOMS_PER_CELL)}")
        if not 800 <= self.atoms <= 1400:
            raise TaskError(f"{self.cells} cells hold {self.atoms} atoms, not 800 to 1400")
        if not 10 <= self.temperature <= 2000:
            raise TaskError(f"temperature {self.temperature!r} is not within 10 to 2000 K")
        if not 12 <= self.frequency <= 40:
            raise TaskError(f"{self.label}: omega = {self.frequency:.3g} / ps is not within 12 to 40 (steps of 2 fs)")

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return ATOMS_PER_CELL[self.structure] * self.cells**3

    @property
    def frequency(self) -> float:
        """Angular frequency, 1/ps."""
        return float((self.stiffness / (self.mass * MVV2E)) ** 0.5)

    @property
    def energy(self) -> float:
        """Exact mean energy of a spring, eV."""
        return 1.5 * BOLTZMANN * self.temperature

    @property
    def square(self) -> float:
        """Exact mean-square displacement, Å^2."""
        return 3 * BOLTZMANN * self.temperature / self.stiffness

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.structure}-m{self.mass:g}-K{self.stiffness:g}-{self.temperature:g}K"


# Bands of temperature: validation 250 to 350, test 400 to 600, train outside.
POINTS = {
    "train": (
        EinsteinPoint("fcc", 4.05, 6, 27.0, 1.5, 100),
        EinsteinPoint("bcc", 3.3, 8, 93.0, 4.0, 150),
        EinsteinPoint("diamond", 5.4, 5, 28.1, 3.0, 200),
        EinsteinPoint("fcc", 5.3, 6, 40.0, 0.8, 60),
        EinsteinPoint("bcc", 3.2, 8, 184.0, 7.5, 800),
        EinsteinPoint("fcc", 3.9, 6, 106.4, 2.5, 700),
        EinsteinPoint("diamond", 5.7, 5, 72.6, 2.0, 900),
    ),
    "validation": (
        EinsteinPoint("fcc", 3.6, 6, 63.5, 2.2, 300),
        EinsteinPoint("bcc", 3.05, 8, 51.0, 3.5, 260),
        EinsteinPoint("diamond", 6.5, 5, 118.7, 2.8, 340),
    ),
    "test": (
        EinsteinPoint("fcc", 3.5, 6, 58.7, 3.2, 450),
        EinsteinPoint("bcc", 3.15, 8, 96.0, 6.0, 550),
        EinsteinPoint("diamond", 3.6, 5, 12.0, 1.8, 400),
        EinsteinPoint("fcc", 4.95, 6, 207.2, 4.5, 500),
    ),
}


def fields(point: EinsteinPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        structure=point.structure,
        atoms=str(point.atoms),
        cells=str(point.cells),
        lattice=quantity_text(point.lattice, LENGTHS, rng),
        mass=f"{point.mass:g}",
        stiffness=f"{point.stiffness:g}",
        temperature=f"{point.temperature:g}",
        damp=quantity_text(SLOWEST, STEPS, rng),
        duration=quantity_text(DURATION, TIMES, rng),
    )


def gold(point: EinsteinPoint) -> str:
    """Average the energy that the fix reports, and the mean-square displacement from the sites."""
    return _script(point, _langevin(point, 0.1), 0.002, _MEANS)


def variants(point: EinsteinPoint) -> tuple[str, ...]:
    """Right in another way: other damping times and timesteps, energies from displacements, another integrator."""
    return (
        _script(point, _langevin(point, SLOWEST), 0.001, _SERIES),
        _script(point, _langevin(point, 0.05), 0.0025, _MEANS),
        _script(point, _bath(point, "gjf", 0.1) + " vel vfull", 0.002, _MEANS),
    )


def references(point: EinsteinPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept the exact values and the target of the thermostat."""
    kelvin = temperature_limit(point.temperature, point.atoms, DURATION, SLOWEST)
    found = []
    for name, exact in (("uspring", point.energy), ("msd", point.square)):
        measured[name].accept(name)  # the mean of gold must meet the anchor, although the exact value counts
        found.append(replace(measured[name].accept(name, exact), limit=round_up(LIMIT * exact)))
    return (*found, measured["temperature"].accept("temperature", point.temperature, least=kelvin))


def contract(point: EinsteinPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. Springs are no part of the force field; one of stiffness 2 has the square as its energy."""
    meanings = MEANINGS[ENGLISH]
    energy, square = round_up(TOLERANCE * point.energy), round_up(TOLERANCE * point.square)
    return Contract(
        units="metal",
        masses=(point.mass,),
        atoms=(point.atoms, point.atoms),
        force_field=("pair_style zero 1.0", "pair_coeff * *"),
        ensemble="nvt",
        temperature=point.temperature,
        density=ATOMS_PER_CELL[point.structure] / point.lattice**3,
        duration=DURATION,
        allowed_fixes=("spring/self",),
        required_fixes=(f"spring/self {point.stiffness:g}",),  # unlike ones can have the same mean square
        thermostats=("langevin", "gjf"),
        damping=(0.0, SLOWEST),
        quantities=(
            Quantity("uspring", "eV", meanings["uspring"], "tether energy", energy, (point.stiffness,)),
            Quantity("msd", "Å^2", meanings["msd"], "tether energy", square, (2.0,)),
        ),
        # Free motion is without springs and changes energies by rounding alone; both values show too large a timestep.
        thresholds={"timestep": 1e6},
    )


def anchors(point: EinsteinPoint, run: Run) -> dict[str, Anchor]:
    """Take equipartition."""
    return {
        "uspring": Anchor(point.energy, ANCHOR_LIMIT * point.energy, "3/2 kT (exact)"),
        "msd": Anchor(point.square, ANCHOR_LIMIT * point.square, "3 kT / K (exact)"),
    }


_MEANS = """\
fix             means all ave/time 5 1 5 f_ties c_msd[4] ave running
run             {steps}
variable        uspring equal f_means[1]/atoms
variable        msd equal f_means[2]
"""
_SERIES = """\
fix             squares all vector 10 c_msd[4]
run             {steps}
variable        msd equal ave(f_squares)
variable        uspring equal {stiffness}/2*v_msd
"""


def _bath(point: EinsteinPoint, style: str, damping: float) -> str:
    return f"fix             bath all {style} {point.temperature:g} {point.temperature:g} {damping:g} 4711"


def _langevin(point: EinsteinPoint, damping: float) -> str:
    return f"fix             move all nve\n{_bath(point, 'langevin', damping)}"


def _script(point: EinsteinPoint, fixes: str, timestep: float, production: str) -> str:
    # at rest on their sites, atoms need twice the kinetic energy
    return f"""\
units           metal
lattice         {point.structure} {point.lattice:g}
region          box block 0 {point.cells} 0 {point.cells} 0 {point.cells}
create_box      1 box
create_atoms    1 box
mass            1 {point.mass:g}
# no pair forces
pair_style      zero 0.5
pair_coeff      * *
fix             ties all spring/self {point.stiffness:g}
compute         msd all msd
velocity        all create {2 * point.temperature:g} 4711
timestep        {timestep:g}
{fixes}
thermo          500
run             {round(EQUILIBRATION / timestep)}
{production.format(steps=round(DURATION / timestep), stiffness=point.stiffness)}"""


FAMILY = Family(
    name="einstein",
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
    perturbations=(Perturbation(temperature=1.3, thermostat=1.3), Perturbation(temperature=0.75, thermostat=0.75)),
)
