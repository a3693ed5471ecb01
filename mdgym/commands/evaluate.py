"""`mdgym eval`: how good is an agent?"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

from mdgym import agents
from mdgym.agents.tools import ToolAgent
from mdgym.commands.output import Json, Sandbox, Split, Workers, pool_of, print_json, read_tasks, stdout
from mdgym.commands.policies import (
    SamplingOption,
    SystemOption,
    for_questions,
    load_agents,
    telling_how_to_go_on,
    telling_usage,
)
from mdgym.envs import LammpsScriptEnv
from mdgym.errors import TaskError
from mdgym.evaluation import evaluate
from mdgym.folder import folder_name
from mdgym.questions import Question, load_question_suite, load_questions, question_suites
from mdgym.questions.evaluation import evaluate_questions
from mdgym.questions.loading import holds_questions
from mdgym.questions.report import QuestionReport
from mdgym.questions.report import comparison as comparison_on_questions
from mdgym.report import Report, comparison
from mdgym.tasks.suites import suite_names

R = TypeVar("R", Report, QuestionReport)


def run(
    agent: Annotated[
        list[str],
        typer.Option(
            help="gold, template, silent; hf:PATH, vllm:PATH, openai:MODEL@URL or openai+tools:MODEL@URL for a "
            "language model; or module:attribute of your own; give it again to compare."
        ),
    ],
    suite: Annotated[
        str, typer.Option(help="Name of a suite: core, micro or slow of tasks, or facts of questions.")
    ] = "core",
    split: Split = "test",
    tasks: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A file of your own tasks or questions, in place of a suite."),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Rollouts per task, or answers per question.")] = 1,
    episodes: Annotated[
        int | None, typer.Option(min=1, help="At most this many tasks or questions, of all families.")
    ] = None,
    max_turns: Annotated[int, typer.Option(min=1, help="Scripts that may be tried in one episode.")] = 1,
    rounds: Annotated[
        int,
        typer.Option(
            min=1, help="Rounds of the self-correcting runtime for each script; 1 is without it, but for tools."
        ),
    ] = 1,
    judge: Annotated[
        str | None, typer.Option(help="An agent that grades open questions; without one they are not scored.")
    ] = None,
    sampling: SamplingOption = "",
    system: SystemOption = "",
    seed: Annotated[int, typer.Option(min=0, help="Seeds tasks, episodes and agent.")] = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for what is found; the same command resumes it.")
    ] = None,
    workers: Workers = "serial",
    sandbox: Sandbox = True,
    json: Json = False,
) -> None:
    """Evaluate agents on a suite, or on tasks or questions of your own.

    Example: mdgym eval --agent template --suite core -k 4 --episodes 32 --out runs/template

    Example: mdgym eval --agent gold --agent my_package.policy:answer --tasks mine.jsonl

    Example: mdgym eval --agent hf:Qwen/Qwen3-0.6B --suite facts --out runs/facts
    """
    questions = _questions(suite, split, tasks)
    settings: dict[str, Any] = {"episodes": episodes, "k": k, "seed": seed}
    with telling_how_to_go_on(out):
        if questions:
            for_scripts = {"--max-turns": max_turns > 1, "--rounds": rounds > 1}
            for_scripts |= {"--workers": workers != "serial", "--no-sandbox": not sandbox}
            _refuse(for_scripts, "leave it out; these are questions, each answered once, and no script runs")
            policies = for_questions(load_agents(agent, sampling, system), agent, sampling, system)
            grader = for_questions(load_agents([judge]), [judge])[0] if judge else None
            answered = _on_questions(questions, policies, grader, out, settings)
            _show(answered, comparison_on_questions, json)
        else:
            _refuse({"--judge": judge is not None}, "leave it out; these are tasks, and LAMMPS judges them")
            policies = load_agents(agent, sampling, system)
            found = read_tasks(suite, split, tasks)
            with (
                closing(pool_of(workers, sandbox)) as pool,
                LammpsScriptEnv(tasks=found, max_turns=max_turns, pool=pool) as env,
            ):
                _show(_on_tasks(env, policies, rounds, sandbox, out, settings), comparison, json)


def _questions(suite: str, split: str, file: Path | None) -> tuple[Question, ...]:
    """Return the questions of a file or of a suite; none where it is one of tasks."""
    if file is not None:
        return load_questions(file) if holds_questions(file) else ()
    if suite in suite_names():
        return ()
    if suite in question_suites():
        return load_question_suite(suite, split)
    raise TaskError(
        f"there is no suite '{suite}'; there are: {', '.join(suite_names())} (tasks), "
        f"{', '.join(question_suites())} (questions)"
    )


def _refuse(given: Mapping[str, bool], reason: str) -> None:
    for option, was_given in given.items():
        if was_given:
            raise typer.BadParameter(reason, param_hint=option)


def _on_questions(
    questions: Sequence[Question],
    policies: Sequence[agents.Agent],
    judge: agents.Agent | None,
    out: Path | None,
    settings: Mapping[str, Any],
) -> list[QuestionReport]:
    reports = []
    for policy in policies:
        with telling_usage([policy, judge] if judge else [policy]):
            folder = _folder(out, policy.name, len(policies))
            reports.append(evaluate_questions(questions, policy, judge, out=folder, **settings))
    return reports


def _on_tasks(
    env: LammpsScriptEnv,
    policies: Sequence[agents.Agent],
    rounds: int,
    sandbox: bool,
    out: Path | None,
    settings: Mapping[str, Any],
) -> list[Report]:
    reports = []
    for policy in policies:
        with ExitStack() as stack:
            stack.enter_context(telling_usage([policy]))
            asked = policy
            if rounds > 1 or isinstance(policy, ToolAgent):
                asked = stack.enter_context(agents.RuntimeAgent(policy, rounds, sandbox=sandbox))
            reports.append(evaluate(env, asked, out=_folder(out, asked.name, len(policies)), **settings))
    return reports


def _folder(out: Path | None, name: str, several: int) -> Path | None:
    return out / folder_name(name) if out and several > 1 else out


def _show(reports: Sequence[R], compare: Callable[[Sequence[R]], Table], json: bool) -> None:
    if json:
        print_json(reports[0] if len(reports) == 1 else {"reports": reports})
    elif len(reports) == 1:
        stdout.print(reports[0].table())
    else:
        stdout.print(compare(reports))
