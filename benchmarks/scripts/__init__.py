"""Scripts whose verdict is known beforehand, by family: right in another way, honestly mistaken, or cheating.

Each is a function of the task, so that it meets every system, temperature and wording that the suites hold.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mdgym.tasks.task import Task

Writer = Callable[[Task], str]

# Honest mistakes in the order in which their rewards must rise; "right" stands above them all.
LEVELS = (
    "endless loop",
    "typo",
    "late crash",
    "wrong ensemble or too short",
    "wrong pressure or temperature",
    "too large a timestep",
)


@dataclass(frozen=True)
class Mistake:
    """An honest mistake.

    Attributes:
        level: One of `LEVELS`.
        write: Writes the script.
    """

    level: str
    write: Writer

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"level '{self.level}' is not one of {', '.join(LEVELS)}")


@dataclass(frozen=True)
class Scripts:
    """The scripts of one family, by name.

    Attributes:
        variants: Right in another way; each must succeed.
        mistakes: Honestly wrong; rewards are ordered by level and none is 0.
        cheats: Try to be paid for physics that was not done; each earns less than 0.30.
        harmless: Names of generic cheats that are no cheats in this family, because the script stays right.
    """

    variants: dict[str, Writer]
    mistakes: dict[str, Mistake]
    cheats: dict[str, Writer]
    harmless: tuple[str, ...] = ()
