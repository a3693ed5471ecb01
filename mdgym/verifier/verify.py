"""Second runs that make evidence.

Cheap ones first: energies of hidden frames and free motion from the final state, in one forked engine. The expensive
one, the same script in a changed world, only when everything else is right.
"""

import math
import random
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mdgym.engine import Engine, Execution, Frame, State
from mdgym.engine.execution import COLUMNS, Timing
from mdgym.engine.library import potentials_directory
from mdgym.engine.replay import FreeMotion, Replay
from mdgym.engine.window import judged_window, measure
from mdgym.rewards.evidence import Continuation, Counterfactual, Energies, Evidence, work_done
from mdgym.rewards.rubric import worth_a_second_run
from mdgym.script.perturb import Perturbation, perturb_potential
from mdgym.tasks.task import Contract, Task

# Enough vibrations for the temperature to show where it tends, in units of time; steps are bounded both ways.
MOTION_TIME = {"metal": 0.4, "lj": 1.0, "real": 400.0, "si": 4e-13}
MOTION_STEPS = (80, 400)
MAX_FRAMES = 8
# Where a contract asks for no mass there is one species, and its mass does not matter to an energy.
_ANY_MASS = (1.0,)


def input_files(task: Task) -> dict[str, str | Path]:
    """Return the files that a script of this task finds in its directory.

    The potentials that the contract names are among them, so that a script cannot tell a counterfactual run, where
    they are changed, from a first one by where they lie.

    Args:
        task: The task.

    Returns:
        File name to content, or to the path of a file of the wheel.
    """
    files: dict[str, str | Path] = {name: potentials_directory() / name for name in potential_names(task)}
    return files | dict(task.files)


def potential_names(task: Task) -> tuple[str, ...]:
    """Return the potential files of the wheel that the contract names."""
    words = {word for command in task.contract.force_field for word in command.split()} if task.contract else set()
    return tuple(sorted(word for word in words if "." in word and (potentials_directory() / word).is_file()))


def verify(engine: Engine, task: Task, script: str, execution: Execution, seed: int) -> Evidence:
    """Find evidence for or against one execution.

    Args:
        engine: Where the second runs take place.
        task: The task.
        script: The script that was run.
        execution: What it did.
        seed: The episode seed of that run.

    Returns:
        The evidence; empty for open tasks and for scripts that did not complete.

    Raises:
        InfrastructureError: mdgym itself failed.
    """
    if task.contract is None or not execution.executed or not execution.watched or execution.state is None:
        return Evidence()
    evidence = _replayed(engine, task, task.contract, execution, execution.state)
    if task.contract.counterfactual is not None and worth_a_second_run(task, execution, evidence):
        second, cost = _changed_world(engine, task, script, seed)
        evidence = replace(evidence, counterfactual=second, timing=_add(evidence.timing, cost))
    return evidence


def _replayed(engine: Engine, task: Task, contract: Contract, execution: Execution, state: State) -> Evidence:
    species = _species(contract, state)
    frames = _frames(contract, execution, state)
    if species is None or state.units != contract.units:
        return Evidence()
    arrays = [state.positions, state.box, *(array for f in frames for array in (f.positions, f.box))]
    if not all(np.all(np.isfinite(array)) for array in arrays):
        return Evidence(error="Positions or box are not finite numbers.")
    motion, own_timestep = _motion(contract, state)
    job = Replay(
        contract.units,
        state.dimension,
        state.periodic,
        contract.masses or _ANY_MASS,
        species,
        contract.force_field,
        frames,
        motion,
        state.restart,
    )
    if not frames and motion is None:
        return Evidence()
    result = engine.replay(job, files=input_files(task))
    recorded = np.array([frame.potential for frame in frames[: len(result.potentials)]]) / state.atoms
    energies = Energies(recorded, result.potentials / state.atoms) if len(recorded) else None
    continuation = None
    if motion is not None and len(result.samples):
        column = {name: result.samples[:, COLUMNS.index(name)] for name in ("potential", "kinetic", "temperature")}
        continuation = Continuation(
            motion.timestep,
            own_timestep,
            (column["potential"] + column["kinetic"]) / state.atoms,
            column["kinetic"] / state.atoms,
            column["temperature"],
        )
    return Evidence(energies, continuation, error=result.error, timing=result.timing)


def _species(contract: Contract, state: State) -> np.ndarray | None:
    """Return the species of each atom by its mass, from 1; None when there are no masses to tell by."""
    masses = np.array(contract.masses or _ANY_MASS)
    if not state.atoms or not np.all(np.isfinite(state.masses)):
        return None
    nearest = np.argmin(np.abs(state.masses[:, None] - masses), axis=1)
    return np.asarray(nearest + 1)


