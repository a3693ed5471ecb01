"""What is read from LAMMPS's memory after the last command."""

import math
from pathlib import Path

import numpy as np

from mdgym.engine.bookkeeping import Bookkeeping
from mdgym.engine.execution import State
from mdgym.engine.handle import Handle, LammpsError

MAX_VARIABLES = 200


def variables(handle: Handle, wanted: tuple[str, ...] | None) -> tuple[dict[str, float | None], tuple[str, ...]]:
    """Evaluate variables.

    Args:
        handle: The LAMMPS instance.
        wanted: Names; None for all that have a number as value.

    Returns:
        Name to value (None: undefined or not a finite number), and a sentence for each that could not be evaluated.
    """
    names = wanted if wanted is not None else tuple(handle.variable_names()[:MAX_VARIABLES])
    values: dict[str, float | None] = {}
    remarks = []
    for name in names:
        try:
            value = handle.variable(name)
        except LammpsError as error:
            value = None
            remarks.append(f"variable {name} cannot be evaluated at the end of the script: {error}")
        if value is not None and not math.isfinite(value):
            remarks.append(f"variable {name} is not a finite number")
            value = None
        if value is not None or wanted is not None:
            values[name] = value
    return values, tuple(remarks)


def state(handle: Handle, books: Bookkeeping, secret: str) -> State | None:
    """Read the final system, sorted by atom id.

    Args:
        handle: The LAMMPS instance.
        books: What is in force.
        secret: A free name for a file.

    Returns:
        The state; None when there is no box, or atoms have no ids to tell them apart.
    """
    if not handle.has_box or not handle.has_ids:
        return None
    ids, types = handle.per_atom("id"), handle.per_atom("type")
    positions, velocities = handle.per_atom("x", 3), handle.per_atom("v", 3)
    if ids is None or types is None or positions is None or velocities is None:
        return None
    order = np.argsort(ids, kind="stable")
    restart = _restart(handle, books, secret) if handle.setting("molecule_flag") else None
    types = types.astype(np.int64)
    charges = handle.per_atom("q")
    lmp = handle.lmp
    px, py, pz = lmp.extract_box()[5]
    return State(
        units=lmp.extract_global("units"),
        dimension=handle.setting("dimension"),
        periodic=(bool(px), bool(py), bool(pz)),
        step=handle.step,
        timestep=float(lmp.extract_global("dt")),
        box=handle.box(),
        ids=ids[order].astype(np.int64),
        types=types[order],
        masses=_masses(handle, types)[order],
        positions=positions[order].astype(np.float64),
        velocities=velocities[order].astype(np.float64),
        charges=charges[order].astype(np.float64) if charges is not None else np.empty(0),
        force_field=books.force_field,
        restart=restart,
    )


def _restart(handle: Handle, books: Bookkeeping, secret: str) -> bytes | None:
    """Let LAMMPS write down what arrays do not hold: bonds, angles, special neighbours and their coefficients."""
    path = Path(f"{secret}.restart")
    # `fix vector` counts its rows anew when a restart sets the system up, and fails; results have been read before
    recorders = [words[1] for words in map(str.split, books.fixes) if words[0] == "fix" and words[3:4] == ["vector"]]
    try:
        for recorder in recorders:
            handle.command(f"unfix {recorder}")
        handle.command(f"write_restart {path}")
        return path.read_bytes()
    except (LammpsError, OSError):
        return None
    finally:
        path.unlink(missing_ok=True)


def _masses(handle: Handle, types: np.ndarray) -> np.ndarray:
    own = handle.per_atom("rmass")
    if own is not None and len(own):
        return own.astype(np.float64)
    by_type = handle.lmp.extract_atom("mass")
    if not by_type:
        return np.full(len(types), np.nan)
    table = np.array([by_type[i] for i in range(handle.setting("ntypes") + 1)])
    table[0] = np.nan
    return table[types] if len(types) else np.empty(0)
