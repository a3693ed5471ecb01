"""What is measured in judged windows, from the recording and from hidden frames; nothing that a script says enters.

Every measure is a function of all judged windows, oldest first, and of some numbers. Most look at the last window.
"""

from collections.abc import Callable

import numpy as np

from mdgym.engine.execution import FLUX, Frame
from mdgym.engine.window import Window

Windows = tuple[Window, ...]
Numbers = tuple[float, ...]


def measure(windows: Windows, source: str, arguments: Numbers = ()) -> float:
    """Measure one quantity.

    Args:
        windows: The judged windows, oldest first.
        source: One of `MEASURES`.
        arguments: What it needs to know besides.

    Returns:
        The value in the units of the script: temperature, pressure, energy per atom (in `units lj` too), volume per
        atom, length, time; not a number where the recording holds too little for it.

    Raises:
        ValueError: There is no such measure.
    """
    if source not in MEASURES:
        raise ValueError(f"'{source}' cannot be measured in a window; known: {', '.join(MEASURES)}")
    return MEASURES[source](windows, arguments)


def _mean(name: str) -> Callable[[Windows, Numbers], float]:
    """Mean of a column; the argument is the number of the window, the last one without it."""
    return lambda windows, at: float(np.mean(windows[int(at[0]) if at else -1].column(name)))


def _per_atom(*names: str) -> Callable[[Windows, Numbers], float]:
    return lambda windows, _: float(np.mean(_each(windows[-1], *names)))


def _each(window: Window, *names: str) -> np.ndarray:
    """Sum of some columns per atom, shape (k,)."""
    return np.asarray(sum(window.column(name) for name in names) / window.column("atoms"))


def _per_molecule(windows: Windows, arguments: Numbers) -> float:
    """Mean potential energy per molecule of as many atoms as the argument says."""
    return float(arguments[0] * np.mean(_each(windows[-1], "potential")))


def _constant(atoms_per_cell: int) -> Callable[[Windows, Numbers], float]:
    """Lattice constant of a cubic crystal from its mean volume per atom."""
    return lambda windows, _: float(np.cbrt(atoms_per_cell * np.mean(_each(windows[-1], "volume"))))


def _edge(windows: Windows, arguments: Numbers) -> float:
    """Mean length of the box along the axis (0, 1, 2) of the argument."""
    edges = [frame.box[1] - frame.box[0] for frame in windows[-1].frames]
    return float(np.mean(edges, axis=0)[int(arguments[0])]) if edges else float("nan")


def _tension(windows: Windows, arguments: Numbers) -> float:
    """Mean normal stress, positive in tension; arguments: factor to its unit, and the axes (0, 1, 2) to average."""
    factor, *axes = arguments
    stresses = [-factor * windows[-1].column(("pxx", "pyy", "pzz")[int(axis)]) for axis in axes]
    return float(np.mean(stresses))


def _spread_of_total(windows: Windows, _: Numbers) -> float:
    return float(np.std(_each(windows[-1], "potential", "kinetic")))


def _energy_slope(windows: Windows, arguments: Numbers) -> float:
    """Change of mean total energy per atom from the first window to the last, divided by the argument."""
    first, last = (float(np.mean(_each(w, "potential", "kinetic"))) for w in (windows[0], windows[-1]))
    return (last - first) / arguments[0]


def _expansion(windows: Windows, arguments: Numbers) -> float:
    """Relative change of the mean length per atom from the first window to the last, divided by the argument."""
    first, last = (float(np.cbrt(np.mean(_each(w, "volume")))) for w in (windows[0], windows[-1]))
    return (last / first - 1) / arguments[0]


def radial_distribution(frames: tuple[Frame, ...], cutoff: float, bins: int, kinds: Numbers = ()) -> np.ndarray:
    """Average the radial distribution function over frames, by nearest images in an orthogonal periodic box.

    Args:
        frames: The frames.
        cutoff: Largest distance, at most half of the shortest edge of the box.
        bins: Number of bins of equal width from 0 to `cutoff`.
        kinds: Two atom types; all atoms without them.

    Returns:
        Shape (bins,), g at the middle of each bin.
    """
    shells = 4 / 3 * np.pi * np.diff(np.linspace(0.0, cutoff, bins + 1) ** 3)
    found = np.zeros(bins)
    for frame in frames:
        lengths = frame.box[1] - frame.box[0]
        ones, others = (frame.positions[frame.types == kind] for kind in kinds or (0, 0))
        if not kinds:
            ones = others = frame.positions
        distances = _distances(ones, others, lengths, cutoff)
        alike = not kinds or kinds[0] == kinds[1]
        pairs = np.bincount((distances * (bins / cutoff)).astype(int), minlength=bins)[:bins]
        # as `compute rdf` has it, an atom is no part of the density around it
        density = (len(others) - alike) / float(np.prod(lengths))
        if len(ones) and density > 0:
            found += pairs / (len(ones) * density * shells)
    return np.asarray(found / max(1, len(frames)))


