"""The tables of a report as plain text: numbers over tasks, and how the rollouts ended."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mdgym.engine.execution import COMPLETED, SCRIPT_ERROR
from mdgym.report import Group
from mdgym.reporting.run import StoredRun
from mdgym.rewards.score import Score
from mdgym.statistics import Estimate
from mdgym.trajectory import Trajectory

SUCCESS = "success"
# An open task has no success; its script ran to the end and every general check passed.
PASSED = "every check passed"
_WORDS = 8
_NAMES = 3
_EXAMPLE = 200


@dataclass(frozen=True)
class Grid:
    """A table of text, nothing in it escaped.

    Attributes:
        title: What it shows.
        head: Names of the columns.
        rows: Its rows, as long as `head`.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def outcome(score: Score) -> str:
    """Return how a rollout ended, as a class that many rollouts fall into: without numbers, names and paths."""
    status = score.execution.status
    if status == SCRIPT_ERROR:
        fault = score.execution.error
        return f"script error: {brief(fault.message)}" if fault else "script error"
    if status != COMPLETED:
        return status.replace("_", " ")
    failed = dict.fromkeys(_kind(check.name) for check in score.checks if not check.passed)
    if failed:
        # The first check that fails often makes the others fail; with all names each rollout would be a class.
        names = (*list(failed)[:_NAMES], *(["…"] if len(failed) > _NAMES else []))
        return f"completed, failed: {', '.join(names)}"
    if score.success or (score.success is None and score.executed):
        return SUCCESS if score.success else PASSED
    return "completed without a run"


def brief(message: str) -> str:
    """Return the first words of a message of LAMMPS, of its first sentence, without what differs among scripts."""
    text = re.sub(r"\(\S*:\d+\)|'[^'\n]*'|\"[^\"\n]*\"", " ", message.removeprefix("ERROR:"))
    text = re.split(r"[.:;](?=\s|$)", text.strip())[0]
    words = [word for word in text.split() if not re.search(r"[\d/\\]", word)]
    return " ".join(words[:_WORDS]) or "no message"


def outcomes(runs: Sequence[StoredRun]) -> tuple[str, ...]:
    """Return the classes that occur in these runs, the most frequent first."""
    counts: dict[str, int] = {}
    for run in runs:
        for trajectory in run.trajectories:
            name = outcome(trajectory.score)
            counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def grids(runs: Sequence[StoredRun]) -> tuple[Grid, ...]:
    """Return the tables for runs that can be compared: overall, by family, by tier, and classes of endings."""
    return (
        _overall(runs),
        _groups("By family", "family", runs, [run.report.families for run in runs]),
        _groups("By tier", "tier", runs, [run.report.tiers for run in runs]),
        _endings(runs),
    )


def number(value: Estimate) -> str:
    """Return a mean with its 95 % interval."""
    if value.value is None:
        return "–"
    if value.low is None or value.high is None:
        return f"{value.value:.3f}"
    return f"{value.value:.3f} ({value.low:.2f}–{value.high:.2f})"


def markdown(groups: Sequence[Sequence[StoredRun]]) -> str:
    """Return the tables as Markdown, for each group of runs that can be compared."""
    parts = []
    for runs in groups:
        report = runs[0].report
        parts.append(f"# {_escape(f'{report.suite}/{report.split}: ' + ', '.join(run.label for run in runs))}")
        parts.append("Means over tasks, with 95 % intervals.")
        parts += [_markdown(grid) for grid in grids(runs)]
    return "\n\n".join(parts) + "\n"


def _overall(runs: Sequence[StoredRun]) -> Grid:
    reports = [run.report for run in runs]
    rows = [
        ("tasks", *(str(report.tasks) for report in reports)),
        ("scored rollouts", *(report.unfinished or str(report.rollouts) for report in reports)),
        ("could not be scored", *(str(report.failures) for report in reports)),
        ("reward", *(number(report.overall.reward) for report in reports)),
    ]
    for j in sorted({1, *(report.k for report in reports)}):
        rows.append((f"executed@{j}", *(_at(report.overall.executed, j) for report in reports)))
        rows.append((f"success@{j}", *(_at(report.overall.success, j) for report in reports)))
    return Grid("Overall", ("", *(run.label for run in runs)), tuple(rows))


def _at(values: Sequence[Estimate], j: int) -> str:
    return number(values[j - 1]) if j <= len(values) else "–"


def _groups(title: str, kind: str, runs: Sequence[StoredRun], groups: Sequence[Sequence[Group]]) -> Grid:
    one = len(runs) == 1
    head = [kind, "tasks"]
    for run in runs:
        head += ["reward", "executed@1", "success@1"] if one else [f"reward, {run.label}", f"success@1, {run.label}"]
    by_name = [{group.name: group for group in found} for found in groups]
    rows = []
    for group in groups[0]:
        row = [group.name, str(group.tasks)]
        for found in by_name:
            same = found.get(group.name)
            row.append(number(same.reward) if same else "–")
            row += [number(same.executed[0])] if one and same else []
            row.append(number(same.success[0]) if same else "–")
        rows.append(tuple(row))
    return Grid(title, tuple(head), tuple(rows))


def _endings(runs: Sequence[StoredRun]) -> Grid:
    rows = []
    found = [[(outcome(t.score), t) for t in run.trajectories] for run in runs]
    for name in outcomes(runs):
        same = [[t for other, t in pairs if other == name] for pairs in found]
        example = next(t for members in same for t in members)
        rows.append((name, *(str(len(members)) for members in same), _example(example)))
    return Grid("How rollouts ended", ("ending", *(run.label for run in runs), "example"), tuple(rows))


def _example(trajectory: Trajectory) -> str:
    score = trajectory.score
    fault = score.execution.error
    if fault is not None:
        place = f" (line {fault.line}: {fault.command})" if fault.command else ""
        message = f"{fault.message}{place}"
    else:
        message = next((check.message for check in score.checks if not check.passed), "")
    text = f"{trajectory.task_id}, rollout {trajectory.rollout}" + (f": {message}" if message else "")
    return text if len(text) <= _EXAMPLE else text[:_EXAMPLE] + "…"


def _kind(name: str) -> str:
    # "value a0" and "value epot" are the same kind of fault in different families.
    return name.split(" ")[0] if name.startswith(("value ", "variable ", "honest ")) else name


def _markdown(grid: Grid) -> str:
    rule = "|".join(["---", *(["---:"] * (len(grid.head) - 1))])
    if grid.head[-1] == "example":
        rule = rule.removesuffix(":")
    rows = [" | ".join(map(_escape, row)) for row in (grid.head, *grid.rows)]
    return "\n".join([f"## {grid.title}", "", f"| {rows[0]} |", f"|{rule}|", *(f"| {row} |" for row in rows[1:])])


def _escape(text: str) -> str:
    """Escape what Markdown would read as a table, HTML, a picture, a link or an address."""
    flat = "".join(c if c.isprintable() else " " for c in text)
    escaped = re.sub(r"([\\`*_\[\]<>|~&$]|@(?=[A-Za-z]))", r"\\\1", flat)
    return escaped.replace("://", "\\://").replace("www.", "www\\.")
