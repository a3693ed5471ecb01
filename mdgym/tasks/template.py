"""A family in thirty lines, to copy and to change: `mdgym tasks new my_family.py`. Here: a Lennard-Jones dimer."""

from collections.abc import Mapping
from dataclasses import dataclass

from mdgym.script.perturb import Perturbation
from mdgym.tasks.family import Anchor, Family, to_accuracy
from mdgym.tasks.task import Contract, Quantity, Reference

PROMPT = """Write a LAMMPS script (units metal) that brings two atoms of mass 40 to rest at the minimum of their
Lennard-Jones energy: epsilon = {epsilon} eV, sigma = {sigma} Å, cutoff 15 Å, not shifted, without tail correction.
{variables}"""


@dataclass(frozen=True)
class Dimer:
    """What differs from task to task: well depth in eV, diameter in Å."""

    epsilon: float
    sigma: float

    @property
    def label(self) -> str:
        """Name of the point."""
        return f"{self.epsilon:g}eV-{self.sigma:g}A"

    @property
    def force_field(self) -> tuple[str, ...]:
        """The reference Hamiltonian, in LAMMPS commands."""
        return ("pair_style lj/cut 15.0", f"pair_coeff 1 1 {self.epsilon:g} {self.sigma:g}")


def gold(point: Dimer) -> str:
    """A right script."""
    style, coefficients = point.force_field
    return f"""\
units           metal
region          box block -20 20 -20 20 -20 20
create_box      1 box
create_atoms    1 single 0 0 0
create_atoms    1 single {1.3 * point.sigma:g} 0 0
mass            1 40.0
{style}
{coefficients}
minimize        0 1e-12 1000 10000
variable        bond equal bound(all,xmax)-bound(all,xmin)
variable        depth equal pe
"""


def contract(point: Dimer, accepted: Mapping[str, Reference]) -> Contract:
    """What is checked."""
    return Contract(
        units="metal",
        masses=(40.0,),
        atoms=(2, 2),
        force_field=point.force_field,
        quantities=(
            Quantity("bond", "Å", "distance of the two atoms", "reference", accepted["bond"].limit),
            Quantity("depth", "eV", "potential energy of the pair", "reference", accepted["depth"].limit),
        ),
    )


FAMILY = Family(
    name="dimer",
    tier=1,
    points={
        "train": (Dimer(0.01, 3.4), Dimer(0.02, 3.0), Dimer(0.05, 2.6)),
        "validation": (Dimer(0.03, 3.2),),
        "test": (Dimer(0.04, 2.8),),
    },
    wordings=(("en", PROMPT),),
    gold=gold,
    contract=contract,
    references=to_accuracy(0.001),
    anchors=lambda point, run: {
        "bond": Anchor(2 ** (1 / 6) * point.sigma, 1e-4 * point.sigma, "2^(1/6) sigma"),
        "depth": Anchor(-point.epsilon, 1e-4 * point.epsilon, "-epsilon"),
    },
    perturbations=(Perturbation(energy=1.03, length=1.003), Perturbation(energy=0.97, length=0.997)),
    suites={"mine": (3, 1, 1)},
)