def _distances(ones: np.ndarray, others: np.ndarray, lengths: np.ndarray, cutoff: float) -> np.ndarray:
    """Distances below the cutoff from atoms to the nearest images of others; an atom is no neighbour of itself."""
    squares = _squares(ones, others, lengths)
    return np.asarray(np.sqrt(squares[(squares > 0) & (squares < cutoff**2)]))


def _squares(ones: np.ndarray, others: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Squared distances from atoms to the nearest images of others."""
    squares = np.zeros((len(ones), len(others)))
    for one, other, length in zip(ones.T, others.T, lengths):
        # in place: memory is what this takes its time for
        steps = np.subtract.outer(one / length, other / length)
        steps -= np.rint(steps)
        steps *= length
        steps *= steps
        squares += steps
    return squares


def _peak_height(windows: Windows, arguments: Numbers) -> float:
    """Height of the highest bin of g(r); arguments: cutoff, bins, and two atom types or none."""
    cutoff, bins, *kinds = arguments
    return float(np.max(radial_distribution(windows[-1].frames, cutoff, int(bins), tuple(kinds))))


def _peak_place(windows: Windows, arguments: Numbers) -> float:
    """Middle of the highest bin of g(r); arguments as for the height."""
    cutoff, bins, *kinds = arguments
    highest = int(np.argmax(radial_distribution(windows[-1].frames, cutoff, int(bins), tuple(kinds))))
    return (highest + 0.5) * cutoff / bins


def _coordination(windows: Windows, arguments: Numbers) -> float:
    """Mean number of atoms of one type around an atom of another; arguments: largest distance, and both types.

    By nearest images in an orthogonal periodic box: the distance is at most half of its shortest edge.
    """
    largest, one, other = arguments
    found = []
    for frame in windows[-1].frames:
        centres, others = (frame.positions[frame.types == kind] for kind in (one, other))
        squares = _squares(centres, others, frame.box[1] - frame.box[0])
        # an atom is no neighbour of itself
        found.append(np.sum((squares > 0) & (squares <= largest**2)) / max(1, len(centres)))
    return float(np.mean(found)) if found else float("nan")


def _diffusion(windows: Windows, arguments: Numbers) -> float:
    """Self-diffusion: slope of the mean square displacement over 6, from all pairs of frames.

    Arguments: shortest and longest time between two frames. The motion of the centre of mass is left out.
    """
    window = windows[-1]
    shortest, longest = arguments
    lags, squares = [], []
    for number, later in enumerate(window.frames):
        for sooner in window.frames[:number]:
            lag = (later.step - sooner.step) * window.timestep
            if not shortest <= lag <= longest or len(later.positions) != len(sooner.positions):
                continue
            moved = later.positions - sooner.positions
            moved = moved - moved.mean(axis=0)
            lags.append(lag)
            squares.append(float(np.mean(np.sum(moved**2, axis=1))))
    if len(set(lags)) < 2:
        return float("nan")
    return float(np.polyfit(lags, squares, 1)[0] / 6)


def _green_kubo(names: tuple[str, ...], of_volume: int, of_temperature: int) -> Callable[[Windows, Numbers], float]:
    """A transport coefficient by Green and Kubo: V^a / (k T^b) times an integral of the mean autocorrelation.

    Arguments: time up to which the correlation is integrated, and 1/k in the units of the script (a product of those
    of the columns and of the volume, divided by energy, included). Samples of unlike runs are thinned to the largest
    distance among them.

    Args:
        names: Columns that have one correlation by symmetry.
        of_volume: The power a.
        of_temperature: The power b.
    """

    def coefficient(windows: Windows, arguments: Numbers) -> float:
        longest, scale = arguments
        window = windows[-1]
        steps = window.column("step")
        if len(steps) < 2 or not all(window.has(name) for name in names):
            return float("nan")
        stride = float(np.max(np.diff(steps)))
        kept = steps % stride == 0
        spacing = stride * window.timestep
        lags = int(longest / spacing + 1e-6) + 1
        if np.any(np.diff(steps[kept]) != stride) or not 2 < lags < np.sum(kept) / 2:
            return float("nan")
        correlation = np.mean([_autocorrelation(window.column(name)[kept], lags) for name in names], axis=0)
        integral = spacing * (np.sum(correlation) - 0.5 * (correlation[0] + correlation[-1]))
        volume, temperature = (float(np.mean(window.column(name))) for name in ("volume", "temperature"))
        return float(scale * volume**of_volume / temperature**of_temperature * integral)

    return coefficient


def _autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """Mean of x(t) x(t + lag) over all pairs, shape (lags,), from lag 0 on."""
    power = np.abs(np.fft.rfft(values, 2 * len(values))) ** 2
    sums = np.fft.irfft(power, 2 * len(values))[:lags]
    return np.asarray(sums / (len(values) - np.arange(lags)))


def _settled_share(windows: Windows, arguments: Numbers) -> float:
    """Share of atoms that keep their place from the mean of their neighbours in a half of the window: solid ones.

    Arguments: largest distance of neighbours at first, largest rms deviation of a settled atom, and the half, 0 or 1.
    """
    reach, largest, half = arguments
    window = windows[-1]
    steps = np.array([frame.step for frame in window.frames])
    if len(steps) < 3 or np.ptp(steps) * window.timestep < window.duration / 2:
        return float("nan")
    # Evenly in time: where frames are crowded (many short runs) a liquid seems to stand still.
    times = steps[0] + np.ptp(steps) * (half + np.linspace(0, 1, 9)) / 2
    frames = [window.frames[i] for i in sorted({int(np.argmin(np.abs(steps - time))) for time in times})]
    squares = _squares(frames[0].positions, frames[0].positions, frames[0].box[1] - frames[0].box[0])
    near = (squares > 0) & (squares < reach**2)
    places = np.array([frame.positions for frame in frames])
    places = places - near / np.maximum(1, near.sum(axis=1, keepdims=True)) @ places
    return float(np.mean(np.sum(np.var(places, axis=0, ddof=1), axis=-1) < largest**2))


def _tether_energy(windows: Windows, arguments: Numbers) -> float:
    """Mean energy per atom of springs of stiffness K (the argument) to fixed sites: K/2 times the variance in time."""
    places = np.array([frame.positions for frame in windows[-1].frames])
    if len(places) < 3:
        return float("nan")
    return float(0.5 * arguments[0] * np.mean(np.sum(np.var(places, axis=0, ddof=1), axis=-1)))


def _bond_length(windows: Windows, arguments: Numbers) -> float:
    """Mean distance of neighbours in chains of as many atoms, by id, as the argument says."""
    length = int(arguments[0])
    found = []
    for frame in windows[-1].frames:
        chains = len(frame.positions) // length
        places = frame.positions[: chains * length].reshape(chains, length, 3)
        steps = np.diff(places, axis=1)
        edges = frame.box[1] - frame.box[0]
        steps = steps - edges * np.round(steps / edges)
        found.append(float(np.mean(np.sqrt(np.sum(steps**2, axis=-1)))))
    return float(np.mean(found)) if found else float("nan")


MEASURES: dict[str, Callable[[Windows, Numbers], float]] = {
    "mean temperature": _mean("temperature"),
    "mean pressure": _mean("pressure"),
    "mean pxx": _mean("pxx"),
    "mean tension": _tension,
    "mean potential per atom": _per_atom("potential"),
    "mean potential per molecule": _per_molecule,
    "mean kinetic per atom": _per_atom("kinetic"),
    "mean total per atom": _per_atom("potential", "kinetic"),
    "mean edge": _edge,
    "mean volume per atom": _per_atom("volume"),
    "mean fcc constant": _constant(4),
    "mean bcc constant": _constant(2),
    "mean diamond constant": _constant(8),
    "spread of total per atom": _spread_of_total,
    "slope of total per atom": _energy_slope,
    "linear expansion": _expansion,
    "peak height": _peak_height,
    "peak place": _peak_place,
    "coordination": _coordination,
    "diffusion": _diffusion,
    "viscosity": _green_kubo(("pxy", "pxz", "pyz"), 1, 1),
    # the flux is recorded times the volume
    "thermal conductivity": _green_kubo(FLUX, -1, 2),
    "settled share": _settled_share,
    "tether energy": _tether_energy,
    "bond length": _bond_length,
}
# Measured from the heat flux, which the engine records on request alone.
FROM_FLUX = frozenset({"thermal conductivity"})
