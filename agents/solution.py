"""What came of a task that was worked on in rounds, and the folder that tells it."""

import base64
import hashlib
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from string import Template

from mdgym.engine.execution import Execution
from mdgym.envs.lammps_script import solved
from mdgym.errors import MdgymError, RecordError
from mdgym.folder import write_json
from mdgym.reporting.figures import figure
from mdgym.reporting.plots import course, text
from mdgym.rewards.score import Score
from mdgym.thermo import Sample, thermo

SCRIPT, LOG, RECORD, PAGE, PLOT = "in.lammps", "log.lammps", "record.json", "report.html", "thermo.png"

# How work ends.
RIGHT = "right"
UNCHANGED = "unchanged"
ROUNDS = "rounds"
RUNS = "runs"
ENDINGS = {
    "": "It was stopped before its end.",
    RIGHT: "The script runs to its end, and no general check complains.",
    UNCHANGED: "The agent wrote a script that it had tried before.",
    ROUNDS: "All rounds are used up.",
    RUNS: "All LAMMPS runs are used up.",
}


@dataclass(frozen=True)
class Call:
    """One call of a tool by a model: its name, its arguments in JSON, and what it answered."""

    name: str
    arguments: str
    answer: str


@dataclass(frozen=True)
class Round:
    """One answer and what came of it.

    Attributes:
        number: 1 for the first.
        prompt: What the agent read.
        answer: What it said.
        script: The script in it.
        findings: What the potentials and the linter had to object, a line each.
        score: The verdict of an open task; None where LAMMPS was not run, for the findings say that it would stop.
        missing: Variables that the prompt asks for and that have no value at the end.
        feedback: What the agent is told of it.
        calls: Tools that it called before it answered.
        thermo: A few samples of the run, as `mdgym.thermo.thermo` takes them.
        runs: LAMMPS runs, those of tools among them.
        answer_s: Wall-clock seconds of the agent; of a batch, an equal share.
        check_s: Seconds of the checks before the run.
        run_s: Seconds of the run.
        prompt_tokens: Tokens that were read; of a batch, an equal share. None where the agent does not count them.
        completion_tokens: Tokens that were written.
    """

    number: int
    prompt: str
    answer: str
    script: str
    findings: tuple[str, ...]
    score: Score | None
    missing: tuple[str, ...]
    feedback: str
    calls: tuple[Call, ...]
    thermo: tuple[Sample, ...]
    runs: int
    answer_s: float
    check_s: float
    run_s: float
    prompt_tokens: float | None
    completion_tokens: float | None

    @property
    def right(self) -> bool:
        """Whether nothing that can be known without the answer is left to repair."""
        return self.score is not None and solved(self.score) and not self.missing

    @property
    def worth(self) -> tuple[bool, float, int, int]:
        """What rounds are ordered by: right, reward, as few missing variables as possible, and the later the better."""
        return self.right, self.score.reward if self.score else -1.0, -len(self.missing), self.number


@dataclass(frozen=True)
class Solution:
    """The record of all rounds.

    Attributes:
        prompt: The task.
        agent: Name of the agent.
        seed: Seed of the scripts; the agent's follow from it.
        rounds: The rounds.
        ended: Why it ended: "right", "unchanged", "rounds" or "runs"; empty before that.
        execution: What the script of the best round did; not part of the record.
        folder: The folder that tells it, if one was asked for; not part of the record.
    """

    prompt: str
    agent: str
    seed: int
    rounds: tuple[Round, ...]
    ended: str
    schema_version: int = 1
    execution: Execution | None = field(default=None, compare=False, repr=False, metadata={"record": False})
    folder: Path | None = field(default=None, compare=False, metadata={"record": False})

    @property
    def best(self) -> Round:
        """The round whose script is handed in."""
        return max(self.rounds, key=lambda each: each.worth)

    @property
    def script(self) -> str:
        """The script that is handed in."""
        return self.best.script

    @property
    def right(self) -> bool:
        """Whether its script runs and passes what can be checked without an answer."""
        return self.best.right

    @property
    def runs(self) -> int:
        """LAMMPS runs, those of tools among them."""
        return sum(each.runs for each in self.rounds)


