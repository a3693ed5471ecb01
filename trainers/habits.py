"""Wrong habits: how a policy that has read too few manuals writes scripts, the same way again and again.

Random defects are a poor start for reinforcement learning: the most likely answer of a model that saw them is right.
A habit is what it says whenever a kind of task comes up, so that only its own tries can show it a better way.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_RELAX = (r"box/relax (iso|x) 0\.0", r"box/relax 0.0")
_CREATE = (r"create_atoms 1 box", "create_atoms box")
_PER_ATOM = (r"(variable e\w+ equal )pe/atoms", r"\1pe")


@dataclass(frozen=True)
class Habit:
    """One wrong habit.

    Attributes:
        name: What is wrong.
        pattern: Regular expression of the right text.
        wrong: What is written in its place.
        fatal: LAMMPS stops at it; else the script runs, and a result is wrong.
    """

    name: str
    pattern: str
    wrong: str
    fatal: bool

    def apply(self, script: str) -> str:
        """Return the script with the habit, unchanged where it does not apply."""
        return re.sub(self.pattern, self.wrong, script, flags=re.MULTILINE)


HABITS: dict[str, tuple[Habit, ...]] = {
    "cohesion": (
        Habit("box/relax without a mode", *_RELAX, True),
        Habit("energy of the whole box", *_PER_ATOM, False),
    ),
    "pair_crystal": (
        Habit("no mass", r"^mass 1 1\.0\n", "", True),
        Habit("edge of the whole box", r"equal lx/2", "equal lx", False),
    ),
    "cluster": (
        Habit("compute without a group", r"^compute (\w+) all (gyration|pair/local|pair)", r"compute \1 \2", True),
        Habit("energy per atom", r"equal pe\b.*$", "equal pe/atoms", False),
    ),
    "madelung": (
        Habit("atoms without charges", r"^atom_style charge\n", "", True),
        Habit("sign", r"equal -v_epair", "equal v_epair", False),
    ),
    "bulk_modulus": (
        Habit("box/relax without a mode", *_RELAX, True),
        Habit("sign", r"(bulk equal )-", r"\1", False),
    ),
    "elastic": (
        Habit("shear in a box that cannot", r"^change_box all triclinic\n", "", True),
        Habit("one difference for two", r"\(2\*v_h\)", "v_h", False),
    ),
    "tension": (
        Habit("atoms of no type", *_CREATE, True),
        Habit("pressure for stress", r"(stress equal )-", r"\1", False),
    ),
    "vacancy": (
        Habit("deleted without a style", r"delete_atoms group vacancy", "delete_atoms vacancy", True),
        Habit("perfect crystal per atom", r"pe-atoms\*v_perfect", "pe-v_perfect", False),
    ),
    "surface": (
        Habit("box/relax without a mode", *_RELAX, True),
        Habit("one surface for two", r"\(2\*lx\*ly\)", "(lx*ly)", False),
    ),
}


def with_habits(script: str, family: str, rate: Callable[[Habit], float], rng: Random) -> tuple[str, tuple[str, ...]]:
    """Write a right script the way of somebody with the habits of its family.

    Args:
        script: A right script, as `mdgym.trainers.data.compact` writes it.
        family: Name of the family; one without habits stays right.
        rate: How often each is followed, 0 to 1.
        rng: Where chance comes from.

    Returns:
        The script, and the names of the habits in it.
    """
    found = []
    for habit in HABITS.get(family, ()):
        changed = habit.apply(script)
        if changed != script and rng.random() < rate(habit):
            script = changed
            found.append(habit.name)
    return script, tuple(found)
