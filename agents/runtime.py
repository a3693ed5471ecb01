"""The self-correcting runtime: write, check potentials, check syntax, run, judge, and correct, for a few rounds.

It works for a user who does not know the answer. An agent reads the prompt, and then what the linter, LAMMPS and
general physics say of its script. No contract, reference or gold script comes into it, even where the task has one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import shorten

from rich.console import Console

from mdgym.agents.session import Heard, Session
from mdgym.agents.solution import Call, Solution, prepare, save
from mdgym.agents.tools import MOST_CALLS, BatchToolAgent, ToolAgent, call_tool, tool_schemas
from mdgym.agents.usage import Usage, usage_of
from mdgym.agents.workshop import Files, Workshop
from mdgym.asking import Interview, Question
from mdgym.closing import Closing
from mdgym.engine import Engine, Limits
from mdgym.engine.catalogue import read_catalogue
from mdgym.envs.lammps_script import MAX_OBSERVATION
from mdgym.envs.text import clean
from mdgym.errors import AgentError
from mdgym.policy import Agent, BatchAgent, Interruptible, as_agent
from mdgym.script import Catalogue
from mdgym.tasks.task import Task

_LINE = 200

Told = Callable[[Solution], None]


class RuntimeAgent(Closing):
    """Any agent, given a few rounds to correct its script before it hands it in.

    It is an agent itself, for `env.evaluate` and all else that takes one: `act` makes up to `rounds` tries and returns
    the best script. The agent inside gets the task without contract, references and gold script. Where it is a
    `ToolAgent` it may call tools, and where it is a `BatchAgent` (to call tools, a `BatchToolAgent`) the rounds of many
    tasks are asked together.

    Its engine starts with the first script and ends with `close`, or with the process.

    Examples:
        >>> with RuntimeAgent(agent, rounds=3) as runtime:  # doctest: +SKIP
        ...     report = env.evaluate(runtime)

    Attributes:
        name: What it is called in reports.
        batch_size: How many tasks are worked on at once, at most.
        runs: LAMMPS runs that it has made so far, those of tools among them.
    """

    def __init__(
        self,
        agent: Agent | Callable[[str], str],
        rounds: int = 5,
        limits: Limits | None = None,
        sandbox: bool = True,
        name: str = "",
    ) -> None:
        """Set up; nothing is started yet.

        Args:
            agent: The agent, or a function from text to text.
            rounds: The most answers to one task.
            limits: What one script may use; None for the defaults.
            sandbox: Confine scripts. False runs them with the rights of this process.
            name: What it is called in reports; by default after the agent and the rounds.

        Raises:
            ValueError: `rounds` is below 1.
            AgentError: It is no agent.
        """
        if rounds < 1:
            raise ValueError(f"rounds must be at least 1, not {rounds!r}")
        self._inner = as_agent(agent)
        self._rounds = rounds
        self._engine = Engine(limits=limits, sandbox=sandbox)
        self._catalogue: Catalogue | None = None
        self._interrupted = False
        self.name = name or f"runtime({self._inner.name}, {rounds} rounds)"
        self.batch_size = self._inner.batch_size if isinstance(self._inner, BatchAgent) else 1
        self.runs = 0

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return the best script of a few rounds."""
        return self.act_many([observation], [task], [seed])[0]

    def act_many(self, observations: Sequence[str], tasks: Sequence[Task], seeds: Sequence[int]) -> list[str]:
        """Return the best script for each observation; see `work`."""
        asked = zip(observations, tasks, seeds, strict=True)
        questions = [Question(text, task, number, seed) for number, (text, task, seed) in enumerate(asked)]
        return [solution.script for solution in self.work(questions)]

    def work(
        self,
        questions: Sequence[Question],
        files: Files | None = None,
        runs: Sequence[int] | None = None,
        told: Told = lambda solution: None,
    ) -> list[Solution]:
        """Work on tasks until each is right, does not change any more, or has used up its rounds or runs.

        Args:
            questions: Prompts, tasks and seeds. Of a task nothing but its id and its files is looked at.
            files: Files for the scripts in place of the task's own.
            runs: The most LAMMPS runs of each; None for one per round, and those of tools.
            told: Is given the record so far after each round.

        Returns:
            The records, in the same order.

        Raises:
            AgentError: The agent failed, or did not answer with text, or `interrupt` was called.
            InfrastructureError: mdgym failed twice.
            SandboxError: This machine cannot confine scripts.
        """
        self._interrupted = False
        if self._catalogue is None:
            self._catalogue = read_catalogue(self._engine)
        sessions = []
        for number, question in enumerate(questions):
            most = None if runs is None else runs[number]
            own = question.task.files if files is None else files
            workshop = Workshop(self._engine, self._catalogue, own, question.seed, most)
            sessions.append(Session(question, self._inner.name, workshop, self._rounds))
        while waiting := [session for session in sessions if not session.solution.ended]:
            for session, heard in zip(waiting, self._heard(waiting), strict=True):
                self._go_on()
                self.runs += session.take(heard).runs
                told(session.solution)
        return [session.solution for session in sessions]

    def interrupt(self) -> None:
        """End the work that is under way in another thread: at once where the agent inside can, or after its answer.

        A script that runs comes to its end.
        """
        self._interrupted = True
        if isinstance(self._inner, Interruptible):
            self._inner.interrupt()

    def close(self) -> None:
        """End the engine; a second call does nothing."""
        self._engine.close()

    def _heard(self, sessions: Sequence[Session]) -> Iterator[Heard]:
        """Yield for each session what the agent says, which tools it called, and the tokens that it took."""
        if not isinstance(self._inner, ToolAgent):
            yield from self._asked(self._inner, sessions, [()] * len(sessions))
            return
        # together only as many as the agent takes at once: each has a workshop of its own
        size = self._inner.batch_size if isinstance(self._inner, BatchToolAgent) else 1
        for start in range(0, len(sessions), size):
            some = sessions[start : start + size]
            equipped = _Equipped(self._inner, [session.workshop for session in some])
            yield from self._asked(equipped, some, equipped.calls)

    def _asked(self, agent: Agent, sessions: Sequence[Session], calls: Sequence[Sequence[Call]]) -> Iterator[Heard]:
        self._go_on()
        questions = [session.question() for session in sessions]
        before, interview = usage_of(self._inner), Interview(agent, questions)
        answers = [interview.ask(question) for question in questions]
        tokens = _tokens(before, usage_of(self._inner), len(questions))
        yield from (Heard(answer, tuple(called), *tokens) for answer, called in zip(answers, calls, strict=True))

    def _go_on(self) -> None:
        if self._interrupted:
            raise AgentError(f"agent '{self.name}' was interrupted")


