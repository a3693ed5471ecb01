"""Give tasks to an agent, score what it writes, and report.

Each rollout is written as soon as it has its score; the same call on the same folder goes on where it was stopped.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import gymnasium
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mdgym.envs.lammps_script import LammpsScriptEnv
from mdgym.errors import AgentError, InfrastructureError, RecordError
from mdgym.report import Report, summarise
from mdgym.rewards import current_versions
from mdgym.tasks.task import Task
from mdgym.trajectory import Experiment, Failure, RunFolder, Trajectory, Turn

# A machine that fails this often in a row will fail on; the agent's answers may cost money.
_FAILURES_IN_A_ROW = 3


@runtime_checkable
class Agent(Protocol):
    """A policy.

    Attributes:
        name: What it is called in reports; a run is resumed only by an agent of the same name.
    """

    name: str

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Answer with a script.

        Args:
            observation: The prompt, or in a later turn the prompt with the last script and what came of it.
            task: The task. An agent that reads more than its prompt and files is not a policy but a yardstick.
            seed: Seeds whatever the agent samples.
        """


class FunctionAgent:
    """A function from the observation to an answer, as an agent."""

    def __init__(self, function: Callable[[str], str], name: str = "") -> None:
        """Wrap `function`; its own name is taken when none is given."""
        self.name = name or getattr(function, "__qualname__", type(function).__name__)
        self._function = function

    def act(self, observation: str, task: Task, seed: int) -> str:
        """Return what the function says."""
        return self._function(observation)


def as_agent(agent: object) -> Agent:
    """Return an agent as it is, or a function as an agent.

    Raises:
        AgentError: It is neither.
    """
    if isinstance(agent, Agent):
        return agent
    if callable(agent):
        return FunctionAgent(agent)
    raise AgentError(
        f"{agent!r} is no agent: it needs `name` and `act(observation, task, seed)`, or be a function from text to text"
    )


def evaluate(
    env: gymnasium.Env[str, str] | Iterable[Task],
    agent: Agent | Callable[[str], str],
    episodes: int | None = None,
    k: int = 1,
    seed: int = 0,
    out: str | Path | None = None,
    progress: bool = True,
) -> Report:
    """Evaluate an agent.

    Args:
        env: A `mdgym/LammpsScript-v0` environment, bare or in wrappers, or a list of tasks. It is reset many times.
        agent: An object with `name` and `act(observation, task, seed)`, or a function from text to text.
        episodes: At most this many tasks, spread evenly over the families; None for all.
        k: Rollouts per task.
        seed: Seeds the choice of tasks, the episodes and the agent.
        out: Folder for `trajectories.jsonl`, `failures.jsonl` and `summary.json`; None keeps nothing. A folder that
            holds a part of the same evaluation is gone on with.
        progress: Show a progress bar on stderr.

    Returns:
        The report.

    Raises:
        AgentError: The agent failed, or answered with something that is not text.
        RecordError: The folder holds another experiment.
        InfrastructureError: Three rollouts in a row could not be scored. One that cannot is written to
            `failures.jsonl`, counted, and has no reward.
        SandboxError: This machine cannot confine scripts.
    """
    if k < 1 or (episodes is not None and episodes < 1):
        raise ValueError(f"k and episodes must be at least 1, not k={k!r}, episodes={episodes!r}")
    with ExitStack() as stack:
        if not isinstance(env, gymnasium.Env):
            env = stack.enter_context(LammpsScriptEnv(tasks=env))
        base = env.unwrapped
        if not isinstance(base, LammpsScriptEnv):
            raise TypeError(f"env must be a mdgym/LammpsScript-v0 environment or tasks, not {base!r}")
        policy = as_agent(agent)
        experiment = Experiment(
            agent=policy.name,
            suite=_joined(task.suite for task in base.tasks),
            split=_joined(task.split for task in base.tasks),
            seed=seed,
            k=k,
            max_turns=base.max_turns,
        )
        folder = stack.enter_context(RunFolder(out, experiment)) if out is not None else None
        tasks = choose(base.tasks, episodes, seed)
        return _Evaluation(env, base, policy, experiment, tasks, folder).run(progress)


def choose(tasks: Sequence[Task], episodes: int | None, seed: int) -> tuple[Task, ...]:
    """Choose tasks, as many from each family as possible; a larger choice contains a smaller one.

    Args:
        tasks: All tasks.
        episodes: How many at most; None for all.
        seed: Seeds the choice.

    Returns:
        The chosen tasks in their original order.
    """
    rng = np.random.default_rng(seed)
    order = list(rng.permutation(len(tasks)))
    seen: dict[str, int] = {}
    ranked = []
    for index in order:
        family = tasks[index].family
        seen[family] = seen.get(family, 0) + 1
        ranked.append((seen[family], int(index)))
    # The first of each family, then the second of each, and so on; sorting is stable.
    ranked.sort(key=lambda pair: pair[0])
    return tuple(tasks[index] for index in sorted(index for _, index in ranked[:episodes]))


