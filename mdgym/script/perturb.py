"""Change a potential in a known way, so that a remembered answer no longer fits.

Every energy of the potential is multiplied by one factor and every length by another. Then a cohesive energy grows by
exactly the first, a lattice constant by exactly the second. Ratios of energies stay, unless the shape of a potential is
changed too. Meaning of coefficients: LAMMPS documentation of each pair style; of the
files see `potential_files`.
"""

import re
from dataclasses import dataclass

from mdgym.script.styles import without_suffix

# A dimension is (power of energy, power of length).
Dimensions = tuple[tuple[int, int], ...]
_NONE, _E, _L, _PER_L = (0, 0), (1, 0), (0, 1), (0, -1)

_LJ = (_E, _L, _L, _L)  # epsilon, sigma, then up to two cutoffs
_BUCK = (_E, _L, (1, 6), _L, _L)
_BORN = (_E, _L, _L, (1, 6), (1, 8), _L, _L)
_CHARMM = (_E, _L, _E, _L)
_CUTOFFS = (_L, _L)
_SPRING, _PRESSURE = (1, -2), (1, -3)  # force per length, as of linear springs and bonds; force per area
# style: (dimensions of the arguments of `pair_style`, dimensions of the coefficients). Charges are not changed.
_STYLES: dict[str, tuple[Dimensions, Dimensions]] = {
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
_CONTACTS: dict[str, Dimensions] = {
    "hooke": (_SPRING,),
    "hertz": (_PRESSURE,),
    "hertz/material": (_PRESSURE,),
    "dmt": (_PRESSURE, _NONE, _NONE, (1, -2)),
    "jkr": (_PRESSURE, _NONE, _NONE, (1, -2)),
}
_TANGENTS: dict[str, Dimensions] = {
    "linear_history": (_SPRING,),
    "linear_history_classic": (_SPRING,),
    "mindlin": (_PRESSURE,),
    "mindlin/force": (_PRESSURE,),
    "mindlin_rescale": (_PRESSURE,),
    "mindlin_rescale/force": (_PRESSURE,),
}
_BONDS: dict[str, Dimensions] = {
    "fene": ((1, -2), _L, _E, _L),
    "harmonic": ((1, -2), _L),
    "morse": (_E, _PER_L, _L),
}
# Where the first of two temperatures stands, counted from the style.
_THERMOSTATS = {"langevin": 1, "gjf": 1, "temp/csvr": 1, "temp/csld": 1, "temp/berendsen": 1, "temp/rescale": 2}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Perturbation:
    """How the world is changed for a counterfactual run.

    Attributes:
        energy: Factor on all energies of the potential.
        length: Factor on all lengths of the potential.
        timestep: Factor on every `timestep` command.
        temperature: Factor on the temperatures that velocities are created for or scaled to.
        thermostat: Factor on the temperatures that thermostats hold.
        shape: Factor on one part of a potential file alone: pair energies of an EAM, repulsion of Stillinger-Weber and
            Tersoff. No result follows from it but by a run.
    """

    energy: float = 1.0
    length: float = 1.0
    timestep: float = 1.0
    temperature: float = 1.0
    thermostat: float = 1.0
    shape: float = 1.0

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
            scale(fresh, 1, (_E,), change.timestep, 1.0)
        case ("velocity", _, "create" | "scale"):
            scale(fresh, 3, (_E,), change.temperature, 1.0)
        case ("fix", _, _) if len(words) > 3:
            for place in _thermostat_places(words):
                scale(fresh, place, (_E, _E), change.thermostat, 1.0)
        case ("dielectric", _):
            scale(fresh, 1, (_E,), 1 / change.coupling, 1.0)
        case ("bond_coeff", _, _) if len(bond_style) == 2:
            scale(fresh, 2, _BONDS.get(without_suffix(bond_style[1]), ()), energy, length)
        case ("angle_coeff", _, _):
            scale(fresh, 2, (_E,), energy, length)
        case ("pair_style", style, *_):
            places = range(1, len(words)) if style.startswith("hybrid") else (1,)
            for place in places:
                settings, _ = _STYLES.get(without_suffix(words[place]), ((), ()))
                scale(fresh, place + 1, settings, energy, length)
        case ("pair_coeff", _, _):
            style, start = _coefficients(words, pair_style)
            if style == "granular":
                _scale_contacts(fresh, start, energy, length)
            _, coefficients = _STYLES.get(without_suffix(style), ((), ()))
            scale(fresh, start, coefficients, energy, length)
    return words if tuple(fresh) == words else tuple(fresh)


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


def scale(words: list[str], start: int, dimensions: Dimensions, energy: float, length: float) -> None:
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
            scale(words, place + 1, dimensions.get(words[place], ()), energy, length)
