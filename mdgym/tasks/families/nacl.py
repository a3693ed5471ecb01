"""Lattice constant and energy of ionic crystals with the Born-Mayer-Huggins potential at 0 K (tier 2, static)."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from mdgym.errors import TaskError
from mdgym.script.perturb import Perturbation
from mdgym.tasks.families import ionic, salts
from mdgym.tasks.families.ionic import CESIUM_CHLORIDE, COULOMB, ROCKSALT, ZINCBLENDE, Structure, coulomb_sum
from mdgym.tasks.families.salts import PAIRS, Salt, lattice_constant, lattice_energy
from mdgym.tasks.family import Anchor, Family, Run, to_accuracy
from mdgym.tasks.prompts import CHINESE, ENGLISH, LENGTHS, quantity_text
from mdgym.tasks.task import Contract, Quantity, Reference

ATOMS = (2, 5000)
# What the prompt asks of the kspace style, as its relative accuracy.
KSPACE = 1e-6
# Of both answers. Measured over all points against sums by numpy: box/relax from guesses within 8 % is off by 8e-5 in
# a0 at most, Newton steps by 4e-5, parabolas through scans in steps of 0.05 and 0.1 Å by 4e-4 and 1.6e-3.
ACCURACY = 2e-3
ANCHOR_ACCURACY = 5e-5
# A scan in steps of 0.1 Å comes as near to the energy of the minimum; a box of remembered size in a changed world does
# not.
SHOWN = 0.25
# Of the Coulomb energy. Right scripts at the accuracy that is asked for use a tenth of it; coefficients without D, a
# cutoff that is 1 Å longer, shifts and tails are off by 1.7 times as much or more.
POTENTIAL_ACCURACY = 2e-5
# A shell of neighbours that crosses the cutoff makes E(a) jump: none does within 2 % of the lattice constant.
CLEARANCE = 0.02
CELLS = 2
# Lengths change so much that a remembered a0 that the pressure corrects (one Newton step) is off by more than is
# allowed, and the range of the prompt still holds the minimum.
PERTURBATIONS = tuple(Perturbation(energy=e, length=x) for e in (1.03, 0.97) for x in (1.03, 0.97))

WORDINGS = (
    (
        ENGLISH,
        "LAMMPS, units metal: lattice constant and lattice energy of {salt} in the {structure} structure at T = 0, "
        "p = 0. Born-Mayer-Huggins, {formula}, {ions}, short-range part plainly cut off at {cutoff} (no shift, no "
        "tail), Coulomb by kspace at {accuracy} or better. Coefficients:\n{table}\n{least}-{most} ions, periodic. a "
        "is between {low} and {high} Å. Compute, don't type.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Hello! I have a Born-Mayer-Huggins force field for {salt} and need to know its equilibrium structure before "
        "I melt it. The crystal has the {structure} structure ({sites}), ions are {ions}. The pair energy is\n"
        "{formula}\nwith\n{table}\nThe short-range terms (everything but Coulomb) simply end at {cutoff}, without "
        "shift or tail correction; the Coulomb part needs ewald or pppm with a relative accuracy of {accuracy} or "
        "better. Can you write a LAMMPS script (units metal, periodic, at most {most} ions) that finds the cubic "
        "lattice constant at zero pressure and zero temperature, somewhere between {low} and {high} Å, and the energy "
        "per ion pair there? If I changed a coefficient, the script should give the new answer.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Consider {salt} in the {structure} structure, {sites}, with ions {ions} that interact by the "
        "Born-Mayer-Huggins potential {formula}. Its coefficients are:\n{table}\nThe exponential and the dispersion "
        "terms vanish beyond {cutoff} (they are neither shifted nor corrected for); the Coulomb term is summed over "
        "the whole periodic lattice with a kspace style of relative accuracy {accuracy} or better. Determine with "
        "LAMMPS (units metal, {least} to {most} ions) the cubic lattice constant a that minimizes the static energy, "
        "and this energy per ion pair (ions at infinite distance have energy zero). The minimum lies at {low} Å < a < "
        "{high} Å. Both results must follow from the calculation.\n\n{variables}",
    ),
    (
        ENGLISH,
        "Task: ionic crystal at 0 K, LAMMPS, units metal\n"
        "- substance: {salt}, {structure} ({sites})\n"
        "- ions: {ions}\n"
        "- pair energy: {formula}\n"
        "{table}\n"
        "- short-range cutoff: {cutoff}, plain truncation, no tail correction\n"
        "- Coulomb: long-range, kspace_style with relative accuracy {accuracy} or better\n"
        "- cell: periodic, {least} to {most} ions, cubic lattice constant somewhere in {low}-{high} Å\n"
        "- wanted: zero-pressure lattice constant and energy per ion pair, both computed by the script\n\n{variables}",
    ),
    (
        ENGLISH,
        "need a quick static check of my BMH parameters for {salt}. structure {structure}: {sites}. {ions}. "
        "{formula} where\n{table}\ncut the short range stuff at {cutoff} (no shift/tail), long range coulomb with "
        "ewald or pppm, {accuracy} or tighter. relax the cubic cell to p=0 at 0 K - a should end up between {low} and "
        "{high} angstrom - and report a and the energy of one cation-anion pair. units metal, pbc, keep it below "
        "{most} ions, no numbers copied from papers.\n\n{variables}",
    ),
    (
        CHINESE,
        "请编写 LAMMPS 脚本（units metal），计算 {salt} 在 {structure} 结构（{sites}）下 0 K、零压时的晶格常数"
        "和每个离子对的能量。离子：{ions}。势函数为 Born-Mayer-Huggins 形式：{formula}，参数：\n{table}\n"
        "短程部分在 {cutoff} 处直接截断（不平移，不加长程修正），库仑作用用 kspace 计算，相对精度 {accuracy} 或更高。"
        "周期性边界，离子总数 {least} 到 {most}，晶格常数在 {low} 到 {high} Å 之间。结果必须由脚本算出。"
        "\n\n{variables}",
    ),
)
FORMULA = "u(r) = A exp((sigma - r)/rho) - C/r^6 - D/r^8 + k q1 q2/r"
MEANINGS = {
    ENGLISH: {
        "a0": "equilibrium lattice constant (edge of the conventional cubic cell)",
        "epair": "potential energy per cation-anion pair at equilibrium (negative)",
    },
    CHINESE: {"a0": "平衡晶格常数（立方晶胞边长）", "epair": "平衡时每个阴阳离子对的势能（负值）"},
}


@dataclass(frozen=True)
class SaltPoint:
    """A salt in a structure.

    Attributes:
        salt: The potential.
        structure: Where the ions sit.
        cutoff: Where the short-range part ends, Å.
        guess: Edge of the cubic cell within a few percent, Å; where the gold script starts.
    """

    salt: Salt
    structure: Structure
    cutoff: float
    guess: float

    def __post_init__(self) -> None:
        if not 6.0 <= self.cutoff <= 12.0:
            raise TaskError(f"{self.label}: cutoff {self.cutoff!r} is not within 6 to 12 Å")
        edge = self.exact
        shells = [edge * ionic.neighbours(self.structure, *pair, 1.1 * self.cutoff / edge) for pair in PAIRS]
        if np.min(np.abs(np.concatenate(shells) / self.cutoff - 1)) < CLEARANCE:
            raise TaskError(f"{self.label}: a shell of neighbours lies too near to the cutoff {self.cutoff!r}")

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.salt.name.replace(' ', '_')}-{self.structure.name}-{self.cutoff:g}"

    @property
    def exact(self) -> float:
        """The lattice constant by sums in numpy, Å."""
        return lattice_constant(self.salt, self.structure, self.cutoff, self.guess)


POINTS = {
    "train": (
        SaltPoint(salts.NACL, ROCKSALT, 7.5, 5.5),
        SaltPoint(salts.NACL, CESIUM_CHLORIDE, 8.0, 3.5),
        SaltPoint(salts.SALT_A, ROCKSALT, 8.2, 6.3),
        SaltPoint(salts.SALT_A, CESIUM_CHLORIDE, 8.8, 3.7),
        SaltPoint(salts.SALT_B, ROCKSALT, 7.8, 6.1),
        SaltPoint(salts.SALT_B, ZINCBLENDE, 8.8, 6.4),
        SaltPoint(salts.SALT_C, ROCKSALT, 8.5, 4.5),
        SaltPoint(salts.SALT_C, ZINCBLENDE, 7.9, 4.6),
        SaltPoint(salts.SALT_D, ROCKSALT, 8.5, 6.3),
        SaltPoint(salts.SALT_D, CESIUM_CHLORIDE, 9.1, 3.95),
    ),
    "validation": (
        SaltPoint(salts.SALT_E, ROCKSALT, 7.4, 5.7),
        SaltPoint(salts.SALT_E, CESIUM_CHLORIDE, 9.3, 3.35),
        SaltPoint(salts.SALT_F, ROCKSALT, 9.7, 5.1),
        SaltPoint(salts.SALT_F, ZINCBLENDE, 8.3, 5.5),
    ),
    "test": (
        SaltPoint(salts.SALT_G, ROCKSALT, 7.6, 5.8),
        SaltPoint(salts.SALT_G, CESIUM_CHLORIDE, 9.5, 3.45),
        SaltPoint(salts.SALT_H, ROCKSALT, 9.0, 7.0),
        SaltPoint(salts.SALT_I, ZINCBLENDE, 7.8, 5.2),
        SaltPoint(salts.SALT_I, ROCKSALT, 9.1, 4.65),
    ),
}


def fields(point: SaltPoint, language: str, rng: Random) -> dict[str, str]:
    """Fill in the prompt."""
    salt = point.salt
    rows = [
        f"- {salt.ions[one]}-{salt.ions[other]}: A = {a:g} eV, rho = {salt.rho:g} Å, sigma = {sigma:g} Å, "
        f"C = {c:.7g} eV Å^6, D = {d:.7g} eV Å^8"
        for (one, other), (a, sigma, c, d) in zip(PAIRS, salt.coefficients)
    ]
    # so that the middle does not give the answer away
    low, high = point.exact * (1 - rng.uniform(0.04, 0.08)), point.exact * (1 + rng.uniform(0.04, 0.08))
    sites = point.structure.layout.replace("A ", f"{salt.ions[0]} ").replace("X ", f"{salt.ions[1]} ")
    return dict(
        salt=salt.name,
        structure=point.structure.title,
        sites=sites,
        ions=", ".join(f"{name} (charge {charge:+g} e)" for name, charge in zip(salt.ions, salt.charges)),
        formula=FORMULA,
        table="\n".join(rows),
        cutoff=quantity_text(point.cutoff, LENGTHS, rng),
        accuracy="1e-6",
        low=f"{low:.1f}",
        high=f"{high:.1f}",
        least=str(ATOMS[0]),
        most=str(ATOMS[1]),
    )


def gold(point: SaltPoint) -> str:
    """Relax the box."""
    return f"""\
{_build(point, "ewald 1.0e-6")}
fix             relax all box/relax iso 0.0 vmax 0.002
min_style       cg
minimize        0.0 1.0e-8 500 5000

