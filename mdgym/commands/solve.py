"""`mdgym solve`: a task in plain words, a script that runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mdgym.agents.runtime import solve as work
from mdgym.agents.solution import ENDINGS
from mdgym.commands.output import Json, Sandbox, print_json, stderr
from mdgym.commands.policies import SamplingOption, SystemOption, load_agents, telling_usage


def solve(
    prompt: Annotated[str, typer.Argument(metavar="TASK", help="The task in plain words, or - for stdin.")],
    agent: Annotated[
        str,
        typer.Option(
            help="hf:PATH or another language model (openai+tools:MODEL@URL for one that calls tools), template, or "
            "module:attribute of your own."
        ),
    ],
    rounds: Annotated[int, typer.Option(min=1, help="The most scripts that are tried.")] = 5,
    file: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A file that the script may read; can be given again."),
    ] = None,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Annotated[int, typer.Option(min=0, help="Seeds the agent and the scripts.")] = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="New folder for script, log, record, plot and page.")
    ] = None,
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Let a language model write a LAMMPS script, and correct it until it runs; the script goes to stdout.

    Exit code 1 when no script was found that runs and passes the general checks; the best one is printed all the same.

    Example: mdgym solve "Melt an argon crystal; leave its temperature as the variable t." --agent hf:Qwen/Qwen3-0.6B
    """
    (policy,) = load_agents([agent], sampling, system)
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if prompt == "-" else prompt
    files = {path.name: path for path in file or ()}
    try:
        with telling_usage([policy]):
            solution = work(text, policy, files, rounds, seed, out, sandbox=sandbox)
    except KeyboardInterrupt:
        if out:
            stderr.print(f"Stopped. The rounds that were done are in {out}.", soft_wrap=True)
        raise
    if json:
        found = {"script": solution.script, "right": solution.right, "runs": solution.runs}
        print_json({**found, "record": solution})
    else:
        print(solution.script.encode("utf-8", "replace").decode().rstrip("\n"), flush=True)
    stderr.print(ENDINGS[solution.ended] + (f" Everything is in {out}." if out else ""), markup=False, soft_wrap=True)
    raise typer.Exit(0 if solution.right else 1)
