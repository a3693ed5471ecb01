"""The agents that a command line names, and how its language models are asked."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mdgym import agents
from mdgym.agents.usage import usage_of
from mdgym.commands.output import stderr

SamplingOption = Annotated[
    str,
    typer.Option(
        "--sampling",
        metavar="SETTINGS",
        help="How a language model draws its answers: temperature, top_p, top_k and max_new_tokens, such as "
        "temperature=0.7,top_p=0.9.",
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

_ENDPOINTS = ("openai:", "openai+tools:")


def load_agents(names: Sequence[str], sampling: str = "", system: str = "") -> list[agents.Agent]:
    """Return the agents of these names; `module:attribute` is looked for where the command is given."""
    # as `python -m` does
    sys.path.insert(0, os.getcwd())
    return [agents.load(name, sampling, system) for name in names]


def for_questions(
    policies: Sequence[agents.Agent], names: Sequence[str], sampling: str = "", system: str = ""
) -> list[agents.Agent]:
    """Return agents as they answer questions: models behind an endpoint are not told to write a script.

    Args:
        policies: The agents of these names, as `load_agents` returns them.
        names: Their names.
        sampling: As for `load_agents`.
        system: The same; what the user chose holds for questions too.
    """
    return [
        agents.load(name, sampling, "none") if name.startswith(_ENDPOINTS) and not system else policy
        for policy, name in zip(policies, names, strict=True)
    ]


@contextmanager
def telling_usage(policies: Sequence[agents.Agent]) -> Iterator[None]:
    """Tell on stderr what agents have used up, if they count it, also of work that was stopped: it was paid for."""
    try:
        yield
    finally:
        for policy in {id(policy): policy for policy in policies}.values():
            usage = usage_of(policy)
            # of one that was not asked there is nothing to tell
            if usage and any(asdict(usage).values()):
                stderr.print(f"{policy.name}: {usage}", markup=False, soft_wrap=True)


@contextmanager
def telling_how_to_go_on(out: Path | None) -> Iterator[None]:
    """Tell on stderr, when Ctrl-C ends the work, what is kept of it; the exit code is 130 all the same."""
    try:
        yield
    except KeyboardInterrupt:
        kept = (
            f"What was done is in {out}; the same command goes on from there."
            if out
            else "Without --out nothing is kept."
        )
        stderr.print(f"Stopped. {kept}", markup=False, soft_wrap=True)
        raise


def options_of(sampling: str, system: str) -> list[str]:
    """Return the settings as they are typed, for the command that a page tells."""
    given = {"--sampling": sampling, "--system": system}
    return [f"{option} {shlex.quote(value)}" for option, value in given.items() if value]
