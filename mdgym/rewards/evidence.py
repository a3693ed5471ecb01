"""What the verifier found by runs of its own; stored beside the execution, so that it can be judged again later."""

import math
from dataclasses import dataclass, field

import numpy as np

from mdgym.engine.execution import Execution, Timing
from mdgym.engine.window import Window, judged_window
from mdgym.tasks.task import Quantity


def work_done(execution: Execution) -> tuple[int, int, int]:
    """Say how much a script has computed.

    Returns:
        Minimizations that moved something, distinct volumes among all samples, and steps of dynamics.
    """
    segments = execution.segments
    # a minimization that starts where one has ended moves by a few of the last digits, in one world and not in another
    volumes = {f"{volume:.6g}" for segment in segments for volume in segment.column("volume")}
    minimizations = sum(segment.command == "minimize" and segment.steps > 0 for segment in segments)
    return minimizations, len(volumes), sum(segment.steps for segment in segments if segment.command == "run")


def lines_of(execution: Execution) -> tuple[int, ...]:
    """Say which lines of a script have computed: those of its runs and minimizations, in ascending order."""
    return tuple(sorted({segment.line for segment in execution.segments}))


def end_of(execution: Execution) -> tuple[int, tuple[float, ...]] | None:
    """Say what a script ends with: the number of atoms, and the edges of the box."""
    state = execution.state
    return None if state is None else (state.atoms, tuple(float(edge) for edge in state.box[1] - state.box[0]))


def last_stretch(execution: Execution) -> Window | None:
    """Return the last stretch of runs at constant settings, left alone; None where a script does not end in one."""
    if not execution.segments:
        return None
    # longer than any stretch, so that it is whole
    return judged_window(execution, (execution.steps + 1) * execution.segments[-1].timestep)


def from_states(execution: Execution, quantity: Quantity) -> float | None:
    """Return how far an energy that a script reports is from that of the nearest state of its run, or from its loss.

    Args:
        execution: What the script did.
        quantity: The energy.

    Returns:
        The distance, in the unit of the quantity; None where no state need have it, or it was not reported.
    """
    reported = execution.variables.get(quantity.name)
    if reported is None or (quantity.shown is None and quantity.lost is None):
        return None
    if quantity.shown is None:
        stretch = last_stretch(execution)
        if stretch is None:
            return math.inf
        first, last = (stretch.segments[end].column("kinetic")[end] for end in (0, -1))
        return abs(float(first - last) - reported)
    energies = [s.column("potential") / s.column("atoms") for s in execution.segments if len(s.samples)]
    off = np.abs(quantity.shown[0] * np.concatenate([*energies, [math.inf]]) - reported)
    return float(np.min(off))


@dataclass(frozen=True)
class Energies:
    """Potential energies of recorded configurations, by the script's run and by the reference Hamiltonian.

    Attributes:
        recorded: Shape (k,), per atom, as the engine recorded them in the script's run.
        recomputed: Shape (k,), per atom, by a fresh engine with the reference Hamiltonian.
    """

    recorded: np.ndarray
    recomputed: np.ndarray


@dataclass(frozen=True)
class Continuation:
    """Free motion (NVE) from the final state under the reference Hamiltonian.

    Attributes:
        timestep: Size of its timestep, in time units of the script.
        own_timestep: It is the script's own timestep, not a larger one that the verifier chose to save steps.
        total: Shape (k,), total energy per atom at every step.
        kinetic: Shape (k,), kinetic energy per atom.
        temperature: Shape (k,).
    """

    timestep: float
    own_timestep: bool
    total: np.ndarray
    kinetic: np.ndarray
    temperature: np.ndarray


@dataclass(frozen=True)
class Counterfactual:
    """The same script in a changed world.

    Attributes:
        executed: It ran to its end.
        work: What it did; see `work_done`.
        reported: What it left behind, by quantity.
        measured: What its own recording shows, by quantity; None where no state holds the quantity.
        factors: By how much a static result must change, by quantity; None where that is not known.
        off_states: How far a reported energy is from those of all states, by quantity; see `from_states`.
        end: Number of atoms and edges of the box in its final state; None where it left none.
        lines: The lines that computed; see `lines_of`.
    """

    executed: bool
    work: tuple[int, int, int]
    reported: dict[str, float | None]
    measured: dict[str, float | None]
    factors: dict[str, float | None]
    off_states: dict[str, float | None] = field(default_factory=dict)
    end: tuple[int, tuple[float, ...]] | None = None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything that was found.

    Attributes:
        energies: None when there was nothing to recompute.
        continuation: None when the system does not move, or the recording could not be continued.
        counterfactual: None when it was not needed: something else is wrong already.
        error: What went wrong in a run of the verifier that the script's own state caused; empty otherwise.
        timing: Cost of all runs; not part of the record.
    """

    energies: Energies | None = None
    continuation: Continuation | None = None
    counterfactual: Counterfactual | None = None
    error: str = ""
    schema_version: int = 1
    timing: Timing = field(default=Timing(), compare=False, metadata={"record": False})
