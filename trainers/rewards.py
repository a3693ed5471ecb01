"""The reward function that TRL calls: answers are scored on a pool, and what came of them is logged and recycled."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from accelerate.utils import gather_object

from mdgym.errors import InfrastructureError
from mdgym.rewards.score import Score
from mdgym.scoring import Pool, Scored
from mdgym.script.styles import COMMANDS
from mdgym.trainers.recycle import Curriculum
from mdgym.trainers.trace import Attempt, Rollout

# Components of a score that are metrics of their own, where a script has them.
COMPONENTS = ("progress", "contract", "thermodynamics", "physics")
# A pool that fails for this many batches in a row will fail on.
_DEAD_BATCHES = 2


class ScriptReward:
    """Scores the answers of a batch; one that mdgym itself could not score gets None, and TRL leaves it out."""

    __name__ = "lammps"

    def __init__(self, pool: Pool, curriculum: Curriculum) -> None:
        """Score on `pool`; `curriculum` knows the tasks and is told what came of them."""
        self.runs = 0
        self._pool = pool
        self._curriculum = curriculum
        self._dead = 0
        now = time.perf_counter()
        self._step_began, self._scored, self._update_s = now, now, 0.0

    def step_began(self) -> None:
        """Note the time: what passes until answers are scored is generation."""
        self._step_began = time.perf_counter()

    def step_ended(self) -> None:
        """Note the time: what passed since answers were scored was the update."""
        self._update_s = time.perf_counter() - self._scored

    def __call__(
        self,
        prompts: Sequence[Any],
        completions: Sequence[Any],
        task_id: Sequence[str],
        repair: Sequence[bool],
        seed: Sequence[int],
        log_metric: Callable[[str, float], None],
        log_extra: Callable[[str, list[Any]], None],
        **_: Any,
    ) -> list[float | None]:
        """Return the rewards of this process's answers, and tell the curriculum those of all processes.

        Args:
            prompts: Conversations.
            completions: Conversations, one message each.
            task_id: Task of each.
            repair: Whether a failed try stood in the prompt.
            seed: Episode seed of each, the same for a group.
            log_metric: TRL's way to log a number.
            log_extra: TRL's way to add a column to the table of samples.
            **_: What else TRL hands over.

        Raises:
            InfrastructureError: No answer could be scored, for two batches in a row.
        """
        answers = [completion[0]["content"] for completion in completions]
        start = time.perf_counter()
        results, runs = self._score(list(zip(task_id, answers, seed, strict=True)))
        waited = time.perf_counter() - start
        scored = [result for result in results if isinstance(result, Scored)]
        rollouts = [
            Rollout(task, bool(again), bool(result.score.success), attempt_of(result))
            for task, again, result in zip(task_id, repair, results, strict=True)
            if isinstance(result, Scored)
        ]
        everyone: list[Rollout] = gather_object(rollouts)
        self.runs += sum(gather_object([runs]))
        self._curriculum.observe(everyone)
        self._check(results, len(everyone))
        for name, value in (_metrics([result.score for result in scored], repair) | _everywhere(everyone)).items():
            log_metric(name, value)
        log_metric("lammps/runs", float(self.runs))
        log_metric("time/generate_s", start - self._step_began)
        log_metric("time/score_s", waited)
        log_metric("time/last_update_s", self._update_s)
        log_metric("lammps/unscored", len(results) - len(scored))
        log_metric("recycle/waiting", len(self._curriculum.attempts))
        log_metric("recycle/lessons", len(self._curriculum.lessons))
        faults = [attempt_of(r).fault if isinstance(r, Scored) else "unscored" for r in results]
        log_extra("task", list(task_id))
        log_extra("fault", faults)
        self._scored = time.perf_counter()
        return [result.score.reward if isinstance(result, Scored) else None for result in results]

    def _score(self, items: list[tuple[str, str, int]]) -> tuple[list[Scored | InfrastructureError], int]:
        """Score each different answer once; the same task, answer and seed have the same score."""
        futures: dict[tuple[str, str, int], Future[Scored]] = {}
        for task_id, answer, seed in items:
            if (task_id, answer, seed) not in futures:
                task = self._curriculum.tasks[task_id]
                futures[task_id, answer, seed] = self._pool.submit(task, answer, seed)
        done: dict[tuple[str, str, int], Scored | InfrastructureError] = {}
        for item, future in futures.items():
            try:
                done[item] = future.result()
            except InfrastructureError as error:
                done[item] = error
        return [done[item] for item in items], len(futures)

    def _check(self, results: Sequence[Scored | InfrastructureError], everyone: int) -> None:
        self._dead = 0 if everyone else self._dead + 1
        if self._dead >= _DEAD_BATCHES:
            error = next(result for result in results if isinstance(result, InfrastructureError))
            raise InfrastructureError(
                f"no answer of {self._dead} batches could be scored, so training stops; go on from the last checkpoint "
                f"with --resume when the pool works again: {error}"
            ) from error


def attempt_of(scored: Scored) -> Attempt:
    """Return the part of a score that can become a question of its own."""
    score = scored.score
    return Attempt(score.task_id, scored.script, score.feedback, score.reward, fault_of(score))


def fault_of(score: Score) -> str:
    """Name what was wrong: how the script ended, or the first check that failed; empty for a success."""
    if not score.executed:
        error = score.execution.error
        words = error.command.split()[:1] if error else []
        # what is no command is the policy's own word: there is no end of those, and faults are names of metrics
        return " ".join([score.execution.status, *(word if word in COMMANDS else "unknown" for word in words)])
    return next((check.name for check in score.checks if not check.passed), "")


def _metrics(scores: Sequence[Score], repair: Sequence[bool]) -> dict[str, float]:
    if not scores:
        return {}
    count = len(scores)
    found = {
        "score/executed": sum(score.executed for score in scores) / count,
        "score/success": sum(bool(score.success) for score in scores) / count,
        "recycle/share": sum(map(bool, repair)) / len(repair),
    }
    for name in COMPONENTS:
        values = [score.components[name] for score in scores if name in score.components]
        if values:
            found[f"score/{name}"] = sum(values) / len(values)
    return found


def _everywhere(everyone: Sequence[Rollout]) -> dict[str, float]:
    """Return the share of each fault, and of success under repair prompts, among the answers of all processes.

    TRL averages a metric over the processes that log it, and a process would not log what it has not seen.
    """
    faults = Counter(filter(None, (rollout.attempt.fault for rollout in everyone)))
    found = {f"fault/{fault}": times / len(everyone) for fault, times in faults.items()}
    repairs = [rollout.success for rollout in everyone if rollout.repair]
    return found | ({"recycle/success": sum(repairs) / len(repairs)} if repairs else {})