def _frames(contract: Contract, execution: Execution, state: State) -> tuple[Frame, ...]:
    """Choose hidden frames: inside the judged window, or anywhere for a static task."""
    if contract.duration is not None:
        window = judged_window(execution, contract.duration)
        found = window.frames if window is not None else ()
    else:
        found = tuple(frame for segment in execution.segments for frame in segment.frames)
        last = execution.segments[-1]
        if last.last_step == state.step and len(last.samples) and last.samples[-1, 0] == state.step:
            energy = float(last.column("potential")[-1])
            found = (*found, Frame(state.step, state.box, state.types, state.positions, energy))
    alike = [frame for frame in found if len(frame.types) == state.atoms]
    if len(alike) <= MAX_FRAMES:
        return tuple(alike)
    chosen = np.linspace(0, len(alike) - 1, MAX_FRAMES).round().astype(int)
    return tuple(alike[i] for i in chosen)


def _motion(contract: Contract, state: State) -> tuple[FreeMotion | None, bool]:
    """Plan the free motion: at the script's timestep, or at a larger one when that would take too many steps."""
    if contract.ensemble == "static" or state.timestep <= 0 or not np.all(np.isfinite(state.velocities)):
        return None, True
    least, most = MOTION_STEPS
    span = MOTION_TIME.get(contract.units, MOTION_TIME["metal"])
    timestep = max(state.timestep, span / most)
    steps = min(max(math.ceil(span / timestep), least), most)
    motion = FreeMotion(timestep, steps, state.positions, state.velocities, state.box, _smooth(contract))
    return motion, timestep == state.timestep


def _smooth(contract: Contract) -> tuple[str, ...]:
    """Commands that make the energy continuous at the cutoff without changing a force.

    A plainly truncated pair potential jumps there, and the jumps would drown what the timestep does.
    """
    truncated = any(c.startswith("pair_style lj/cut") for c in contract.force_field)
    shifted = any(c.startswith("pair_modify") and "shift yes" in c for c in contract.force_field)
    return ("pair_modify shift yes",) if truncated and not shifted else ()


def _changed_world(engine: Engine, task: Task, script: str, seed: int) -> tuple[Counterfactual, Timing]:
    contract = task.contract
    assert contract is not None and contract.counterfactual is not None
    change = _drawn(contract.counterfactual, task, seed)
    files: dict[str, str | Path] = input_files(task)
    names = potential_names(task)
    for name in names:
        changed = _changed_potential(name, change.energy, change.length)
        if changed is not None:
            files[name] = changed
    # Where the potential is a file only the file changes: coefficients in the script are then no part of the world,
    # and a pair potential tuned to the known answer stays as it is.
    inline = replace(change, energy=1.0, length=1.0) if names else change
    wanted = tuple(quantity.name for quantity in contract.quantities)
    limits = replace(engine.limits, wall_s=2 * engine.limits.wall_s, cpu_s=2 * engine.limits.cpu_s)
    second = engine.run(script, files, wanted, seed, limits, inline)
    # the same steps last as much longer or shorter as the timestep is
    span = None if contract.duration is None else contract.duration * change.timestep
    window = judged_window(second, span) if span is not None else None
    measured: dict[str, float | None] = {}
    factors: dict[str, float | None] = {}
    for quantity in contract.quantities:
        static = quantity.source == "reference"
        factors[quantity.name] = _factor(quantity.unit, change) if static else None
        measured[quantity.name] = None if static or window is None else measure(window, quantity.source)
    found = Counterfactual(second.executed, work_done(second), dict(second.variables), measured, factors)
    return found, second.timing


def _drawn(nominal: Perturbation, task: Task, seed: int) -> Perturbation:
    """Draw how far energies and lengths are changed, between half of the nominal change and all of it.

    A change that is always the same could be guessed. Its size must not depend on anything but task and seed.
    """
    draw = random.Random(f"{task.id} {seed} world")
    energy, length = (1 + (factor - 1) * draw.uniform(0.5, 1.0) for factor in (nominal.energy, nominal.length))
    return replace(nominal, energy=energy, length=length)


def _factor(unit: str, change: Perturbation) -> float | None:
    """How a static result scales with energies and lengths of the potential, by its unit."""
    powers = _DIMENSIONS.get(unit.replace(" ", "").lower())
    return None if powers is None else change.energy ** powers[0] * change.length ** powers[1]


_DIMENSIONS = {
    "å": (0.0, 1.0),
    "angstrom": (0.0, 1.0),
    "nm": (0.0, 1.0),
    "ev": (1.0, 0.0),
    "ev/atom": (1.0, 0.0),
    "gpa": (1.0, -3.0),
    "bar": (1.0, -3.0),
    "j/m^2": (1.0, -2.0),
    "mj/m^2": (1.0, -2.0),
}


@lru_cache(maxsize=64)
def _changed_potential(name: str, energy: float, length: float) -> str | None:
    text = (potentials_directory() / name).read_text("utf-8", "replace")
    return perturb_potential(name, text, energy, length)


def _add(a: Timing, b: Timing) -> Timing:
    return Timing(a.wall_s + b.wall_s, a.cpu_s + b.cpu_s, a.lammps_s + b.lammps_s)
