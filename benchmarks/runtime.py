"""Does correcting pay? The self-correcting runtime against direct prompting, at the same number of LAMMPS runs.

Both have k runs for a task. Directly, an agent answers the prompt k times, and each script is run once. In the runtime,
it goes on with what came of its script; where an attempt ends early, right or without change, the next one begins anew
from the prompt, until the runs are used up. `executed` and `success` mean that at least one of the scripts that were
run is: the same for both. The real task, with its contract, judges every script afterwards by running it once more;
that tells the agent nothing, and is not counted.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.progress import Progress

from mdgym.agents.runtime import RuntimeAgent
from mdgym.asking import Interview, Question
from mdgym.benchmarks.pages import made_by, write_between
from mdgym.evaluation import choose, derive_seed
from mdgym.lines import Lines
from mdgym.policy import Agent, BatchAgent, as_agent
from mdgym.records import digest
from mdgym.rewards import current_versions
from mdgym.scoring import Pool, SerialPool
from mdgym.statistics import estimate, pass_at
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

# An agent that the linter always stops never runs anything: it gets no new attempt after this many answers per run.
_ANSWERS_PER_RUN = 2
_QUICK = 8


@dataclass(frozen=True)
class Try:
    """One script.

    Attributes:
        runs: LAMMPS runs that it took: 0 where the linter stopped it, more than one where tools ran something too.
        executed: It ran to its end.
        success: The real task holds it for right.
        handed_in: It is the one that the runtime hands in after its first attempt.
    """

    runs: int
    executed: bool
    success: bool
    handed_in: bool = False


@dataclass(frozen=True)
class Comparison:
    """What came of one task.

    Attributes:
        key: What it depends on: task, agent, k, seed and versions.
        direct: The scripts of direct prompting.
        runtime: Those of the runtime, in their order.
        ended: How the runtime's first attempt ended.
    """

    key: str
    direct: tuple[Try, ...]
    runtime: tuple[Try, ...]
    ended: str
    schema_version: int = 1


def measure(
    agent: Agent | Callable[[str], str],
    quick: bool = False,
    suite: str = "micro",
    split: str = "test",
    k: int = 3,
    episodes: int | None = None,
    seed: int = 0,
    out: Path | None = None,
) -> dict[str, Any]:
    """Measure.

    Args:
        agent: The agent, or a function from text to text. Tools are offered to it in the runtime alone.
        quick: A few tasks only.
        suite: Suite of the tasks.
        split: Their split.
        k: LAMMPS runs for each task.
        episodes: At most this many tasks, of all families.
        seed: Seeds tasks, agent and scripts.
        out: File for outcomes as they come, a line per task; the same call goes on from it.

    Returns:
        `direct`, `runtime` and `runtime_same_answers` (no more answers than direct prompting has) with
        `executed_at_k` and `success_at_k` (for the k that was asked for), `runs` and `answers` (means per task);
        `executed` and `success`, each with `direct_at_1` and `handed_in` (one script per task: any direct one, or the
        one that the runtime hands in) and `difference` (of runtime less direct at k, task by task); `ended`: how often
        first attempts ended how. Rates have `value` and `ci`, a 95 % interval over tasks.

    Raises:
        AgentError: It is no agent, or it failed.
        TaskError: There is no such suite or split.
        RecordError: `out` is another file, or another process is writing to it.
    """
    tasks = choose(load_suite(suite, split), _QUICK if quick else episodes, seed)
    policy = as_agent(agent)
    keys = {task.id: digest([task.hash, policy.name, k, seed, current_versions(task)]) for task in tasks}
    size = policy.batch_size if isinstance(policy, BatchAgent) else 1
    with ExitStack() as stack:
        lines = stack.enter_context(Lines(Comparison, out))
        pool = stack.enter_context(SerialPool())
        runtime = stack.enter_context(RuntimeAgent(policy, rounds=k))
        bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        known = {each.key: each for each in lines.stored}
        waiting = [task for task in tasks if keys[task.id] not in known]
        row = bar.add_task("tasks", total=len(tasks), completed=len(tasks) - len(waiting))
        for start in range(0, len(waiting), size):
            chunk = waiting[start : start + size]
            direct = _direct(policy, chunk, k, seed, pool)
            corrected = _corrected(runtime, chunk, k, seed, pool)
            for task, plain, (tries, ended) in zip(chunk, direct, corrected, strict=True):
                known[keys[task.id]] = Comparison(keys[task.id], tuple(plain), tuple(tries), ended)
                lines.add(known[keys[task.id]])
                bar.advance(row)
    head = {"agent": policy.name, "suite": suite, "split": split, "tasks": len(tasks), "k": k, "seed": seed}
    return {**head, **summary([known[keys[task.id]] for task in tasks], k, seed)}


def summary(found: Sequence[Comparison], k: int, seed: int) -> dict[str, Any]:
    """Make rates of outcomes; see `measure`.

    Args:
        found: The outcomes, one per task.
        k: LAMMPS runs for each task.
        seed: Seeds the intervals.
    """

    def rate(value: Callable[[Comparison], float]) -> dict[str, Any]:
        result = estimate([value(each) for each in found], seed)
        return {"value": result.value, "ci": [result.low, result.high]}

    def of(pick: Callable[[Comparison], Sequence[Try]]) -> dict[str, Any]:
        return {
            f"executed_at_{k}": rate(lambda each: any(t.executed for t in pick(each))),
            f"success_at_{k}": rate(lambda each: any(t.success for t in pick(each))),
            "runs": fmean(sum(t.runs for t in pick(each)) for each in found),
            "answers": fmean(len(pick(each)) for each in found),
        }

    def compared(name: str) -> dict[str, dict[str, Any]]:
        def holds(tries: Sequence[Try]) -> list[bool]:
            return [getattr(each, name) for each in tries]

        return {
            "direct_at_1": rate(lambda each: pass_at(1, len(each.direct), sum(holds(each.direct)))),
            "handed_in": rate(lambda each: any(holds([t for t in each.runtime if t.handed_in]))),
            "difference": rate(lambda each: any(holds(each.runtime)) - any(holds(each.direct))),
        }

    return {
        "direct": of(lambda each: each.direct),
        "runtime": of(lambda each: each.runtime),
        "runtime_same_answers": of(lambda each: each.runtime[:k]),
        "executed": compared("executed"),
        "success": compared("success"),
        "ended": dict(Counter(each.ended for each in found)),
    }


def write_page(page: Path, result: dict[str, Any], command: str) -> None:
    """Put the table into a page that has the marks of `runtime`."""
    made, k = made_by(command), result["k"]
    columns = (f"executed_at_{k}", f"success_at_{k}")
    lines = [
        f"| {result['tasks']} tasks | executed@{k} | success@{k} | LAMMPS runs | answers |",
        "|---|---|---|---|---|",
    ]
    rows = {"direct": "direct", "runtime": "runtime", "runtime_same_answers": "runtime, no more answers than direct"}
    for key, name in rows.items():
        found = result[key]
        rates = " | ".join(_rate(found[column]) for column in columns)
        lines.append(f"| {name} | {rates} | {found['runs']:.2f} | {found['answers']:.2f} |")
    names = ("executed", "success")
    gain = ", ".join(f"{_rate(result[name]['difference'])} in {name}@{k}" for name in names)
    first = " and ".join(
        f"{name} {_rate(result[name]['handed_in'])} (one direct answer: {_rate(result[name]['direct_at_1'])})"
        for name in names
    )
    lines += [
        "",
        f"Runtime less direct, task by task: {gain}. The one script that the runtime hands in: {first}.",
        f"Agent `{result['agent']}`, {result['suite']}/{result['split']}. `{made['command']}`, {made['date']}.",
    ]
    write_between(page, "runtime", "\n".join(lines) + "\n", {**made, **result})


def _direct(policy: Agent, tasks: Sequence[Task], k: int, seed: int, pool: Pool) -> list[list[Try]]:
    asked = [
        Question(task.prompt, task, number, derive_seed(seed, task.id, number, "direct"))
        for task in tasks
        for number in range(k)
    ]
    interview = Interview(policy, asked)
    tries: dict[str, list[Try]] = {task.id: [] for task in tasks}
    for question in asked:
        score = pool.score(question.task, interview.ask(question).text, question.seed).score
        tries[question.task.id].append(Try(1, score.executed, bool(score.success)))
    return [tries[task.id] for task in tasks]


def _corrected(
    runtime: RuntimeAgent, tasks: Sequence[Task], k: int, seed: int, pool: Pool
) -> list[tuple[list[Try], str]]:
    """Return the scripts for each task and how its first attempt ended; tasks are worked on at the same time."""
    tries: dict[str, list[Try]] = {task.id: [] for task in tasks}
    ended: dict[str, str] = {}
    attempt, waiting = 0, list(tasks)
    while waiting:
        asked = [Question(t.prompt, t, attempt, derive_seed(seed, t.id, attempt, "runtime")) for t in waiting]
        left = [k - sum(each.runs for each in tries[task.id]) for task in waiting]
        for task, solution in zip(waiting, runtime.work(asked, runs=left), strict=True):
            ended.setdefault(task.id, solution.ended)
            for each in solution.rounds:
                executed = each.score is not None and each.score.executed
                success = executed and bool(pool.score(task, each.script, solution.seed).score.success)
                tries[task.id].append(Try(each.runs, executed, success, attempt == 0 and each is solution.best))
        attempt += 1
        waiting = [task for task in waiting if _goes_on(tries[task.id], k)]
    return [(tries[task.id], ended[task.id]) for task in tasks]


def _goes_on(tries: Sequence[Try], k: int) -> bool:
    return sum(each.runs for each in tries) < k and len(tries) < _ANSWERS_PER_RUN * k


def _rate(rate: dict[str, Any]) -> str:
    low, high = rate["ci"]
    interval = "" if low is None else f" ({low:.2f} to {high:.2f})"
    return f"{rate['value']:.3f}{interval}"
