"""Rigid water with long-range electrostatics: potential energy per molecule (tier 3, NVT, units real)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from mdgym.engine.measures import measure
from mdgym.engine.window import judged_windows
from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import water_models
from mdgym.tasks.families.water_models import SPC, SPCE, TIP3P, Model
from mdgym.tasks.families.water_prompts import MEANINGS, WORDINGS
from mdgym.tasks.family import Anchor, Family, Measured, Run, temperature_limit
from mdgym.tasks.prompts import ENGLISH, LENGTHS, TIMES, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

SIDE = 3  # molecules along each edge of the lattice
MOLECULES = SIDE**3
ATOMS = 3 * MOLECULES
FILE = "water.data"
CUTOFF = 6.0  # Å, of the Lennard-Jones part and of the real-space sum
KSPACE = "1.0e-4"
# Whole numbers have the same sum in any order of the atoms, so that the recorded mass does not change when LAMMPS
# sorts them. Averages do not depend on masses.
OXYGEN, HYDROGEN = 16.0, 1.0  # g/mol
# g/cm^3 of molecules of 18.015 g/mol to molecules per Å^3
PER_VOLUME = 0.602214 / 18.015
TIMESTEP = 2.0  # fs; energies at 1 fs are the same within 0.03 kcal/mol
DURATION = 10_000.0  # fs; with equilibration 7,000 steps, 1.3 to 1.7 s
EQUILIBRATION = 4_000.0  # fs
# Kinetic energy under the thermostats that the prompt allows (damping up to 0.2 ps) keeps a memory of half of that.
MEMORY = 100.0  # fs
# LAMMPS leaves the three degrees of freedom of the centre of mass out.
CENTRE_OF_MASS = 3 / (6 * MOLECULES - 3)
# 26 Langevin runs measured 2.6 % (standard error 0.3) too hot, 1.9 % of it by the centre of mass, which the bath moves.
# A common thermostat is not to fail by that.
LANGEVIN_HEAT = 0.03
# One run scatters by 0.04 to 0.1 kcal/mol; eight runs tell this to 25 % only, so that the larger ones count for all.
LEAST_ENERGY = 0.3
# Script and recording average the same window: samples every 10 and 5 steps differ by up to 0.02 kcal/mol.
ENERGY_TOLERANCE = 0.04  # kcal/mol per molecule
# Energies of the same frame by ewald and pppm with accuracies of 1e-4 to 1e-7 and real-space cutoffs of 4.5 to 12 Å
# differ by up to 0.003 kcal/mol per atom.
POTENTIAL_TOLERANCE = 0.01
# Stiff, so that molecules of another shape show in the energy of a frame; those of the right one have none there.
STIFF_BOND, STIFF_ANGLE = 1000.0, 200.0
ANCHOR_LENGTH = 3  # in judged windows
# Four standard errors of gold (8 runs of one window) and anchor (one run of three windows) together.
ANCHOR_ENERGY = 0.2


@dataclass(frozen=True)
class WaterPoint:
    """Water of a model at a temperature (K) and a density (g/cm^3 of real water)."""

    model: Model
    temperature: float
    density: float

    def __post_init__(self) -> None:
        if not 290 <= self.temperature <= 550:
            raise TaskError(f"temperature {self.temperature!r} is not within 290 to 550 K")
        if not 0.85 <= self.density <= 1.1:
            raise TaskError(f"density {self.density!r} is not within 0.85 to 1.1 g/cm^3")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.model.name.replace('/', '')}-{self.temperature:g}K-{self.density:g}"

    @property
    def edge(self) -> float:
        """Edge of the box, Å."""
        return round(float((MOLECULES / (PER_VOLUME * self.density)) ** (1 / 3)), 4)


# Bands of temperature: validation 335 to 365, test 415 to 455, train outside.
POINTS = {
    "train": (
        WaterPoint(SPCE, 300, 0.997),
        WaterPoint(TIP3P, 310, 1.0),
        WaterPoint(SPC, 325, 1.03),
        WaterPoint(SPCE, 390, 0.95),
        WaterPoint(TIP3P, 475, 0.9),
        WaterPoint(SPC, 500, 1.05),
    ),
    "validation": (WaterPoint(SPCE, 350, 1.02), WaterPoint(TIP3P, 340, 0.97), WaterPoint(SPC, 360, 0.96)),
    "test": (
        WaterPoint(SPCE, 440, 0.92),
        WaterPoint(SPCE, 420, 1.05),
        WaterPoint(TIP3P, 450, 1.0),
        WaterPoint(SPC, 430, 0.98),
    ),
}


def files(point: WaterPoint) -> dict[str, str]:
    """Return the molecules on a lattice, without charges and masses."""
    return {FILE: water_models.lattice(point.model, SIDE, point.edge)}


def fields(point: WaterPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    model = point.model
    return dict(
        file=FILE,
        model=model.name,
        molecules=str(MOLECULES),
        temperature=f"{point.temperature:g}",
        oxygen=f"{OXYGEN:g}",
        hydrogen=f"{HYDROGEN:g}",
        negative=f"{-2 * model.charge:g}",
        positive=f"{model.charge:g}",
        epsilon=f"{model.epsilon:g}",
        sigma=quantity_text(model.sigma, LENGTHS, rng),
        bond=quantity_text(model.bond, LENGTHS, rng),
        angle=f"{model.angle:g}",
        cutoff=quantity_text(CUTOFF, LENGTHS, rng),
        kspace=KSPACE,
        duration=quantity_text(DURATION / 1000, TIMES, rng),
    )


def gold(point: WaterPoint) -> str:
    """Run Nosé-Hoover NVT with SHAKE and Ewald sums, and average with fix ave/time."""
    return _script(point, f"{_SHAKE}\n{_nose_hoover(point, 100)}")


def variants(point: WaterPoint) -> tuple[str, ...]:
    """Right in another way: a Langevin bath, csvr with pppm, and half the timestep."""
    t = point.temperature
    move = "fix             move all nve\n"
    return (
        _script(point, f"{move}fix             heat all langevin {t:g} {t:g} 200.0 4711\n{_SHAKE}"),
        _script(
            point, f"{_SHAKE}\n{move}fix             heat all temp/csvr {t:g} {t:g} 100.0 4711", kspace=f"pppm {KSPACE}"
        ),
        _script(point, f"{_SHAKE}\n{_nose_hoover(point, 200)}", timestep=TIMESTEP / 2),
    )


def references(point: WaterPoint, measured: Mapping[str, Measured]) -> tuple[Reference, ...]:
    """Accept what gold gave, and the target of the thermostat."""
    # a molecule has as many degrees of freedom as two free atoms
    kelvin = temperature_limit(point.temperature, 2 * MOLECULES, DURATION, MEMORY) + LANGEVIN_HEAT * point.temperature
    return (
        # the farthest of the right runs must lie well inside, with that of gold already at 5 deviations
        measured["upot"].accept("upot", least=LEAST_ENERGY, farthest=1.5),
        measured["temperature"].accept("temperature", point.temperature, least=kelvin, farthest=1.2),
    )


def contract(point: WaterPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked."""
    model, meanings = point.model, MEANINGS[ENGLISH]
    charges = (-2 * model.charge, model.charge)
    return Contract(
        units="real",
        masses=(OXYGEN, HYDROGEN),
        atoms=(ATOMS, ATOMS),
        force_field=(
            f"pair_style lj/cut/coul/long {CUTOFF:g}",
            # the verifier starts from a restart of the script, which holds its pair_modify
            "pair_modify shift no tail no",
            f"pair_coeff 1 1 {model.epsilon:g} {model.sigma:g}",
            "pair_coeff * 2 0.0 1.0",
            "bond_style harmonic",
            f"bond_coeff 1 {STIFF_BOND:g} {model.bond:g}",
            "angle_style harmonic",
            f"angle_coeff 1 {STIFF_ANGLE:g} {model.angle:g}",
            "special_bonds lj/coul 0.0 0.0 0.0",
            # the topology comes from the script's own state, its charges do not
            *(f"set type {species} charge {charge:g}" for species, charge in enumerate(charges, 1)),
            "kspace_style ewald 1.0e-6",
        ),
        ensemble="nvt",
        temperature=point.temperature,
        density=ATOMS / point.edge**3,
        duration=DURATION,
        quantities=(
            Quantity("upot", "kcal/mol", meanings["upot"], "mean potential per molecule", ENERGY_TOLERANCE, (3.0,)),
        ),
        potential_tolerance=POTENTIAL_TOLERANCE,
        allowed_fixes=("shake",),
        charges=charges,
        freedom=2.0,
        constraints=("fix rigid all shake 1.0e-6 100 0 b 1 a 1",),
    )


