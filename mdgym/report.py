"""What an evaluation found: means over tasks with intervals, in all, by family and by tier."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

from mdgym.folder import Experiment
from mdgym.records import digest, to_json
from mdgym.statistics import Estimate, estimate, pass_at
from mdgym.tasks.task import Task
from mdgym.trajectory import Trajectory


@dataclass(frozen=True)
class Group:
    """Results over some tasks.

    Attributes:
        name: "all", the family, or "tier 1" and so on.
        tasks: Number of tasks with at least one scored rollout.
        rollouts: Number of scored rollouts.
        reward: Mean over tasks of the mean reward of a task's rollouts.
        executed: Exec-Success@1 to @k: chance that at least one of j scripts runs to its end.
        success: success@1 to @k: chance that at least one of j scripts passes every check. Open tasks do not count.
    """

    name: str
    tasks: int
    rollouts: int
    reward: Estimate
    executed: tuple[Estimate, ...]
    success: tuple[Estimate, ...]


@dataclass(frozen=True)
class Report:
    """The outcome of an evaluation.

    Attributes:
        agent: Name of the agent.
        suite: Suite of the tasks.
        split: Their split.
        seed: Seed of the evaluation.
        k: Rollouts per task.
        max_turns: Scripts that an episode allowed.
        tasks: Number of tasks that were chosen.
        rollouts: Number of rollouts that were scored.
        failures: Rollouts that mdgym could not score; they count nowhere.
        complete: Every rollout was scored.
        mdgym: Version of mdgym.
        lammps: Version of LAMMPS.
        basis: Hash of tasks and versions; only reports with the same one can be compared.
        overall: Results over all tasks.
        families: Results by family.
        tiers: Results by tier.
    """

    agent: str
    suite: str
    split: str
    seed: int
    k: int
    max_turns: int
    tasks: int
    rollouts: int
    failures: int
    complete: bool
    mdgym: str
    lammps: str
    basis: str
    overall: Group
    families: tuple[Group, ...]
    tiers: tuple[Group, ...]
    schema_version: int = 1

    @property
    def reward(self) -> float | None:
        """Mean reward over tasks; None when nothing was scored."""
        return self.overall.reward.value

    def executed_at(self, j: int) -> float | None:
        """Exec-Success@j over all tasks, 1 <= j <= k."""
        return self.overall.executed[j - 1].value

    def success_at(self, j: int) -> float | None:
        """success@j over all tasks, 1 <= j <= k; None when all tasks are open."""
        return self.overall.success[j - 1].value

    @property
    def unfinished(self) -> str:
        """What is said of an evaluation that has not ended; empty when it has."""
        return unfinished(self.rollouts, self.tasks * self.k, self.complete, "rollouts")

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        data: dict[str, Any] = to_json(self)
        return data

    def table(self) -> Table:
        """Return the report as a table for a terminal."""
        where = escape(f"{self.suite}/{self.split}, {self.k} per task, mdgym {self.mdgym}")
        title = f"{escape(self.agent)} on {where}"
        caption = "below each: 95 % interval over tasks"
        caption += f"; {self.unfinished}" if self.unfinished else ""
        if self.failures:
            caption += f"; {self.failures} could not be scored (see failures.jsonl)"
        table = Table(title=title, caption=caption)
        turns = (1,) if self.k == 1 else (1, self.k)
        table.add_column("")
        for name in ("tasks", "reward", *(f"executed\n@{j}" for j in turns), *(f"success\n@{j}" for j in turns)):
            table.add_column(name, justify="right")
        for group in (self.overall, *self.families, *self.tiers):
            cells = [group.reward, *(group.executed[j - 1] for j in turns), *(group.success[j - 1] for j in turns)]
            first = group is self.overall or group is self.families[-1]
            table.add_row(escape(group.name), str(group.tasks), *map(cell, cells), end_section=first)
        return table


def comparison(reports: Sequence[Report], labels: Sequence[str] = ()) -> Table:
    """Return one table with a column per report, for agents that were given the same tasks.

    Args:
        reports: The reports, at least one; all of the same `basis`.
        labels: What stands above each column; the agents by default.
    """
    first, names = reports[0], labels or [report.agent for report in reports]
    caption = ["below each: 95 % interval over tasks"]
    caption += [f"{name}: {report.unfinished}" for name, report in zip(names, reports) if report.unfinished]
    k = "/".join(dict.fromkeys(str(report.k) for report in reports))
    table = Table(
        title=escape(f"{first.suite}/{first.split}: {first.tasks} tasks, {k} per task, mdgym {first.mdgym}"),
        caption=escape("; ".join(caption)),
    )
    table.add_column("")
    for name in names:
        table.add_column(escape(name), justify="right")
    rows: list[tuple[str, Callable[[Report], Estimate]]] = [
        ("reward", lambda report: report.overall.reward),
        ("executed@1", lambda report: report.overall.executed[0]),
        ("success@1", lambda report: report.overall.success[0]),
    ]
    for name, value in rows:
        table.add_row(name, *(cell(value(report)) for report in reports), end_section=name == rows[-1][0])
    for group in first.families:
        same = [next(g for g in report.families if g.name == group.name) for report in reports]
        cells = (number(found.success[0].value) for found in same)
        table.add_row(f"success@1, {escape(group.name)}", *cells)
    return table


def summarise(
    experiment: Experiment, tasks: Sequence[Task], trajectories: Sequence[Trajectory], failures: int
) -> Report:
    """Make the report of an evaluation.

    Args:
        experiment: Its settings.
        tasks: The tasks that were chosen.
        trajectories: The scored rollouts of these tasks.
        failures: Number of rollouts that could not be scored.

    Returns:
        The report.
    """
    rollouts: dict[str, list[Trajectory]] = {task.id: [] for task in tasks}
    for trajectory in trajectories:
        rollouts[trajectory.task_id].append(trajectory)

    def group(name: str, members: Sequence[Task]) -> Group:
        return _group(name, [rollouts[task.id] for task in members], experiment)

    families = dict.fromkeys(task.family for task in tasks)
    tiers = sorted({task.tier for task in tasks})
    versions = {t.task_id: t.score.versions for t in trajectories}
    any_version = next(iter(versions.values()), None)
    return Report(
        agent=experiment.agent,
        suite=experiment.suite,
        split=experiment.split,
        seed=experiment.seed,
        k=experiment.k,
        max_turns=experiment.max_turns,
        tasks=len(tasks),
        rollouts=len(trajectories),
        failures=failures,
        complete=len(trajectories) == len(tasks) * experiment.k,
        mdgym=any_version.mdgym if any_version else "",
        lammps=any_version.lammps if any_version else "",
        basis=digest(sorted((task.hash, digest(versions.get(task.id))) for task in tasks)),
        overall=group("all", tasks),
        families=tuple(group(name, [t for t in tasks if t.family == name]) for name in families),
        tiers=tuple(group(f"tier {tier}", [t for t in tasks if t.tier == tier]) for tier in tiers),
    )


def _group(name: str, rollouts: Sequence[Sequence[Trajectory]], experiment: Experiment) -> Group:
    scored = [task for task in rollouts if task]
    closed = [task for task in scored if task[0].score.success is not None]
    rewards = [sum(t.score.reward for t in task) / len(task) for task in scored]
    ran = [(len(task), sum(t.score.executed for t in task)) for task in scored]
    right = [(len(task), sum(bool(t.score.success) for t in task)) for task in closed]
    turns = range(1, experiment.k + 1)
    return Group(
        name=name,
        tasks=len(scored),
        rollouts=sum(len(task) for task in scored),
        reward=estimate(rewards, experiment.seed),
        executed=tuple(_pass_rate(j, ran, experiment.seed) for j in turns),
        success=tuple(_pass_rate(j, right, experiment.seed) for j in turns),
    )


def _pass_rate(j: int, counts: Sequence[tuple[int, int]], seed: int) -> Estimate:
    # A task that lost rollouts to failures says nothing about more samples than it has.
    return estimate([pass_at(j, n, c) for n, c in counts if n >= j], seed)


def unfinished(done: int, meant: int, complete: bool, what: str) -> str:
    """Return what is said of an evaluation that has not ended; the empty string when it has.

    Args:
        done: Number of results that are there.
        meant: Number that was meant, as far as is known.
        complete: All that was meant is there.
        what: What the results are called.
    """
    if complete:
        return ""
    known = f"{done} of {meant} {what}" if done < meant else f"{done} {what}, of how many is not known"
    return f"unfinished: {known}"


def cell(value: Estimate) -> str:
    """Return a mean with its interval below it, for a table."""
    if value.low is None or value.high is None:
        return number(value.value)
    return f"{number(value.value)}\n{value.low:.2f}–{value.high:.2f}"


def number(value: float | None) -> str:
    """Return a number for a table; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"