variable        a0 equal lx/{CELLS}
variable        epair equal pe/{CELLS**3 * point.structure.formulas}
"""


def scan(point: SaltPoint) -> str:
    """Right in another way: Newton steps on E(a), from three static energies each."""
    return f"""\
{_build(point, "pppm 1.0e-6")}
variable        e equal pe/{CELLS**3 * point.structure.formulas}
variable        edge equal {CELLS}*v_a
variable        h equal {0.004 * point.guess:.6g}
variable        centre equal {point.guess:g}
variable        a equal {point.guess:g}
variable        newton loop 5
label           again
variable        a equal ${{centre}}-${{h}}
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        lower equal ${{e}}
variable        a equal ${{centre}}+${{h}}
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        upper equal ${{e}}
variable        a equal ${{centre}}
change_box      all x final 0 ${{edge}} y final 0 ${{edge}} z final 0 ${{edge}} remap units box
run             0
variable        epair equal ${{e}}
variable        a0 equal ${{a}}
variable        centre equal $(v_a0-0.5*v_h*(v_upper-v_lower)/(v_upper-2*v_epair+v_lower):%.12g)
next            newton
jump            SELF again
"""


def contract(point: SaltPoint, accepted: Mapping[str, Reference]) -> Contract:
    """Say what is checked. Species are told by their charges."""
    coulomb = COULOMB["metal"] * coulomb_sum(point.structure, point.salt.charges) / point.exact / point.structure.atoms
    return Contract(
        units="metal",
        masses=(),
        charges=point.salt.charges,
        atoms=ATOMS,
        force_field=(
            f"pair_style born/coul/long {point.cutoff:g}",
            *point.salt.commands,
            "kspace_style ewald 1e-7",
        ),
        potential_tolerance=POTENTIAL_ACCURACY * abs(coulomb),
        quantities=(
            Quantity("a0", "Å", MEANINGS[ENGLISH]["a0"], "reference", accepted["a0"].limit),
            Quantity(
                "epair",
                "eV",
                MEANINGS[ENGLISH]["epair"],
                "reference",
                accepted["epair"].limit,
                shown=(2.0, SHOWN * accepted["epair"].limit),
            ),
        ),
    )


def anchors(point: SaltPoint, run: Run) -> dict[str, Anchor]:
    """Sum by numpy and find the minimum by bisection."""
    source = f"Ewald and pair sums by numpy; coefficients: {point.salt.source}"
    found = {"a0": point.exact, "epair": lattice_energy(point.salt, point.structure, point.cutoff, point.exact)}
    return {name: Anchor(value, ANCHOR_ACCURACY * abs(value), source) for name, value in found.items()}


def _build(point: SaltPoint, kspace: str) -> str:
    salt = point.salt
    coefficients = "\n".join(salt.commands)
    return f"""\
{point.structure.commands(point.guess, CELLS, salt.charges)}

pair_style      born/coul/long {point.cutoff:g}
{coefficients}
kspace_style    {kspace}
"""


FAMILY = Family(
    name="nacl",
    tier=2,
    wordings=WORDINGS,
    points=POINTS,
    fields=fields,
    meanings=lambda point: MEANINGS,
    gold=gold,
    variants=lambda point: (scan(point),),
    references=to_accuracy(ACCURACY),
    contract=contract,
    anchors=anchors,
    perturbations=PERTURBATIONS,
    suites={"core": (24, 10, 12)},
)