def anchors(point: WaterPoint, run: Run) -> dict[str, Anchor]:
    """Turn and move the molecules as rigid bodies, in a longer run with finer Ewald sums."""
    # this thermostat counts the centre of mass, which rests
    target = f"{point.temperature / (1 + CENTRE_OF_MASS):.6g}"
    fixes = f"fix             move all rigid/nvt/small molecule temp {target} {target} 100.0"
    duration = ANCHOR_LENGTH * DURATION
    execution = run(_script(point, fixes, kspace="ewald 1.0e-5", duration=duration), 1)
    (window,) = judged_windows(execution, duration)
    assert window is not None
    found = {q.name: measure((window,), q.source, q.arguments) for q in contract(point, {}).quantities}
    source = f"rigid-body motion (fix rigid/nvt/small), ewald 1e-5, {ANCHOR_LENGTH} windows"
    return {name: Anchor(value, ANCHOR_ENERGY, source) for name, value in found.items()}


_SHAKE = "fix             rigid all shake 1.0e-4 20 0 b 1 a 1"


def _nose_hoover(point: WaterPoint, damping: float) -> str:
    return f"fix             nvt all nvt temp {point.temperature:g} {point.temperature:g} {damping:g}"


def _script(
    point: WaterPoint,
    fixes: str,
    timestep: float = TIMESTEP,
    kspace: str = f"ewald {KSPACE}",
    duration: float = DURATION,
) -> str:
    # The averaging blocks of 1,000 steps must divide both runs: a block that is not complete gives 0.
    model = point.model
    return f"""\
units           real
atom_style      full
pair_style      lj/cut/coul/long {CUTOFF:g}
bond_style      harmonic
angle_style     harmonic
read_data       {FILE}
mass            1 {OXYGEN:g}
mass            2 {HYDROGEN:g}
set             type 1 charge {-2 * model.charge:g}
set             type 2 charge {model.charge:g}
pair_coeff      1 1 {model.epsilon:g} {model.sigma:g}
pair_coeff      * 2 0.0 1.0
# bonds and angles are rigid, so their stiffness does not matter
bond_coeff      1 450 {model.bond:g}
angle_coeff     1 55 {model.angle:g}
kspace_style    {kspace}
velocity        all create {point.temperature:g} 4711
timestep        {timestep:g}
{fixes}
thermo          1000
run             {round(EQUILIBRATION / timestep)}

fix             means all ave/time 10 100 1000 c_thermo_pe ave running
run             {round(duration / timestep)}
variable        upot equal 3*f_means/atoms
"""


FAMILY = Family(
    name="water",
    tier=3,
    duration=DURATION,
    runs=8,
    targets=("temperature",),
    wordings=WORDINGS,
    points=POINTS,
    files=files,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=variants,
    references=references,
    contract=contract,
    anchors=anchors,
    # stronger or weaker forces move the energy by ten tolerances and more
    perturbations=(Perturbation(energy=1.15), Perturbation(energy=0.85)),
    suites={"core": (24, 10, 12)},
)
