"""MD-CodeGen: pairs of prompt and script from the families' own gold scripts, and rows of repair.

Everything is drawn from the train split and from invented points (`mdgym.trainers.points`); what stands in the
validation or test split of any suite is found by `leaks` and refused.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from mdgym.envs.prompts import repair_prompt
from mdgym.errors import TrainingError
from mdgym.scoring import Pool
from mdgym.tasks.families import FAMILIES
from mdgym.tasks.family import Family
from mdgym.tasks.suites import load_suite, suite_names
from mdgym.tasks.task import Task
from mdgym.trainers.habits import HABITS, Habit, with_habits
from mdgym.trainers.leakage import leaks
from mdgym.trainers.points import invent, plain, renamed

SOLVE, REPAIR, EXCERPT = "solve", "repair", "excerpt"
_INVENT_TRIES = 20


@dataclass(frozen=True)
class Row:
    """One pair to learn from.

    Attributes:
        prompt: What the policy reads.
        script: What it should write; wrong where habits are asked for.
        family: Family of the task.
        kind: "solve", "repair" or "excerpt".
        task_id: Where it comes from: label of a point of the train split, "invented", or for a repair a task.
        habits: Names of the wrong habits in the script.
    """

    prompt: str
    script: str
    family: str
    kind: str
    task_id: str
    habits: tuple[str, ...] = ()

    def messages(self) -> dict[str, Any]:
        """Return the row as TRL reads it: `prompt` and `completion`, a list of messages each, and the rest beside."""
        return {
            "prompt": [{"role": "user", "content": self.prompt}],
            "completion": [{"role": "assistant", "content": fenced(self.script)}],
            **{key: value for key, value in asdict(self).items() if key not in ("prompt", "script")},
        }


@dataclass(frozen=True)
class Mixture:
    """What a data set is made of.

    Attributes:
        suite: Whose families and train split.
        families: Only these of it; all without any.
        rows: Pairs of prompt and script.
        repairs: Rows of repair; each runs a wrong script.
        excerpts: Short pairs that teach a new model to copy.
        invented: Share of invented points among the pairs, and of invented names of potentials in repairs.
        fatal: How often the pairs follow a habit that ends a script, 0 to 1.
        wrong: How often they follow one that spoils a result.
    """

    suite: str = "micro"
    families: tuple[str, ...] = ()
    rows: int = 4000
    repairs: int = 400
    excerpts: int = 0
    invented: float = 0.5
    fatal: float = 0.0
    wrong: float = 0.0

    def __post_init__(self) -> None:
        if min(self.rows, self.repairs, self.excerpts) < 0:
            raise TrainingError(
                f"rows {self.rows}, repairs {self.repairs} and excerpts {self.excerpts} must not be negative"
            )
        if not all(0 <= share <= 1 for share in (self.invented, self.fatal, self.wrong)):
            raise TrainingError(
                f"invented {self.invented}, fatal {self.fatal} and wrong {self.wrong} must be within 0 to 1"
            )


def fenced(script: str) -> str:
    """Put a script into the fence in which a policy answers."""
    return f"```lammps\n{script.rstrip()}\n```"


def compact(script: str) -> str:
    """Write a script in as few characters as possible: no comments, no empty or continued lines, single blanks."""
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in re.sub(r"&[ \t]*\n", " ", script).splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("#"))


def families_of(suite: str, names: Sequence[str] = ()) -> tuple[Family, ...]:
    """Return the families of a suite.

    Args:
        suite: Name of the suite.
        names: Only these; all without any.

    Raises:
        TrainingError: There is no such suite, or no such family in it.
    """
    found = {family.name: family for family in FAMILIES if suite in family.suites}
    if not found:
        raise TrainingError(f"no family belongs to suite '{suite}'; suites are: {', '.join(suite_names())}")
    if missing := [name for name in names if name not in found]:
        raise TrainingError(f"suite '{suite}' has no family '{missing[0]}'; it has: {', '.join(found)}")
    return tuple(found[name] for name in names) or tuple(found.values())


def tasks_of(suite: str, split: str, names: Sequence[str] = ()) -> tuple[Task, ...]:
    """Return the tasks of one split of a suite, of some families or of all; see `families_of`."""
    chosen = {family.name for family in families_of(suite, names)}
    return tuple(task for task in load_suite(suite, split) if task.family in chosen)


def solve_rows(
    suite: str,
    count: int,
    rate: Callable[[Habit], float],
    seed: int,
    invented: float = 0.5,
    families: Sequence[str] = (),
) -> Iterator[Row]:
    """Draw pairs of prompt and script, the families of a suite in turn.

    Args:
        suite: Whose families.
        count: How many.
        rate: How often a habit is followed, 0 to 1.
        seed: Seeds everything.
        invented: Share of invented points; the others are those of the train split, in units and phrases of their own.
        families: Only these of the suite.
    """
    rng, chosen = Random(f"solve/{seed}"), families_of(suite, families)
    for number in range(count):
        family = chosen[number % len(chosen)]
        yield solve_row(family, rate, rng, rng.random() < invented)


def solve_row(family: Family, rate: Callable[[Habit], float], rng: Random, new: bool) -> Row:
    """Draw a pair of prompt and script.

    Args:
        family: The family.
        rate: How often a habit is followed, 0 to 1.
        rng: Where chance comes from.
        new: Of an invented point; else of one of the train split.

    Raises:
        TrainingError: Invented points fall into held-out splits again and again.
    """
    for _ in range(_INVENT_TRIES):
        point = invent(family, rng) if new else rng.choice(family.points["train"])
        prompt = family.prompt(point, family.draft(point), rng.randrange(len(family.wordings)), rng)
        right = plain(compact(family.gold(point)))
        script, habits = with_habits(right, family.name, rate, rng)
        row = Row(prompt, script, family.name, SOLVE, "invented" if new else point.label, habits)
        # chance may invent what exists
        if not new or not leaks([row]):
            return row
    raise TrainingError(f"points of family '{family.name}' fall into the held-out splits again and again")


def repair_rows(tasks: Sequence[Task], pool: Pool, count: int, seed: int, invented: float = 0.0) -> list[Row]:
    """Draw rows of repair: a task, a script with habits, what real LAMMPS and the checks said of it, the right script.

    Args:
        tasks: Tasks of a train split.
        pool: Runs the wrong scripts.
        count: How many rows.
        seed: Seeds the choice of tasks and habits.
        invented: Share of rows whose potential file gets an invented name afterwards.

    Returns:
        The rows; fewer where no habit fits.
    """
    rng = Random(f"repair/{seed}")
    fitting = [task for task in tasks if task.family in HABITS]
    drawn: list[tuple[Task, str, str]] = []
    for number in range(count if fitting else 0):
        task = fitting[rng.randrange(len(fitting))]
        right = plain(compact(task.gold))
        chosen = HABITS[task.family][number % len(HABITS[task.family])]
        # the policy's own tries have several
        script, habits = with_habits(right, task.family, lambda habit, c=chosen: max(0.5, habit == c), rng)  # type: ignore[misc]
        if habits:
            drawn.append((task, script, right))
    scored = pool.score_many([(task, script, seed) for task, script, _ in drawn])
    rows = []
    for (task, script, right), found in zip(drawn, scored, strict=True):
        pair = repair_prompt(task.prompt, script, found.score.feedback), right
        prompt, answer = renamed(*pair, rng) if rng.random() < invented else pair
        rows.append(Row(prompt, answer, task.family, REPAIR, task.id))
    return rows


def shuffled_rows(mixture: Mixture, seed: int, pool: Pool) -> list[Row]:
    """Draw a whole data set: pairs and rows of repair, mixed.

    Args:
        mixture: How many of what; its excerpts are drawn apart.
        seed: Seeds everything.
        pool: Runs the wrong scripts of the rows of repair.
    """
    suite, families, rates = mixture.suite, mixture.families, (mixture.wrong, mixture.fatal)
    found = list(solve_rows(suite, mixture.rows, lambda h: rates[h.fatal], seed, mixture.invented, families))
    found += repair_rows(tasks_of(suite, "train", families), pool, mixture.repairs, seed, mixture.invented)
    Random(f"order/{seed}").shuffle(found)
    return found


def save(rows: Sequence[Row], folder: Path, how: str) -> None:
    """Write rows as `data.jsonl`, as `datasets.load_dataset("json", ...)` reads them, and a card as `README.md`.

    Args:
        rows: The rows.
        folder: Made when it is not there.
        how: The command that made them.

    Raises:
        TrainingError: There are no rows, or some come from a held-out split.
    """
    if not rows:
        raise TrainingError("there are no rows to save: ask for some with --rows or --repairs")
    if stolen := leaks(rows):
        raise TrainingError(f"{len(stolen)} rows belong to held-out splits: {stolen[0]}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "data.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row.messages(), ensure_ascii=False) + "\n" for row in rows)
    kinds, families = Counter(row.kind for row in rows), Counter(row.family for row in rows)
    table = "".join(f"| {name} | {count} |\n" for name, count in sorted(families.items()))
    with_habit = sum(bool(row.habits) for row in rows)
    (folder / "README.md").write_text(
        f"""---
license: mit
task_categories: [text-generation]
tags: [molecular-dynamics, lammps, code]
---
# MD-CodeGen

{len(rows)} pairs of a prompt and a LAMMPS script, made by

    {how}

| kind | rows |
|---|---|
{"".join(f"| {name} | {count} |" + chr(10) for name, count in sorted(kinds.items()))}
{with_habit} of the scripts follow a wrong habit on purpose (column `habits`).

| family | rows |
|---|---|
{table}
Columns: `prompt` and `completion` (lists of messages), `family`, `kind` ("solve", "repair" or "excerpt"), `task_id`,
`habits`. Every row comes from the train split or from invented potentials. No prompt of a validation or test task of
any suite is among them, and no potential that only those splits have; this is checked when the file is written.
""",
        encoding="utf-8",
    )
