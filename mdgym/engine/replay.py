"""A verifier's own run: energies of recorded frames, and free motion from a final state, in a fresh engine.

The commands come from the task's contract, the numbers from a recording, so nothing in here was written by a policy.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mdgym.engine.execution import COLUMNS, Frame, Timing
from mdgym.engine.handle import Handle, LammpsError
from mdgym.engine.probe import Probe

# A part of the box: more than rounding moves an atom, and LAMMPS shrinks it away again.
_MARGIN = 1e-3
# A part of the box at which no crystal has a plane of atoms.
_OFF_FACES = 0.01234567
# LAMMPS would walk back box by box, for ever.
_FAR = 1e6


@dataclass(frozen=True)
class FreeMotion:
    """Motion under the reference Hamiltonian alone (NVE).

    Attributes:
        timestep: Size of a timestep.
        steps: Number of steps.
        positions: Shape (n, 3), where it starts.
        velocities: Shape (n, 3).
        box: Shape (3, 3), as in `State`.
        commands: Commands for this motion alone, after the force field.
    """

    timestep: float
    steps: int
    positions: np.ndarray
    velocities: np.ndarray
    box: np.ndarray
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Replay:
    """What to compute.

    Attributes:
        units: LAMMPS unit style.
        dimension: 2 or 3.
        periodic: For x, y and z.
        masses: Mass of each species.
        species: Shape (n,), species of each atom from 1.
        force_field: Commands of the reference Hamiltonian.
        frames: Configurations whose potential energy is wanted.
        motion: Free motion to follow, or None.
        restart: A restart file with the topology, for molecular systems (`State.restart`); atoms have ids 1 to n.
        charges: Charge of each species; empty without charges.
    """

    units: str
    dimension: int
    periodic: tuple[bool, bool, bool]
    masses: tuple[float, ...]
    species: np.ndarray
    force_field: tuple[str, ...]
    frames: tuple[Frame, ...] = ()
    motion: FreeMotion | None = None
    restart: bytes | None = None
    charges: tuple[float, ...] = ()


@dataclass(frozen=True)
class ReplayResult:
    """What came out.

    Attributes:
        potentials: Shape (number of frames,), total potential energies.
        samples: Shape (k, len(COLUMNS)), the free motion at every step; empty without one.
        error: What LAMMPS said when it could not go on; empty otherwise.
        timing: Cost; not part of the record.
    """

    potentials: np.ndarray
    samples: np.ndarray
    error: str = ""
    timing: Timing = field(default=Timing(), compare=False, metadata={"record": False})

    @classmethod
    def failed(cls, error: str) -> "ReplayResult":
        """Return the result of a run that left none."""
        return cls(np.empty(0), np.empty((0, len(COLUMNS))), error)


def replay(handle: Handle, job: Replay, secret: str) -> ReplayResult:
    """Carry out a replay in a fresh LAMMPS instance.

    Args:
        handle: The instance.
        job: What to compute; it has a frame or a motion.
        secret: A free name for computes and fixes.

    Returns:
        The energies and samples up to the first error.
    """
    potentials: list[float] = []
    samples = np.empty((0, len(COLUMNS)))
    error = ""
    starts = [(frame.box, frame.positions) for frame in job.frames]
    if job.motion is not None:
        starts.append((job.motion.box, job.motion.positions))
    try:
        if job.restart is not None:
            _restore(handle, job, job.restart, secret)
        else:
            _build(handle, job, *starts[0])
        if _tilted(job):
            # some frames may be orthogonal and others not
            handle.command("change_box all triclinic")
        for frame in job.frames:
            _place(handle, job, frame.box, frame.positions)
            handle.command("run 0 post no")
            potentials.append(handle.lmp.get_thermo("pe"))
        if job.motion is not None:
            samples = _follow(handle, job, job.motion, secret)
    except LammpsError as problem:
        error = str(problem).replace(secret, "probe_")
    return ReplayResult(np.array(potentials), samples, error)


def _build(handle: Handle, job: Replay, box: np.ndarray, positions: np.ndarray) -> None:
    lower, upper, (xy, xz, yz) = _around(job, box, positions).tolist()
    bounds = " ".join(f"{low!r} {high!r}" for low, high in zip(lower, upper))
    masses = [f"mass {i} {mass!r}" for i, mass in enumerate(job.masses, 1)]
    for command in (
        f"units {job.units}",
        f"dimension {job.dimension}",
        "boundary " + " ".join("p" if periodic else "s" for periodic in job.periodic),
        "atom_style charge" if job.charges else "atom_style atomic",
        "atom_modify map array",
        "box tilt large",
        f"region all prism {bounds} {xy!r} {xz!r} {yz!r}" if xy or xz or yz else f"region all block {bounds}",
        f"create_box {len(job.masses)} all",
        *masses,
        *job.force_field,
        # again: a potential file may have brought masses of its own
        *masses,
        "neigh_modify delay 0 every 1 check yes",
        "thermo_modify norm no",
    ):
        handle.command(command)
    handle.create_atoms(job.species, _wrapped(job, box, positions))
    for species, charge in enumerate(job.charges, 1):
        handle.command(f"set type {species} charge {charge!r}")


def _restore(handle: Handle, job: Replay, restart: bytes, secret: str) -> None:
    path = Path(f"{secret}.restart")
    path.write_bytes(restart)
    masses = [f"mass {i} {mass!r}" for i, mass in enumerate(job.masses, 1)]
    settings = ("neigh_modify delay 0 every 1 check yes", "thermo_modify norm no")
    style, *others = job.force_field
    # a style of the same name keeps what the script has modified
    usual = ("pair_modify shift no tail no",) if style.startswith("pair_style") else ()
    for command in ("atom_modify map array", f"read_restart {path}", style, *usual, *others, *masses, *settings):
        handle.command(command)


def _place(handle: Handle, job: Replay, box: np.ndarray, positions: np.ndarray) -> None:
    lower, upper, angles = _around(job, box, positions).tolist()
    axes = "xyz"[: job.dimension]
    bounds = " ".join(f"{axis} final {low!r} {high!r}" for axis, low, high in zip(axes, lower, upper))
    # a tilt of zero too: the box may have that of the frame before
    names = ("xy", "xz", "yz")[: 3 if job.dimension == 3 else 1] if _tilted(job) else ()
    tilts = "".join(f" {name} final {angle!r}" for name, angle in zip(names, angles))
    handle.command(f"change_box all {bounds}{tilts} units box")
    handle.scatter("x", _wrapped(job, box, positions))


def _tilted(job: Replay) -> bool:
    """Whether any frame, or the start of the motion, has a tilt."""
    boxes = [frame.box for frame in job.frames] + ([job.motion.box] if job.motion is not None else [])
    return any(bool(np.any(box[2] != 0)) for box in boxes)


def _around(job: Replay, box: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Widen a box where it is not periodic: there it lags behind the atoms until the next neighbor list."""
    lower, upper, tilts = box
    margin = _MARGIN * (upper - lower)
    low, high = positions.min(axis=0) - margin, positions.max(axis=0) + margin
    fixed = np.array(job.periodic)
    return np.array(
        [np.where(fixed, lower, np.minimum(lower, low)), np.where(fixed, upper, np.maximum(upper, high)), tilts]
    )


