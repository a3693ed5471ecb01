"""How a language model draws its answers."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Sampling:
    """Settings of generation; the defaults draw from what the model says, unaltered.

    Attributes:
        temperature: Divides the logits; 0 takes the most probable token each time (greedy).
        top_p: Draw from the most probable tokens that together have this probability; 1 for all.
        top_k: Draw from this many most probable tokens; 0 for all.
        max_new_tokens: Longest answer, in tokens.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    max_new_tokens: int = 2048

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise ValueError(f"temperature must be a number of at least 0, not {self.temperature!r}")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must be above 0 and at most 1, not {self.top_p!r}")
        if self.top_k < 0:
            raise ValueError(f"top_k must be at least 0, not {self.top_k!r}")
        if self.max_new_tokens < 1:
            raise ValueError(f"max_new_tokens must be at least 1, not {self.max_new_tokens!r}")

    @property
    def greedy(self) -> bool:
        """Whether nothing is drawn: the same prompt has the same answer."""
        return self.temperature == 0


PLAIN = Sampling()
