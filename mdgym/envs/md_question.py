"""`mdgym/MDQuestion-v0`: read a question, answer it, be marked by its key."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import gymnasium
from gymnasium.error import ResetNeeded

from mdgym.envs.choice import by_id, chosen
from mdgym.envs.text import UnicodeText, clean
from mdgym.errors import TaskError
from mdgym.questions.judge import Judge, judged
from mdgym.questions.prompts import prompt
from mdgym.questions.question import OPEN, Question
from mdgym.questions.rules import Verdict, mark
from mdgym.questions.suites import load_question_suite
from mdgym.records import to_json

if TYPE_CHECKING:
    from mdgym.policy import Agent
    from mdgym.questions.report import QuestionReport

MAX_OBSERVATION = 65_536
MAX_ANSWER = 32_768


class MDQuestionEnv(gymnasium.Env[str, str]):
    """An episode is a question; the action is an answer, and it ends the episode.

    The observation after `reset` is the question with its options and how to answer; after `step` it is a sentence of
    feedback that does not give the key away. The reward is that of `mdgym.questions.rules`, 0 to 1.

    Open questions have no rule. They need a judge; without one such questions are refused, unless `allow_unscored`
    is set: Gymnasium's reward is 0 then, and `info["score"]` has no `reward`.

    `info` holds `question_id`, `type`, `family` and `seed`, and after a step `score`: the `Verdict` as JSON, without
    the fields that are None.

    Examples:
        >>> env = gymnasium.make("mdgym/MDQuestion-v0", suite="facts", split="train")  # doctest: +SKIP
        >>> prompt, info = env.reset(seed=7)  # doctest: +SKIP
        >>> feedback, reward, terminated, truncated, info = env.step("Answer: B")  # doctest: +SKIP
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["ansi"], "render_fps": 1}  # type: ignore[misc]

    def __init__(
        self,
        suite: str = "facts",
        split: str = "test",
        questions: Iterable[Question] | None = None,
        judge: Judge | None = None,
        allow_unscored: bool = False,
        render_mode: str | None = None,
    ) -> None:
        """Make an environment.

        Args:
            suite: Name of a suite of questions.
            split: "train", "validation" or "test".
            questions: Questions of your own, in place of a suite.
            judge: Grades open questions: an agent, or a function from text to text; see `mdgym.questions.judge`.
            allow_unscored: Take open questions without a judge.
            render_mode: "ansi" for the last episode as text, or None.

        Raises:
            TaskError: There is no such suite or split, no question, two questions have one id, or open questions have
                no judge.
            ValueError: An argument makes no sense.
        """
        if render_mode not in (None, "ansi"):
            raise ValueError(f"render_mode must be 'ansi' or None, not {render_mode!r}")
        self._by_id = by_id(load_question_suite(suite, split) if questions is None else questions, "question")
        self.questions = tuple(self._by_id.values())
        unscored = [question.id for question in self.questions if question.type == OPEN]
        if unscored and judge is None and not allow_unscored:
            raise TaskError(
                f"{len(unscored)} open questions cannot be scored by rule, the first is '{unscored[0]}': give a judge, "
                "leave them out, or set allow_unscored=True"
            )
        self.judge = judge
        self.render_mode = render_mode
        self.observation_space = UnicodeText(MAX_OBSERVATION)
        self.action_space = UnicodeText(MAX_ANSWER)
        self._question: Question | None = None
        self._seed = 0
        self._answer: str | None = None
        self._verdict: Verdict | None = None

    @property
    def question(self) -> Question:
        """The question of the current episode.

        Raises:
            ResetNeeded: There was no `reset` yet.
        """
        if self._question is None:
            raise ResetNeeded("there is no question yet: call reset() first")
        return self._question

    @property
    def verdict(self) -> Verdict | None:
        """What the answer of this episode was worth; None before it."""
        return self._verdict

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds the choice of questions from here on, and is the seed of this episode. Without it the seed of
                the episode is drawn.
            options: `{"question_id": id}` or `{"index": i}` choose the question.

        Returns:
            The prompt, and `info`.

        Raises:
            TaskError: The options name no question.
        """
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(2**31))
        self._seed = drawn if seed is None else int(seed)
        self._question = chosen(self._by_id, "question", options or {}, self.np_random)
        self._answer = self._verdict = None
        return clean(prompt(self._question), MAX_OBSERVATION), self._info()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Mark an answer.

        Args:
            action: Any text, of any length.

        Returns:
            Feedback, the reward (0 to 1), True, False, and `info`.

        Raises:
            ResetNeeded: The episode has ended or has not begun.
            TypeError: The action is not text.
            AgentError: The judge gave no grade.
        """
        question = self.question
        if self._verdict is not None:
            raise ResetNeeded("the episode has ended: call reset() for the next one")
        if not isinstance(action, str):
            raise TypeError(f"an answer must be text, not {type(action).__name__}")
        if question.type == OPEN and self.judge is not None:
            self._verdict = judged(question, action, self.judge, self._seed)
        else:
            self._verdict = mark(question, action)
        self._answer = action
        # Gymnasium's vector environments cannot merge None with a number
        score = {name: value for name, value in to_json(self._verdict).items() if value is not None}
        score["given"] = [clean(part, MAX_ANSWER) for part in score["given"]]
        feedback = clean(self._verdict.feedback, MAX_OBSERVATION)
        return feedback, self._verdict.reward or 0.0, True, False, {**self._info(), "score": score}

    def render(self) -> str | None:
        """Return the episode so far as text when `render_mode` is "ansi"."""
        if self.render_mode is None:
            gymnasium.logger.warn('nothing is rendered: make the environment with render_mode="ansi"')
            return None
        parts = [f"--- question {self.question.id} (seed {self._seed}) ---", prompt(self.question)]
        if self._answer is not None and self._verdict is not None:
            reward = "no reward" if self._verdict.reward is None else f"reward {self._verdict.reward:.4f}"
            parts += ["--- answer ---", self._answer, f"--- {reward} ---", self._verdict.feedback]
        return clean("\n".join(parts) + "\n", MAX_OBSERVATION)

    def evaluate(
        self,
        agent: "Agent | Callable[[str], str]",
        episodes: int | None = None,
        k: int = 1,
        seed: int = 0,
        out: str | Path | None = None,
        progress: bool = True,
    ) -> "QuestionReport":
        """Evaluate an agent on these questions; see `mdgym.questions.evaluation.evaluate_questions`."""
        from mdgym.questions.evaluation import evaluate_questions

        return evaluate_questions(
            self.questions, agent, self.judge, episodes=episodes, k=k, seed=seed, out=out, progress=progress
        )

    def _info(self) -> dict[str, Any]:
        question = self.question
        return {"question_id": question.id, "type": question.type, "family": question.family, "seed": self._seed}
