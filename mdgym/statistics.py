"""Numbers over tasks: pass@k without bias, and how far to trust a mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean over tasks with its confidence interval.

    Attributes:
        value: The mean; None when there was no task to take it over.
        low: Lower end of the 95 % interval; None for fewer than two tasks.
        high: Upper end.
        tasks: Number of tasks behind it.
    """

    value: float | None
    low: float | None
    high: float | None
    tasks: int


def pass_at(j: int, samples: int, right: int) -> float:
    """Return the chance that at least one of j samples is right, estimated from more samples than j.

    The unbiased estimator 1 - C(n - c, j) / C(n, j) of Chen et al. 2021 (arXiv 2107.03374).

    Args:
        j: How many samples are drawn, 1 to n.
        samples: n, how many there are.
        right: c, how many of them are right.

    Raises:
        ValueError: Not 1 <= j <= n or not 0 <= c <= n.
    """
    if not 1 <= j <= samples or not 0 <= right <= samples:
        raise ValueError(f"pass@{j} cannot be estimated from {samples} samples with {right} right")
    return 1.0 - math.comb(samples - right, j) / math.comb(samples, j)


def estimate(values: Sequence[float], seed: int) -> Estimate:
    """Return the mean of one value per task with a bootstrap interval (percentiles of resampled means).

    The interval answers for the choice of tasks. It is too narrow for few tasks, and has no width when all agree.

    Args:
        values: One number per task.
        seed: Seeds the resampling.
    """
    if not values:
        return Estimate(None, None, None, 0)
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return Estimate(mean, None, None, 1)
    data = np.asarray(values, dtype=float)
    picks = np.random.default_rng(seed).integers(len(data), size=(RESAMPLES, len(data)))
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(data[picks].mean(axis=1), (tail, 1.0 - tail))
    return Estimate(mean, float(low), float(high), len(values))
