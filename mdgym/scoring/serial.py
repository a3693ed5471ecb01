"""Scores one answer after another in this process, with one engine."""

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from mdgym.closing import Closing
from mdgym.engine import Engine, Limits
from mdgym.errors import InfrastructureError
from mdgym.rewards import STANDARD, Rubric, current_versions, judge
from mdgym.scoring.pool import Scored, ScoringTiming
from mdgym.script import extract_script
from mdgym.tasks.task import Task
from mdgym.verifier import input_files, verify


class SerialPool(Closing):
    """A pool of one engine, started by the first score and kept for the next ones.

    A copy (deepcopy, pickle) starts an engine of its own.

    Examples:
        >>> with SerialPool() as pool:  # doctest: +SKIP
        ...     pool.score(task, script, seed=7).score.reward
        1.0
    """

    def __init__(self, limits: Limits | None = None, sandbox: bool = True, rubric: Rubric = STANDARD) -> None:
        """Set up a pool; nothing is started yet.

        Args:
            limits: What one script may use; None for the defaults of `Limits`.
            sandbox: Confine scripts. False runs them with the rights of this process: only for scripts you trust.
            rubric: Checks and weights; those of your own must be importable where the pool is sent to.
        """
        self._limits = limits or Limits()
        self._sandbox = sandbox
        self._rubric = rubric
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._closed = False

    @property
    def workers(self) -> int:
        """Answers that are scored at the same time: one."""
        return 1

    @property
    def limits(self) -> Limits:
        """What one script may use."""
        return self._limits

    @property
    def rubric(self) -> Rubric:
        """Checks and weights."""
        return self._rubric

    def score(self, task: Task, answer: str, seed: int = 0) -> Scored:
        """Score one answer; see `Pool.score`."""
        if not isinstance(answer, str):
            raise TypeError(f"an answer must be a str, not {type(answer).__name__}")
        start = time.perf_counter()
        try:
            return self._score(task, answer, seed, start)
        except InfrastructureError:
            self._drop_engine()
            return self._score(task, answer, seed, start)

    def score_many(self, items: Iterable[tuple[Task, str, int]]) -> list[Scored]:
        """Score many `(task, answer, seed)`; the results come in their order."""
        return [self.score(task, answer, seed) for task, answer, seed in items]

    def submit(self, task: Task, answer: str, seed: int = 0) -> "Future[Scored]":
        """Score an answer in a thread, after those that were submitted before; see `Pool.submit`."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="mdgym-score")
            return self._thread.submit(self.score, task, answer, seed)

    def as_completed(
        self, items: Iterable[tuple[Task, str, int]]
    ) -> Iterator[tuple[int, Scored | InfrastructureError]]:
        """Score one after another and yield each as it ends; see `Pool.as_completed`."""
        for index, (task, answer, seed) in enumerate(items):
            try:
                yield index, self.score(task, answer, seed)
            except InfrastructureError as error:
                yield index, error

    def close(self) -> None:
        """End the engine; a second call does nothing."""
        with self._lock:
            self._closed = True
        self._drop_engine()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(cancel_futures=True)

    def _score(self, task: Task, answer: str, seed: int, start: float) -> Scored:
        engine = self.engine
        script = extract_script(answer).script
        names = tuple(q.name for q in task.contract.quantities) if task.contract else ()
        limits = task.limits(engine.limits)
        run_start = time.perf_counter()
        flux = task.contract is not None and task.contract.heat_flux
        execution = engine.run(script, input_files(task), names, seed, limits, heat_flux=flux)
        verify_start = time.perf_counter()
        evidence = verify(engine, task, script, execution, seed)
        verify_end = time.perf_counter()
        score = judge(task, execution, evidence, seed, current_versions(task), self._rubric)
        timing = ScoringTiming(
            wall_s=time.perf_counter() - start,
            run_s=verify_start - run_start,
            verify_s=verify_end - verify_start,
        )
        return Scored(score, execution, evidence, script, timing)

    @property
    def engine(self) -> Engine:
        """The engine behind the scores; it starts with the first of them."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if self._engine is None:
                self._engine = Engine(limits=self._limits, sandbox=self._sandbox)
            return self._engine

    def _drop_engine(self) -> None:
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"limits": self._limits, "sandbox": self._sandbox, "rubric": self._rubric}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]
