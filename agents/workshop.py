"""Where the scripts of one task are tried: in the sandbox of an engine, counted."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mdgym.engine import Engine, Limits
from mdgym.engine.catalogue import read_catalogue
from mdgym.engine.execution import Execution
from mdgym.errors import InfrastructureError
from mdgym.script.lint import Catalogue

SHORT_STEPS = 100
# A short run is a glance; a script that needs longer for 100 steps is too large for one.
_SHORT_WALL_S, _SHORT_CPU_S = 20.0, 5.0

Files = Mapping[str, str | Path]


class Workshop:
    """An engine, what its LAMMPS knows, and the files of one task.

    Attributes:
        catalogue: What this LAMMPS knows.
        files: Files that a script finds in its directory: name to text, or to a path.
        limits: What one script may use.
        used: LAMMPS runs so far.
    """

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue | None = None,
        files: Files | None = None,
        seed: int = 0,
        runs: int | None = None,
    ) -> None:
        """Set up; nothing is run yet.

        Args:
            engine: What runs scripts.
            catalogue: What its LAMMPS knows; None asks it.
            files: Files for the scripts.
            seed: Seed of the episode.
            runs: The most LAMMPS runs; None for any number.
        """
        self.catalogue = catalogue or read_catalogue(engine)
        self.files = dict(files or {})
        self.limits = engine.limits
        self.used = 0
        self._engine = engine
        self._seed = seed
        self._runs = runs

    @property
    def empty(self) -> bool:
        """Whether no LAMMPS run is left."""
        return self._runs is not None and self.used >= self._runs

    def short_run(self, script: str) -> Execution:
        """Run a script with each `run` cut to `SHORT_STEPS` steps; it counts like a whole run."""
        usual = self.limits
        wall_s, cpu_s = min(usual.wall_s, _SHORT_WALL_S), min(usual.cpu_s, _SHORT_CPU_S)
        return self.run(script, replace(usual, run_steps=SHORT_STEPS, wall_s=wall_s, cpu_s=cpu_s))

    def run(self, script: str, limits: Limits | None = None) -> Execution:
        """Run a script and count it.

        Args:
            script: The script.
            limits: What it may use; None for the usual limits.

        Returns:
            What it did.

        Raises:
            InfrastructureError: mdgym failed twice.
        """
        self.used += 1
        try:
            return self._engine.run(script, self.files, None, self._seed, limits)
        except InfrastructureError:
            return self._engine.run(script, self.files, None, self._seed, limits)
