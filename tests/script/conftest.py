"""A real LAMMPS in this process, for scripts written by these tests only."""

import os

import pytest

from mdgym.engine.library import open_lammps, potentials_directory
from mdgym.script.lint import Catalogue
from mdgym.script.styles import BUILTIN_COMMANDS


class Lammps:
    """One LAMMPS instance, opened again after an error, which would leave it half-way through a file."""

    def __init__(self):
        self.instance = open_lammps()

    def fresh(self):
        self.instance.close()
        self.instance = open_lammps()
        return self.instance

    def variables(self, run, names):
        """Run `run(instance)` and return the values that index variables then have, and whether it failed."""
        self.instance.command("clear")
        for name in names:
            self.instance.command(f"variable {name} delete")
        try:
            run(self.instance)
            failed = False
        except Exception:
            failed = True
        found = {name: self._values(name) for name in names}
        if failed:
            self.fresh()
        return {name: values for name, values in found.items() if values}, failed

    def _values(self, name):
        values = []
        while self.instance.has_id("variable", name):
            values.append(self.instance.extract_variable(name))
            self.instance.command(f"next {name}")
        return tuple(values)


@pytest.fixture(scope="session")
def lammps():
    os.environ["LAMMPS_POTENTIALS"] = str(potentials_directory())
    holder = Lammps()
    yield holder
    holder.instance.close()


@pytest.fixture(scope="session")
def catalogue(lammps):
    instance = lammps.instance
    categories = "atom integrate minimize pair bond angle dihedral improper kspace compute fix region dump command"
    styles = {name: frozenset(instance.available_styles(name)) for name in categories.split()}
    potentials = frozenset(path.name for path in potentials_directory().iterdir())
    return Catalogue(BUILTIN_COMMANDS | styles["command"] | {"quit"}, styles, potentials)
