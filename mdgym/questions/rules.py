"""The reward of an answer by rule: exact letters, blanks by their meaning.

- Single choice: 1 for the right letter, else 0.
- Multiple choice: 1 for exactly the right letters. With right letters only but not all, the share that was named; with
  any wrong letter, 0. Only the exact set is a success.
- Blanks: the share of blanks that are right; all of them are a success.
- Open: no rule can score it; see `mdgym.questions.judge`.
"""

import re
from dataclasses import dataclass

from mdgym.questions.extraction import Extraction, extract_answer
from mdgym.questions.meaning import same_words, spellings, with_bracket
from mdgym.questions.question import BLANK, OPEN, Question
from mdgym.questions.spelling import split_parts
from mdgym.questions.units import read_quantity

# Rises when the same answer may get another reward.
RULES = "2"

_LEADING_UNIT = re.compile(r"\s*([^\s,;:，。；()（）]{1,30})")


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth.

    Attributes:
        reward: 0 to 1; None for an open question that nobody judged.
        success: Whether it is wholly right; None for open questions.
        given: What the answer says: letters, or a text for each blank; empty when it says nothing that counts.
        feedback: A sentence for the policy; it does not give the key away.
    """

    reward: float | None
    success: bool | None
    given: tuple[str, ...]
    feedback: str
    schema_version: int = 1


def mark(question: Question, answer: str) -> Verdict:
    """Score an answer by rule.

    Args:
        question: The question with its key.
        answer: Any text.

    Returns:
        The verdict; without reward for an open question.
    """
    found = extract_answer(question, answer)
    if question.type == OPEN:
        return Verdict(None, None, found.parts, "An open question is not scored without a judge.")
    if found.problem:
        return Verdict(0.0, False, (), found.problem)
    reward = _blanks(question, found) if question.type == BLANK else _choice(question, found)
    if reward == 1.0:
        return Verdict(1.0, True, found.parts, "Right.")
    return Verdict(reward, False, found.parts, "Partly right." if reward else "Wrong.")


def gold(question: Question) -> str:
    """Return a right answer in the form that the prompt asks for; of an open question, the outline."""
    if question.type == OPEN:
        return question.answer_text
    if question.type == BLANK:
        return "Answer: " + "; ".join(words[0] for words in accepted(question))
    return "Answer: " + ", ".join(question.answer)


def accepted(question: Question) -> tuple[tuple[str, ...], ...]:
    """Return for each blank the spellings that fill it.

    Where a unit follows the blank in the question and the key is a bare number, the number with this unit counts too.
    """
    parts = split_parts(question.answer_text, question.gaps) if question.gaps > 1 else (question.answer_text,)
    blanks = question.blanks or [spellings(part) for part in parts or ()]
    return tuple(_with_unit(words, _unit_after(question, number)) for number, words in enumerate(blanks))


def _choice(question: Question, found: Extraction) -> float:
    right, given = set(question.answer), set(found.parts)
    return len(given) / len(right) if given <= right else 0.0


def _blanks(question: Question, found: Extraction) -> float:
    pairs = list(zip(found.parts, accepted(question), strict=True))
    return sum(_fills(part, words) for part, words in pairs) / len(pairs)


def _fills(part: str, words: tuple[str, ...]) -> bool:
    """Whether a text is one of the words, or says two of them: "femtoseconds (fs)"."""

    def known(text: str) -> bool:
        return any(same_words(text, word) for word in words)

    return known(part) or all(map(known, with_bracket(part)))


def _unit_after(question: Question, number: int) -> str:
    match = _LEADING_UNIT.match(question.after_gap(number))
    quantity = read_quantity(match[1].rstrip(".")) if match else None
    return match[1].rstrip(".") if match and quantity and not quantity.counted else ""


def _with_unit(words: tuple[str, ...], unit: str) -> tuple[str, ...]:
    read = {word: read_quantity(word) for word in words} if unit else {}
    return (*words, *(f"{word} {unit}" for word, found in read.items() if found and not found.united))
