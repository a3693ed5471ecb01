"""`mdgym bench evalbench`, `iitd` and `leaderboard`: exams from a user's folder, and results that last."""

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mdgym.commands.output import Json, Sandbox, Workers, pool_of, print_json, stderr, stdout
from mdgym.commands.policies import (
    SamplingOption,
    SystemOption,
    for_questions,
    load_agents,
    telling_how_to_go_on,
    telling_usage,
)
from mdgym.errors import RecordError

Data = Annotated[
    Path, typer.Option(exists=True, help="Folder with the exam's JSON files, which mdgym does not bring along.")
]
Agents = Annotated[list[str] | None, typer.Option("--agent", help="As in `mdgym eval`; give it again to compare.")]
Samples = Annotated[int, typer.Option("-k", min=1, help="Scripts for each task.")]
Episodes = Annotated[int | None, typer.Option(min=1, help="At most this many tasks of each part.")]
Rounds = Annotated[
    int, typer.Option(min=1, help="Answers for each script in the self-correcting runtime; 1 is without it.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seeds tasks, episodes and agent.")]
Out = Annotated[
    Path, typer.Option(file_okay=False, help="Folder for answers, results and table; the same command resumes it.")
]


def evalbench(
    data: Data,
    agent: Agents = None,
    oracle: Annotated[
        bool, typer.Option("--oracle", help="Run the reference scripts, and say why some cannot run.")
    ] = False,
    k: Samples = 3,
    episodes: Episodes = None,
    rounds: Rounds = 1,
    cpu_s: Annotated[float, typer.Option(min=1.0, help="CPU seconds that one script may take.")] = 60.0,
    run_steps: Annotated[
        int | None, typer.Option(min=1, help="Shorten each run to so many steps: does it run at all?")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="An agent that judges open answers; without one they are not scored.")
    ] = None,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Seed = 0,
    out: Out = Path("runs/evalbench"),
    workers: Workers = "serial",
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Give MD-EvalBench, which you bring, to agents: Exec-Success@k of scripts, and accuracy of answers.

    Example: mdgym bench evalbench --data MD-EvalBench --agent hf:Qwen/Qwen3-0.6B -k 3 --out runs/evalbench

    Example: mdgym bench evalbench --data MD-EvalBench --oracle
    """
    # Imported here: the other commands do not need it.
    from mdgym.benchmarks import evalbench as exam
    from mdgym.benchmarks import exam_page

    if oracle == bool(agent):
        raise typer.BadParameter("name an --agent, or ask for --oracle", param_hint="--agent")
    # refuses a wrong word before anything is run
    pool_of(workers, sandbox).close()
    options: dict[str, Any] = {"episodes": episodes, "seed": seed, "cpu_s": cpu_s, "run_steps": run_steps}
    options |= {"workers": workers, "sandbox": sandbox}
    if oracle:
        with telling_how_to_go_on(out):
            result = exam.oracle(data, out, **options)
        _finish(out / "oracle", [result], exam_page.oracle_table, json)
        return
    policies = load_agents(agent or (), sampling, system)
    answering = for_questions(policies, agent or (), sampling, system)
    named = [judge] if judge else []
    judges = for_questions(load_agents(named), named)
    options |= {"k": k, "rounds": rounds, "answering": answering, "judge": next(iter(judges), None)}
    with telling_how_to_go_on(out), telling_usage([*policies, *answering, *judges]):
        results = exam.measure(data, policies, out, **options)
    _finish(out, results, exam_page.evalbench_table, json)


def iitd(
    data: Data,
    agent: Annotated[list[str], typer.Option(help="As in `mdgym eval`; give it again to compare.")],
    k: Samples = 1,
    episodes: Episodes = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest accepted difference, relative to the accepted value.")
    ] = 0.05,
    rounds: Rounds = 1,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Seed = 0,
    out: Out = Path("runs/iitd"),
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Give MDGym of IIT Delhi, which you bring, to agents: its tasks for LAMMPS, by level.

    Example: mdgym bench iitd --data mdgym_iitd --agent hf:Qwen/Qwen3-0.6B --out runs/iitd
    """
    from mdgym.benchmarks import exam_page
    from mdgym.benchmarks import iitd as exam

    policies = load_agents(agent, sampling, system)
    with telling_how_to_go_on(out), telling_usage(policies):
        results = [
            exam.measure(data, policy, out, k, episodes, seed, tolerance, rounds, sandbox) for policy in policies
        ]
    _finish(out, results, exam_page.iitd_table, json)


def leaderboard(
    add: Annotated[
        Path | None, typer.Option(metavar="RUN", file_okay=False, help="Folder of an evaluation to make a row of.")
    ] = None,
    label: Annotated[str, typer.Option(help="What its agent is called on the page.")] = "",
    runtime: Annotated[
        bool, typer.Option("--runtime", help="The agent could correct its scripts by what LAMMPS said of them.")
    ] = False,
    json: Json = False,
) -> None:
    """Write `benchmarks/leaderboard.md` from its result files, after adding the result of an evaluation.

    Example: mdgym bench leaderboard --add runs/mine --label "my model, after SFT"
    """
    from mdgym.benchmarks import leaderboard as board

    if not board.RESULTS.is_dir():
        raise RecordError("the leaderboard belongs to a checkout of mdgym; this one is installed without it")
    if add is not None:
        stderr.print(f"Written: {board.add(add, label, runtime, board.RESULTS)}", markup=False, soft_wrap=True)
    results = board.write(board.RESULTS, board.PAGE)
    stderr.print(f"Written: {board.PAGE}", markup=False, soft_wrap=True)
    if json:
        print_json({"results": results})


def _finish(
    out: Path,
    results: Sequence[dict[str, Any]],
    table: Callable[[Sequence[dict[str, Any]]], str],
    json: bool,
) -> None:
    from mdgym.benchmarks import exam_page

    command = shlex.join(["mdgym", *sys.argv[1:]])
    made = [exam_page.complete(result, command) for result in results]
    text = exam_page.add_results(out, made, table)
    if unusable := results[0].get("unusable"):
        stderr.print(f"{len(unusable)} entries cannot be asked; 'unusable' in the result says why", soft_wrap=True)
    stderr.print(f"Written: {out / exam_page.RESULT} and {exam_page.TABLE} beside it", markup=False, soft_wrap=True)
    if json:
        print_json(made[0] if len(made) == 1 else {"results": made})
    else:
        stdout.print(text, markup=False, soft_wrap=True)
