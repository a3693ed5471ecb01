"""What is in force while a script runs: force field, fixes, and what was touched between two runs."""

import re

_HEATS = re.compile(r"fix \S+ \S+ (?:langevin|temp/|gjf)")
FORCE_STYLES = ("pair", "bond", "angle", "dihedral", "improper", "kspace")
FORCE_COMMANDS = frozenset(
    [f"{kind}_{what}" for kind in FORCE_STYLES for what in ("style", "coeff", "modify", "write")]
    + ["special_bonds", "dielectric", "run_style", "delete_bonds"]
)
TOUCHING = frozenset(
    "velocity set displace_atoms change_box replicate delete_atoms create_atoms create_bonds read_data read_restart "
    "read_dump rerun mass clear reset_atoms reset_atom_ids reset_mol_ids create_box".split()
)


class Bookkeeping:
    """Follows the executed commands (words, variables substituted)."""

    def __init__(self) -> None:
        self._force_field: list[str] = []
        self._fixes: dict[str, list[str]] = {}
        self._touched: list[str] = []
        self._thermometers: dict[str, str] = {}
        self._variables: dict[str, str] = {}

    @property
    def force_field(self) -> tuple[str, ...]:
        """Commands that define the forces now."""
        return tuple(self._force_field)

    @property
    def fixes(self) -> tuple[str, ...]:
        """What moves atoms now, in the order of definition.

        The `fix` and `fix_modify` commands of all active fixes, the definitions of variables that a thermostat takes
        its target from, and `compute_modify` commands that change degrees of freedom.
        """
        texts = [text for fix in self._fixes.values() for text in fix]
        targets = {word[2:] for text in texts if _HEATS.match(text) for word in text.split() if word.startswith("v_")}
        variables = [text for name, text in self._variables.items() if name in targets]
        return (*texts, *variables, *self._thermometers.values())

    def take_touched(self) -> tuple[str, ...]:
        """Return the commands that changed atoms, velocities or box since the last call."""
        touched, self._touched = tuple(self._touched), []
        return touched

    def note(self, words: tuple[str, ...]) -> None:
        """Take account of one command that LAMMPS has accepted."""
        name, text = words[0], " ".join(words)
        if name in TOUCHING:
            self._touched.append(text)
        if name == "clear":
            self._force_field, self._fixes, self._thermometers = [], {}, {}
        elif name == "fix":
            self._fixes[words[1]] = [text]
        elif name == "unfix":
            self._fixes.pop(words[1], None)
        elif name == "fix_modify":
            self._fixes.setdefault(words[1], []).append(text)
        elif name == "compute_modify" and {"extra/dof", "extra"} & set(words):
            self._thermometers[words[1]] = text
        elif name == "variable":
            self._variables[words[1]] = text
        elif name == "neigh_modify" and "exclude" in words:
            self._force_field.append(text)
        elif name in FORCE_COMMANDS:
            kind = name.split("_")[0]
            if name.endswith("_style") and kind in FORCE_STYLES:
                # a new style forgets the coefficients of the old one
                self._force_field = [f for f in self._force_field if not f.startswith(kind + "_")]
            if text not in self._force_field:
                self._force_field.append(text)
            if name == "delete_bonds":
                self._touched.append(text)