def solve(
    prompt: str,
    agent: Agent | Callable[[str], str],
    files: Files | None = None,
    rounds: int = 5,
    seed: int = 0,
    out: str | Path | None = None,
    limits: Limits | None = None,
    sandbox: bool = True,
    progress: bool = True,
) -> Solution:
    """Let an agent write a script for a task in plain words, and correct it until it runs.

    Args:
        prompt: The task, in any language. Variables that it asks for are looked for at the end.
        agent: The agent, or a function from text to text.
        files: Files for the script: name to text, or to a path.
        rounds: The most answers.
        seed: Seeds the agent and the scripts.
        out: Folder for script, log, record, plot and page; the record is there after each round. None keeps nothing.
        limits: What one script may use; None for the defaults.
        sandbox: Confine scripts. False runs them with the rights of this process: only for agents you trust.
        progress: Show on stderr what happens.

    Returns:
        The solution: `script`, `right`, `execution`, `rounds`, `folder`.

    Raises:
        TaskError: The prompt is empty.
        RecordError: The folder holds a solution already, or cannot be used.
        AgentError: The agent failed, or did not answer with text.
        InfrastructureError: mdgym failed twice.
        SandboxError: This machine cannot confine scripts.
        OSError: A file is not there.
    """
    texts = {n: f if isinstance(f, str) else f.read_text("utf-8", "replace") for n, f in (files or {}).items()}
    prompt = clean(prompt, MAX_OBSERVATION)
    task = Task(id="user/solve", prompt=prompt, files=texts)
    folder = None if out is None else Path(out)
    if folder is not None:
        prepare(folder)
    console = Console(stderr=True, quiet=not progress, highlight=False)

    def told(solution: Solution) -> None:
        last = solution.rounds[-1]
        said = (
            "right"
            if last.right
            else shorten(clean(last.feedback, MAX_OBSERVATION).replace("\n", "; "), _LINE, placeholder=" …")
        )
        console.print(f"round {last.number}: {said}", markup=False, soft_wrap=True)
        if folder is not None:
            save(solution, folder)

    runtime = RuntimeAgent(agent, rounds, limits, sandbox)
    with runtime, console.status("working; Ctrl-C stops"):
        (solution,) = runtime.work([Question(prompt, task, 0, seed)], files, told=told)
    return replace(solution, folder=folder)


def _tokens(before: Usage | None, now: Usage | None, answers: int) -> tuple[float | None, float | None]:
    """Return the tokens of one of the answers that were given meanwhile, read and written."""
    if before is None or now is None:
        return None, None
    read, written = now.prompt_tokens - before.prompt_tokens, now.completion_tokens - before.completion_tokens
    return read / answers, written / answers


class _Equipped:
    """A `ToolAgent` with the tools of workshops in its hands, one workshop for each observation."""

    def __init__(self, inner: ToolAgent, workshops: Sequence[Workshop]) -> None:
        self.name = inner.name
        self.batch_size = len(workshops)
        self.calls: list[list[Call]] = [[] for _ in workshops]
        self._inner = inner
        self._hands = [partial(_call, *each) for each in zip(workshops, self.calls, strict=True)]

    def act(self, observation: str, task: Task, seed: int) -> str:
        return self._inner.act_with_tools(observation, task, seed, tool_schemas(), self._hands[0])

    def act_many(self, observations: Sequence[str], tasks: Sequence[Task], seeds: Sequence[int]) -> list[str]:
        assert isinstance(self._inner, BatchToolAgent)
        return self._inner.act_many_with_tools(observations, tasks, seeds, tool_schemas(), self._hands)


def _call(workshop: Workshop, calls: list[Call], name: str, arguments: str) -> str:
    if len(calls) == MOST_CALLS:
        return f"{MOST_CALLS} calls are the most: write the script now."
    answer = call_tool(workshop, name, arguments)
    calls.append(Call(clean(name, _LINE), clean(arguments, MAX_OBSERVATION), answer))
    return answer
