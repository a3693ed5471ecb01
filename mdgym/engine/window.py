"""The judged window of an execution, and what is measured in it.

Judged is the last `duration` of the last stretch of dynamics: `run` commands, one after the other, with one timestep,
one set of atoms, one force field and one set of fixes that move atoms, and nothing in between that touches the system.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mdgym.engine.execution import COLUMNS, FLUX, Execution, Frame, Segment

# Fixes that only look: they may come and go inside a stretch (`fix ave/time` is usually added for production).
PASSIVE_FIXES = (
    "ave/atom",
    "ave/chunk",
    "ave/correlate",
    "ave/correlate/long",
    "ave/grid",
    "ave/histo",
    "ave/histo/weight",
    "ave/time",
    "print",
    "store/state",
    "vector",
)
# Rounding in duration / timestep is forgiven up to this many steps: 4 / 0.002 is 2000, not 2001.
_STEP_SLACK = 1e-3
_ROUNDING = 1e-11
# A stretch belongs to an earlier window when its mean temperature is this near to the wanted one, as a part of it.
NEAR = 0.15
_IDENTITY = [COLUMNS.index("atoms"), COLUMNS.index("mass")]


@dataclass(frozen=True)
class Window:
    """The last `duration` of the last stretch of an execution.

    Attributes:
        samples: As in `Segment`, k >= 1 rows: those after the start of the window, up to its end.
        timestep: Size of a timestep, in time units of the script.
        elapsed: Time of the whole stretch; less than `duration` when the script did not run long enough.
        duration: The time that was asked for.
        force_field: The commands that define forces, as executed.
        fixes: The `fix` and `fix_modify` commands of the stretch, without those that only look (`PASSIVE_FIXES`).
        nested: Commands that ran inside the runs of the stretch (`run N every M "..."`).
        frames: Hidden frames inside the window; their steps count from the start of the stretch.
        segments: The runs of the stretch; those of zero steps are left out.
    """

    samples: np.ndarray
    timestep: float
    elapsed: float
    duration: float
    force_field: tuple[str, ...]
    fixes: tuple[str, ...]
    nested: tuple[str, ...]
    frames: tuple[Frame, ...]
    segments: tuple[Segment, ...]

    @property
    def long_enough(self) -> bool:
        """Whether the stretch lasted for the duration, to a thousandth of a step."""
        return self.elapsed >= self.duration - _STEP_SLACK * self.timestep

    def has(self, name: str) -> bool:
        """Whether a quantity was recorded; one of `FLUX` is on request alone."""
        return name in (*COLUMNS, *FLUX)[: self.samples.shape[1]]

    def column(self, name: str) -> np.ndarray:
        """Return the samples of one quantity of `COLUMNS` or `FLUX`, shape (k,)."""
        return self.samples[:, (*COLUMNS, *FLUX).index(name)]


def judged_windows(execution: Execution, duration: float, earlier: tuple[float, ...] = ()) -> tuple[Window | None, ...]:
    """Cut the judged windows out of an execution.

    The last one is the end of the last stretch. One at an earlier temperature is the end of the last stretch before
    the next window that is long enough and whose mean temperature is near.

    Args:
        execution: What a script did.
        duration: Length of each window, in time units of the script.
        earlier: Temperatures of the windows before the last one, in their order.

    Returns:
        A window for each earlier temperature, then the last one. None where there is none; for the last one that is
        when the execution does not end in dynamics, nothing was sampled, or the timestep, the number of atoms or the
        mass changed during the last run.
    """
    stretches = _stretches(execution.segments)
    last = next(stretches, ())
    found = [_cut(last, duration) if last else None]
    for temperature in reversed(earlier):
        windows = (_cut(stretch, duration) for stretch in stretches if stretch)
        found.append(next((w for w in windows if w is not None and _belongs(w, temperature)), None))
    return tuple(reversed(found))


def judged_window(execution: Execution, duration: float) -> Window | None:
    """Cut out the last judged window alone; see `judged_windows`."""
    return judged_windows(execution, duration)[-1]


def _belongs(window: Window, temperature: float) -> bool:
    mean = float(np.mean(window.column("temperature")))
    return window.long_enough and abs(mean / temperature - 1) <= NEAR


def _cut(stretch: tuple[Segment, ...], duration: float) -> Window | None:
    """Return the last `duration` of a stretch; None when nothing was sampled in it."""
    last = stretch[-1]
    total = sum(segment.steps for segment in stretch)
    start = total - math.ceil(duration / last.timestep - _STEP_SLACK)
    samples, frames = [], []
    done = 0
    for segment in stretch:
        # Steps since the start of the stretch. A row at the start of a run is the end of the run before it.
        moved = segment.column("step") - segment.first_step
        samples.append(segment.samples[(moved > 0) & (done + moved > start)])
        frames += [
            replace(f, step=done + f.step - segment.first_step)
            for f in segment.frames
            if done + f.step - segment.first_step > start
        ]
        done += segment.steps
    rows = np.concatenate(samples)
    if not len(rows):
        return None
    return Window(
        samples=rows,
        timestep=last.timestep,
        elapsed=total * last.timestep,
        duration=duration,
        force_field=last.force_field,
        fixes=moving_fixes(last.fixes),
        nested=tuple(command for segment in stretch for command in segment.nested),
        frames=tuple(frames),
        segments=stretch,
    )


def moving_fixes(fixes: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the fixes that only look, and their `fix_modify` commands.

    Args:
        fixes: `fix` and `fix_modify` commands, as in `Segment.fixes`.

    Returns:
        The commands that integrate, thermostat, constrain or push.
    """
    words = [command.split() for command in fixes]
    passive = {w[1] for w in words if w[0] == "fix" and len(w) > 3 and w[3] in PASSIVE_FIXES}
    return tuple(command for command, w in zip(fixes, words) if w[1] not in passive)


def _stretches(segments: tuple[Segment, ...]) -> Iterator[tuple[Segment, ...]]:
    """Yield the runs of each stretch, oldest first, from the last stretch on; the first is empty when there is none."""
    stretch: list[Segment] = []
    interrupted = False
    for segment in reversed(segments):
        if segment.command == "run" and segment.steps == 0:
            # `run 0` moves nothing, but what was touched before it still parts the runs around it.
            interrupted = interrupted or bool(segment.touched and stretch)
            continue
        uniform = _uniform(segment)
        if interrupted or not uniform or (stretch and not _alike(segment, stretch[-1])):
            yield tuple(reversed(stretch))
            stretch = []
        if uniform:
            stretch.append(segment)
        interrupted = bool(segment.touched)
    yield tuple(reversed(stretch))


def _uniform(segment: Segment) -> bool:
    """Whether it is a sampled run in which timestep, atoms and mass stay the same."""
    identity = segment.samples[:, _IDENTITY]
    return bool(
        segment.command == "run"
        and len(identity) > 0
        and _same(identity, identity[0])
        and np.all(segment.column("timestep") == segment.timestep)
    )


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether numbers of atoms and masses agree; a sum of unequal masses depends on the order of the atoms."""
    return bool(np.allclose(a, b, rtol=_ROUNDING, atol=0.0))


def _alike(a: Segment, b: Segment) -> bool:
    return (
        a.timestep == b.timestep
        and _same(a.samples[0, _IDENTITY], b.samples[0, _IDENTITY])
        and a.force_field == b.force_field
        and moving_fixes(a.fixes) == moving_fixes(b.fixes)
    )