def _wrapped(job: Replay, box: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Fold positions into the box along its periodic directions, all moved by the same part of it, shape (n, 3).

    Atoms of a crystal that lie exactly on a face of the box can lose or double pairs in LAMMPS by rounding.
    """
    lower, upper, (xy, xz, yz) = box
    cell = np.diag(upper - lower)
    cell[1, 0], cell[2, 0], cell[2, 1] = xy, xz, yz
    fractional = np.linalg.solve(cell.T, (positions - lower).T).T
    if np.max(np.abs(fractional)) > _FAR:
        raise LammpsError(f"atoms lie more than {_FAR:g} boxes away")
    moved = fractional + _OFF_FACES * np.array(job.periodic)
    return np.asarray(lower + (moved - np.floor(moved) * np.array(job.periodic)) @ cell)


def _follow(handle: Handle, job: Replay, motion: FreeMotion, secret: str) -> np.ndarray:
    _place(handle, job, motion.box, motion.positions)
    handle.scatter("v", motion.velocities)
    for command in (*motion.commands, f"timestep {motion.timestep!r}", "reset_timestep 0", f"fix {secret}nve all nve"):
        handle.command(command)
    probe = Probe(handle, secret)
    probe.start_run(0, False, random.Random(0))
    handle.command(f"run {motion.steps} post no")
    return probe.finish_run()[0]
