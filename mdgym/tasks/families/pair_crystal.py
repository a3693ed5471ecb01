"""Lattice constant and energy of an fcc crystal of a pair potential that the prompt writes out (tier 1, static)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families.pair_potentials import PairPotential, fcc_constant, fcc_distances, fcc_energy
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH
from mdgym.tasks.task import Contract, Quantity, Reference

# Both answers to 0.1 %: minimizers agree to 1e-10, a coarse lattice scan with a parabola to 1e-4.
ACCURACY = 1e-3
# Lattice sums have no error; box/relax ended within 1e-12 of them.
ANCHOR_ACCURACY = 1e-8
ATOMS = (1, 4000)
CELLS = 2
# A plainly truncated potential jumps where a shell of neighbours crosses the cutoff. No shell comes this near to it,
# and the guess is nearer to the answer, so that a search from the guess meets no jump.
SHELL_MARGIN = 0.025
GUESS_RANGE = (0.004, 0.016)
# A remembered a0 that the pressure corrects (one Newton step) is off by more than is allowed, where
# lengths change by 1 to 2 %. They change so that a0 moves towards the guess, hence scans about it still hold a0.
LENGTH_CHANGE = 0.02
PERTURBATIONS = tuple(
    Perturbation(energy=energy, length=1 + length)
    for energy in (1.03, 0.97)
    for length in (LENGTH_CHANGE, -LENGTH_CHANGE)
)

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units {units}. fcc crystal, one atom type, pair potential {potential}: {formula} with {numbers}, "
        "{cut}. Static lattice constant and energy per atom at zero pressure, T = 0; a is somewhere near {guess}. "
        "Periodic, at most {most} atoms, mass irrelevant. The script computes both values.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hi, I'm checking a lattice-sum code against LAMMPS and need numbers from a minimization. The model is an fcc "
        "crystal of identical atoms with a {potential} pair interaction (pair_style {style}), {numbers}, {cut}. Please "
        "write a script with units {units} that lets the perfect periodic crystal find its own size at zero pressure "
        "and zero temperature. You can start at a lattice constant of {guess}, which is off by a per cent or so. "
        "Anything up to {most} atoms is fine, and the mass does not matter. I need the computed values, nothing typed "
        "in.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Identical atoms interact through the pair potential\n\n  {formula}, {numbers},\n\n{cut}. Consider the "
        "perfect, infinite fcc crystal at T = 0 without zero-point motion. Its energy per atom E(a) has a minimum at a "
        "lattice constant a0 near {guess}. Write a LAMMPS script (units {units}, periodic boundary conditions, no "
        "more than {most} atoms, any mass) that determines a0 and E(a0) to better than 0.1 %.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: static equilibrium of a model crystal, LAMMPS\n"
        "- units: {units}\n"
        "- structure: fcc, perfect, periodic in x, y, z, {least} to {most} atoms of one type, any mass\n"
        "- interaction: {potential} (pair_style {style}), {numbers}\n"
        "- truncation: {cut}\n"
        "- conditions: T = 0, p = 0; first guess for the lattice constant {guess}\n"
        "- wanted: lattice constant and energy per atom at equilibrium, computed by the script\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 输入脚本（units {units}）：单一原子类型的理想 fcc 晶体，三个方向均为周期性边界，"
        "原子数不超过 {most}，质量任意。原子间为 {potential} 对势（pair_style {style}）：{formula}，其中 {numbers}；"
        "{cut}。求 0 K、零压下的平衡晶格常数和每原子能量，晶格常数的初始猜测可取 {guess}。"
        "结果必须由脚本计算得出，不能直接赋值。\n\n{variables}",
    ),
    (
        ENGLISH,
        "Given {formula} between atoms, {numbers}, {cut}: what are the equilibrium lattice constant and the energy per "
        "atom of its fcc crystal? Answer with a LAMMPS input file, units {units}, static calculation at zero pressure, "
        "{least}-{most} atoms in a periodic box. A starting point for the lattice constant is {guess}. If I change "
        "the coefficients in your file by a few per cent, the results have to follow.\n\n{variables}",
    ),
)
MEANINGS = {
    ENGLISH: {
        "a0": "equilibrium lattice constant (edge of the cubic cell of 4 atoms)",
        "epot": "potential energy per atom at equilibrium (negative)",
    },
    CHINESE: {"a0": "平衡晶格常数（含 4 个原子的立方晶胞的边长）", "epot": "平衡时每个原子的势能（负值）"},
}


@dataclass(frozen=True)
class PairCrystalPoint:
    """An fcc crystal.

    Attributes:
        potential: How two atoms interact.
        guess: Lattice constant that the prompt names as a start, in the unit of the potential.
    """

    potential: PairPotential
    guess: float

    def __post_init__(self) -> None:
        least, most = GUESS_RANGE
        answer = self.a0
        if not least <= abs(self.guess / answer - 1) <= most:
            raise TaskError(f"{self.label}: the guess {self.guess:g} is not {least:g} to {most:g} off {answer:.6g}")
        cutoff = self.potential.cutoff / answer
        gap = float(np.min(np.abs(fcc_distances(1.5 * cutoff) / cutoff - 1)))
        if gap < SHELL_MARGIN:
            raise TaskError(f"{self.label}: a shell is within {gap:.2g} of the cutoff {self.potential.cutoff:g}")

    @property
    def a0(self) -> float:
        """Lattice constant by lattice sums, for anchors and to refuse points that jump."""
        return fcc_constant(self.potential, self.guess)

    @property
    def label(self) -> str:
        """Name of the point."""
        return self.potential.label


def _metal(guess: float, shifted: bool, cutoff: float, kind: str, *coefficients: float) -> PairCrystalPoint:
    return PairCrystalPoint(PairPotential(kind, coefficients, cutoff, shifted, "metal"), guess)


def _reduced(guess: float, shifted: bool, cutoff: float, kind: str, *coefficients: float) -> PairCrystalPoint:
    return PairCrystalPoint(PairPotential(kind, coefficients, cutoff, shifted, "lj"), guess)


# Round numbers of the size that rare gases and fcc metals have; no coefficients stand in two splits.
POINTS = {
    "train": (
        _metal(5.32, False, 9.5, "lj", 0.0104, 3.4),  # argon
        _metal(5.72, True, 10.2, "lj", 0.014, 3.65),  # krypton
        _metal(4.3, False, 7.7, "lj", 0.0031, 2.75),  # neon
        _metal(3.58, True, 6.5, "lj", 0.41, 2.34),  # copper
        _metal(3.6, True, 7.5, "morse", 0.343, 1.36, 2.87),  # copper
        _metal(5.0, False, 9.0, "morse", 0.235, 1.18, 3.73),  # lead
        _metal(4.95, False, 8.8, "buck", 6500.0, 0.273, 63.0),
        _reduced(1.56, False, 2.6, "lj", 1.0, 1.0),
        _reduced(1.53, True, 3.0, "lj", 1.0, 1.0),
        _reduced(1.53, False, 2.3, "morse", 1.0, 5.0, 1.1),
    ),
    "validation": (
        _metal(6.2, True, 11.1, "lj", 0.02, 3.95),  # xenon
        _metal(4.07, False, 7.8, "morse", 0.27, 1.16, 3.25),  # aluminium
        _metal(5.2, True, 9.5, "buck", 8500.0, 0.29, 110.0),
        _reduced(1.72, False, 2.5, "lj", 1.2, 1.1),
    ),
    "test": (
        _metal(5.65, False, 9.4, "lj", 0.0167, 3.6),
        _metal(4.15, True, 6.9, "morse", 0.332, 1.37, 3.12),  # silver
        _metal(5.77, False, 10.2, "buck", 5200.0, 0.31, 92.0),
        _reduced(1.92, True, 3.2, "lj", 0.8, 1.25),
        _reduced(1.32, False, 2.4, "morse", 1.4, 4.5, 1.0),
    ),
}


def fields(point: PairCrystalPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    return dict(
        units=point.potential.units,
        guess=point.potential.length_text(point.guess, rng),
        least=str(ATOMS[0]),
        most=str(ATOMS[1]),
        **point.potential.fields(language, rng),
    )


def gold(point: PairCrystalPoint) -> str:
    """Relax the box, whose symmetry holds the atoms in place."""
    return f"""\
{_build(point)}
fix             relax all box/relax iso 0.0 vmax 0.001
min_style       cg
minimize        0.0 1.0e-10 1000 10000

