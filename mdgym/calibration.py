"""How near do right scripts come to the limits of the checks? Wider limits for families where they come too near."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from mdgym.errors import TaskError
from mdgym.rewards.thresholds import USUAL
from mdgym.tasks import measurements
from mdgym.tasks.assembly import THRESHOLDS, thresholds
from mdgym.tasks.family import Family, round_up
from mdgym.trial import try_family

# Right scripts must stay below this part of a limit; else it becomes MARGIN times the farthest of them.
NEAREST = 0.8
MARGIN = 1.5
# The checks that a limit of a family's own may not weaken by more than this factor: beyond it, cheats come in.
WIDEST = 2.0
# Neither the test split nor the seeds of benchmarks are used.
SPLITS = ("train", "validation")
SEEDS = (101, 102)


@dataclass(frozen=True)
class Calibrated:
    """How near right scripts of one family come to the limit of one check.

    Attributes:
        check: Name of the check.
        runs: Number of right runs.
        farthest: The largest value of all of them.
        limit: The limit that follows.
    """

    check: str
    runs: int
    farthest: float
    limit: float


def calibrate(
    families: Sequence[Family], references: Path = measurements.DIRECTORY, workers: int = 1, points: int = 3
) -> Iterator[tuple[str, tuple[Calibrated, ...]]]:
    """Run gold scripts and variants of some families, and find limits for their checks.

    Args:
        families: The families.
        references: Directory of their measurements.
        workers: Engines that run side by side.
        points: The most points of each split that are looked at, those that come first.

    Yields:
        Name of a family, and what was found for each of its checks that compare with a limit; as they come.

    Raises:
        TaskError: At the end: right scripts of some families come so near to a limit that it would have to be wider
            than allowed, or they fail.
    """
    fewer = [replace(f, points={split: some[:points] for split, some in f.points.items()}, suites={}) for f in families]
    failed = []
    with ThreadPoolExecutor(workers) as executor:
        waiting = {executor.submit(_of_family, family, references): family.name for family in fewer}
        try:
            for future in as_completed(waiting):
                try:
                    values = future.result()
                except TaskError as error:
                    failed.append(str(error))
                else:
                    yield waiting[future], values
        finally:
            executor.shutdown(cancel_futures=True)
    if failed:
        raise TaskError("; ".join(sorted(failed)))


def save_thresholds(found: dict[str, tuple[Calibrated, ...]], path: Path = THRESHOLDS) -> None:
    """Write the limits that differ from the usual ones; those of other families are kept."""
    stored = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for family, values in found.items():
        stored[family] = {v.check: v.limit for v in values if v.limit != USUAL[v.check]}
    text = json.dumps({name: limits for name, limits in sorted(stored.items()) if limits}, indent=1)
    path.write_text(text + "\n", "utf-8")


def limit_for(check: str, farthest: float) -> float:
    """Return the limit of a check whose farthest right script is known.

    Raises:
        TaskError: It would have to be wider than allowed.
    """
    usual = USUAL[check]
    if farthest <= NEAREST * usual:
        return usual
    limit = round_up(MARGIN * farthest)
    if limit > WIDEST * usual:
        raise TaskError(f"check '{check}': a right script reaches {farthest:.3g}; the limit is {usual:g}")
    return limit


def _of_family(family: Family, references: Path) -> tuple[Calibrated, ...]:
    values: dict[str, list[float]] = {}
    for trial in try_family(family, references, SEEDS, SPLITS):
        assert trial.task.contract is not None
        own = trial.task.contract.thresholds.keys() - thresholds().get(family.name, {}).keys()
        for check in trial.checks:
            # limits that a family sets by itself have their reason there
            if check.value is not None and check.name in USUAL.keys() - own:
                values.setdefault(check.name, []).append(check.value)
    try:
        return tuple(
            Calibrated(check, len(found), max(found), limit_for(check, max(found))) for check, found in values.items()
        )
    except TaskError as error:
        raise TaskError(f"{family.name}: {error}") from error
