"""A question of an exam: choices, blanks, or an open one."""

import re
from dataclasses import dataclass, field

from mdgym.errors import TaskError
from mdgym.questions.spelling import split_parts
from mdgym.records import digest
from mdgym.tasks.task import SPLITS

SINGLE = "single_choice"
MULTIPLE = "multiple_choice"
BLANK = "fill_blank"
OPEN = "open_qa"
TYPES = (SINGLE, MULTIPLE, BLANK, OPEN)
CHOICES = (SINGLE, MULTIPLE)
ENGLISH = "en"
CHINESE = "zh"

_LETTER = re.compile("[A-Z]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
# What stands for a blank: a run of underscores, empty round brackets, or the word in square brackets.
_GAP = re.compile(r"_{2,}(?:\s*_{2,})*|[(（]\s*[)）]|\[blank\]", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One question with its key.

    Attributes:
        id: Unique name, such as "facts/test/default_timestep/003".
        type: One of `TYPES`.
        question: What is asked, without the options.
        options: Letter (A to Z) to text; empty where there is nothing to choose from.
        answer: The right letters of a choice; empty for the other types.
        answer_text: Of a blank, what fills it: spellings that count as the same are separated by `|`, `;`, a line
            end, " or " or "或", and where there are several blanks, these are separated by `;`, `,` or a line end. Of
            an open question, an outline of the answer. Of a choice, an explanation, which is not used.
        blanks: For each blank the spellings that are accepted; empty where `answer_text` says it.
        difficulty: As the exam calls it.
        tags: Topics.
        family: The generator that made it; "user" for an exam of one's own.
        suite: Name of the suite.
        split: One of `mdgym.tasks.task.SPLITS`.
        facts: What must be known to answer it; no fact stands in two splits of a suite.
    """

    id: str
    type: str
    question: str
    options: dict[str, str] = field(default_factory=dict)
    answer: tuple[str, ...] = ()
    answer_text: str = ""
    blanks: tuple[tuple[str, ...], ...] = ()
    difficulty: str = ""
    tags: tuple[str, ...] = ()
    family: str = "user"
    suite: str = "user"
    split: str = "test"
    facts: tuple[str, ...] = ()
    schema_version: int = 1

    def __post_init__(self) -> None:
        if not self.id or not self.question.strip():
            raise TaskError(f"question '{self.id}': id and question must not be empty")
        if self.type not in TYPES:
            raise TaskError(f"question '{self.id}': type '{self.type}' is not one of {', '.join(TYPES)}")
        if self.split not in SPLITS:
            raise TaskError(f"question '{self.id}': split '{self.split}' is not one of {', '.join(SPLITS)}")
        if self.type in CHOICES:
            self._check_choice()
        elif self.answer:
            raise TaskError(f"question '{self.id}': 'answer' holds letters, and {self.type} has none; use answer_text")
        if self.type == BLANK and not (self.answer_text.strip() or (self.blanks and all(self.blanks))):
            raise TaskError(f"question '{self.id}': nothing says what fills the blank; give answer_text or blanks")

    def _check_choice(self) -> None:
        if len(self.options) < 2 or not all(map(_LETTER.fullmatch, self.options)):
            raise TaskError(
                f"question '{self.id}': options must be two or more with letters A to Z, not {list(self.options)}"
            )
        if not self.answer or len(set(self.answer)) < len(self.answer) or not set(self.answer) <= set(self.options):
            raise TaskError(f"question '{self.id}': answer must be letters of its options, not {list(self.answer)}")
        if self.type == SINGLE and len(self.answer) > 1:
            raise TaskError(f"question '{self.id}': a {SINGLE} question has one right letter, not {list(self.answer)}")

    @property
    def language(self) -> str:
        """`CHINESE` where the question has a Chinese character, else `ENGLISH`."""
        return CHINESE if _CHINESE.search(self.question) else ENGLISH

    @property
    def hash(self) -> str:
        """Content hash; results of questions with different hashes cannot be compared."""
        return digest(self)

    @property
    def gaps(self) -> int:
        """How many blanks are to be filled, at least 1; a key that cannot be divided fills all as one."""
        if self.blanks:
            return len(self.blanks)
        marked = len(_GAP.findall(self.question))
        return marked if marked > 1 and split_parts(self.answer_text, marked) else 1

    def after_gap(self, number: int) -> str:
        """Return the text that follows a blank, where the question marks it; else the empty string."""
        ends = [match.end() for match in _GAP.finditer(self.question)]
        return self.question[ends[number] :] if number < len(ends) else ""
