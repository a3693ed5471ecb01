"""A report as one HTML page that needs nothing else: no network, no server, no other file.

What a policy wrote is hostile. It enters the page as escaped text between tags alone, never in an attribute or a
script, and the page's own policy lets a browser execute no script but the one whose hash it names.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from string import Template

from mdgym.report import Group
from mdgym.reporting.plots import COLOURS, course, histogram, intervals, text
from mdgym.reporting.run import StoredRun
from mdgym.reporting.tables import Grid, grids, outcome, outcomes
from mdgym.rewards.score import Score
from mdgym.trajectory import Trajectory, Turn

# A page of some megabytes opens at once; the rest is in trajectories.jsonl.
SHOWN = 500


def page(groups: Sequence[Sequence[StoredRun]], shown: int = SHOWN) -> str:
    """Return the page.

    Args:
        groups: Runs that can be compared stand in one group; colours follow the runs through all groups.
        shown: How many rollouts of each run are listed.

    Returns:
        HTML that can be written as UTF-8.
    """
    runs = [run for group in groups for run in group]
    colours = {id(run): index for index, run in enumerate(runs)}
    title = f"{', '.join(run.label for run in runs)}: mdgym report"
    parts = [f"<h1>{text(title)}</h1>", _header(runs)]
    for group in groups:
        parts += _group(group, [colours[id(run)] for run in group], alone=len(groups) > 1)
    parts.append(_rollouts(runs, shown))
    files = resources.files("mdgym.reporting")
    script = files.joinpath("page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    template = Template(files.joinpath("page.html").read_text("utf-8"))
    # A substituted text is not read for placeholders again.
    return template.substitute(title=text(title), script=script, script_hash=f"sha256-{digest}", body="\n".join(parts))


def _header(runs: Sequence[StoredRun]) -> str:
    head = ("", "agent", "tasks of", "per task", "turns", "seed", "mdgym", "LAMMPS", "last written", "folder")
    rows = []
    for index, run in enumerate(runs):
        report = run.report
        state = f" ({report.unfinished})" if report.unfinished else ""
        cells = (
            report.agent,
            f"{report.suite}/{report.split}",
            report.k,
            report.max_turns,
            report.seed,
            report.mdgym,
            report.lammps,
            f"{run.written:%Y-%m-%d %H:%M} UTC{state}",
            run.folder.name,
        )
        rows.append(f"<tr><td>{_key(index)}</td>{''.join(f'<td>{text(cell)}</td>' for cell in cells)}</tr>")
    return _table(head, rows, "n s")


def _group(runs: Sequence[StoredRun], colours: Sequence[int], alone: bool) -> list[str]:
    labels = [run.label for run in runs]
    overall, families, tiers, endings = grids(runs)
    parts = [f"<h2>{text(labels[0])} by itself</h2>"] if alone else []
    parts += [
        "<h2>Overall</h2>",
        '<p class="soft">Means over tasks, with 95 % intervals over the choice of tasks.</p>',
        _grid(overall),
        '<h2>Mean reward</h2><p class="soft">',
        " &nbsp; ".join(f"{_key(colour)}{text(label)}" for label, colour in zip(labels, colours, strict=True)),
        f'</p><div class="plots">{_means("by family", runs, colours, [run.report.families for run in runs])}',
        f"<div>{_means('by tier', runs, colours, [run.report.tiers for run in runs])}",
    ]
    rewards = [[t.score.reward for t in run.trajectories] for run in runs]
    parts.append(f"{_figure('share of rollouts by reward', histogram(labels, colours, rewards))}</div></div>")
    parts += [f"<h2>{text(endings.title)}</h2>", _grid(endings, "n ends")]
    for grid in (families, tiers):
        parts += [f"<h2>{text(grid.title)}</h2>", _grid(grid)]
    return parts


def _means(name: str, runs: Sequence[StoredRun], colours: Sequence[int], groups: Sequence[Sequence[Group]]) -> str:
    found = [{group.name: group.reward for group in each} for each in groups]
    rows = [(group.name, [each.get(group.name) for each in found]) for group in groups[0]]
    return _figure(name, intervals([run.label for run in runs], colours, rows))


def _figure(name: str, drawn: str) -> str:
    return f"<figure><figcaption>{name}</figcaption>{drawn}</figure>"


def _rollouts(runs: Sequence[StoredRun], shown: int) -> str:
    families = sorted({task.family for run in runs for task in run.tasks.values()})
    endings = outcomes(runs)
    listed, notes = [], []
    for index, run in enumerate(runs):
        if len(run.trajectories) > shown:
            notes.append(f"{text(run.label)}: the first {shown} of {len(run.trajectories)} rollouts")
        for trajectory in run.trajectories[:shown]:
            family = run.tasks[trajectory.task_id].family
            ending = outcome(trajectory.score)
            data = f'data-run="{index}" data-family="{families.index(family)}" data-ending="{endings.index(ending)}"'
            listed.append(f'<details class="t" {data}>{_rollout(trajectory, ending, index)}</details>')
    note = f'<p class="note">Listed are {"; ".join(notes)}. All are in trajectories.jsonl.</p>' if notes else ""
    filters = "".join(
        f'<label>{name} <select name="{name}"><option value="">all</option>'
        + "".join(f'<option value="{i}">{text(value, 120)}</option>' for i, value in enumerate(values))
        + "</select></label>"
        for name, values in (("run", [run.label for run in runs]), ("family", families), ("ending", endings))
    )
    head = f'<h2>Rollouts</h2>{note}<div class="filters">{filters}<span class="soft" id="shown"></span></div>'
    return "\n".join([head, *listed])


def _rollout(trajectory: Trajectory, ending: str, colour: int) -> str:
    score = trajectory.score
    mark = "good" if score.success or (score.success is None and score.reward > 0.5) else "bad"
    parts = [
        f'<summary>{_key(colour)}<span class="r {mark}">{score.reward:.3f}</span> {text(trajectory.task_id, 200)} '
        f'<span class="soft">rollout {trajectory.rollout} · {text(ending, 200)}</span></summary><div class="in">',
        f'<p class="soft">seed {trajectory.seed}</p><h3>Prompt</h3><pre>{text(trajectory.prompt)}</pre>',
    ]
    for number, turn in enumerate(trajectory.turns, start=1):
        name = f" of turn {number}" if len(trajectory.turns) > 1 else ""
        parts.append(_turn(turn, name, colour))
    return "".join(parts) + "</div>"


def _turn(turn: Turn, name: str, colour: int) -> str:
    parts = []
    if turn.answer.strip() != turn.script.strip():
        parts.append(f"<h3>Answer{name}</h3><pre>{text(turn.answer)}</pre>")
    parts.append(f"<h3>Script{name}</h3><pre>{text(turn.script) or '(empty)'}</pre>")
    drawn = course(turn.thermo, colour)
    if drawn:
        parts.append(f'<h3>Course{name}, in units of the script</h3><div class="course">{drawn}</div>')
    seconds = (
        f"agent {turn.answer_s:.3g} s, script {turn.timing.run_s:.3g} s, verifier {turn.timing.verify_s:.3g} s, "
        f"score in all {turn.timing.wall_s:.3g} s"
    )
    parts.append(f'<h3>Score{name}: {turn.score.reward:.4f}</h3><p class="soft">{seconds}</p>{_score(turn.score)}')
    parts.append(f"<h3>Feedback{name}</h3><pre>{text(turn.score.feedback) or '(none)'}</pre>")
    return "".join(parts)


def _score(score: Score) -> str:
    execution = score.execution
    ran = f"{execution.status}, {execution.steps} steps, {execution.atoms} atoms"
    components = ", ".join(f"{name} {value:.3g}" for name, value in score.components.items())
    rows = [
        f'<tr><td>{text(check.name)}</td><td>{text(check.kind)}</td><td class="{"good" if check.passed else "bad"}">'
        f"{'passed' if check.passed else 'failed'}</td><td>{check.score:.3g}</td>"
        f'<td class="text">{text(check.message)}</td></tr>'
        for check in score.checks
    ]
    table = _table(("check", "kind", "", "score", "message"), rows, "n s") if rows else ""
    return f'<p class="soft">{text(ran)}<br>{text(components)}</p>{table}'


def _grid(grid: Grid, name: str = "n") -> str:
    last = len(grid.head) - 1
    rows = []
    for row in grid.rows:
        marks = (' class="text"' if grid.head[i] == "example" and i == last else "" for i in range(len(row)))
        rows.append(f"<tr>{''.join(f'<td{mark}>{text(cell)}</td>' for mark, cell in zip(marks, row))}</tr>")
    return _table(grid.head, rows, name)


def _table(head: Sequence[str], rows: Sequence[str], name: str) -> str:
    # `name` and what stands in `rows` come from this module, escaped.
    left = ("example", "message")
    cells = "".join(f"<th{' class=text' if cell in left else ''}>{text(cell)}</th>" for cell in head)
    body = "".join(rows)
    return f'<div class="wide"><table class="{name}"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _key(colour: int) -> str:
    return f'<span class="key c{colour % COLOURS}"></span>'
