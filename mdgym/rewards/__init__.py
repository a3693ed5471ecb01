"""Checks and rubric: pure functions from what happened to a score."""

from mdgym.rewards.feedback import feedback
from mdgym.rewards.rubric import STANDARD, Rubric, Weights, judge
from mdgym.rewards.score import CheckResult, Score, Versions
from mdgym.rewards.versions import current_versions

__all__ = [
    "STANDARD",
    "CheckResult",
    "Rubric",
    "Score",
    "Versions",
    "Weights",
    "current_versions",
    "feedback",
    "judge",
]
