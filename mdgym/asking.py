"""How an agent is asked: one question or one batch at a time, and whose fault it is when there is no answer."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mdgym.errors import AgentError, InfrastructureError, SandboxError
from mdgym.policy import Agent, BatchAgent, Interruptible
from mdgym.tasks.task import Task


@dataclass(frozen=True)
class Question:
    """What an agent is asked.

    Attributes:
        observation: What it reads.
        task: The task.
        rollout: Number of the sample for this task.
        seed: Seeds whatever the agent samples; it is another one for each task, rollout and turn.
    """

    observation: str
    # a task has no hash; the seed tells tasks apart
    task: Task = field(compare=False)
    rollout: int
    seed: int


@dataclass(frozen=True)
class Answer:
    """What an agent said.

    Attributes:
        text: The answer.
        seconds: Wall-clock time that it took; of a batch, an equal share.
    """

    text: str
    seconds: float


class _Batch:
    """Questions that are asked together, once.

    Attributes:
        questions: The questions.
        answers: What came of them; empty until they were asked.
        lock: Held while they are asked; those who wait for an answer of this batch wait here, for no other batch.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.answers: dict[Question, Answer | AgentError] = {}
        self.lock = threading.Lock()


class Interview:
    """Asks an agent, from any thread.

    Questions that are known from the start are asked in fixed batches when the agent is a `BatchAgent`: a whole batch
    as soon as one of its answers is wanted. All others are asked one by one.
    """

    def __init__(self, agent: Agent, known: Sequence[Question] = ()) -> None:
        """Plan the batches; nothing is asked yet.

        Args:
            agent: The agent.
            known: Questions that will be asked, in the order in which their answers are wanted.

        Raises:
            AgentError: The size of the agent's batches makes no sense.
        """
        self._agent = agent
        self._batches: dict[Question, _Batch] = {}
        # an agent need not be safe for threads
        self._lock = threading.Lock()
        self._stopped = False
        if isinstance(agent, BatchAgent):
            size = agent.batch_size
            if size < 1:
                raise AgentError(f"agent '{agent.name}' has batch_size {size!r}; it must be at least 1")
            for start in range(0, len(known), size):
                batch = _Batch(known[start : start + size])
                self._batches.update(dict.fromkeys(batch.questions, batch))

    def ask(self, question: Question) -> Answer:
        """Ask a question, or take its answer when that came with the answer to another.

        Args:
            question: The question; of a batch, it is asked once.

        Returns:
            The answer.

        Raises:
            AgentError: The agent failed, or did not answer every question with text. A batch that failed is not asked
                again: each of its questions raises.
            InfrastructureError: mdgym failed in an agent that runs scripts itself.
            SandboxError: The same, for want of a sandbox.
        """
        batch = self._batches.pop(question, None) or _Batch([question])
        with batch.lock:
            if not batch.answers:
                with self._lock:
                    batch.answers = dict(zip(batch.questions, self._answer(batch.questions), strict=True))
        answer = batch.answers[question]
        if isinstance(answer, AgentError):
            raise answer
        return answer

    def stop(self) -> None:
        """Ask nothing more, and give up what is being asked where the agent can do that."""
        self._stopped = True
        if isinstance(self._agent, Interruptible):
            self._agent.interrupt()

    def _answer(self, batch: Sequence[Question]) -> Sequence[Answer | AgentError]:
        if self._stopped:
            return [AgentError(f"agent '{self._agent.name}' was not asked about {_named(batch)}: stopped")] * len(batch)
        start = time.perf_counter()
        try:
            texts = self._texts(batch)
        except AgentError as error:
            return [error] * len(batch)
        seconds = (time.perf_counter() - start) / len(batch)
        return [Answer(text, seconds) for text in texts]

    def _texts(self, batch: Sequence[Question]) -> list[str]:
        try:
            answers = self._asked(batch)
        except (AgentError, InfrastructureError, SandboxError):
            # an agent that runs scripts itself meets mdgym's own faults, and is not to blame for them
            raise
        except Exception as error:
            raise AgentError(
                f"agent '{self._agent.name}' failed on {_named(batch)}: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(answers, list | tuple):
            raise AgentError(
                f"agent '{self._agent.name}' answered {_named(batch)} with {type(answers).__name__}, not with a list"
            )
        if len(answers) != len(batch):
            raise AgentError(f"agent '{self._agent.name}' gave {len(answers)} answers to {_named(batch)}")
        for question, answer in zip(batch, answers, strict=True):
            if not isinstance(answer, str):
                raise AgentError(
                    f"agent '{self._agent.name}' answered {_named([question])} with {type(answer).__name__}, "
                    "not with text"
                )
        return list(answers)

    def _asked(self, batch: Sequence[Question]) -> Any:
        """Return whatever the agent says, which need not be what it should."""
        if len(batch) > 1 and isinstance(self._agent, BatchAgent):
            return self._agent.act_many(
                [question.observation for question in batch],
                [question.task for question in batch],
                [question.seed for question in batch],
            )
        return [self._agent.act(question.observation, question.task, question.seed) for question in batch]


def _named(batch: Sequence[Question]) -> str:
    first = f"task '{batch[0].task.id}' (rollout {batch[0].rollout})"
    return first if len(batch) == 1 else f"a batch of {len(batch)} from {first} on"


def progress_bar(shown: bool) -> Progress:
    """Return a bar on stderr that counts answers.

    Args:
        shown: Draw it; else it counts in silence.
    """
    # the name of an agent is no markup
    name = TextColumn("{task.description}", markup=False)
    # which may be long: it comes last
    columns = (BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn(), name)
    return Progress(*columns, console=Console(stderr=True), disable=not shown)
