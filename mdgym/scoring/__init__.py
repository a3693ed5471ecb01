"""(Task, answer, seed) to Score: in this process one after another, or on many CPUs at a time."""

from mdgym.scoring.choice import make_pool
from mdgym.scoring.pool import Pool, Scored, ScoringTiming
from mdgym.scoring.ray_pool import RayPool
from mdgym.scoring.serial import SerialPool

__all__ = ["Pool", "RayPool", "Scored", "ScoringTiming", "SerialPool", "make_pool"]
