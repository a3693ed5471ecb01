"""Change a potential file in a known way; see `mdgym.script.perturb`.

Formats: `src/MANYBODY/pair_*.cpp` of LAMMPS.
"""

import math
from functools import lru_cache

from mdgym.script.perturb import Dimensions, scale

_NONE, _E, _L, _PER_L = (0, 0), (1, 0), (0, 1), (0, -1)
# Numbers of one entry after its three elements.
_SW = (_E, _L, *[_NONE] * 9)
_TERSOFF = (_NONE, _NONE, _PER_L, *[_NONE] * 5, _PER_L, _E, _L, _L, _PER_L, _E)
# Powers of the change of shape: B of Stillinger-Weber; lambda1 and A of Tersoff, which together leave bonds of
# lambda1 r = 6 as long as they are (C 5.4, Ge 6.0, Si 7.6).
_SHAPES: dict[Dimensions, Dimensions] = {_SW: (*[_NONE] * 7, (1, 0)), _TERSOFF: (*[_NONE] * 12, (1, 0), (5, 0))}


def perturb_potential(name: str, text: str, energy: float, length: float, shape: float = 1.0) -> str | None:
    """Scale a potential file.

    Args:
        name: Name of the file; its ending says the format (`.eam.alloy`, `.eam.fs`, `.eam`, `.sw`, `.tersoff`).
        text: Its text.
        energy: Factor on energies.
        length: Factor on lengths.
        shape: Factor on one part of the energy; see `Perturbation`.

    Returns:
        The scaled file; None when the format is not known or the text does not follow it.
    """
    try:
        if name.endswith(".eam.alloy"):
            return _setfl(text, energy, length, shape, finnis_sinclair=False)
        if name.endswith(".eam.fs"):
            return _setfl(text, energy, length, shape, finnis_sinclair=True)
        if name.endswith(".eam"):
            return _funcfl(text, energy, length, shape)
        if name.endswith(".sw"):
            return _entries(text, _SW, energy, length, shape)
        if name.endswith(".tersoff"):
            return _entries(text, _TERSOFF, energy, length, shape)
    except (ValueError, IndexError):
        pass  # not the format that the name promised
    return None


def _setfl(text: str, energy: float, length: float, shape: float, finnis_sinclair: bool) -> str:
    head, parts = _parsed_setfl(text, finnis_sinclair)
    n_rho, d_rho, n_r, d_r, cutoff = _grid(head[4])
    out = [*head[:4], f"{n_rho} {d_rho!r} {n_r} {d_r * length!r} {cutoff * length!r}"]
    factors = {"embedding": energy, "pair": energy * length * shape}
    for kind, values in parts:
        out.append(values if isinstance(values, str) else _written(values, factors[kind]))
    return "\n".join([*out, ""])


@lru_cache(maxsize=32)
def _parsed_setfl(text: str, finnis_sinclair: bool) -> tuple[list[str], list[tuple[str, "str | list[float]"]]]:
    """Read a file once: its first lines, and its tables; what is never scaled is text already."""
    lines = text.split("\n")
    elements = int(lines[3].split()[0])
    n_rho, _, n_r, _, _ = _grid(lines[4])
    row = 5
    densities = elements if finnis_sinclair else 1
    parts: list[tuple[str, str | list[float]]] = []
    for _ in range(elements):
        while not lines[row].strip():
            row += 1
        parts.append(("element", lines[row]))
        row, embedding = _table(lines, row + 1, n_rho)
        row, density = _table(lines, row, n_r * densities)
        parts += [("embedding", embedding), ("density", _written(density, 1.0))]
    row, pairs = _table(lines, row, n_r * elements * (elements + 1) // 2)
    return lines[:5], [*parts, ("pair", pairs)]


def _funcfl(text: str, energy: float, length: float, shape: float) -> str:
    lines = text.split("\n")
    n_rho, d_rho, n_r, d_r, cutoff = _grid(lines[2])
    row, embedding = _table(lines, 3, n_rho)
    # The pair energy is 27.2 * 0.529 * Z(r)^2 / r.
    row, charge = _table(lines, row, n_r)
    row, density = _table(lines, row, n_r)
    # densities too, or the lattice constant follows more than ratios of energies do
    grid = f"{n_rho} {d_rho / shape!r} {n_r} {d_r * length!r} {cutoff * length!r}"
    tables = ((embedding, energy), (charge, math.sqrt(energy * length * shape)), (density, 1.0))
    return "\n".join([*lines[:2], grid, *(_written(*table) for table in tables), ""])


def _grid(line: str) -> tuple[int, float, int, float, float]:
    n_rho, d_rho, n_r, d_r, cutoff = line.split()[:5]
    return int(n_rho), float(d_rho), int(n_r), float(d_r), float(cutoff)


def _table(lines: list[str], row: int, count: int) -> tuple[int, list[float]]:
    """Read `count` numbers from `row` on; return the next row and the numbers."""
    values: list[float] = []
    while len(values) < count:
        values += map(float, lines[row].split("#")[0].split())
        row += 1
    if len(values) > count:
        raise ValueError("a table ends in the middle of a line")
    return row, values


def _written(values: list[float], factor: float) -> str:
    """Write scaled numbers, five in a line; more than 14 digits take longer to write, and LAMMPS longer to read."""
    full, rest = divmod(len(values), 5)
    lines = [" ".join(["%.14g"] * 5)] * full + [" ".join(["%.14g"] * rest)] * bool(rest)
    return "\n".join(lines) % tuple([value * factor for value in values])


def _entries(text: str, dimensions: Dimensions, energy: float, length: float, shape: float) -> str:
    """Scale a file of entries of three elements and as many numbers, which may run over several lines."""
    comments, words = [], []
    for line in text.split("\n"):
        data, mark, comment = line.partition("#")
        words += data.split()
        if mark:
            comments.append(mark + comment)
    size = 3 + len(dimensions)
    if not words or len(words) % size:
        raise ValueError(f"{len(words)} words are no whole number of entries of {size}")
    out = comments[:]
    for start in range(0, len(words), size):
        entry = words[start : start + size]
        for word in entry[3:]:
            float(word)
        scale(entry, 3, dimensions, energy, length)
        scale(entry, 3, _SHAPES[dimensions], shape, 1.0)
        out.append(" ".join(entry))
    return "\n".join([*out, ""])
