"""Who scores what, and what happens when a worker dies: the driver's side of a pool of workers.

One thread owns all state; whatever happens reaches it as an event. Workers pull: each gets its next answer when one is
done, so that a slow script holds nobody up but itself.
"""

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from mdgym.errors import InfrastructureError
from mdgym.scoring.pool import Scored
from mdgym.tasks.task import Task

# An answer that is tried this often without a score is given up. Its own worker has tried twice each time.
ATTEMPTS = 2
# As many workers in a row that did not start mean that none will.
START_FAILURES = 3


class WorkerLost(InfrastructureError):
    """A worker died, was killed or cannot be reached."""


@dataclass(eq=False)
class Job:
    """One answer on its way to a score.

    Attributes:
        task: The task.
        answer: The answer.
        seed: Episode seed.
        future: Where the score goes.
        failed_at: Numbers of the workers where it failed.
    """

    task: Task
    answer: str
    seed: int
    future: "Future[Scored]" = field(default_factory=Future)
    failed_at: list[int] = field(default_factory=list)


class Worker(Protocol):
    """Something that scores, one answer after another, somewhere else."""

    def start(self) -> "Future[Any]":
        """Return a future that is done when the worker can score; its error says why it cannot."""

    def score(self, job: Job) -> "Future[Scored]":
        """Begin to score; a `WorkerLost` in the future means that the worker is gone."""

    def end(self, kind: bool) -> None:
        """End the worker: after its last words when `kind`, else at once."""


@dataclass(eq=False)
class _Slot:
    number: int
    worker: Worker
    since: float
    ready: bool = False
    dead: bool = False
    job: Job | None = None


@dataclass(frozen=True)
class _Event:
    kind: str
    slot: _Slot | None = None
    job: Job | None = None
    future: "Future[Any] | None" = None


