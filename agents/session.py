"""The work on one task: what an agent is asked next, and what is made of its answer."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mdgym.agents.solution import RIGHT, ROUNDS, RUNS, UNCHANGED, Call, Round, Solution
from mdgym.agents.tools import potential_hints
from mdgym.agents.workshop import Workshop
from mdgym.asking import Answer, Question
from mdgym.engine.execution import Execution
from mdgym.envs.prompts import repair_prompt
from mdgym.evaluation import derive_seed
from mdgym.rewards import Score, current_versions, judge
from mdgym.rewards.evidence import Evidence
from mdgym.script import Finding, extract_script, lint
from mdgym.tasks.task import Task
from mdgym.thermo import thermo

_MOST_FINDINGS = 10
# How prompts name the variables that they ask for: in a list, in quotes, or at the end of a clause.
_ASKED = re.compile(
    r"^- `(\w+)`|\bvariable (?:called |named )?[`'\"](\w+)[`'\"]"
    r"|\bthe (?:equal-style )?variable (\w+)(?=[.,;:]|$)|变量 ?[`'\"]?(\w+)",
    re.MULTILINE | re.ASCII,
)


def asked_variables(prompt: str) -> tuple[str, ...]:
    """Return the names of the variables that a prompt asks a script to leave behind, as far as they can be read."""
    return tuple(dict.fromkeys(name for groups in _ASKED.findall(prompt) for name in groups if name))


@dataclass(frozen=True)
class Heard:
    """What an agent said.

    Attributes:
        answer: The answer.
        calls: Tools that it called before.
        prompt_tokens: Tokens that it read; None where it does not count them.
        completion_tokens: Tokens that it wrote.
    """

    answer: Answer
    calls: tuple[Call, ...]
    prompt_tokens: float | None
    completion_tokens: float | None


class Session:
    """The work on one task.

    Attributes:
        workshop: Where its scripts are tried.
        solution: The record so far; `solution.ended` is set when the work is over.
    """

    def __init__(self, question: Question, agent: str, workshop: Workshop, rounds: int) -> None:
        """Begin.

        Args:
            question: Prompt, task and seed; the task's id and files are all that is kept of it.
            agent: Name of the agent.
            workshop: Where scripts are tried.
            rounds: The most answers.
        """
        self.workshop = workshop
        self.solution = Solution(question.observation, agent, question.seed, (), "")
        self._task = Task(id=question.task.id, prompt=question.observation, files=question.task.files)
        self._number = question.rollout
        self._wanted = asked_variables(question.observation)
        self._next = question.observation
        self._rounds = rounds
        self._runs = 0

    def question(self) -> Question:
        """Return what the agent is asked next."""
        seed = derive_seed(self.solution.seed, len(self.solution.rounds))
        return Question(self._next, self._task, self._number, seed)

    def take(self, heard: Heard) -> Round:
        """Check an answer, run its script if nothing speaks against it, and say what came of it.

        Args:
            heard: The answer to `question`.

        Returns:
            The round, which is the last of `solution`.

        Raises:
            InfrastructureError: mdgym failed twice.
        """
        start = time.perf_counter()
        script = extract_script(heard.answer.text).script
        known = any(script.strip() == each.script.strip() for each in self.solution.rounds)
        findings = lint(script, self.workshop.catalogue, frozenset(self.workshop.files))
        errors = [finding for finding in findings if finding.severity == "error"]
        hints = potential_hints(script, findings, self.workshop.catalogue)
        checked = time.perf_counter()
        score: Score | None = None
        execution: Execution | None = None
        missing: tuple[str, ...] = ()
        if known:
            feedback = "This script was tried before."
        elif errors:
            feedback = _objection(script, errors, hints)
        elif self.workshop.empty:
            feedback = "The script was not run: no LAMMPS run is left."
        else:
            execution = self.workshop.run(script)
            seed, versions = self.solution.seed, current_versions(self._task)
            score = judge(self._task, execution, Evidence(), seed, versions)
            missing = self._missing(execution)
            feedback = _verdict(score, missing, findings)
        last = Round(
            number=len(self.solution.rounds) + 1,
            prompt=self._next,
            answer=heard.answer.text,
            script=script,
            findings=(*(f"line {f.line}: {f.severity}: {f.message}" for f in findings), *hints),
            score=score,
            missing=missing,
            feedback=feedback,
            calls=heard.calls,
            thermo=thermo(execution) if execution else (),
            runs=self.workshop.used - self._runs,
            answer_s=heard.answer.seconds,
            check_s=checked - start,
            run_s=time.perf_counter() - checked,
            prompt_tokens=heard.prompt_tokens,
            completion_tokens=heard.completion_tokens,
        )
        self._runs = self.workshop.used
        self._next = repair_prompt(self.solution.prompt, script, feedback)
        rounds = (*self.solution.rounds, last)
        self.solution = replace(self.solution, rounds=rounds, ended=self._ended(last, known))
        if self.solution.best is last:
            self.solution = replace(self.solution, execution=execution)
        return last

    def _missing(self, execution: Execution) -> tuple[str, ...]:
        """Return wanted variables without a value; of a script that stopped early, that says nothing new."""
        if not execution.executed:
            return ()
        return tuple(name for name in self._wanted if execution.variables.get(name) is None)

    def _ended(self, last: Round, known: bool) -> str:
        if last.right:
            return RIGHT
        if known:
            return UNCHANGED
        if last.number == self._rounds:
            return ROUNDS
        return RUNS if self.workshop.empty else ""


def _objection(script: str, errors: Sequence[Finding], hints: Sequence[str]) -> str:
    """Say why a script is not run, as LAMMPS would say it: in the words that agents learn to repair by."""
    first, *others = errors[:_MOST_FINDINGS]
    command = script.split("\n")[first.line - 1].strip()[:200]
    lines = [f"The script stopped (script_error, before it was run) in line {first.line}: {command}", first.message]
    return "\n".join([*lines, *(f"line {error.line}: {error.message}" for error in others), *hints])


def _verdict(score: Score, missing: Sequence[str], findings: Sequence[Finding]) -> str:
    lines = [score.feedback]
    lines += [f"The equal-style variable '{name}' has no value at the end of the script." for name in missing]
    lines += [f"line {finding.line}: {finding.message}" for finding in findings[:_MOST_FINDINGS]]
    return "\n".join(lines)
