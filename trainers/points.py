"""Physical points that no suite holds, for training data: the same families in invented worlds.

A small model that is trained on the dozen potential files of the train split learns them by heart. Files and elements
that do not exist, and potentials that are scaled, make it read its prompt.
"""

import re
from dataclasses import fields, replace
from random import Random
from string import ascii_lowercase
from typing import Any

from mdgym.errors import TaskError
from mdgym.tasks.families.crystals import Crystal
from mdgym.tasks.families.pair_potentials import PairPotential
from mdgym.tasks.family import Family

# A lattice constant from which such crystals relax, Å. That of diamond lies between carbon and germanium: at 5.2 the
# atoms of carbon do not see each other.
TYPICAL = {"fcc": 3.95, "bcc": 3.1, "diamond": 4.1}
# No static result depends on it.
MASS = 50.0
# How files are called, by the pair style that reads them.
ENDINGS = {"eam": "eam", "eam/alloy": "eam.alloy", "eam/fs": "eam.fs", "tersoff": "tersoff", "sw": "sw"}
# Styles whose commands are alike, so that a script for one is as well one for the other.
_KIN = (("eam/alloy", "eam/fs"), ("tersoff", "sw"))
# Of the elements that form crystals under ordinary conditions.
SYMBOLS = tuple(
    "Li Be B C Na Mg Al Si K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Cs Ba "
    "La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Tl Pb Bi Th Pa U Np Pu".split()
)
# Those that most potentials are made for, about half of all in names.
_COMMON = tuple("C Mg Al Si Ti V Cr Fe Co Ni Cu Zn Ge Zr Nb Mo Ag Ta W Pt Au Pb".split())
_POTENTIAL = re.compile(
    r"^pair_coeff[ ]+\*[ ]+\*[ ]+(?P<file>(?P<first>[A-Z][a-z]?)[\w-]*\.(?:"
    + "|".join(map(re.escape, ENDINGS.values()))
    + r"))(?![\w.])(?:[ ]+(?P<element>[A-Z][a-z]?)\b)?",
    re.MULTILINE,
)
_LATTICE = re.compile(rf"^(lattice ({'|'.join(TYPICAL)})) [\d.]+", re.MULTILINE)
_MOVES = re.compile(r"^run (?!0$)", re.MULTILINE)
# How potential files are called beside the elements: nothing more, letters that mean nothing, or an author or a year.
_ENDS = {"": 0.25, "letters": 0.5, "author": 0.25}
_TRIES = 200


def invent(family: Family, rng: Random, split: str = "train") -> Any:
    """Draw a point that has the fields of several points of a split, and an invented potential.

    Args:
        family: The family.
        rng: Where chance comes from.
        split: Whose points are mixed.

    Returns:
        A point of the family. Its gold script cannot run where the potential file does not exist.

    Raises:
        TaskError: No mixture makes sense.
    """
    points = family.points[split]
    for _ in range(_TRIES):
        base, other = rng.choice(points), rng.choice(points)
        changes = {f.name: getattr(rng.choice((base, other)), f.name) for f in fields(base)}
        changes = {name: value for name, value in changes.items() if not isinstance(value, Crystal | PairPotential)}
        energy, length = rng.uniform(0.5, 2.0), rng.uniform(0.8, 1.25)
        for field in fields(base):
            value = getattr(base, field.name)
            if isinstance(value, Crystal):
                changes[field.name] = _crystal(value, rng)
            elif isinstance(value, PairPotential):
                changes[field.name] = _scaled(value, energy, length)
                changes |= {name: _round(getattr(base, name) * length) for name in ("guess",) if hasattr(base, name)}
            elif field.name == "distance":
                changes[field.name] = _round(value * length)
            elif field.name == "percent":
                # what the family does not take is drawn again
                changes[field.name] = rng.randrange(-20, 21) / 2
        try:
            return replace(base, **changes)
        except TaskError:
            continue
    raise TaskError(f"no mixture of two points of family '{family.name}' makes sense")


def _crystal(real: Crystal, rng: Random) -> Crystal:
    # diamond twice, for families that have none draw again
    structure = rng.choice((real.structure, *TYPICAL, "diamond"))
    styles = ("eam", "eam/alloy", "eam/fs") if structure != "diamond" else ("tersoff", "sw")
    style, element = rng.choice(styles), rng.choice(rng.choice((SYMBOLS, _COMMON)))
    file = f"{_stem(element, rng)}.{ENDINGS[style]}"
    return Crystal(element, structure, style, file, MASS, TYPICAL[structure], None, "invented")


