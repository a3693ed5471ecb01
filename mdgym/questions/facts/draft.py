"""How a generated question is put together: wording, options in random order, the facts behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from mdgym.questions.question import BLANK, CHINESE, ENGLISH, MULTIPLE, SINGLE

# A text in English and in Chinese, or one that is the same in both.
Text = str | tuple[str, str]
# English wordings, then Chinese ones.
Wordings = tuple[tuple[str, ...], tuple[str, ...]]
_LETTERS = "ABCDEFGH"
_CHINESE_SHARE = 1 / 3


@dataclass(frozen=True)
class Draft:
    """A generated question before it has an id and a split; the fields are those of `Question`."""

    type: str
    question: str
    facts: tuple[str, ...]
    options: Mapping[str, str]
    answer: tuple[str, ...]
    blanks: tuple[tuple[str, ...], ...]


def single(
    rng: Random, wordings: Wordings, right: Text, wrong: Sequence[Text], facts: Sequence[str], **fields: Text
) -> Draft:
    """Return a question with one right option.

    Args:
        rng: Chooses language, wording and order.
        wordings: Texts with the names of fields in braces.
        right: The right option.
        wrong: The other options.
        facts: What must be known.
        fields: What stands in the place of the names.
    """
    return _choice(rng, wordings, SINGLE, [right], wrong, facts, fields)


def multiple(
    rng: Random, wordings: Wordings, right: Sequence[Text], wrong: Sequence[Text], facts: Sequence[str], **fields: Text
) -> Draft:
    """Return a question with one or more right options; see `single`."""
    return _choice(rng, wordings, MULTIPLE, right, wrong, facts, fields)


def blank(rng: Random, wordings: Wordings, spellings: Sequence[str], facts: Sequence[str], **fields: Text) -> Draft:
    """Return a question with one blank and what is accepted there; see `single`."""
    _, text = _worded(rng, wordings, fields)
    return Draft(BLANK, text, tuple(facts), {}, (), (tuple(spellings),))


def _choice(
    rng: Random,
    wordings: Wordings,
    kind: str,
    right: Sequence[Text],
    wrong: Sequence[Text],
    facts: Sequence[str],
    fields: Mapping[str, Text],
) -> Draft:
    language, text = _worded(rng, wordings, fields)
    options = [(option, True) for option in right] + [(option, False) for option in wrong]
    rng.shuffle(options)
    pairs = list(zip(_LETTERS, options, strict=False))
    return Draft(
        kind,
        text,
        tuple(facts),
        {letter: _in(language, option) for letter, (option, _) in pairs},
        tuple(letter for letter, (_, good) in pairs if good),
        (),
    )


def _worded(rng: Random, wordings: Wordings, fields: Mapping[str, Text]) -> tuple[str, str]:
    language = CHINESE if rng.random() < _CHINESE_SHARE else ENGLISH
    template = rng.choice(wordings[language == CHINESE])
    return language, template.format(**{name: _in(language, text) for name, text in fields.items()})


def _in(language: str, text: Text) -> str:
    return text if isinstance(text, str) else text[language == CHINESE]
