"""Questions with keys: reading answers, scoring them by rule, and a suite that is generated from the wheel."""

from mdgym.questions.extraction import Extraction, extract_answer
from mdgym.questions.judge import Judge, judged
from mdgym.questions.loading import load_questions, save_questions
from mdgym.questions.prompts import as_task, prompt
from mdgym.questions.question import Question
from mdgym.questions.rules import Verdict, gold, mark
from mdgym.questions.suites import load_question_suite, question_suites

__all__ = [
    "Extraction",
    "Judge",
    "Question",
    "Verdict",
    "as_task",
    "extract_answer",
    "gold",
    "judged",
    "load_question_suite",
    "load_questions",
    "mark",
    "prompt",
    "question_suites",
    "save_questions",
]