def renamed(prompt: str, script: str, rng: Random) -> tuple[str, str]:
    """Give the potential file of a prompt and of its script another name, which does not exist, and a kindred style.

    With the name alone, a policy that learns from ten potentials forgets the styles that none of them has.

    Args:
        prompt: Names the file as the script does; else both stay as they are.
        script: Its first `pair_coeff * * FILE` is what counts; with another name it cannot run.
        rng: Where chance comes from.

    Returns:
        Prompt and script.
    """
    found = _POTENTIAL.search(script)
    if not found or found["file"] not in prompt:
        return prompt, script
    ending = found["file"].partition(".")[2]
    style = next(style for style, its in ENDINGS.items() if its == ending)
    other = rng.choice(next((kin for kin in _KIN if style in kin), (style,)))
    name = f"{_stem(found['element'] or found['first'], rng)}.{ENDINGS[other]}"
    word = rf"(?<![A-Za-z0-9_./]){re.escape(style)}(?![A-Za-z0-9_/])"
    prompt, script = (re.sub(word, other, text.replace(found["file"], name)) for text in (prompt, script))
    return prompt, script


def plain(script: str) -> str:
    """Write lattice constant and mass of a crystal as those of invented ones, where that makes no difference.

    A small model cannot know these numbers of an element, nor need it: static scripts relax the lattice, and no result
    depends on the mass. Learned by heart for a few potentials, they are what it mixes up for others: with a constant of
    its own for carbon, the only diamond of the train split, a policy came to write that one for every diamond.

    Args:
        script: As `mdgym.trainers.data.compact` writes it. It stays as it is where atoms move, where the box does not
            relax, and without a potential file.
    """
    if not _POTENTIAL.search(script) or "box/relax" not in script or _MOVES.search(script):
        return script
    script = _LATTICE.sub(lambda match: f"{match[1]} {TYPICAL[match[2]]:g}", script)
    return re.sub(r"^mass 1 \S+", f"mass 1 {MASS:g}", script, flags=re.MULTILINE)


def _stem(element: str, rng: Random) -> str:
    """As files are called: the elements in any order, and often more.

    A pair of letters is a token of a small model, and how to copy it must be learned of each: many never come in
    syllables. What is rare is not learned either, be it names of elements alone, or a pair behind a pair: hence more
    letters than real names have.
    """
    others = [symbol for symbol in rng.choice((SYMBOLS, _COMMON)) if symbol != element]
    elements = [element, *rng.sample(others, rng.choice((0, 1, 2)))]
    rng.shuffle(elements)
    (end,) = rng.choices(tuple(_ENDS), tuple(_ENDS.values()))
    if end == "letters":
        end = "".join(rng.choices(ascii_lowercase, k=rng.randrange(1, 13)))
    elif end == "author":
        end = _author(rng)
    return "".join(elements) + (end and f"_{end}")


def _author(rng: Random) -> str:
    """Draw initials, a name or two, or a year."""
    number = rng.choice(("", "", str(rng.randrange(1, 10))))
    kind = rng.choice(("initials", "initials", "name", "names", "year"))
    if kind == "initials":
        return "".join(rng.choices(ascii_lowercase, k=rng.randrange(1, 4))) + number
    if kind == "year":
        return str(rng.randrange(1980, 2025))
    if kind == "name":
        return _name(rng) + number
    return _name(rng).capitalize() + rng.choice(("", f"-{_name(rng).capitalize()}", number))


def _name(rng: Random) -> str:
    syllables = (rng.choice("bcdfghjklmnpqrstvwxz") + rng.choice("aeiouy") for _ in range(rng.choice((1, 2, 2))))
    return "".join(syllable + rng.choice(("", "", rng.choice("hlmnrst"))) for syllable in syllables)


def _scaled(potential: PairPotential, energy: float, length: float) -> PairPotential:
    powers = {
        "lj": (energy, length),
        "morse": (energy, 1 / length, length),
        "buck": (energy, length, energy * length**6),
    }[potential.kind]
    numbers = tuple(_round(value * power) for value, power in zip(potential.coefficients, powers, strict=True))
    return replace(potential, coefficients=numbers, cutoff=_round(potential.cutoff * length))


def _round(value: float) -> float:
    return float(f"{value:.3g}")
