"""Follow how far a script has come in setting up a system, and say what a command still lacks."""

import re
from collections.abc import Iterator

from mdgym.script.styles import without_suffix

_NEEDS_BOX = frozenset(
    {
        "angle_coeff",
        "bond_coeff",
        "create_atoms",
        "delete_atoms",
        "dihedral_coeff",
        "displace_atoms",
        "group",
        "improper_coeff",
        "mass",
        "minimize",
        "pair_coeff",
        "replicate",
        "run",
        "set",
        "velocity",
        "write_data",
    }
)
_STARTS = frozenset({"minimize", "rerun", "run"})
# Only of these we know that each atom type needs a `mass`; other atom styles have a mass per atom.
_TYPE_MASS = frozenset({"angle", "atomic", "bond", "charge", "full", "molecular"})
# Pair styles that take masses neither from their file nor from anywhere else.
_MASSLESS = re.compile(
    r"(lj|lj96|born|buck|coul|sw|tersoff|morse|mie|yukawa|soft|gauss|nm|zbl|table|zero|airebo|rebo|snap|edip|comb|vashishta|ufm|dpd)(/|$)"
)
_RANGE = re.compile(r"(\d*)(\*?)(\d*)")


class Progress:
    """The state of the system that a script builds, as far as its text shows it; `clear` starts a new one.

    Attributes:
        started: Whether a `run`, `minimize` or `rerun` was met.
    """

    def __init__(self) -> None:
        self.started = False
        self._box = False
        self._types: int | None = None
        self._type_mass = True
        self._masses: set[int] = set()
        self._pair_style = ""
        self._own_masses = False
        self._coefficients = False

    def follow(self, words: tuple[str, ...], certain: bool) -> Iterator[tuple[bool, str]]:
        """Take one command into account.

        Args:
            words: The words of the command, variables perhaps not expanded.
            certain: Whether the command is surely executed; after others, less is known of the state.

        Yields:
            What the command lacks, as (whether LAMMPS surely stops, message).
        """
        command = words[0]
        if command in _NEEDS_BOX and not self._box:
            yield True, f"`{command}` before there is a box: use `create_box`, `read_data` or `read_restart` first"
            self._box = True  # say it once
        match words:
            case ("create_box", types, *_):
                self._box = True
                self._types = int(types) if certain and types.isdecimal() and len(types) < 4 else None
            case ("read_data" | "read_restart", *_):
                self._box = self._coefficients = True
                self._types = None
                self._pair_style = self._pair_style or ("read_restart" if command == "read_restart" else "")
            case ("atom_style", style, *_):
                self._type_mass = certain and style in _TYPE_MASS
            case ("labelmap", *_):
                self._types = None
            case ("mass" | "pair_style", *_) if not certain:
                self._types = None
                self._coefficients = True
                self._pair_style = self._pair_style or "unknown"
            case ("mass", types, *_):
                self._add_masses(types)
            case ("fix", *_) if "rmass" in words:
                self._types = None
            case ("pair_style", *styles):
                self._set_pair_style(styles)
            case ("pair_coeff", *_):
                if not self._pair_style:
                    yield True, "`pair_coeff` before `pair_style`"
                    self._pair_style = "unknown"
                self._coefficients = True
        if command in _STARTS:
            if not self.started:
                yield from self._lacking(command)
            self.started = True

    def _set_pair_style(self, styles: list[str]) -> None:
        name = without_suffix(styles[0]) if styles else "unknown"
        # The same style again only changes its settings; its coefficients stay.
        self._coefficients = self._coefficients and name == self._pair_style
        self._pair_style = name
        if self._pair_style.startswith("hybrid"):
            named = [style for style in styles[1:] if not re.match(r"[-+.\d]", style)]
            self._own_masses = not all(map(_MASSLESS.match, named))
        else:
            self._own_masses = not _MASSLESS.match(self._pair_style)

    def _add_masses(self, types: str) -> None:
        """Note the atom types that a `mass` is for: `2`, `*`, `2*`, `*3` or `1*3`."""
        bounds = _RANGE.fullmatch(types)
        if bounds is None or self._types is None or len(types) > 8:
            self._types = None  # a type label or a variable: nothing more is said of masses
            return
        low, star, high = bounds.groups()
        first = int(low or 1)
        last = int(high or self._types) if star else first
        self._masses.update(range(first, min(last, self._types) + 1))

    def _lacking(self, command: str) -> Iterator[tuple[bool, str]]:
        if not self._pair_style:
            yield False, f"`{command}` without a `pair_style`: the atoms do not interact"
        elif not self._coefficients and self._pair_style != "none" and "$" not in self._pair_style:
            yield True, f"`{command}` before any `pair_coeff`"
        if self._types and self._type_mass and not (self._pair_style and self._own_masses):
            missing = sorted(set(range(1, self._types + 1)) - self._masses)
            if missing:
                yield True, f"`{command}` before the `mass` of atom type {', '.join(map(str, missing[:5]))}"
