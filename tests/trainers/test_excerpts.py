"""Short pairs: little besides what is copied."""

import re
from collections import Counter
from string import ascii_lowercase

from mdgym.trainers.data import leaks
from mdgym.trainers.excerpts import excerpt_rows


def test_excerpts_hold_little_besides_what_is_copied():
    rows = list(excerpt_rows("micro", 60, 3, ["cohesion", "vacancy", "cluster"]))
    assert rows == list(excerpt_rows("micro", 60, 3, ["cohesion", "vacancy", "cluster"]))
    assert {row.family for row in rows} == {"cohesion", "vacancy", "cluster"}
    for row in rows:
        assert row.kind == "excerpt" and all(line.startswith(("lattice", "pair_")) for line in row.script.splitlines())
        named = {word for word in row.script.split() if "." in word}
        assert any(word in row.prompt for word in named)
    assert sum(len(row.prompt) for row in rows) / 60 < 250


def test_half_of_the_names_in_excerpts_end_with_letters_at_random():
    rows = list(excerpt_rows("micro", 200, 3, ["cohesion"]))
    stems = [row.script.split("pair_coeff * * ")[1].partition(".")[0] for row in rows]
    letters = Counter(letter for stem in stems for letter in stem.partition("_")[2])
    assert set(letters) >= set(ascii_lowercase)
    assert 0.5 < sum("_" in stem for stem in stems) / 200 < 0.9
    # invented authors have syllables or three initials
    assert sum(bool(re.search("_[a-z]*[bcdfghjklmnpqrstvwxz]{4}", stem)) for stem in stems) > 10
    assert not leaks(rows)
