"""The agents that a command line names, and how its language models are asked."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mdgym import agents

SamplingOption = Annotated[
    str,
    typer.Option(
        "--sampling",
        metavar="SETTINGS",
        help="How a language model draws its answers, such as temperature=0.7,max_new_tokens=4096; also top_p, top_k.",
    ),
]
SystemOption = Annotated[
    str,
    typer.Option(
        "--system",
        metavar="NAME|FILE",
        help="Instructions for a language model: lammps (usual behind an endpoint), none (usual elsewhere), or a file.",
    ),
]


def load_agents(names: Sequence[str], sampling: str = "", system: str = "") -> list[agents.Agent]:
    """Return the agents of these names; `module:attribute` is looked for where the command is given."""
    # as `python -m` does
    sys.path.insert(0, os.getcwd())
    return [agents.load(name, sampling, system) for name in names]


def options_of(sampling: str, system: str) -> list[str]:
    """Return the settings as they are typed, for the command that a page tells."""
    return [f"--sampling {sampling}"] * bool(sampling) + [f"--system {system}"] * bool(system)
