"""Do rows to train on give away what validation and test ask?"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import Task

if TYPE_CHECKING:
    from mdgym.trainers.data import Row

HELD_OUT = ("validation", "test")


@cache
def _held_out() -> tuple[tuple[str, ...], frozenset[str]]:
    """Return prompts of the held-out tasks, and lines of their potentials that stand in no train split."""
    tasks = {split: [t for s in suite_names() for t in load_suite(s, split)] for split in ("train", *HELD_OUT)}
    lines = {split: {line for t in found for line in _potential(t)} for split, found in tasks.items()}
    prompts = tuple({_plain(task.prompt) for split in HELD_OUT for task in tasks[split]})
    return prompts, frozenset().union(*(lines[split] for split in HELD_OUT)) - lines["train"]


def _potential(task: Task) -> Iterator[str]:
    if task.contract is not None:
        yield from (_plain(line) for line in task.contract.force_field if line.startswith("pair_coeff"))


def _plain(text: str) -> str:
    return " ".join(text.split())


def leaks(rows: "Iterable[Row]") -> list[str]:
    """Say what rows have from the validation or test split of any suite.

    A row leaks when its prompt begins with that of a held-out task, or when its script has a `pair_coeff` line, that
    is the potential file and element or the coefficients, that only held-out tasks have.

    Returns:
        A sentence for each row that leaks.
    """
    prompts, lines = _held_out()
    found = []
    for number, row in enumerate(rows):
        stolen = {_plain(line) for line in row.script.splitlines()} & lines
        text = _plain(row.prompt)
        if stolen or text.startswith(prompts):
            found.append(f"row {number} ({row.family}): {min(stolen, default='the prompt of a held-out task')}")
    return found