variable        a0 equal lx/{CELLS}
variable        epot equal pe{_per_atom(point)}
"""


def secant(point: PairCrystalPoint) -> str:
    """Right in another way: the root of the pressure by secants, without a minimizer."""
    return f"""\
{_build(point)}
variable        p equal press
variable        lower equal {point.guess:g}
variable        a equal 1.002*{point.guess:g}
variable        edge equal {CELLS}*v_a
run             0
variable        before equal ${{p}}
variable        pass loop 5
label           again
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        next equal $(v_a-v_p*(v_a-v_lower)/(v_p-v_before):%.15g)
variable        lower equal ${{a}}
variable        before equal ${{p}}
variable        a equal ${{next}}
next            pass
jump            SELF again
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        a0 equal lx/{CELLS}
variable        epot equal pe{_per_atom(point)}
"""


def contract(point: PairCrystalPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. A static result does not depend on masses, so none are asked for."""
    reduced = point.potential.units == "lj"
    upwards = point.guess > point.a0
    fitting = [change for change in PERTURBATIONS if (change.length > 1) == upwards]
    length, energy = ("LJ units", "LJ units") if reduced else ("Å", "eV")
    return Contract(
        units=point.potential.units,
        masses=(),
        atoms=ATOMS,
        force_field=point.potential.commands,
        counterfactual=Random(point.label).choice(fitting),
        quantities=(
            Quantity("a0", length, MEANINGS[ENGLISH]["a0"], "reference", accepted["a0"].limit, powers=(0.0, 1.0)),
            Quantity("epot", energy, MEANINGS[ENGLISH]["epot"], "reference", accepted["epot"].limit, powers=(1.0, 0.0)),
        ),
        # a hundredth of the limit of the energy, which is about eight wells deep
        potential_tolerance=1e-4 * point.potential.depth,
    )


