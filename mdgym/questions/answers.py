"""What an evaluation on questions keeps of each answer."""

from dataclasses import dataclass

from mdgym.questions.question import OPEN
from mdgym.questions.rules import Verdict

ANSWERS = "answers.jsonl"


@dataclass(frozen=True)
class AnswerRecord:
    """One answer and what it was worth.

    Attributes:
        question_id: The question.
        type: Its type.
        rollout: Number of the sample for this question, from 0.
        seed: Seed of the episode.
        question_hash: `Question.hash`; the answer is not used for a question that has changed.
        answer: What the agent said.
        verdict: What it was worth.
        answer_s: Wall-clock seconds that the agent took.
    """

    question_id: str
    type: str
    rollout: int
    seed: int
    question_hash: str
    answer: str
    verdict: Verdict
    answer_s: float
    schema_version: int = 1

    @property
    def unscored(self) -> bool:
        """Whether it answers an open question, and no judge gave it a grade."""
        return self.type == OPEN and self.verdict.reward is None
