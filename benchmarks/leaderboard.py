"""`benchmarks/leaderboard.md`: results that last, written from result files and never by hand.

A result file is made from the folder of a finished evaluation; the page shows all of them, and side by side only those
whose tasks and versions are the same.
"""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mdgym.errors import RecordError
from mdgym.folder import write_json
from mdgym.records import from_json
from mdgym.reporting.run import StoredRun, read_runs, suite_tasks
from mdgym.reporting.tables import number
from mdgym.statistics import Estimate

RESULTS = Path(__file__).resolve().parent / "results" / "leaderboard"
PAGE = Path(__file__).resolve().parent / "leaderboard.md"
# The usual name of a `mdgym.agents.runtime.RuntimeAgent`.
_RUNTIME = re.compile(r"runtime\((.+), (\d+) rounds\)")
# How the name of a language model says its settings: (temperature=0.7, system=mine.txt#1f0c52d7).
_SETTINGS = re.compile(r"(.+) \((\w+=[^()=]+(?:, \w+=[^()=]+)*)\)")
_HASH = re.compile("#[0-9a-f]{8}$")
_HEAD = """# Leaderboard

Written by `mdgym bench leaderboard` from the files in `benchmarks/results/leaderboard/`; never by hand. To add a row,
evaluate (`mdgym eval --agent AGENT --suite core --out runs/mine`), then `mdgym bench leaderboard --add runs/mine`.

Means over tasks with 95 % bootstrap intervals over tasks ([docs/evaluation.md](../docs/evaluation.md)). *k* is the
number of scripts for each task. *Runtime*: the agent saw LAMMPS's errors and the general checks and could correct its
script before it handed it in ([docs/runtime.md](../docs/runtime.md)). A table holds the agents that were given the same
tasks and scored by the same versions.
"""


@dataclass(frozen=True)
class Result:
    """One row.

    Attributes:
        label: What the agent is called on the page.
        agent: What it was called in the evaluation.
        runtime: It could correct its scripts by what LAMMPS said of them.
        suite: Name of the suite.
        split: Its split.
        tasks: Number of tasks.
        k: Scripts for each task.
        max_turns: Scripts that an episode allowed.
        seed: Seed of the evaluation.
        reward: Mean reward.
        executed: Exec-Success@1 to @k.
        success: success@1 to @k.
        suite_hash: Hash of the suite's tasks, its version.
        basis: Hash of tasks and versions of mdgym, LAMMPS, potentials and rubric.
        mdgym: Version of mdgym.
        lammps: Version of LAMMPS.
        date: Day on which the last script was scored (UTC).
        command: What gives the same again, without the model.
    """

    label: str
    agent: str
    runtime: bool
    suite: str
    split: str
    tasks: int
    k: int
    max_turns: int
    seed: int
    reward: Estimate
    executed: tuple[Estimate, ...]
    success: tuple[Estimate, ...]
    suite_hash: str
    basis: str
    mdgym: str
    lammps: str
    date: str
    command: str
    schema_version: int = 1


def add(run: Path, label: str = "", runtime: bool = False, results: Path = RESULTS) -> Path:
    """Make a result file of a finished evaluation.

    Args:
        run: Folder of the evaluation.
        label: What the agent is called on the page; its own name by default.
        runtime: It could correct its scripts. An episode of several turns and the usual name of a `RuntimeAgent` say
            so by themselves.
        results: Folder of the result files; one of the same agent, suite and settings is replaced.

    Returns:
        The file.

    Raises:
        RecordError: The folder is no evaluation of a suite, or the evaluation is not finished.
    """
    (stored,) = read_runs([run], suite_tasks())
    report = stored.report
    if not stored.ended:
        raise RecordError(f"{run} is not finished: its summary is missing or of fewer rollouts; give the same command")
    if not report.complete:
        raise RecordError(
            f"{run} is not finished: {report.rollouts} of {report.tasks * report.k} rollouts have a score; "
            "go on with the same command"
        )
    corrected = runtime or report.max_turns > 1 or _RUNTIME.fullmatch(report.agent) is not None
    result = _result(stored, label or report.agent, corrected)
    kind = "runtime" if result.runtime else "direct"
    size = f"{result.tasks}x{result.k}"
    name = "-".join([result.suite, result.split, size, re.sub(r"[^A-Za-z0-9.]+", "_", result.label), kind])
    results.mkdir(parents=True, exist_ok=True)
    write_json(results / f"{name}.json", result)
    return results / f"{name}.json"


