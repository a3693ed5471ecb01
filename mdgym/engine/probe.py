"""The trusted recording: the engine's own computes and hidden frames around every run.

Thermo output can be forged, so nothing of it is read. Before each `run` the probe defines computes and fixes under
random names, after it they are read through the library and removed again.
"""

import contextlib
import ctypes
import random
from typing import Any

import numpy as np
from numpy.ctypeslib import as_array

from mdgym.engine.execution import COLUMNS, FLUX, Frame
from mdgym.engine.handle import Handle, LammpsError

MAX_SAMPLES = 2_000
MAX_FRAMES = 40
# A run shorter than this keeps about ten frames; longer ones about twenty-four, so that a window that is a part of one
# run has enough of them for what is measured in frames (a frame of 256 atoms costs 0.05 ms).
LONG_RUN = 1_000
MAX_FRAME_BYTES = 32 << 20
INTENSIVE = ("t", "p", "p[1]", "p[2]", "p[3]", "p[4]", "p[5]", "p[6]", "vol", "atoms", "dt", "mass")
EXTENSIVE = ("pe", "ke")
HEAT_FLUX = ("j[1]", "j[2]", "j[3]")
INTERACTIONS = "pair bond angle dihedral improper kspace"
# pf/callback adds the (zero) external force only every this many steps: practically never.
_NEVER = 2_000_000_000