def anchors(point: PairCrystalPoint, run: Run) -> dict[str, Anchor]:
    """Sum over the lattice; the root of its derivative by bisection."""
    a0 = point.a0
    energy = fcc_energy(point.potential, a0)
    source = "lattice sum in Python over all neighbours within the cutoff, dE/da = 0 by bisection"
    return {
        "a0": Anchor(a0, ANCHOR_ACCURACY * a0, source),
        "epot": Anchor(energy, ANCHOR_ACCURACY * abs(energy), source),
    }


def _per_atom(point: PairCrystalPoint) -> str:
    # units lj: pe is per atom already
    return "" if point.potential.units == "lj" else "/atoms"


def _build(point: PairCrystalPoint) -> str:
    # units lj: the scale of a lattice is a number density
    metal = point.potential.units == "metal"
    scale = f"{point.guess:g}" if metal else f"$(4/{point.guess:g}^3:%.15g)"
    force_field = "\n".join(point.potential.commands)
    return f"""\
units           {point.potential.units}
lattice         fcc {scale}
region          box block 0 {CELLS} 0 {CELLS} 0 {CELLS}
create_box      1 box
create_atoms    1 box
mass            1 1.0
{force_field}
"""


FAMILY = Family(
    name="pair_crystal",
    tier=1,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (secant(point),),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
    suites={"core": (24, 10, 12), "micro": (50, 13, 13)},
)
