"""Change a potential in a known way, so that a remembered answer no longer fits.

Every energy of the potential is multiplied by one factor and every length by another. Then a cohesive energy grows by
exactly the first, a lattice constant by exactly the second. Meaning of coefficients: LAMMPS documentation of each pair
style; of the files: `src/MANYBODY/pair_*.cpp`.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from mdgym.script.styles import without_suffix

# A dimension is (power of energy, power of length).
_Dimensions = tuple[tuple[int, int], ...]
_NONE, _E, _L, _PER_L = (0, 0), (1, 0), (0, 1), (0, -1)

_LJ = (_E, _L, _L, _L)  # epsilon, sigma, then up to two cutoffs
_BUCK = (_E, _L, (1, 6), _L, _L)
_BORN = (_E, _L, _L, (1, 6), (1, 8), _L, _L)
_CHARMM = (_E, _L, _E, _L)
_CUTOFFS = (_L, _L)
_SPRING, _PRESSURE = (1, -2), (1, -3)  # force per length, as of linear springs and bonds; force per area
# style: (dimensions of the arguments of `pair_style`, dimensions of the coefficients). Charges are not changed.
_STYLES: dict[str, tuple[_Dimensions, _Dimensions]] = {
    "born": (_CUTOFFS, _BORN),
    "born/coul/dsf": ((_PER_L, _L, _L), _BORN),
    "born/coul/long": (_CUTOFFS, _BORN),
    "born/coul/msm": (_CUTOFFS, _BORN),
    "born/coul/wolf": ((_PER_L, _L, _L), _BORN),
    "buck": (_CUTOFFS, _BUCK),
    "buck/coul/cut": (_CUTOFFS, _BUCK),
    "buck/coul/long": (_CUTOFFS, _BUCK),
    "buck/coul/msm": (_CUTOFFS, _BUCK),
    "gauss": (_CUTOFFS, (_E, (0, -2), _L)),
    # stiffness kn and kt; damping is no energy
    "gran/hertz/history": ((_PRESSURE, _PRESSURE), ()),
    "gran/hooke": ((_SPRING, _SPRING), ()),
    "gran/hooke/history": ((_SPRING, _SPRING), ()),
    "harmonic/cut": ((), ((1, -2), _L)),
    "lj/charmm/coul/charmm": ((_L, _L, _L, _L), _CHARMM),
    "lj/charmm/coul/long": ((_L, _L, _L), _CHARMM),
    "lj/charmm/coul/msm": ((_L, _L, _L), _CHARMM),
    "lj/class2": (_CUTOFFS, _LJ),
    "lj/class2/coul/cut": (_CUTOFFS, _LJ),
    "lj/class2/coul/long": (_CUTOFFS, _LJ),
    "lj/cut": (_CUTOFFS, _LJ),
    "lj/cut/coul/cut": (_CUTOFFS, _LJ),
    "lj/cut/coul/debye": ((_PER_L, _L, _L), _LJ),
    "lj/cut/coul/dsf": ((_PER_L, _L, _L), _LJ),
    "lj/cut/coul/long": (_CUTOFFS, _LJ),
    "lj/cut/coul/msm": (_CUTOFFS, _LJ),
    "lj/cut/coul/wolf": ((_PER_L, _L, _L), _LJ),
    "lj/cut/tip4p/cut": ((_NONE, _NONE, _NONE, _NONE, _L, _L, _L), _LJ),
    "lj/cut/tip4p/long": ((_NONE, _NONE, _NONE, _NONE, _L, _L, _L), _LJ),
    "lj/expand": (_CUTOFFS, (_E, _L, _L, _L)),
    "lj/gromacs": (_CUTOFFS, _LJ),
    "lj/mdf": (_CUTOFFS, _LJ),
    "lj/sf": (_CUTOFFS, _LJ),
    "lj/smooth": (_CUTOFFS, _LJ),
    "lj/smooth/linear": (_CUTOFFS, _LJ),
    "lj96/cut": (_CUTOFFS, _LJ),
    "mie/cut": (_CUTOFFS, (_E, _L, _NONE, _NONE, _L)),
    "morse": (_CUTOFFS, (_E, _PER_L, _L, _L)),
    "morse/smooth/linear": (_CUTOFFS, (_E, _PER_L, _L, _L)),
    "nm/cut": (_CUTOFFS, (_E, _L, _NONE, _NONE, _L)),
    "soft": (_CUTOFFS, (_E, _L)),
    "ufm": (_CUTOFFS, (_E, _L, _L)),
    "yukawa": ((_PER_L, _L), ((1, 1), _L)),
}
# Models of `pair_style granular`, whose coefficients follow their names: normal ones, and those behind `tangential`.
_CONTACTS: dict[str, _Dimensions] = {
    "hooke": (_SPRING,),
    "hertz": (_PRESSURE,),
    "hertz/material": (_PRESSURE,),
    "dmt": (_PRESSURE, _NONE, _NONE, (1, -2)),
    "jkr": (_PRESSURE, _NONE, _NONE, (1, -2)),
}
_TANGENTS: dict[str, _Dimensions] = {
    "linear_history": (_SPRING,),
    "linear_history_classic": (_SPRING,),
    "mindlin": (_PRESSURE,),
    "mindlin/force": (_PRESSURE,),
    "mindlin_rescale": (_PRESSURE,),
    "mindlin_rescale/force": (_PRESSURE,),
}
_BONDS: dict[str, _Dimensions] = {
    "fene": ((1, -2), _L, _E, _L),
    "harmonic": ((1, -2), _L),
    "morse": (_E, _PER_L, _L),
}
# Where the first of two temperatures stands, counted from the style.
_THERMOSTATS = {"langevin": 1, "gjf": 1, "temp/csvr": 1, "temp/csld": 1, "temp/berendsen": 1, "temp/rescale": 2}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

# Numbers of one entry after its three elements.
_SW = (_E, _L, *[_NONE] * 9)
_TERSOFF = (_NONE, _NONE, _PER_L, *[_NONE] * 5, _PER_L, _E, _L, _L, _PER_L, _E)


@dataclass(frozen=True)
class Perturbation:
    """How the world is changed for a counterfactual run.

    Attributes:
        energy: Factor on all energies of the potential.
        length: Factor on all lengths of the potential.
        timestep: Factor on every `timestep` command.
        temperature: Factor on the temperatures that velocities are created for or scaled to.
        thermostat: Factor on the temperatures that thermostats hold.
    """

    energy: float = 1.0
    length: float = 1.0
    timestep: float = 1.0
    temperature: float = 1.0
    thermostat: float = 1.0

    @property
    def coupling(self) -> float:
        """Factor on the energy of two charges at a distance, which a dielectric constant of its inverse gives."""
        return self.energy * self.length


def perturb(
    words: tuple[str, ...], pair_style: tuple[str, ...], bond_style: tuple[str, ...], change: Perturbation
) -> tuple[str, ...]:
    """Scale the numbers of a command that defines forces, timestep or temperatures.

    Args:
        words: The words of a command, variables expanded.
        pair_style: The words of the last `pair_style` command, `pair_style` included.
        bond_style: The same for `bond_style`.
        change: By how much.

    Returns:
        The scaled words; the same object for other commands, and for styles whose coefficients are not known.
    """
    fresh = list(words)
    energy, length = change.energy, change.length
    match words[:3]:
        case ("timestep", _):
            _scale(fresh, 1, (_E,), change.timestep, 1.0)
        case ("velocity", _, "create" | "scale"):
            _scale(fresh, 3, (_E,), change.temperature, 1.0)
        case ("fix", _, _) if len(words) > 3:
            for place in _thermostat_places(words):
                _scale(fresh, place, (_E, _E), change.thermostat, 1.0)
        case ("dielectric", _):
            _scale(fresh, 1, (_E,), 1 / change.coupling, 1.0)
        case ("bond_coeff", _, _) if len(bond_style) == 2:
            _scale(fresh, 2, _BONDS.get(without_suffix(bond_style[1]), ()), energy, length)
        case ("angle_coeff", _, _):
            _scale(fresh, 2, (_E,), energy, length)
        case ("pair_style", style, *_):
            places = range(1, len(words)) if style.startswith("hybrid") else (1,)
            for place in places:
                settings, _ = _STYLES.get(without_suffix(words[place]), ((), ()))
                _scale(fresh, place + 1, settings, energy, length)
        case ("pair_coeff", _, _):
            style, start = _coefficients(words, pair_style)
            if style == "granular":
                _scale_contacts(fresh, start, energy, length)
            _, coefficients = _STYLES.get(without_suffix(style), ((), ()))
            _scale(fresh, start, coefficients, energy, length)
    return words if tuple(fresh) == words else tuple(fresh)


def perturb_potential(name: str, text: str, energy: float, length: float) -> str | None:
    """Scale a potential file.

    Args:
        name: Name of the file; its ending says the format (`.eam.alloy`, `.eam.fs`, `.eam`, `.sw`, `.tersoff`).
        text: Its text.
        energy: Factor on energies.
        length: Factor on lengths.

    Returns:
        The scaled file; None when the format is not known or the text does not follow it.
    """
    try:
        if name.endswith(".eam.alloy"):
            return _setfl(text, energy, length, finnis_sinclair=False)
        if name.endswith(".eam.fs"):
            return _setfl(text, energy, length, finnis_sinclair=True)
        if name.endswith(".eam"):
            return _funcfl(text, energy, length)
        if name.endswith(".sw"):
            return _entries(text, _SW, energy, length)
        if name.endswith(".tersoff"):
            return _entries(text, _TERSOFF, energy, length)
    except (ValueError, IndexError):
        pass  # not the format that the name promised
    return None


def _thermostat_places(words: tuple[str, ...]) -> list[int]:
    """Return where pairs of target temperatures stand in a `fix` command."""
    style = without_suffix(words[3])
    if style in _THERMOSTATS:
        return [3 + _THERMOSTATS[style]]
    if style.startswith(("nvt", "npt")) or style in ("rigid/nvt", "rigid/npt"):
        return [place + 1 for place, word in enumerate(words) if word == "temp"]
    return []


def _coefficients(words: tuple[str, ...], pair_style: tuple[str, ...]) -> tuple[str, int]:
    """Return the pair style that a `pair_coeff` is for, and the index of its first coefficient."""
    if len(pair_style) < 2 or not pair_style[1].startswith("hybrid"):
        return (pair_style[1] if len(pair_style) > 1 else ""), 3
    if len(words) < 4:
        return "", 3
    # A style that a hybrid uses twice is numbered: `pair_coeff 1 1 lj/cut 2 epsilon sigma`.
    return words[3], 5 if pair_style.count(words[3]) > 1 else 4


def _scale(words: list[str], start: int, dimensions: _Dimensions, energy: float, length: float) -> None:
    """Scale numbers in place from `start` on, up to the first word that is no number."""
    for place, (of_energy, of_length) in enumerate(dimensions, start):
        if place >= len(words) or not _NUMBER.fullmatch(words[place]):
            return
        factor = energy**of_energy * length**of_length
        if factor != 1.0:
            words[place] = repr(float(words[place]) * factor)


def _scale_contacts(words: list[str], start: int, energy: float, length: float) -> None:
    """Scale the stiffness in a `pair_coeff` command of `pair_style granular`, whose models stand at `start` on."""
    models = [(start, _CONTACTS)]
    models += [(place + 1, _TANGENTS) for place, word in enumerate(words) if word == "tangential"]
    for place, dimensions in models:
        if place < len(words):
            _scale(words, place + 1, dimensions.get(words[place], ()), energy, length)


def _setfl(text: str, energy: float, length: float, finnis_sinclair: bool) -> str:
    head, parts = _parsed_setfl(text, finnis_sinclair)
    n_rho, d_rho, n_r, d_r, cutoff = _grid(head[4])
    out = [*head[:4], f"{n_rho} {d_rho!r} {n_r} {d_r * length!r} {cutoff * length!r}"]
    factors = {"embedding": energy, "pair": energy * length}
    for kind, values in parts:
        out += [values] if isinstance(values, str) else _written(values, factors[kind])
    return "\n".join([*out, ""])


@lru_cache(maxsize=32)
def _parsed_setfl(text: str, finnis_sinclair: bool) -> tuple[list[str], list[tuple[str, "str | list[float]"]]]:
    """Read a file once: its first lines, and its tables; what is never scaled stays text."""
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
        start = row
        row, _ = _table(lines, row, n_r * densities)
        parts += [("embedding", embedding), ("density", "\n".join(lines[start:row]))]
    row, pairs = _table(lines, row, n_r * elements * (elements + 1) // 2)
    return lines[:5], [*parts, ("pair", pairs)]


def _funcfl(text: str, energy: float, length: float) -> str:
    lines = text.split("\n")
    n_rho, d_rho, n_r, d_r, cutoff = _grid(lines[2])
    row, embedding = _table(lines, 3, n_rho)
    # The pair energy is 27.2 * 0.529 * Z(r)^2 / r.
    row, charge = _table(lines, row, n_r)
    row, density = _table(lines, row, n_r)
    grid = f"{n_rho} {d_rho!r} {n_r} {d_r * length!r} {cutoff * length!r}"
    scaled = _written(embedding, energy) + _written(charge, math.sqrt(energy * length)) + _written(density, 1.0)
    return "\n".join([*lines[:2], grid, *scaled, ""])


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


def _written(values: list[float], factor: float) -> list[str]:
    """Write scaled numbers, five in a line."""
    texts = [repr(value * factor) for value in values]
    return [" ".join(texts[i : i + 5]) for i in range(0, len(texts), 5)]


def _entries(text: str, dimensions: _Dimensions, energy: float, length: float) -> str:
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
        _scale(entry, 3, dimensions, energy, length)
        out.append(" ".join(entry))
    return "\n".join([*out, ""])
