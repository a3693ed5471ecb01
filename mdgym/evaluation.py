"""Give tasks to an agent, score what it writes, and report.

Each rollout is written as soon as it has its score; the same call on the same folder goes on where it was stopped.
"""

import hashlib
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from pathlib import Path

import gymnasium
import numpy as np

from mdgym.asking import Interview, Question, progress_bar
from mdgym.envs.lammps_script import LammpsScriptEnv
from mdgym.errors import InfrastructureError, RecordError
from mdgym.folder import Experiment
from mdgym.policy import Agent, BatchAgent, as_agent
from mdgym.records import digest
from mdgym.report import Report, summarise
from mdgym.rewards import current_versions
from mdgym.tasks.task import Task
from mdgym.thermo import thermo
from mdgym.trajectory import Failure, RunFolder, Trajectory, Turn

# A machine that fails this often in a row will fail on; the agent's answers may cost money.
FAILURES_IN_A_ROW = 3


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

    Where the pool of the environment has several workers, twice as many rollouts are under way at the same time. The
    agent is asked for one answer at a time, but a `BatchAgent` for the first answers of `batch_size` rollouts.

    Args:
        env: A `mdgym/LammpsScript-v0` environment, bare or in wrappers, or a list of tasks. It is reset many times.
        agent: An object with `name` and `act(observation, task, seed)`, which may be a `BatchAgent`, or a function from
            text to text.
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
            tasks=digest(sorted(task.hash for task in base.tasks)),
            limits=digest(base.pool.limits),
            rubric=base.pool.rubric.hash,
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
        self._in_a_row = 0
        self._stopped = False
        self._done = self._stored()
        self._waiting = [(t, n) for t in tasks for n in range(experiment.k) if (t.id, n) not in self._done]
        known = [self._first(env, *pair) for pair in self._waiting] if isinstance(agent, BatchAgent) else []
        self._interview = Interview(agent, known)
        # of what several threads change
        self._lock = threading.Lock()
        self._own = threading.local()

    def run(self, progress: bool) -> Report:
        done = len(self._done)
        bar = progress_bar(progress)
        if self._folder:
            # of a run that is killed it is all that says how many rollouts were meant
            self._folder.summarise(self._report())
        try:
            with bar:
                row = bar.add_task(self._description(), total=done + len(self._waiting), completed=done)
                with closing(self._attempts()) as attempts:
                    for _ in attempts:
                        bar.update(row, advance=1, description=self._description())
        finally:
            report = self._report()
            if self._folder:
                self._folder.summarise(report)
        return report

    def _attempts(self) -> Generator[None, None, None]:
        """Make rollouts and yield whenever one has ended."""
        if self._lanes() == 1:
            # in this thread, so that Ctrl-C ends a script or an agent at once
            for task, number in self._waiting:
                self._attempt(task, number)
                yield
            return
        with ThreadPoolExecutor(self._lanes()) as executor:
            try:
                for future in as_completed([executor.submit(self._attempt, *pair) for pair in self._waiting]):
                    yield future.result()
            finally:
                # what is being scored comes to its end and is kept
                self._stopped = True
                self._interview.stop()
                executor.shutdown(cancel_futures=True)

    def _lanes(self) -> int:
        """Return how many rollouts are under way at the same time: while one is scored, the agent is asked for another.

        An environment in wrappers is one, and so are its rollouts.
        """
        workers = self._base.pool.workers
        return 1 if workers == 1 or self._env is not self._base else 2 * workers

    def _lane(self) -> tuple[gymnasium.Env[str, str], LammpsScriptEnv]:
        """Return the environment of this thread, and the same without wrappers."""
        if self._lanes() == 1:
            return self._env, self._base
        if not hasattr(self._own, "env"):
            self._own.env = LammpsScriptEnv(
                tasks=self._base.tasks, max_turns=self._base.max_turns, pool=self._base.pool
            )
        return self._own.env, self._own.env

    def _attempt(self, task: Task, number: int) -> None:
        if self._stopped:
            return
        seed = self._seed(task, number)
        answers: list[str] = []
        try:
            trajectory = self._rollout(task, number, seed, answers)
        except InfrastructureError as error:
            self._fail(Failure(task.id, number, seed, str(error), tuple(answers)), error)
        except BaseException:
            self._stopped = True
            raise
        else:
            with self._lock:
                self._in_a_row = 0
                self._done[task.id, number] = trajectory
                if self._folder:
                    self._folder.add(trajectory)

    def _fail(self, failure: Failure, error: InfrastructureError) -> None:
        with self._lock:
            self._failures += 1
            self._in_a_row += 1
            if self._folder:
                self._folder.fail(failure)
            if self._in_a_row == FAILURES_IN_A_ROW:
                self._stopped = True
                raise error

    def _rollout(self, task: Task, number: int, seed: int, answers: list[str]) -> Trajectory:
        env, base = self._lane()
        question = self._first(env, task, number)
        prompt, ended = question.observation, False
        turns: list[Turn] = []
        while not ended:
            answer = self._interview.ask(question)
            answers.append(answer.text)
            observation, _, terminated, truncated, _ = env.step(answer.text)
            ended = terminated or truncated
            scored = base.turns[-1]
            turns.append(
                Turn(answer.text, scored.script, scored.score, answer.seconds, scored.timing, thermo(scored.execution))
            )
            question = Question(observation, task, number, derive_seed(seed, len(turns)))
        return Trajectory(task.id, number, seed, prompt, tuple(turns))

    def _first(self, env: gymnasium.Env[str, str], task: Task, number: int) -> Question:
        """Begin an episode and return the question of its first turn."""
        seed = self._seed(task, number)
        prompt, _ = env.reset(seed=seed, options={"task_id": task.id})
        return Question(prompt, task, number, derive_seed(seed, 0))

    def _seed(self, task: Task, number: int) -> int:
        return derive_seed(self._experiment.seed, task.id, number)

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
            now = self._base.pool.rubric.versions(current_versions(task))
            if stored.score.task_hash != task.hash or stored.score.versions != now:
                raise RecordError(
                    f"{self._folder.path} was scored by other versions: task '{task.id}' had "
                    f"{stored.score.task_hash} {stored.score.versions}, and has {task.hash} {now}; "
                    "choose another folder"
                )
            done[stored.task_id, stored.rollout] = stored
        return done

    def _description(self) -> str:
        with self._lock:
            scores = [t.score for t in self._done.values()]
        if not scores:
            return self._agent.name
        judged = [score.success for score in scores if score.success is not None]
        success = f", success {sum(judged)}" if judged else ""
        return f"reward {sum(score.reward for score in scores) / len(scores):.3f}{success}: {self._agent.name}"

    def _report(self) -> Report:
        order = {task.id: number for number, task in enumerate(self._tasks)}
        done = sorted(self._done.values(), key=lambda trajectory: (order[trajectory.task_id], trajectory.rollout))
        return summarise(self._experiment, self._tasks, done, self._failures)


def _joined(names: Iterable[str]) -> str:
    return "+".join(sorted(set(names)))