def derive_seed(*parts: object) -> int:
    """Return a seed below 2**31 that depends on all parts and on nothing else."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:4]) >> 1


class _Evaluation:
    """One call of `evaluate`."""

    def __init__(
        self,
        env: gymnasium.Env[str, str],
        base: LammpsScriptEnv,
        agent: Agent,
        experiment: Experiment,
        tasks: Sequence[Task],
        folder: RunFolder | None,
    ) -> None:
        self._env = env
        self._base = base
        self._agent = agent
        self._experiment = experiment
        self._tasks = tasks
        self._folder = folder
        self._failures = 0
        self._done = self._stored()

    def run(self, progress: bool) -> Report:
        wanted = [(task, number) for task in self._tasks for number in range(self._experiment.k)]
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not progress,
        )
        in_a_row = 0
        try:
            with bar:
                row = bar.add_task(self._description(), total=len(wanted), completed=len(self._done))
                for task, number in wanted:
                    if (task.id, number) in self._done:
                        continue
                    error = self._attempt(task, number)
                    in_a_row = in_a_row + 1 if error else 0
                    if error and in_a_row == _FAILURES_IN_A_ROW:
                        raise error
                    bar.update(row, advance=1, description=self._description())
        finally:
            report = self._report()
            if self._folder:
                self._folder.summarise(report)
        return report

    def _attempt(self, task: Task, number: int) -> InfrastructureError | None:
        seed = derive_seed(self._experiment.seed, task.id, number)
        answers: list[str] = []
        try:
            trajectory = self._rollout(task, number, seed, answers)
        except InfrastructureError as error:
            self._failures += 1
            if self._folder:
                self._folder.fail(Failure(task.id, number, seed, str(error), tuple(answers)))
            return error
        self._done[task.id, number] = trajectory
        if self._folder:
            self._folder.add(trajectory)
        return None

    def _rollout(self, task: Task, number: int, seed: int, answers: list[str]) -> Trajectory:
        prompt, _ = self._env.reset(seed=seed, options={"task_id": task.id})
        observation, ended = prompt, False
        turns: list[Turn] = []
        while not ended:
            start = time.perf_counter()
            answer = self._ask(observation, task, number, derive_seed(seed, len(turns)))
            answer_s = time.perf_counter() - start
            answers.append(answer)
            observation, _, terminated, truncated, _ = self._env.step(answer)
            ended = terminated or truncated
            scored = self._base.turns[-1]
            turns.append(Turn(answer, scored.script, scored.score, answer_s, scored.timing))
        return Trajectory(task.id, number, seed, prompt, tuple(turns))

    def _ask(self, observation: str, task: Task, number: int, seed: int) -> str:
        try:
            answer: Any = self._agent.act(observation, task, seed)
        except AgentError:
            raise
        except Exception as error:
            raise AgentError(
                f"agent '{self._agent.name}' failed on task '{task.id}' (rollout {number}): "
                f"{type(error).__name__}: {error}"
            ) from error
        if not isinstance(answer, str):
            raise AgentError(
                f"agent '{self._agent.name}' answered task '{task.id}' (rollout {number}) with "
                f"{type(answer).__name__}, not with text"
            )
        return answer

    def _stored(self) -> dict[tuple[str, int], Trajectory]:
        """Return the stored rollouts that belong to this evaluation, when they were scored as they would be now."""
        if self._folder is None:
            return {}
        chosen = {task.id: task for task in self._tasks}
        done = {}
        for stored in self._folder.stored:
            task = chosen.get(stored.task_id)
            if task is None:
                continue
            now = current_versions(task)
            if stored.score.task_hash != task.hash or stored.score.versions != now:
                raise RecordError(
                    f"{self._folder.path} was scored by other versions: task '{task.id}' had "
                    f"{stored.score.task_hash} {stored.score.versions}, and has {task.hash} {now}; "
                    "choose another folder"
                )
            done[stored.task_id, stored.rollout] = stored
        return done

    def _description(self) -> str:
        scores = [t.score for t in self._done.values()]
        if not scores:
            return self._agent.name
        reward = sum(score.reward for score in scores) / len(scores)
        return f"{self._agent.name}: reward {reward:.3f}, success {sum(bool(s.success) for s in scores)}"

    def _report(self) -> Report:
        return summarise(self._experiment, self._tasks, list(self._done.values()), self._failures)


def _joined(names: Iterable[str]) -> str:
    return "+".join(sorted(set(names)))
