"""(Task, answer, seed) to Score: here in this process, one after another."""

from mdgym.scoring.pool import Pool, Scored, ScoringTiming
from mdgym.scoring.serial import SerialPool

__all__ = ["Pool", "Scored", "ScoringTiming", "SerialPool"]
