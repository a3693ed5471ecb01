"""Try a family of tasks: measure its references, make its tasks, and score its own right scripts on each point."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdgym.errors import TaskError
from mdgym.rewards import CheckResult
from mdgym.scoring import SerialPool
from mdgym.tasks import measurements
from mdgym.tasks.assembly import Plan, assemble_family
from mdgym.tasks.build import measure_families
from mdgym.tasks.family import Family
from mdgym.tasks.measurements import file_name
from mdgym.tasks.task import SPLITS, Task

PLAN = Plan("trial", {split: f"trial-{split}" for split in SPLITS})


@dataclass(frozen=True)
class Trial:
    """One right script on one task.

    Attributes:
        task: The task.
        script: "gold, seed N" or "variant N".
        seed: Episode seed.
        reward: What it earned; a right script earns 1.
        success: Whether every check passed.
        checks: What was checked.
        failed: Names of the checks that failed, or how the script ended.
        feedback: What a policy would be told.
        wall_s: Seconds that the score took, second runs included.
    """

    task: Task
    script: str
    seed: int
    reward: float
    success: bool
    checks: tuple[CheckResult, ...]
    failed: tuple[str, ...]
    feedback: str
    wall_s: float


def load_family(name: str) -> Family:
    """Import a family.

    Args:
        name: Path of a Python file, or name of a module, that holds a `FAMILY`.

    Returns:
        The family.

    Raises:
        TaskError: There is no such file or module, it cannot be imported, or it has no `FAMILY`.
    """
    try:
        if name.endswith(".py"):
            spec = importlib.util.spec_from_file_location(Path(name).stem, name)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            # dataclasses look their module up
            sys.modules[module.__name__] = module
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(name)
    except Exception as error:
        raise TaskError(f"the family '{name}' cannot be imported: {type(error).__name__}: {error}") from error
    family = getattr(module, "FAMILY", None)
    if not isinstance(family, Family):
        raise TaskError(f"'{name}' has no FAMILY of the type mdgym.tasks.family.Family")
    return family


def trial_tasks(
    family: Family, references: Path, splits: Sequence[str] = SPLITS, wordings: int = 1
) -> tuple[Task, ...]:
    """Measure what is missing and make tasks.

    Args:
        family: The family.
        references: Directory of its measurements.
        splits: Which splits.
        wordings: Tasks per point, each in another wording.

    Raises:
        TaskError: A script that should be right is not, or a reference does not meet its anchor.
    """
    measure_families((family,), references)
    return tuple(
        task
        for split in splits
        for task in assemble_family(
            PLAN,
            split,
            family,
            wordings * len(family.points[split]),
            lambda f, point: measurements.load(references / file_name(f.name, point.label)),
        )
    )


def try_family(
    family: Family, references: Path, seeds: Sequence[int] = (0, 1), splits: Sequence[str] = SPLITS
) -> Iterator[Trial]:
    """Score gold with each seed, and each variant once, on a task of each point.

    Args:
        family: The family.
        references: Directory of its measurements.
        seeds: Episode seeds for gold.
        splits: Which splits.

    Yields:
        A trial for each score.
    """
    points = {family.gold(point): point for split in splits for point in family.points[split]}
    with SerialPool() as pool:
        for task in trial_tasks(family, references, splits):
            variants = family.variants(points[task.gold])
            scripts = [(f"gold, seed {seed}", task.gold, seed) for seed in seeds]
            scripts += [(f"variant {number}", script, 0) for number, script in enumerate(variants)]
            for name, script, seed in scripts:
                scored = pool.score(task, script, seed)
                score = scored.score
                failed = tuple(check.name for check in score.checks if not check.passed)
                yield Trial(
                    task,
                    name,
                    seed,
                    score.reward,
                    bool(score.success),
                    score.checks,
                    failed if score.checks else (score.execution.status,),
                    score.feedback,
                    scored.timing.wall_s,
                )
