"""Kinds of questions on units: what `units` sets."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from mdgym.questions.facts.draft import Draft, Wordings, blank, multiple, single
from mdgym.questions.facts.unit_facts import BOLTZMANN, OTHER_SPELLINGS, QUANTITIES, SKINS, STYLES, TIMESTEPS, UNITS
from mdgym.questions.meaning import same_words

_UNIT: Wordings = (
    (
        "In LAMMPS `units {style}`, which unit does {quantity} have?",
        "With `units {style}`, LAMMPS reads and prints {quantity} in …",
    ),
    ("在 LAMMPS 的 `units {style}` 下，{quantity}的单位是什么？",),
)
_UNIT_BLANK: Wordings = (
    ("With `units {style}`, LAMMPS gives {quantity} in units of ____.",),
    ("LAMMPS 使用 `units {style}` 时，{quantity}的单位是 ____。",),
)
_SHARED: Wordings = (
    ("In which of these unit styles of LAMMPS is {quantity} given in {unit}?",),
    ("在下列哪些 LAMMPS 单位制中，{quantity}的单位是 {unit}？",),
)
_TIMESTEP: Wordings = (
    (
        "A script sets `units {style}` and no timestep. Which timestep does LAMMPS use?",
        "What is the default timestep of LAMMPS with `units {style}`?",
    ),
    ("脚本设置了 `units {style}` 但没有设置时间步长，LAMMPS 使用的时间步长是多少？",),
)
_TIMESTEP_BLANK: Wordings = (
    ("With `units {style}` and no `timestep` command, the timestep of LAMMPS is ____ {unit}.",),
    ("使用 `units {style}` 且没有 `timestep` 命令时，LAMMPS 的时间步长为 ____ {unit}。",),
)
_SKIN: Wordings = (
    ("Which skin distance does the neighbor list of LAMMPS have by default with `units {style}`?",),
    ("使用 `units {style}` 时，LAMMPS 近邻表默认的 skin 距离是多少？",),
)
_SKIN_BLANK: Wordings = (
    ("With `units {style}` and no `neighbor` command, the skin distance of LAMMPS is ____ {unit}.",),
    ("使用 `units {style}` 且没有 `neighbor` 命令时，LAMMPS 的 skin 距离为 ____ {unit}。",),
)
_CONSTANT: Wordings = (
    ("With `units {style}`, LAMMPS uses a Boltzmann constant of ____ {unit}. (Three digits are enough.)",),
    ("使用 `units {style}` 时，LAMMPS 的玻尔兹曼常数为 ____ {unit}。（三位有效数字即可）",),
)
# What a default could be mistaken for.
_FACTORS = (0.1, 0.2, 0.5, 2.0, 5.0, 10.0, 100.0)


def unit_of_quantity(quantities: Sequence[str], rng: Random) -> Iterator[Draft]:
    """Which unit has a quantity in a unit style? As a choice."""
    for quantity in quantities:
        units = UNITS[quantity]
        for style, unit in units.items():
            wrong: list[str] = []
            for other in rng.sample(sorted(set(units.values())), len(set(units.values()))):
                if len(wrong) < 3 and not any(same_words(other, known) for known in (unit, *wrong)):
                    wrong.append(other)
            facts = [f"unit of {quantity} in {style}"]
            yield single(rng, _UNIT, unit, wrong, facts, style=style, quantity=(quantity, QUANTITIES[quantity]))


def unit_blank(quantities: Sequence[str], rng: Random) -> Iterator[Draft]:
    """Which unit has a quantity in a unit style? As a blank."""
    for quantity in quantities:
        for style, unit in UNITS[quantity].items():
            spellings = (unit, *OTHER_SPELLINGS.get(unit, ()))
            facts = [f"unit of {quantity} in {style}"]
            yield blank(rng, _UNIT_BLANK, spellings, facts, style=style, quantity=(quantity, QUANTITIES[quantity]))


def styles_with_unit(quantities: Sequence[str], rng: Random) -> Iterator[Draft]:
    """In which unit styles has a quantity this unit?"""
    for quantity in quantities:
        units = UNITS[quantity]
        for unit in dict.fromkeys(units.values()):
            # µm/µs is m/s, but a style has one unit by name
            right = [style for style in STYLES if units.get(style) == unit]
            wrong = [style for style in units if not same_words(units[style], unit)]
            if len(right) > 1 and wrong:
                wrong = rng.sample(wrong, min(3, len(wrong)))
                facts = [f"unit of {quantity} in {style}" for style in (*right, *wrong)]
                named = (quantity, QUANTITIES[quantity])
                yield multiple(rng, _SHARED, right, wrong, facts, quantity=named, unit=unit)


def default_timestep(styles: Sequence[str], rng: Random) -> Iterator[Draft]:
    """Which timestep has a unit style by default?"""
    yield from _defaults(styles, rng, TIMESTEPS, "default timestep", (_TIMESTEP, _TIMESTEP_BLANK))


def default_skin(styles: Sequence[str], rng: Random) -> Iterator[Draft]:
    """Which skin distance has a unit style by default?"""
    yield from _defaults(styles, rng, SKINS, "default skin", (_SKIN, _SKIN_BLANK))


def boltzmann(styles: Sequence[str], rng: Random) -> Iterator[Draft]:
    """Which value has Boltzmann's constant in a unit style?"""
    for style in styles:
        value, unit = BOLTZMANN[style]
        yield blank(rng, _CONSTANT, [f"{value:.6g}"], [f"boltzmann in {style}"], style=style, unit=unit)


def _defaults(
    styles: Sequence[str],
    rng: Random,
    table: Mapping[str, tuple[float, str]],
    fact: str,
    wordings: tuple[Wordings, Wordings],
) -> Iterator[Draft]:
    for style in styles:
        value, unit = table[style]
        facts = [f"{fact} in {style}"]
        wrong = [f"{value * factor:.6g} {unit}" for factor in rng.sample(_FACTORS, 3)]
        yield single(rng, wordings[0], f"{value:.6g} {unit}", wrong, facts, style=style)
        yield blank(rng, wordings[1], [f"{value:.6g}"], facts, style=style, unit=unit)
