"""Questions in JSON lines, as mdgym writes them."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from mdgym.errors import RecordError, TaskError
from mdgym.questions.question import Question
from mdgym.records import from_json, to_json


def load_questions(path: str | os.PathLike[str]) -> tuple[Question, ...]:
    """Read questions from a file of JSON lines; blank lines are skipped.

    Args:
        path: The file, UTF-8; each line has the fields of `Question`, of which `id`, `type` and `question` must be
            there, and `options` and `answer` for choices, `answer_text` for blanks.

    Returns:
        The questions, in the order of the file.

    Raises:
        TaskError: The file cannot be read, has no question, or a line is wrong; the message names file and line.
    """
    name = os.fspath(path)
    try:
        lines = Path(path).read_text("utf-8").split("\n")
    except OSError as error:
        raise TaskError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TaskError(f"{name} is not UTF-8 text: byte {error.start} is wrong") from error
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = from_json(Question, json.loads(line))
        except json.JSONDecodeError as error:
            raise TaskError(f"{name}, line {number}: not JSON ({error.msg})") from error
        except RecordError as error:
            raise TaskError(f"{name}, line {number}: {error}") from error
        if question.id in questions:
            raise TaskError(f"{name}, line {number}: the id '{question.id}' was used before")
        questions[question.id] = question
    if not questions:
        raise TaskError(f"{name} holds no question; write one JSON object per line with 'id', 'type' and 'question'")
    return tuple(questions.values())


def holds_questions(path: str | os.PathLike[str]) -> bool:
    """Whether the first line of a file of JSON lines is a question, as far as it can be read: it asks a `question`."""
    try:
        with open(path, encoding="utf-8") as file:
            first = json.loads(next((line for line in file if line.strip()), ""))
    except (OSError, ValueError):
        return False
    return isinstance(first, dict) and "question" in first


def save_questions(questions: Iterable[Question], path: str | os.PathLike[str]) -> None:
    """Write questions as JSON lines, which `load_questions` reads back; a file that was there is replaced."""
    target = Path(path)
    draft = target.with_name(target.name + ".tmp")
    draft.write_text("".join(json.dumps(to_json(q), ensure_ascii=False) + "\n" for q in questions), "utf-8")
    draft.replace(target)
