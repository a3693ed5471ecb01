"""Does a policy read its prompt? How often its answers quote a crystal that exists nowhere else."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Any

from mdgym.asking import Interview, Question
from mdgym.errors import TrainingError
from mdgym.policy import Agent
from mdgym.statistics import estimate
from mdgym.tasks.suites import load_suite
from mdgym.tasks.task import Task
from mdgym.trainers.data import families_of, solve_row

# What a script says about its crystal, with blanks as the gold scripts have them.
_WORDS = {
    "structure": re.compile(r"^lattice (\w+)", re.MULTILINE),
    "style": re.compile(r"^pair_style (\S+)$", re.MULTILINE),
    "file": re.compile(r"^pair_coeff \* \* ([\w.-]+\.[\w.]+)", re.MULTILINE),
    "element": re.compile(r"^pair_coeff \* \* \S+ ([A-Z][a-z]?)$", re.MULTILINE),
}
# Not those of fine-tuning, which has seeds too.
_SEED = "quoting"


def measure(
    agent: Agent,
    quick: bool = False,
    suite: str = "micro",
    families: Sequence[str] = (),
    count: int = 480,
    seed: int = 0,
) -> dict[str, Any]:
    """Ask a policy for scripts about invented crystals; none is run, for their potential files do not exist.

    Args:
        agent: The policy.
        quick: 24 questions.
        suite: Whose families are asked about; those without a potential file are left out.
        families: Only these of it.
        count: How many questions, of all families in turn.
        seed: Seeds the questions.

    Returns:
        `questions`, and shares of answers with their 95 % intervals as {value, ci}: `all` for those that say nothing
        wrong about the crystal, one for each of `structure`, `style`, `file` and `element` (of the potentials that take
        one), and `names`: `file` by what follows the elements in the name of the potential: nothing ("elements"), small
        letters alone ("letters"), or something with a digit or a capital ("others").

    Raises:
        AgentError: The agent failed.
        TrainingError: There is no such suite or family, or none of them has potential files.
    """
    tasks = list(islice(_questions(suite, families, seed), 24 if quick else count))
    answers = _ask(agent, tasks, seed)
    right: dict[str, list[float]] = {name: [] for name in ("all", *_WORDS)}
    names: dict[str, list[float]] = {"elements": [], "letters": [], "others": []}
    for task, answer in zip(tasks, answers, strict=True):
        found = {
            name: (said := word.search(_blanks(answer))) is not None and said[1] == wanted[1]
            for name, word in _WORDS.items()
            if (wanted := word.search(_blanks(task.gold)))
        }
        for name, quoted in {**found, "all": all(found.values())}.items():
            right[name].append(quoted)
        names[_kind(task)].append(found["file"])
    numbers = {name: _share(values, seed) for name, values in right.items()}
    return {"questions": len(tasks), **numbers, "names": {name: _share(values, seed) for name, values in names.items()}}


def _questions(suite: str, families: Sequence[str], seed: int) -> Iterator[Task]:
    """Yield tasks about invented crystals, without end; nothing but prompt and gold script of them makes sense."""
    rng, train = Random(f"{_SEED}/{seed}"), {task.family: task for task in load_suite(suite, "train")}
    chosen = [f for f in families_of(suite, families) if _WORDS["file"].search(_blanks(train[f.name].gold))]
    if not chosen:
        raise TrainingError(f"no family of suite '{suite}' that is asked for has a potential file to quote")
    number = 0
    while True:
        row = solve_row(chosen[number % len(chosen)], lambda habit: 0.0, rng, True)
        number += 1
        yield replace(train[row.family], id=f"invented/{number}", prompt=row.prompt, gold=row.script)


def _ask(agent: Agent, tasks: Sequence[Task], seed: int) -> list[str]:
    # prompts of similar length, which are asked together, have little padding
    order = sorted(range(len(tasks)), key=lambda i: len(tasks[i].prompt))
    questions = {i: Question(tasks[i].prompt, tasks[i], 0, seed + i) for i in order}
    interview = Interview(agent, list(questions.values()))
    return [interview.ask(questions[i]).text for i in range(len(tasks))]


def _kind(task: Task) -> str:
    name = _WORDS["file"].search(_blanks(task.gold))
    assert name
    end = name[1].partition(".")[0].partition("_")[2]
    return "elements" if not end else "letters" if re.fullmatch("[a-z]+", end) else "others"


def _blanks(script: str) -> str:
    return "\n".join(" ".join(line.split()) for line in script.splitlines())


def _share(values: Sequence[float], seed: int) -> dict[str, Any]:
    found = estimate(values, seed)
    return {"value": found.value, "ci": [found.low, found.high]}
