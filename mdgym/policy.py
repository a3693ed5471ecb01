"""What an agent is: whatever answers an observation with text."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from mdgym.errors import AgentError
from mdgym.tasks.task import Task


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


@runtime_checkable
class BatchAgent(Agent, Protocol):
    """A policy that answers many observations at once, such as a language model on a GPU.

    Attributes:
        batch_size: How many it is asked at once, at most.
    """

    batch_size: int

    def act_many(self, observations: Sequence[str], tasks: Sequence[Task], seeds: Sequence[int]) -> list[str]:
        """Answer each observation with a script.

        Args:
            observations: Two to `batch_size` prompts; a single one is given to `act`.
            tasks: Their tasks, as in `act`.
            seeds: Their seeds, as in `act`.

        Returns:
            The answers, in the same order.
        """


@runtime_checkable
class Interruptible(Protocol):
    """An agent whose answers take long and can be given up."""

    def interrupt(self) -> None:
        """End the call that is under way in another thread; it raises AgentError."""


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
