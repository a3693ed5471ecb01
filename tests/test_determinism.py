"""The same task, script and seed give the same score, bit for bit: repeated, reordered, and side by side."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

import mdgym
from mdgym.records import digest
from mdgym.scoring import SerialPool
from mdgym.tasks.task import Task


def digests(tasks: Sequence[Task], seeds: Sequence[int]) -> dict[str, str]:
    with SerialPool() as pool:
        scored = {task.id: pool.score(task, task.gold, seed) for task, seed in zip(tasks, seeds)}
    return {name: digest([s.score, s.execution, s.evidence]) for name, s in scored.items()}


def check_identical(tasks: Sequence[Task]) -> None:
    order = list(range(len(tasks)))
    first = digests(tasks, order)
    random.Random(len(tasks)).shuffle(order)
    halves = order[::2], order[1::2]
    with ThreadPoolExecutor(2) as executor:
        results = executor.map(lambda half: digests([tasks[i] for i in half], half), halves)
        second = {name: value for result in results for name, value in result.items()}
    assert first == second


def test_static_tasks_score_the_same_in_another_order_and_side_by_side() -> None:
    tasks = [task for task in mdgym.load_suite("core", "test") if task.family == "cohesion"]
    check_identical(tasks[:10])


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_fifty_tasks_of_all_families_score_the_same_in_another_order_and_side_by_side() -> None:
    tasks = mdgym.load_suite("core", "test")
    families = sorted({task.family for task in tasks})
    chosen = [task for family in families for task in tasks if task.family == family][:: max(1, len(tasks) // 50)][:50]
    assert len(chosen) == 50
    check_identical(chosen)
