"""What answers of a language model have used up."""

from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Usage:
    """Counts over all answers that an agent has had since it was made.

    Attributes:
        answers: Number of answers.
        prompt_tokens: Tokens that the model read, as the endpoint counts them.
        completion_tokens: Tokens that it wrote, thoughts included.
        uncounted: Answers for which the endpoint gave no counts.
        cut: Answers that ended at the longest length that was allowed.
        retries: Requests that had to be made again.
        cost: What the tokens cost, in the currency of the prices; None without prices. Discounts, such as for prompts
            that the endpoint has seen before, are not known.
    """

    answers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    cut: int = 0
    retries: int = 0
    cost: float | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sums; a cost that one of them does not know is not counted."""
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "cost"}
        costs = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(**sums, cost=sum(costs) if costs else None)

    def __str__(self) -> str:
        """Return the counts as one line for people."""
        parts = [f"{self.answers} answers, {self.prompt_tokens:,} tokens read and {self.completion_tokens:,} written"]
        if self.cost is not None:
            parts.append(f"cost {self.cost:.4g}")
        if self.cut:
            parts.append(f"{self.cut} cut at the longest length")
        if self.retries:
            parts.append(f"{self.retries} requests made again")
        if self.uncounted:
            parts.append(f"{self.uncounted} answers without counts")
        return "; ".join(parts)


@runtime_checkable
class Metered(Protocol):
    """An agent that counts what it uses.

    Attributes:
        usage: The counts so far.
    """

    usage: Usage


def usage_of(agent: object) -> Usage | None:
    """Return what an agent has used so far; None for one that counts nothing, or in a way of its own."""
    usage = agent.usage if isinstance(agent, Metered) else None
    return usage if isinstance(usage, Usage) else None