def write(results: Path = RESULTS, page: Path = PAGE) -> tuple[Result, ...]:
    """Write the page from all result files.

    Args:
        results: Their folder.
        page: The page; it is replaced as a whole.

    Returns:
        The results, in the order of the page.

    Raises:
        RecordError: There is none, or one is broken; the message names the file.
    """
    found = [_read(path) for path in sorted(results.glob("*.json"))]
    if not found:
        raise RecordError(f"{results} holds no result; make one with `mdgym bench leaderboard --add RUN`")
    # the largest suites first, in them the newest versions, and the best on top
    tables: dict[tuple[str, str, str], list[Result]] = {}
    for result in sorted(found, key=lambda r: (r.suite, r.split, -r.tasks, r.date)):
        tables.setdefault((result.suite, result.split, result.basis), []).append(result)
    parts = [_HEAD]
    ordered: list[Result] = []
    for rows in tables.values():
        rows.sort(key=_rank)
        ordered += rows
        parts.append(_table(rows))
    page.write_text("\n".join(parts), "utf-8")
    return tuple(ordered)


def _result(run: StoredRun, label: str, runtime: bool) -> Result:
    report, whole = run.report, run.experiment
    options = ["--suite", report.suite, "--split", report.split, "-k", report.k, "--episodes", report.tasks]
    options += ["--max-turns", report.max_turns, "--seed", report.seed]
    return Result(
        label=label,
        agent=report.agent,
        runtime=runtime,
        suite=report.suite,
        split=report.split,
        tasks=report.tasks,
        k=report.k,
        max_turns=report.max_turns,
        seed=report.seed,
        reward=report.overall.reward,
        executed=report.overall.executed,
        success=report.overall.success,
        suite_hash=whole.tasks,
        basis=report.basis,
        mdgym=report.mdgym,
        lammps=report.lammps,
        date=run.written.date().isoformat(),
        command=shlex.join(["mdgym", "eval", *_typed(report.agent), *map(str, options)]),
    )


def _typed(agent: str) -> list[str]:
    """Return the options that give an agent of this name, as `mdgym.agents.load` and the runtime name them."""
    inner = _RUNTIME.fullmatch(agent)
    name, rounds = (inner[1], ["--rounds", inner[2]]) if inner else (agent, [])
    settings = _SETTINGS.fullmatch(name)
    if settings is None:
        return ["--agent", name, *rounds]
    parts = settings[2].split(", ")
    sampling = ",".join(part for part in parts if not part.startswith("system="))
    system = [_HASH.sub("", part.removeprefix("system=")) for part in parts if part.startswith("system=")]
    typed = ["--sampling", sampling] * bool(sampling) + ["--system", *system] * bool(system)
    return ["--agent", settings[1], *typed, *rounds]


def _read(path: Path) -> Result:
    try:
        result = from_json(Result, json.loads(path.read_bytes()))
    except (OSError, RecursionError, ValueError) as error:
        raise RecordError(f"{path}: {error}") from error
    if not (len(result.executed) == len(result.success) == result.k >= 1):
        raise RecordError(f"{path}: 'executed' and 'success' must have k = {result.k} entries, one for each j")
    return result


def _rank(result: Result) -> tuple[float, float, str, bool]:
    success = result.success[0].value or 0.0
    return (-success, -(result.reward.value or 0.0), result.label, result.runtime)


def _table(rows: Sequence[Result]) -> str:
    first = rows[0]
    lines = [
        f"## {first.suite}/{first.split}, {first.tasks} tasks",
        "",
        f"mdgym {first.mdgym}, LAMMPS {first.lammps}, suite {first.suite_hash}, basis {first.basis}.",
        "",
        "| agent | runtime | k | reward | executed@1 | executed@k | success@1 | success@k | date |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        last = (number(row.executed[-1]), number(row.success[-1])) if row.k > 1 else ("", "")
        turns = f"{row.max_turns} turns" if row.max_turns > 1 else _rounds(row)
        cells = [row.label, turns, str(row.k), number(row.reward), number(row.executed[0]), last[0]]
        cells += [number(row.success[0]), last[1], row.date]
        lines.append("| " + " | ".join(map(_plain, cells)) + " |")
    return "\n".join(lines) + "\n"


def _rounds(row: Result) -> str:
    inner = _RUNTIME.fullmatch(row.agent)
    return f"{inner[2]} rounds" if inner else "yes" if row.runtime else "no"


def _plain(text: str) -> str:
    """Escape what would end a cell or be read as a mark-up."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", " ".join(text.split()))