def prepare(folder: Path) -> None:
    """Make the folder of a solution.

    Raises:
        RecordError: It holds one already, or cannot be made.
    """
    if (folder / RECORD).exists():
        raise RecordError(f"{folder} holds a solution already: choose another folder, or remove it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{folder} cannot be used: {error}") from error


def save(solution: Solution, folder: Path) -> None:
    """Write the record, the best script, its log and a page; and a plot, if matplotlib is installed.

    Args:
        solution: The solution, finished or not.
        folder: An existing folder.
    """
    log = solution.execution.log if solution.execution else ""
    for name, content in ((SCRIPT, solution.script), (LOG, log), (PAGE, page(solution))):
        (folder / name).write_bytes(content.encode("utf-8", "replace"))
    samples = thermo(solution.execution) if solution.execution else ()
    if len(samples) > 1:
        _plot(samples, folder / PLOT)
    # last: where it is, the rest is too
    write_json(folder / RECORD, solution)


def page(solution: Solution) -> str:
    """Return one HTML page that needs no other file; what the agent wrote is in it as text alone."""
    title = f"{solution.agent}: mdgym solve"
    best = solution.best
    parts = [
        f"<h1>{text(title)}</h1><h2>Task</h2><pre>{text(solution.prompt)}</pre>",
        f'<h2>Script</h2><p class="soft">of round {best.number}. {ENDINGS[solution.ended]}</p>',
        f"<pre>{text(best.script) or '(empty)'}</pre>{_course(best)}<h2>Rounds</h2>",
        *(f'<details class="t">{_round(each)}</details>' for each in solution.rounds),
    ]
    template = Template(resources.files("mdgym.reporting").joinpath("page.html").read_text("utf-8"))
    # the page has no script, and a browser may run none
    no_script = base64.b64encode(hashlib.sha256(b"").digest()).decode("ascii")
    return template.substitute(title=text(title), script="", script_hash=f"sha256-{no_script}", body="\n".join(parts))


def _round(each: Round) -> str:
    mark = "good" if each.right else "bad"
    what = each.score.execution.status if each.score else "not run"
    seconds = f"agent {each.answer_s:.3g} s, checks {each.check_s:.3g} s, LAMMPS {each.run_s:.3g} s"
    tokens = f", {each.prompt_tokens:.0f} tokens read" if each.prompt_tokens is not None else ""
    tokens += f", {each.completion_tokens:.0f} written" if each.completion_tokens is not None else ""
    parts = [
        f'<summary><span class="r {mark}">{each.number}</span> {text(what)}</summary><div class="in">',
        f'<p class="soft">{seconds}{tokens}</p><h3>Prompt</h3><pre>{text(each.prompt)}</pre>',
        *(f"<h3>Tool {text(c.name)}</h3><pre>{text(c.arguments)}\n\n{text(c.answer)}</pre>" for c in each.calls),
        f"<h3>Answer</h3><pre>{text(each.answer) or '(empty)'}</pre>{_course(each)}",
        f"<h3>Feedback</h3><pre>{text(each.feedback) or '(none)'}</pre></div>",
    ]
    return "".join(parts)


def _course(each: Round) -> str:
    drawn = course(each.thermo, 0)
    return f'<h3>Course, in units of the script</h3><div class="course">{drawn}</div>' if drawn else ""


def _plot(samples: tuple[Sample, ...], file: Path) -> None:
    try:
        drawn = figure(6, 7)
    except MdgymError:
        # matplotlib is not here; the page has the same curves
        return
    axes = drawn.subplots(3, sharex=True)
    steps = [sample[0] for sample in samples]
    for row, name in enumerate(("temperature", "pressure", "potential energy per atom")):
        axes[row].plot(steps, [sample[row + 1] for sample in samples])
        axes[row].set_ylabel(name)
    axes[2].set_xlabel("step (all in units of the script)")
    drawn.tight_layout()
    drawn.savefig(file, dpi=120)
