"""MD-EvalBench as tasks and questions of mdgym.

Its code tasks have no contract: they are open tasks, and the reference script is their gold script.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mdgym.benchmarks.exam_files import Entry
from mdgym.errors import TaskError
from mdgym.questions.question import BLANK, CHOICES, MULTIPLE, OPEN, SINGLE, Question
from mdgym.questions.rules import accepted
from mdgym.tasks.task import Task

SUITE = "evalbench"
_CHINESE = re.compile("[\u4e00-\u9fff]")
# The exam's texts say what is to be simulated, not in which form they are to be answered.
_ENGLISH_FORM = "Answer with one complete LAMMPS input script."
_CHINESE_FORM = "请给出一个完整的 LAMMPS 输入脚本。"
_ONLY_LETTERS = re.compile(r"[A-Z](?:[\s,;、，；/]*[A-Z])*")
_GAP = re.compile(r"_{2,}|[(（]\s*[)）]")


@dataclass(frozen=True)
class Unusable:
    """An entry that cannot be asked: where it stands, and why."""

    where: str
    why: str


def code_tasks(entries: Sequence[Entry]) -> tuple[tuple[Task, ...], tuple[Unusable, ...]]:
    """Return open tasks, and the entries that have no text.

    Args:
        entries: Entries of one part.

    Returns:
        Tasks named by part and number, such as "evalbench/code/012", and what cannot be used.
    """
    tasks, unusable = [], []
    for entry in entries:
        try:
            tasks.append(_task(entry))
        except TaskError as error:
            unusable.append(Unusable(entry.where, str(error)))
    return tuple(tasks), tuple(unusable)


def exam_questions(entries: Sequence[Entry]) -> tuple[tuple[Question, ...], tuple[Unusable, ...]]:
    """Return questions, and the entries that lack what a question needs, such as the key of a choice.

    Args:
        entries: Entries of one part.

    Returns:
        Questions named by part and the exam's own id (their number where there is none, or two are the same), and what
        cannot be used.
    """
    ids = Counter(entry.text("id") for entry in entries)
    questions, unusable = [], []
    for entry in entries:
        own = entry.text("id")
        name = own if own and ids[own] == 1 else f"{own}#{entry.number}"
        try:
            questions.append(_question(entry, f"{SUITE}/{entry.part}/{name}"))
        except TaskError as error:
            unusable.append(Unusable(entry.where, str(error)))
    return tuple(questions), tuple(unusable)


def _task(entry: Entry) -> Task:
    text = entry.text("task")
    if not text:
        raise TaskError(f"{entry.where}: it has no 'task'")
    form = _CHINESE_FORM if _CHINESE.search(text) else _ENGLISH_FORM
    name = f"{SUITE}/{entry.part}/{entry.number:03d}"
    return Task(name, f"{text}\n\n{form}", family=entry.part, suite=SUITE, gold=entry.text("standrd_code"))


def _question(entry: Entry, name: str) -> Question:
    options, answer, text = _options(entry), _letters(entry), _joined(entry)
    kind = entry.text("type").lower() or _guessed(entry, options, answer)
    choice = kind in CHOICES
    question = Question(
        id=name,
        type=kind,
        question=entry.text("question"),
        options=options if choice else {},
        answer=answer if choice else (),
        answer_text=text,
        difficulty=entry.text("difficulty"),
        tags=_tags(entry.data.get("tags", [])),
        family=entry.part,
        suite=SUITE,
    )
    if kind == BLANK:
        # refuses a key that does not say what fills each of several blanks
        accepted(question)
    return question


def _guessed(entry: Entry, options: dict[str, str], answer: tuple[str, ...]) -> str:
    if options:
        return MULTIPLE if len(answer) > 1 else SINGLE
    return BLANK if _GAP.search(entry.text("question")) else OPEN


def _options(entry: Entry) -> dict[str, str]:
    value = entry.data.get("options", {})
    if isinstance(value, list):
        value = {chr(ord("A") + number): text for number, text in enumerate(value)}
    if not isinstance(value, dict):
        raise TaskError(f"{entry.where}: 'options' must be an object of letters, not {type(value).__name__}")
    return {key.strip(" .:)、：）").upper(): str(text) for key, text in value.items() if text is not None}


def _letters(entry: Entry) -> tuple[str, ...]:
    """Return the key: a list of letters, or one text such as "AC", "A, C" or "A. Because …"."""
    value = entry.data.get("answer", [])
    parts = [str(part).strip().upper() for part in (value if isinstance(value, list) else [value])]
    # of "A. Because …" the letter; what is neither stays as it is, and is no letter of an option
    found = [re.findall("[A-Z]", part) if _ONLY_LETTERS.fullmatch(part) else _first(part) for part in parts]
    return tuple(dict.fromkeys(letter for letters in found for letter in letters))


def _first(part: str) -> list[str]:
    letter = re.match(r"[(（]?([A-Z])(?![A-Z])", part)
    return [letter[1] if letter else part]


def _joined(entry: Entry) -> str:
    value = entry.data.get("answer_text", "")
    return "\n".join(map(str, value)) if isinstance(value, list) else entry.text("answer_text")


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value if isinstance(value, list) else [value]))
