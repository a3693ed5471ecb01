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
from mdgym.engine.measures import measure
from mdgym.engine.replay import FreeMotion, Replay
from mdgym.engine.window import judged_windows
from mdgym.errors import TaskError
from mdgym.rewards.evidence import (
    Continuation,
    Counterfactual,
    Energies,
    Evidence,
    end_of,
    from_states,
    lines_of,
    work_done,
)
from mdgym.rewards.rubric import worth_a_second_run
from mdgym.script.perturb import Perturbation
from mdgym.script.potential_files import perturb_potential
from mdgym.tasks.task import REFERENCE, Contract, Quantity, Task

# Enough vibrations for the temperature to show where it tends, in units of time; steps are bounded both ways.
MOTION_TIME = {"metal": 0.4, "lj": 1.0, "real": 400.0, "si": 4e-13}
MOTION_STEPS = (80, 400)
MAX_FRAMES = 8
# Parts of the nominal change of shape.
SHAPES = (0.8, 0.9, 1.0)
# Where a contract asks for no mass, masses do not matter: species are told by charge, or there is one.
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
    if species is None or state.units != contract.units or not contract.force_field:
        return Evidence()
    arrays = [state.positions, state.box, *(array for f in frames for array in (f.positions, f.box))]
    if not all(np.all(np.isfinite(array)) for array in arrays):
        return Evidence(error="Positions or box are not finite numbers.")
    motion, own_timestep = _motion(contract, state)
    job = Replay(
        contract.units,
        state.dimension,
        state.periodic,
        contract.masses or _ANY_MASS * max(1, len(contract.charges)),
        species,
        contract.force_field,
        frames,
        motion,
        state.restart,
        contract.charges,
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
    """Return the species of each atom, from 1, by its mass or else its charge; None when neither is known."""
    by_charge = bool(contract.charges) and not contract.masses
    known = np.array(contract.charges if by_charge else contract.masses or _ANY_MASS)
    found = state.charges if by_charge else state.masses
    if not state.atoms or len(found) != state.atoms or not np.all(np.isfinite(found)):
        return None
    nearest = np.argmin(np.abs(found[:, None] - known), axis=1)
    return np.asarray(nearest + 1)


def _frames(contract: Contract, execution: Execution, state: State) -> tuple[Frame, ...]:
    """Choose hidden frames: inside the judged window, or anywhere for a static task."""
    if contract.duration is not None:
        windows = judged_windows(execution, contract.duration, contract.earlier)
        found = tuple(frame for window in windows if window is not None for frame in window.frames)
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
    commands = (*_smooth(contract), *contract.constraints)
    motion = FreeMotion(timestep, steps, state.positions, state.velocities, state.box, commands)
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
    second = _run_changed(engine, task, script, seed, change)
    # the same steps last as much longer or shorter as the timestep is
    span = None if contract.duration is None else contract.duration * change.timestep
    earlier = tuple(temperature * change.thermostat for temperature in contract.earlier)
    found = judged_windows(second, span, earlier) if span is not None else ()
    windows = tuple(window for window in found if window is not None)
    whole = bool(windows) and len(windows) == len(found)
    measured: dict[str, float | None] = {}
    factors: dict[str, float | None] = {}
    for quantity in contract.quantities:
        name, static = quantity.name, quantity.source == REFERENCE
        factors[name] = _factor(engine, task, quantity, change) if static else None
        measured[name] = measure(windows, quantity.source, quantity.arguments) if whole and not static else None
    if whole and contract.pressure is not None:
        # the last window has the plain name, as in the references
        names_of = [*(f"pressure {number + 1}" for number in range(len(windows) - 1)), "pressure"]
        measured |= {name: measure((window,), "mean pressure") for name, window in zip(names_of, windows)}
    off_states = {quantity.name: from_states(second, quantity) for quantity in contract.quantities}
    return Counterfactual(
        second.executed,
        work_done(second),
        dict(second.variables),
        measured,
        factors,
        off_states,
        end_of(second),
        lines_of(second),
    ), second.timing


def _run_changed(engine: Engine, task: Task, script: str, seed: int, change: Perturbation) -> Execution:
    files: dict[str, str | Path] = input_files(task)
    names = potential_names(task)
    for name in names:
        changed = _changed_potential(name, change.energy, change.length, change.shape)
        if changed is not None:
            files[name] = changed
    # Where the potential is a file only the file changes: coefficients in the script are then no part of the world,
    # and a pair potential tuned to the known answer stays as it is.
    inline = replace(change, energy=1.0, length=1.0) if names else change
    assert task.contract is not None
    wanted = tuple(quantity.name for quantity in task.contract.quantities)
    least = task.limits(engine.limits)
    limits = replace(least, wall_s=2 * least.wall_s, cpu_s=2 * least.cpu_s)
    return engine.run(script, files, wanted, seed, limits, inline, task.contract.heat_flux)


def _drawn(nominal: Perturbation, task: Task, seed: int) -> Perturbation:
    """Draw how far energies and lengths are changed, between half of the nominal change and all of it.

    A change that is always the same could be guessed. Its size must not depend on anything but task and seed.
    """
    draw = random.Random(f"{task.id} {seed} world")
    energy, length = (1 + (factor - 1) * draw.uniform(0.5, 1.0) for factor in (nominal.energy, nominal.length))
    # A few sizes alone, because the gold script is run once for each of them; a crystal that lengths shrink is not
    # widened by the shape, or its lattice constant might stay.
    shape = 1 + (nominal.shape - 1) * draw.choice(SHAPES) * (-1 if nominal.length < 1 else 1)
    return replace(nominal, energy=energy, length=length, shape=shape)


def _factor(engine: Engine, task: Task, quantity: Quantity, change: Perturbation) -> float | None:
    """How a static result must scale: by its powers, by its unit, or as the gold script has it."""
    powers = quantity.powers or _DIMENSIONS.get(quantity.unit.replace(" ", "").lower())
    if powers is None:
        return _gold_factor(engine, task, quantity.name, change)
    scaled = float(change.energy ** powers[0] * change.length ** powers[1])
    if change.shape == 1.0:
        return scaled
    return scaled * _gold_factor(engine, task, quantity.name, Perturbation(shape=change.shape))


def _gold_factor(engine: Engine, task: Task, name: str, world: Perturbation) -> float:
    first, second = (_gold_results(engine, task, world).get(name) for world in (Perturbation(), world))
    if not first or second is None:
        raise TaskError(f"task '{task.id}': its gold script gives no value for '{name}'")
    return second / first


def _gold_results(engine: Engine, task: Task, world: Perturbation) -> dict[str, float | None]:
    assert task.contract is not None
    # wordings of one physical point share their gold script
    names = tuple(quantity.name for quantity in task.contract.quantities)
    key = (task.gold, tuple(sorted(task.files.items())), potential_names(task), names, task.cpu_s, world)
    if key not in _GOLD_RESULTS:
        _GOLD_RESULTS[key] = dict(_run_changed(engine, task, task.gold, 0, world).variables)
    return _GOLD_RESULTS[key]


# A cache of a pure function, kept small by the number of points and worlds that a process meets.
_GOLD_RESULTS: dict[tuple[object, ...], dict[str, float | None]] = {}
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
def _changed_potential(name: str, energy: float, length: float, shape: float) -> str | None:
    text = (potentials_directory() / name).read_text("utf-8", "replace")
    return perturb_potential(name, text, energy, length, shape)


def _add(a: Timing, b: Timing) -> Timing:
    return Timing(a.wall_s + b.wall_s, a.cpu_s + b.cpu_s, a.lammps_s + b.lammps_s)
