"""Make the suite `facts` from the installed wheel: `python -m mdgym.questions.facts.build`.

What must be known is divided among the splits before questions are made of it, so no fact stands in two splits: units
by quantity, defaults by unit style, styles by name, potential files by their format, grammar by command.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from random import Random
from typing import TypeVar

from mdgym.engine import Engine
from mdgym.questions.facts import kinds_grammar, kinds_names, kinds_units
from mdgym.questions.facts.draft import Draft
from mdgym.questions.facts.grammar import FORMS
from mdgym.questions.facts.unit_facts import BOLTZMANN, QUANTITIES, SKINS, TIMESTEPS
from mdgym.questions.facts.vocabulary import COMMANDS, DEFAULTS, THERMO
from mdgym.questions.facts.wheel import Wheel, read_wheel
from mdgym.questions.loading import save_questions
from mdgym.questions.question import Question
from mdgym.questions.suites import DIRECTORY
from mdgym.tasks.task import SPLITS

T = TypeVar("T")
SUITE = "facts"
# Share of train, validation and test.
_SHARES = (0.55, 0.2, 0.25)
# Most questions of one family in a split.
_MOST = {"train": 60, "validation": 15, "test": 25}


def build(wheel: Wheel, seed: int = 0) -> dict[str, tuple[Question, ...]]:
    """Generate the questions of all splits.

    Args:
        wheel: Facts of the installed wheel.
        seed: Seeds the division into splits, the wordings and the order of options.

    Returns:
        Split to its questions, by family; the same for the same wheel and seed.
    """
    quantities = divide(QUANTITIES, str, seed)
    styles = divide(sorted(wheel.homes), str, seed)
    potentials = divide(wheel.potentials, lambda potential: potential.style, seed)
    forms = divide(FORMS, lambda form: form.name, seed)
    commands, thermo, defaults = (divide(words, lambda word: word.word, seed) for words in (COMMANDS, THERMO, DEFAULTS))
    timesteps, skins, constants = (divide(table, str, seed) for table in (TIMESTEPS, SKINS, BOLTZMANN))
    found: dict[str, tuple[Question, ...]] = {}
    for split in SPLITS:
        families: dict[str, Callable[[Random], Iterator[Draft]]] = {
            "unit_of_quantity": partial(kinds_units.unit_of_quantity, quantities[split]),
            "unit_blank": partial(kinds_units.unit_blank, quantities[split]),
            "styles_with_unit": partial(kinds_units.styles_with_unit, quantities[split]),
            "default_timestep": partial(kinds_units.default_timestep, timesteps[split]),
            "default_skin": partial(kinds_units.default_skin, skins[split]),
            "boltzmann": partial(kinds_units.boltzmann, constants[split]),
            "which_style": partial(kinds_names.which_style, styles[split], wheel=wheel),
            "which_styles": partial(kinds_names.which_styles, styles[split], wheel=wheel),
            "style_home": partial(kinds_names.style_home, styles[split], wheel=wheel),
            "existing_style": partial(kinds_names.existing_style, styles[split], wheel=wheel),
            "potential_style": partial(kinds_names.potential_style, potentials[split]),
            "potential_elements": partial(kinds_names.potential_elements, potentials[split]),
            "element_mapping": partial(kinds_names.element_mapping, potentials[split]),
            "command_purpose": partial(kinds_names.command_purpose, commands[split]),
            "thermo_keyword": partial(kinds_names.thermo_keyword, thermo[split]),
            "default_setting": partial(kinds_names.default_setting, defaults[split]),
            "argument_count": partial(kinds_grammar.argument_count, forms[split]),
            "argument_order": partial(kinds_grammar.argument_order, forms[split]),
            "right_line": partial(kinds_grammar.right_line, forms[split], wheel=wheel),
        }
        found[split] = tuple(
            question for family, kind in families.items() for question in _questions(family, split, kind, seed)
        )
    return found


def divide(items: Iterable[T], name: Callable[[T], str], seed: int) -> dict[str, tuple[T, ...]]:
    """Divide items among the splits, in an order that depends on their names and the seed alone.

    Args:
        items: The items, each of another name, at least three.
        name: What tells them apart; items of one name stay together.
        seed: Seeds the order.

    Returns:
        Split to its items, in their original order.
    """
    items = tuple(items)
    names = sorted({name(item) for item in items}, key=lambda text: hashlib.sha256(f"{seed} {text}".encode()).digest())
    first = round(_SHARES[0] * len(names))
    second = first + max(1, round(_SHARES[1] * len(names)))
    split = {text: SPLITS[(place >= first) + (place >= second)] for place, text in enumerate(names)}
    return {wanted: tuple(item for item in items if split[name(item)] == wanted) for wanted in SPLITS}


def _questions(family: str, split: str, kind: Callable[[Random], Iterator[Draft]], seed: int) -> Iterator[Question]:
    rng = Random(f"{seed} {family} {split}")
    # the same words may come from two facts
    drafts = list({(draft.question, frozenset(draft.options.values())): draft for draft in kind(rng)}.values())
    chosen = sorted(rng.sample(range(len(drafts)), min(len(drafts), _MOST[split])))
    for number, place in enumerate(chosen):
        yield _question(drafts[place], family, split, number)


def _question(draft: Draft, family: str, split: str, number: int) -> Question:
    return Question(
        id=f"{SUITE}/{split}/{family}/{number:03d}",
        type=draft.type,
        question=draft.question,
        options=dict(draft.options),
        answer=draft.answer,
        blanks=draft.blanks,
        tags=("LAMMPS",),
        family=family,
        suite=SUITE,
        split=split,
        facts=draft.facts,
    )


def main() -> None:
    """Write the suite into the package."""
    with Engine() as engine:
        splits = build(read_wheel(engine))
    for split, questions in splits.items():
        path = DIRECTORY / SUITE / f"{split}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_questions(questions, path)


if __name__ == "__main__":
    main()
