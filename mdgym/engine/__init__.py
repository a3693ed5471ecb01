"""Run a script in real LAMMPS: fast, isolated, watched."""

from mdgym.engine.engine import Engine
from mdgym.engine.execution import Execution, Frame, Segment, State
from mdgym.engine.limits import Limits

__all__ = ["Engine", "Execution", "Frame", "Limits", "Segment", "State"]
