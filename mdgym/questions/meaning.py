"""When two texts mean the same, and which spellings the key of a blank names."""

import re

from mdgym.questions.spelling import folded, key
from mdgym.questions.units import read_quantity, same_quantity

_ALTERNATIVES = re.compile(r"[|;；\n]|\s+or\s+|\s*或者?\s*|\s+/\s+")
_COMMAS = re.compile("[,，、]")
_BRACKET = re.compile(r"(.*\S)\s*[(（]([^()（）]+)[)）]")

# Words of the field that are written in several ways; each row means one thing.
_SYNONYM_ROWS = (
    ("nve", "microcanonical", "microcanonical ensemble", "nve ensemble", "微正则", "微正则系综", "nve系综"),
    ("nvt", "canonical", "canonical ensemble", "nvt ensemble", "正则", "正则系综", "nvt系综"),
    ("npt", "isothermal-isobaric", "isothermal-isobaric ensemble", "npt ensemble", "等温等压", "等温等压系综"),
    ("lj", "lennard-jones", "lennard jones potential", "lj potential", "lennard-jones势", "lj势"),
    ("rdf", "g(r)", "radial distribution function", "pair correlation function", "径向分布函数"),
    ("msd", "mean square displacement", "mean squared displacement", "mean-square displacement", "均方位移"),
    ("vacf", "velocity autocorrelation function", "velocity auto-correlation function", "速度自相关函数"),
    ("eam", "embedded atom method", "embedded-atom method", "嵌入原子法", "嵌入原子方法", "嵌入原子势"),
    ("pbc", "periodic boundary conditions", "periodic boundary condition", "周期性边界条件", "周期边界条件"),
    ("pppm", "particle-particle particle-mesh", "p3m"),
    ("md", "molecular dynamics", "分子动力学"),
    ("fcc", "face-centered cubic", "face-centred cubic", "面心立方"),
    ("bcc", "body-centered cubic", "body-centred cubic", "体心立方"),
    ("hcp", "hexagonal close-packed", "密排六方", "六方密堆积"),
    ("periodic", "p", "周期", "周期性"),
    ("unitless", "dimensionless", "reduced", "无量纲", "无单位"),
    ("yes", "true", "on", "是"),
    ("no", "false", "off", "否"),
    ("0", "zero", "零"),
    ("1", "one", "一"),
    ("2", "two", "二", "两"),
    ("3", "three", "三"),
    ("4", "four", "四"),
    ("5", "five", "五"),
    ("6", "six", "六"),
    ("7", "seven", "七"),
    ("8", "eight", "八"),
    ("9", "nine", "九"),
    ("10", "ten", "十"),
)
_SYNONYMS = {key(word): row for row, words in enumerate(_SYNONYM_ROWS) for word in words}


def same_words(given: str, spelling: str) -> bool:
    """Whether two texts mean the same: the same quantity, the same words, or words of one row of synonyms."""
    ours, theirs = read_quantity(spelling), read_quantity(given)
    if ours is not None and theirs is not None:
        return same_quantity(theirs, ours)
    if ours is not None and ours.counted and not ours.united:
        return key(given) in _SYNONYMS and _SYNONYMS[key(given)] == _SYNONYMS.get(key(spelling))
    left, right = key(given), key(spelling)
    return bool(left) and (left == right or (left in _SYNONYMS and _SYNONYMS[left] == _SYNONYMS.get(right)))


def with_bracket(text: str) -> tuple[str, ...]:
    """Return what stands before a bracket and what in it, as in "femtoseconds (fs)"; without one, the text."""
    match = _BRACKET.fullmatch(text.strip())
    return match.groups() if match else (text.strip(),)


def spellings(text: str) -> tuple[str, ...]:
    """Return the spellings that the key of one blank names.

    Args:
        text: One spelling, or several with `|`, `;`, a line end, " or ", " / " or "或" between them. Commas separate
            spellings only where all of them mean the same; a bracket holds another when that means the same or is an
            abbreviation.

    Returns:
        The spellings, the first as it stands first in the text, then the text as a whole.
    """
    found: list[str] = []
    for part in [*_ALTERNATIVES.split(text), text]:
        found.append(part.strip())
        pieces = [piece.strip() for piece in _COMMAS.split(part)]
        if len(pieces) > 1 and all(same_words(piece, pieces[0]) for piece in pieces):
            found += pieces
        first, *bracketed = with_bracket(part)
        found.append(first)
        found += [word for word in bracketed if same_words(word, first) or folded(word) == _initials(first)]
    return tuple(dict.fromkeys(word for word in found if word))


def _initials(text: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s-]+", folded(text)) if word)
