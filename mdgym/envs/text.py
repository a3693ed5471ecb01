"""A Gymnasium space of Unicode text, and the cleaning that keeps observations inside it."""

import re
import string
from typing import Any, NoReturn

import numpy as np
from gymnasium.error import CustomSpaceError
from gymnasium.spaces import Text
from gymnasium.vector.utils import create_shared_memory

_SAMPLED = string.ascii_letters + string.digits + string.punctuation + " \n"
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNWANTED = re.compile("[\0\ud800-\udfff]")
_CUT = "\n[... the middle is left out ...]\n"


class UnicodeText(Text):
    """Text of bounded length with any Unicode character but lone surrogates, which have no encoding.

    `gymnasium.spaces.Text` lists its characters, and its default list refuses Chinese. Samples are printable ASCII.
    """

    def __init__(self, max_length: int, seed: int | np.random.Generator | None = None) -> None:
        """Make a space of texts of 0 to `max_length` characters."""
        super().__init__(max_length, min_length=0, charset=_SAMPLED, seed=seed)

    def contains(self, x: Any) -> bool:
        """Whether `x` is a str that is short enough and can be encoded."""
        return isinstance(x, str) and len(x) <= self.max_length and _SURROGATE.search(x) is None

    def __eq__(self, other: object, /) -> bool:
        return isinstance(other, UnicodeText) and self.max_length == other.max_length

    def __repr__(self) -> str:
        return f"UnicodeText({self.max_length})"


@create_shared_memory.register(UnicodeText)
def _refuse_shared_memory(space: UnicodeText, n: int = 1, ctx: Any = None) -> NoReturn:
    # AsyncVectorEnv (Gymnasium 1.4) reads text from shared memory once, before there is any: all its observations
    # would be NUL characters. This error makes it say `shared_memory=False` instead.
    raise CustomSpaceError("text is not passed through shared memory")


def clean(text: str, max_length: int) -> str:
    """Return `text` as a member of `UnicodeText(max_length)`.

    Args:
        text: Any str.
        max_length: Longest result, in characters.

    Returns:
        The text with surrogates and NUL replaced by U+FFFD; when too long, cut in the middle, where it says so.
    """
    text = _UNWANTED.sub("\ufffd", text)
    if len(text) <= max_length:
        return text
    kept = max_length - len(_CUT)
    if kept <= 0:
        return text[:max_length]
    head = kept // 2
    return text[:head] + _CUT + text[len(text) - (kept - head) :]
