"""`mdgym eval`: how good is an agent?"""

import re
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer

from mdgym import agents
from mdgym.agents.tools import ToolAgent
from mdgym.commands.output import (
    Json,
    Sandbox,
    Split,
    Suite,
    TaskFile,
    Workers,
    pool_of,
    print_json,
    read_tasks,
    stderr,
    stdout,
)
from mdgym.commands.policies import SamplingOption, SystemOption, load_agents
from mdgym.envs import LammpsScriptEnv
from mdgym.evaluation import evaluate
from mdgym.report import Report, comparison


def run(
    agent: Annotated[
        list[str],
        typer.Option(
            help="gold, template, silent, hf:PATH or openai:MODEL@URL for a language model, or module:attribute of "
            "your own; give it again to compare."
        ),
    ],
    suite: Suite = "core",
    split: Split = "test",
    tasks: TaskFile = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Rollouts per task.")] = 1,
    episodes: Annotated[int | None, typer.Option(min=1, help="At most this many tasks, of all families.")] = None,
    max_turns: Annotated[int, typer.Option(min=1, help="Scripts that may be tried in one episode.")] = 1,
    rounds: Annotated[
        int,
        typer.Option(
            min=1, help="Rounds of the self-correcting runtime for each script; 1 is without it, but for tools."
        ),
    ] = 1,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Annotated[int, typer.Option(min=0, help="Seeds tasks, episodes and agent.")] = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for the trajectories; the same command resumes it.")
    ] = None,
    workers: Workers = "serial",
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Evaluate agents on a suite or on tasks of your own.

    Example: mdgym eval --agent template --suite core -k 4 --episodes 32 --out runs/template

    Example: mdgym eval --agent gold --agent my_package.policy:answer --tasks mine.jsonl
    """
    policies = load_agents(agent, sampling, system)
    found = read_tasks(suite, split, tasks)
    pool = pool_of(workers, sandbox)
    reports: list[Report] = []
    try:
        with closing(pool), LammpsScriptEnv(tasks=found, max_turns=max_turns, pool=pool) as env, ExitStack() as stack:
            for policy in policies:
                asked = policy
                if rounds > 1 or isinstance(policy, ToolAgent):
                    asked = stack.enter_context(agents.RuntimeAgent(policy, rounds, sandbox=sandbox))
                folder = out / re.sub(r"\W", "_", asked.name) if out and len(policies) > 1 else out
                try:
                    reports.append(evaluate(env, asked, episodes=episodes, k=k, seed=seed, out=folder))
                finally:
                    # also of a run that was stopped: it was paid for
                    if isinstance(policy, agents.Metered):
                        stderr.print(f"{policy.name}: {policy.usage}", markup=False, soft_wrap=True)
    except KeyboardInterrupt:
        if out:
            stderr.print(f"Stopped. What was done is in {out}; the same command goes on from there.", soft_wrap=True)
        raise
    if json:
        print_json(reports[0] if len(reports) == 1 else {"reports": reports})
    elif len(reports) == 1:
        stdout.print(reports[0].table())
    else:
        stdout.print(comparison(reports))