class Dispatcher:
    """Keeps workers busy and alive, and every job on its way to exactly one result.

    A worker has one job at a time: a second one that lay ready there would wait for as long as the first one takes. A
    job whose worker dies or fails is tried once more, by another worker if there is one.
    """

    def __init__(
        self, make_worker: Callable[[], Worker], workers: int, deadline: Callable[[Job], float], start_s: float
    ) -> None:
        """Start the thread and the workers.

        Args:
            make_worker: Makes a worker; called again for each one that is lost.
            workers: Number of workers.
            deadline: Seconds that a job may take at a worker before the worker is given up.
            start_s: Seconds that a worker may take to start.
        """
        self._make_worker = make_worker
        self._size = workers
        self._deadline = deadline
        self._start_s = start_s
        self._inbox: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._waiting: deque[Job] = deque()
        self._slots: list[_Slot] = []
        self._made = 0
        self._start_failures = 0
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="mdgym-dispatcher", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Take a job.

        Raises:
            RuntimeError: The dispatcher is closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._inbox.put(_Event("job", job=job))

    def close(self) -> None:
        """End all workers and cancel what has no score yet; a second call does nothing."""
        with self._lock:
            closed, self._closed = self._closed, True
            if not closed:
                self._inbox.put(_Event("close"))
        self._thread.join()

    def _run(self) -> None:
        try:
            self._fill()
            while self._turn():
                pass
            error: BaseException = InfrastructureError("the pool was closed before this score was there")
        except BaseException as fault:
            error = InfrastructureError(f"the pool of workers broke down: {type(fault).__name__}: {fault}")
        with self._lock:
            self._closed = True
        for slot in self._slots:
            self._waiting.extend([slot.job] if slot.job else [])
            with contextlib.suppress(Exception):
                slot.worker.end(kind=slot.ready and slot.job is None)
        while not self._inbox.empty():
            event = self._inbox.get()
            if event.kind == "job" and event.job is not None:
                self._waiting.append(event.job)
        for job in self._waiting:
            _settle(job, error)

    def _turn(self) -> bool:
        """Take one event, or see who is late; False when it is time to end."""
        try:
            event = self._inbox.get(timeout=self._patience())
        except queue.Empty:
            self._give_up_late_ones()
            return True
        if event.kind == "close":
            return False
        self._handle(event)
        self._assign()
        return True

    def _handle(self, event: _Event) -> None:
        slot, job, future = event.slot, event.job, event.future
        if event.kind == "job" and job is not None:
            self._waiting.append(job)
            if not self._slots:
                self._fill()
        elif slot is not None and not slot.dead and future is not None:
            if event.kind == "started":
                self._started(slot, future)
            elif job is not None:
                self._done(slot, job, future)

    def _started(self, slot: _Slot, future: "Future[Any]") -> None:
        error = future.exception()
        if error is None:
            slot.ready, slot.since, self._start_failures = True, time.monotonic(), 0
        else:
            self._no_start(slot, error)

    def _no_start(self, slot: _Slot, error: BaseException) -> None:
        self._bury(slot)
        self._start_failures += 1
        hopeless = not isinstance(error, WorkerLost) or self._start_failures >= START_FAILURES
        if not hopeless:
            self._fill()
        elif not self._slots:
            # those that are ready go on; without any, nothing that waits would ever be scored
            while self._waiting:
                _settle(self._waiting.popleft(), error)

    def _done(self, slot: _Slot, job: Job, future: "Future[Scored]") -> None:
        error = future.exception()
        if isinstance(error, WorkerLost):
            self._lose(slot, error)
            return
        slot.job = None
        if error is None:
            _settle(job, future.result())
        elif isinstance(error, InfrastructureError):
            self._again(job, slot, error)
        else:
            _settle(job, error)

    def _lose(self, slot: _Slot, error: InfrastructureError) -> None:
        self._bury(slot)
        if slot.job is not None:
            self._again(slot.job, slot, error)
        self._fill()

    def _again(self, job: Job, slot: _Slot, error: InfrastructureError) -> None:
        job.failed_at.append(slot.number)
        if len(job.failed_at) < ATTEMPTS:
            self._waiting.appendleft(job)
        else:
            _settle(job, InfrastructureError(f"task '{job.task.id}' could not be scored, {ATTEMPTS} times: {error}"))

    def _bury(self, slot: _Slot) -> None:
        slot.dead = True
        self._slots.remove(slot)
        slot.worker.end(kind=False)

    def _fill(self) -> None:
        while len(self._slots) < self._size:
            slot = _Slot(self._made, self._make_worker(), time.monotonic())
            self._made += 1
            self._slots.append(slot)
            slot.worker.start().add_done_callback(
                lambda future, slot=slot: self._inbox.put(_Event("started", slot, None, future))  # type: ignore[misc]
            )

    def _assign(self) -> None:
        free = [slot for slot in self._slots if slot.ready and slot.job is None]
        while free and self._waiting:
            pair = next(((s, j) for s in free for j in self._waiting if self._may(s, j)), None)
            if pair is None:
                return
            slot, job = pair
            self._waiting.remove(job)
            if self._give(slot, job):
                free.remove(slot)

    def _may(self, slot: _Slot, job: Job) -> bool:
        return slot.number not in job.failed_at or len(self._slots) == 1

    def _give(self, slot: _Slot, job: Job) -> bool:
        """Send a job to a worker; False when it needs none any more."""
        if not job.future.running() and not job.future.set_running_or_notify_cancel():
            return False
        try:
            found = slot.worker.score(job)
        except Exception as error:  # it cannot be sent, such as a rubric without a module
            _settle(job, error)
            return False
        slot.job, slot.since = job, time.monotonic()
        found.add_done_callback(lambda future: self._inbox.put(_Event("done", slot, job, future)))
        return True

    def _patience(self) -> float | None:
        """Seconds until the next worker is late; None when none can be."""
        late = [slot.since + self._allowed(slot) for slot in self._slots if slot.job or not slot.ready]
        return max(0.0, min(late) - time.monotonic()) if late else None

    def _allowed(self, slot: _Slot) -> float:
        return self._deadline(slot.job) if slot.job else self._start_s

    def _give_up_late_ones(self) -> None:
        now = time.monotonic()
        for slot in [slot for slot in self._slots if slot.job or not slot.ready]:
            allowed = self._allowed(slot)
            if now - slot.since < allowed:
                continue
            if slot.ready:
                self._lose(slot, WorkerLost(f"a worker did not answer within {allowed:.0f} s"))
            else:
                self._no_start(slot, InfrastructureError(f"no worker could be started within {allowed:.0f} s"))
        self._assign()


def _settle(job: Job, outcome: Scored | BaseException) -> None:
    if not job.future.running() and not job.future.set_running_or_notify_cancel():
        return
    if isinstance(outcome, BaseException):
        job.future.set_exception(outcome)
    else:
        job.future.set_result(outcome)
