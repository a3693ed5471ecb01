"""The suites of questions that come with mdgym, as stored files; `mdgym.questions.facts.build` writes them."""

from functools import cache
from pathlib import Path

from mdgym.errors import TaskError
from mdgym.questions.loading import load_questions
from mdgym.questions.question import Question
from mdgym.tasks.task import SPLITS

DIRECTORY = Path(__file__).parent / "data"


def question_suites() -> tuple[str, ...]:
    """Return the names of all suites of questions."""
    return tuple(sorted(path.parent.name for path in DIRECTORY.glob(f"*/{SPLITS[0]}.jsonl")))


def load_question_suite(name: str = "facts", split: str = "test") -> tuple[Question, ...]:
    """Load the questions of one split of a suite.

    Args:
        name: Name of the suite, one of `question_suites()`.
        split: "train", "validation" or "test".

    Returns:
        The questions, always in the same order.

    Raises:
        TaskError: There is no such suite or split; the message lists those that exist.
    """
    if name not in question_suites():
        raise TaskError(f"there is no suite of questions '{name}'; there are: {', '.join(question_suites())}")
    if split not in SPLITS:
        raise TaskError(f"suite '{name}' has no split '{split}'; its splits are: {', '.join(SPLITS)}")
    return _stored(DIRECTORY / name / f"{split}.jsonl")


@cache
def _stored(path: Path) -> tuple[Question, ...]:
    return load_questions(path)
