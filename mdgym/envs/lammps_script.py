"""`mdgym/LammpsScript-v0`: read a prompt, write a LAMMPS script, be judged by what it does."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import gymnasium
from gymnasium.error import ResetNeeded

from mdgym.engine import Limits
from mdgym.envs.choice import by_id, chosen
from mdgym.envs.prompts import repair_prompt
from mdgym.envs.text import UnicodeText, clean
from mdgym.records import to_json
from mdgym.rewards.score import Score
from mdgym.scoring import Pool, Scored, make_pool
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task

if TYPE_CHECKING:
    from mdgym.policy import Agent
    from mdgym.report import Report

MAX_OBSERVATION = 65_536
MAX_SCRIPT = 32_768


class LammpsScriptEnv(gymnasium.Env[str, str]):
    """An episode is a task; an action is a script, or an answer with a script in it.

    The observation after `reset` is the prompt. With `max_turns` above 1 an attempt that was not right is followed by
    a prompt with the script and what came of it; the last observation of an episode is that feedback alone. The
    reward of a step is the score minus the score of the turn before, so the return is the score of the last script.
    An episode is `terminated` by success or by its last turn.

    `info` holds `task_id`, `family`, `tier`, `seed` and `turn`, and after a step `score`: the whole `Score` as JSON
    (`score["execution"]["error"]` is there when there was an error, and only then).
    `mdgym.score(task, script, seed=info["seed"])` gives it again.

    Examples:
        >>> env = gymnasium.make("mdgym/LammpsScript-v0", suite="micro", split="train")  # doctest: +SKIP
        >>> prompt, info = env.reset(seed=7)  # doctest: +SKIP
        >>> feedback, reward, terminated, truncated, info = env.step("units lj")  # doctest: +SKIP
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["ansi"], "render_fps": 1}  # type: ignore[misc]

    def __init__(
        self,
        suite: str = "core",
        split: str = "test",
        tasks: Iterable[Task] | None = None,
        max_turns: int = 1,
        limits: Limits | None = None,
        pool: Pool | str | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Make an environment; LAMMPS is started by the first step.

        Args:
            suite: Name of a suite.
            split: "train", "validation" or "test".
            tasks: Tasks of your own, in place of a suite.
            max_turns: Scripts that may be tried in one episode.
            limits: What one script may use; None for the defaults.
            pool: What scores; it is yours to close. A word ("ray", a number of workers, ...) makes one that `close`
                ends, see `mdgym.scoring.make_pool`; so does None, in this process.
            render_mode: "ansi" for the last episode as text, or None.

        Raises:
            TaskError: There is no such suite or split, no task, or two tasks have one id.
            ValueError: An argument makes no sense.
        """
        if max_turns < 1:
            raise ValueError(f"max_turns must be at least 1, not {max_turns!r}")
        if render_mode not in (None, "ansi"):
            raise ValueError(f"render_mode must be 'ansi' or None, not {render_mode!r}")
        if limits is not None and not isinstance(pool, str | None):
            raise ValueError("limits belong to the pool: give them to SerialPool(limits=...)")
        self._by_id = by_id(load_suite(suite, split) if tasks is None else tasks, "task")
        self.tasks = tuple(self._by_id.values())
        self.max_turns = max_turns
        self.render_mode = render_mode
        self.observation_space = UnicodeText(MAX_OBSERVATION)
        self.action_space = UnicodeText(MAX_SCRIPT)
        self._owns_pool = isinstance(pool, str | None)
        self._pool: Pool = make_pool(pool or "serial", limits) if isinstance(pool, str | None) else pool
        self._task: Task | None = None
        self._seed = 0
        self._turns: list[Scored] = []
        self._done = True

    @property
    def task(self) -> Task:
        """The task of the current episode.

        Raises:
            ResetNeeded: There was no `reset` yet.
        """
        if self._task is None:
            raise ResetNeeded("there is no task yet: call reset() first")
        return self._task

    @property
    def episode_seed(self) -> int:
        """The seed of the current episode, `info["seed"]`."""
        return self._seed

    @property
    def pool(self) -> Pool:
        """What scores."""
        return self._pool

    @property
    def turns(self) -> tuple[Scored, ...]:
        """What was scored in this episode, with executions and timings."""
        return tuple(self._turns)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds the choice of tasks from here on, and is the seed of this episode. Without it the seed of the
                episode is drawn.
            options: `{"task_id": id}` or `{"index": i}` choose the task.

        Returns:
            The prompt, and `info`.

        Raises:
            TaskError: The options name no task.
        """
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(2**31))
        self._seed = drawn if seed is None else int(seed)
        self._task = chosen(self._by_id, "task", options or {}, self.np_random)
        self._turns = []
        self._done = False
        return clean(self._task.prompt, MAX_OBSERVATION), self._info()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Score a script.

        Args:
            action: A script or an answer with a script in it; any text, of any length.

        Returns:
            Feedback, the reward (0 to 1 in the first turn), terminated, False, and `info`.

        Raises:
            ResetNeeded: The episode has ended or has not begun.
            TypeError: The action is not text.
            InfrastructureError: mdgym failed twice; the turn can be tried again.
        """
        task = self.task
        if self._done:
            raise ResetNeeded("the episode has ended: call reset() for the next one")
        scored = self._pool.score(task, action, self._seed)
        before = self._turns[-1].score.reward if self._turns else 0.0
        self._turns.append(scored)
        self._done = len(self._turns) == self.max_turns or solved(scored.score)
        feedback = scored.score.feedback
        text = feedback if self._done else repair_prompt(task.prompt, scored.script, feedback)
        info = {**self._info(), "score": _mergeable(to_json(scored.score))}
        return clean(text, MAX_OBSERVATION), scored.score.reward - before, self._done, False, info

    def render(self) -> str | None:
        """Return the episode so far as text when `render_mode` is "ansi"."""
        if self.render_mode is None:
            gymnasium.logger.warn('nothing is rendered: make the environment with render_mode="ansi"')
            return None
        parts = [f"--- task {self.task.id} (seed {self._seed}) ---", self.task.prompt]
        for number, scored in enumerate(self._turns, start=1):
            parts += [f"--- script {number} ---", scored.script]
            parts += [f"--- reward {scored.score.reward:.4f} ---", scored.score.feedback]
        return clean("\n".join(parts) + "\n", MAX_OBSERVATION)

    def evaluate(
        self,
        agent: "Agent | Callable[[str], str]",
        episodes: int | None = None,
        k: int = 1,
        seed: int = 0,
        out: str | Path | None = None,
        progress: bool = True,
    ) -> "Report":
        """Evaluate an agent on these tasks; see `mdgym.evaluate`."""
        from mdgym.evaluation import evaluate

        return evaluate(self, agent, episodes=episodes, k=k, seed=seed, out=out, progress=progress)

    def close(self) -> None:
        """End what `reset` and `step` have started; a second call does nothing."""
        if self._owns_pool:
            self._pool.close()

    def _info(self) -> dict[str, Any]:
        return {
            "task_id": self.task.id,
            "family": self.task.family,
            "tier": self.task.tier,
            "seed": self._seed,
            "turn": len(self._turns),
        }


def _mergeable(score: dict[str, Any]) -> dict[str, Any]:
    """Leave the error out where there is none.

    Gymnasium's vector environments merge the infos of their environments key by key, and cannot merge None with a dict.
    """
    if score["execution"]["error"] is None:
        del score["execution"]["error"]
    return score


def solved(score: Score) -> bool:
    """Whether nothing is left to repair: success, or for an open task executed with every check passed."""
    if score.success is not None:
        return score.success
    return score.executed and all(check.passed for check in score.checks)
