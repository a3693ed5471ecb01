"""Short pairs for a model that knows nothing: what scripts copy from their prompts, and little else."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from mdgym.trainers.data import EXCERPT, Row, families_of, solve_row
from mdgym.trainers.points import TYPICAL

# Potential files, chemical symbols, and numbers.
_QUOTED = re.compile(r"\w\.\w|^[A-Z][a-z]?$")
_SENTENCE = re.compile(r"(?<=[.;:])\s+|(?<=[。；：])|\n")


def excerpt_rows(suite: str, count: int, seed: int, families: Sequence[str] = ()) -> Iterator[Row]:
    """Draw short pairs: sentences of a prompt that name an invented crystal and its potential, and the lines that copy.

    A model with random weights must find out that scripts copy from prompts. In whole scripts the few words that are
    copied count for little, and it takes thousands of them; excerpts are made of such words.

    Args:
        suite: Whose families.
        count: How many.
        seed: Seeds everything.
        families: Only these of the suite.
    """
    rng, chosen, found = Random(f"excerpt/{seed}"), families_of(suite, families), 0
    while found < count:
        row = solve_row(rng.choice(chosen), lambda habit: 0.0, rng, True)
        lines = [" ".join(line.split()[:3]) for line in row.script.splitlines() if _names_crystal(line, row.prompt)]
        lines += [line for line in row.script.splitlines() if line.startswith("pair_")]
        words = {word for line in lines for word in line.split() if _QUOTED.search(word) or word in TYPICAL}
        patterns = {word: rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_]|\.[a-z])" for word in words}
        sentences = [s for s in _SENTENCE.split(row.prompt) if any(re.search(p, s) for p in patterns.values())]
        prompt = "\n".join(sentences)
        # a name that cannot be read teaches to guess; a number may have been converted
        names = [pattern for word, pattern in patterns.items() if not word[0].isdigit()]
        if sentences and all(re.search(pattern, prompt) for pattern in names):
            found += 1
            yield replace(row, prompt=prompt, script="\n".join(lines) + "\n", kind=EXCERPT)


def _names_crystal(line: str, prompt: str) -> bool:
    """Whether a line makes a lattice that the prompt calls by the same word, with a constant that can be known."""
    command, kind, *words = [*line.split(), ""]
    known = command == "lattice" and kind in TYPICAL and words[0] == f"{TYPICAL[kind]:g}"
    return known and bool(re.search(rf"(?<![A-Za-z]){kind}(?![A-Za-z])", prompt))