def sampling(steps: int, randomness: random.Random) -> tuple[int, int]:
    """Choose how often a run is sampled and when hidden frames are kept.

    Args:
        steps: Length of the run.
        randomness: Where the hidden offset comes from.

    Returns:
        Steps between samples, and steps between frames (a multiple of the former, so that every frame has an energy).
    """
    every = max(1, min(5, steps // 400), steps // MAX_SAMPLES)
    share = randomness.uniform(0.035, 0.05) if steps >= LONG_RUN else randomness.uniform(0.085, 0.105)
    between = int(steps * share) // every
    # A prime, so that frames fall out of step with whatever a script does at round intervals: neighbour lists that are
    # renewed every 50 steps are fresh at every multiple of 500.
    return every, every * _prime_below(max(1, between))


def _prime_below(number: int) -> int:
    """Return the largest prime that is not above a number; 1 when there is none."""
    while any(number % divisor == 0 for divisor in range(2, int(number**0.5) + 1)):
        number -= 1
    return number


class Probe:
    """Records one run at a time.

    Args:
        handle: The LAMMPS instance.
        secret: A name that the script cannot guess.
        heat_flux: Record the heat flux of each run too.
    """

    def __init__(self, handle: Handle, secret: str, heat_flux: bool = False) -> None:
        self.handle = handle
        self.columns = (*COLUMNS, *FLUX) if heat_flux else COLUMNS
        self._extensive = (*EXTENSIVE, *HEAT_FLUX) if heat_flux else EXTENSIVE
        self.name = secret
        self.every = 1
        self._first = 0
        self._whole = True
        self._snapshots: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self._defined: list[str] = []
        self._budget = MAX_FRAME_BYTES

    def start_run(self, steps: int, frames: bool, randomness: random.Random) -> None:
        """Define the recording of a run of `steps` steps; `frames` says whether to keep hidden frames.

        Raises:
            LammpsError: LAMMPS cannot compute one of the quantities for this system.
        """
        n = self.name
        self.every, between = sampling(steps, randomness)
        self._first = self.handle.step
        self._snapshots = {}
        # a script can make the group smaller that is measured here
        self._whole = self.handle.group_all_is_whole
        self._define_computes()
        if self._extensive != EXTENSIVE:
            self._define_heat_flux()
        for quantity in ("vol", "atoms", "dt"):
            self._define(f"variable {n}{quantity} equal {quantity}", f"variable {n}{quantity} delete")
        self._define(f"variable {n}mass equal mass(all)", f"variable {n}mass delete")
        intensive = " ".join(("c_" if q[0] in "tp" else "v_") + n + q for q in INTENSIVE)
        extensive = " ".join(f"c_{n}{q}" for q in self._extensive)
        self._define(f"fix {n}i all vector {self.every} {intensive}", f"unfix {n}i")
        self._define(f"fix {n}x all vector {self.every} {extensive}", f"unfix {n}x")
        if frames and self.handle.has_ids:
            self._define(f"fix {n}f all external pf/callback {between} {_NEVER}", f"unfix {n}f")
            # Its virial is whatever lay in memory until its own setup, which comes after that of a barostat; and a
            # compute pressure of the script would keep a pointer to it, and crash once the fix is gone.
            self.handle.command(f"fix_modify {n}f energy no virial no")
            self.handle.on_step = self._keep_frame
            self.handle.watch_steps(f"{n}f")

    def finish_run(self) -> tuple[np.ndarray, tuple[Frame, ...], bool]:
        """Read the recording of a run and remove it.

        Returns:
            Samples, shape (k, len(self.columns)); hidden frames; and whether every step is accounted for.
        """
        last, every = self.handle.step, self.every
        first_row = -(-self._first // every)
        expected = max(0, last // every - first_row + 1)
        inside = self.handle.fix_array(f"{self.name}i", len(INTENSIVE))
        outside = self.handle.fix_array(f"{self.name}x", len(self._extensive))
        rows = min(len(inside), len(outside))
        complete = len(inside) == len(outside) == expected
        complete = complete and self._whole and self.handle.group_all_is_whole
        steps = (first_row + np.arange(rows, dtype=np.float64)) * every
        samples = np.column_stack([steps, inside[:rows], outside[:rows]])
        self.remove()
        return samples, self._frames(samples), complete

    def start_minimization(self) -> None:
        """Define what is read at the end of a minimization: LAMMPS samples nothing in between.

        Raises:
            LammpsError: LAMMPS cannot compute one of the quantities for this system.
        """
        self.every = 1
        self._define_computes()

    def finish_minimization(self) -> np.ndarray:
        """Read one sample at the minimum, shape (1, len(self.columns)); what is not known there is not a number."""
        handle, n = self.handle, self.name
        row = np.full(len(self.columns), np.nan)
        lower, upper, _ = handle.box()
        row[COLUMNS.index("step")] = handle.step
        row[COLUMNS.index("volume")] = float(np.prod((upper - lower)[: handle.setting("dimension")]))
        row[COLUMNS.index("atoms")] = handle.atoms
        for column, compute in (("potential", "pe"), ("kinetic", "ke"), ("temperature", "t"), ("pressure", "p")):
            # the pressure is not there when the script leaves it out of its thermo output
            with contextlib.suppress(LammpsError):
                row[COLUMNS.index(column)] = handle.compute(n + compute)
        self.remove()
        return row[None, :]

    def _define_computes(self) -> None:
        n = self.name
        self._define(f"compute {n}t all temp", f"uncompute {n}t")
        self._define(f"compute {n}p all pressure {n}t", f"uncompute {n}p")
        self._define(f"compute {n}pe all pe {INTERACTIONS}", f"uncompute {n}pe")
        self._define(f"compute {n}ke all ke", f"uncompute {n}ke")

    def _define_heat_flux(self) -> None:
        """Define the flux of energy through the box, from computes that no script can redefine.

        Virials are shared among the atoms of an interaction evenly, which is right for pairs alone.
        """
        n = self.name
        self._define(f"compute {n}kea all ke/atom", f"uncompute {n}kea")
        self._define(f"compute {n}pea all pe/atom {INTERACTIONS}", f"uncompute {n}pea")
        self._define(f"compute {n}sa all stress/atom NULL {INTERACTIONS}", f"uncompute {n}sa")
        self._define(f"compute {n}j all heat/flux {n}kea {n}pea {n}sa", f"uncompute {n}j")

    def remove(self) -> None:
        """Take everything away that `start` defined."""
        for undo in reversed(self._defined):
            self.handle.command(undo)
        self._defined = []
        self.handle.on_step = None

    def _define(self, command: str, undo: str) -> None:
        self.handle.command(command)
        self._defined.append(undo)

    def _keep_frame(self, step: int, count: int, ids: Any, x: Any) -> None:
        self._whole = self._whole and self.handle.group_all_is_whole
        if len(self._snapshots) >= MAX_FRAMES or count == 0:
            return
        size = count * 3 * 8
        if self._budget < size:
            return
        self._budget -= size
        positions = as_array(ctypes.cast(x[0], ctypes.POINTER(ctypes.c_double)), shape=(count, 3))
        order = np.argsort(as_array(ids, shape=(count,)), kind="stable")
        types = self.handle.per_atom("type")
        assert types is not None
        unwrapped = positions + self.handle.crossings() @ self.handle.cell()
        self._snapshots[int(step)] = (self.handle.box(), types[order].astype(np.int64), unwrapped[order])

    def _frames(self, samples: np.ndarray) -> tuple[Frame, ...]:
        potential = dict(zip(samples[:, 0].astype(int).tolist(), samples[:, COLUMNS.index("potential")].tolist()))
        return tuple(
            Frame(step, box, types, positions, potential[step])
            for step, (box, types, positions) in sorted(self._snapshots.items())
            if step in potential
        )
