"""The dispatcher alone, with workers that are threads of this process and fail on command."""

import threading
import time
from concurrent.futures import Future

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdgym.errors import InfrastructureError, SandboxError
from mdgym.scoring.dispatch import ATTEMPTS, START_FAILURES, Dispatcher, Job, WorkerLost
from mdgym.tasks.task import Task

TASK = Task("user/1", "Melt it.")


class ThreadWorker:
    """Scores by a function of the job; the function may raise `WorkerLost`, which ends the worker."""

    def __init__(self, act, start_error=None):
        self.act, self.start_error = act, start_error
        self.jobs, self.waiting, self.ended = [], threading.Semaphore(0), None
        self.lost = False

    def start(self):
        future = Future()
        if self.start_error is None:
            future.set_result(None)
            threading.Thread(target=self._work, daemon=True).start()
        else:
            future.set_exception(self.start_error)
        return future

    def score(self, job):
        future = Future()
        self.jobs.append((job, future))
        self.waiting.release()
        return future

    def end(self, kind):
        self.ended = kind
        self.waiting.release()

    def _work(self):
        done = 0
        while True:
            self.waiting.acquire()
            if self.ended is not None:
                return
            job, future = self.jobs[done]
            done += 1
            try:
                if self.lost:
                    raise WorkerLost("gone")
                future.set_result(self.act(job))
            except WorkerLost as error:
                self.lost = True
                future.set_exception(error)
            except BaseException as error:
                future.set_exception(error)


class Crew:
    """Makes workers and remembers them."""

    def __init__(self, act, start_error=None):
        self.act, self.start_error, self.made = act, start_error, []

    def __call__(self):
        worker = ThreadWorker(self.act, self.start_error)
        self.made.append(worker)
        return worker


def run(crew, jobs, workers=2, deadline=30.0, start_s=30.0):
    dispatcher = Dispatcher(crew, workers, lambda job: deadline, start_s)
    for job in jobs:
        dispatcher.submit(job)
    outcomes = []
    for job in jobs:
        error = job.future.exception(timeout=20)
        outcomes.append(error or job.future.result())
    return dispatcher, outcomes


def jobs(count):
    return [Job(TASK, "units lj", number) for number in range(count)]


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 30),
    workers=st.integers(1, 4),
    deadly=st.sets(st.integers(0, 29), max_size=8),
    always=st.sets(st.integers(0, 29), max_size=3),
    faulty=st.sets(st.integers(0, 29), max_size=5),
)
def test_every_job_has_one_outcome_whoever_dies(count, workers, deadly, always, faulty):
    seen, lock = {}, threading.Lock()

    def act(job):
        with lock:
            seen[job.seed] = seen.get(job.seed, 0) + 1
            first = seen[job.seed] == 1
        if job.seed in always or (job.seed in deadly and first):
            raise WorkerLost(f"killed by {job.seed}")
        if job.seed in faulty and first:
            raise InfrastructureError("the disk is full")
        return job.seed

    dispatcher, outcomes = run(Crew(act), jobs(count), workers)
    dispatcher.close()
    for number, outcome in enumerate(outcomes):
        if number in always:
            assert isinstance(outcome, InfrastructureError) and str(ATTEMPTS) in str(outcome)
            assert seen[number] == ATTEMPTS
        else:
            assert outcome == number


def test_a_failed_job_is_tried_at_another_worker():
    tried = []

    def crew_member():
        worker = ThreadWorker(None)

        def act(job):
            tried.append(worker)
            if len(tried) == 1:
                raise InfrastructureError("the disk is full")
            return job.seed

        worker.act = act
        return worker

    dispatcher, outcomes = run(crew_member, jobs(1), workers=2)
    dispatcher.close()
    assert outcomes == [0] and tried[0] is not tried[1]


def test_an_error_of_the_caller_is_not_tried_again():
    tried = []

    def act(job):
        tried.append(job)
        raise TypeError("an answer must be a str")

    dispatcher, (outcome,) = run(Crew(act), jobs(1))
    dispatcher.close()
    assert isinstance(outcome, TypeError) and len(tried) == 1


def test_a_worker_that_hangs_is_replaced_and_its_job_tried_again():
    hang, hung = threading.Event(), []

    def act(job):
        if job.seed == 1 and not hung:
            hung.append(job)
            hang.wait(20)
        return job.seed

    crew = Crew(act)
    start = time.monotonic()
    dispatcher, outcomes = run(crew, jobs(8), deadline=0.3)
    assert outcomes == list(range(8)) and time.monotonic() - start < 10
    assert len(crew.made) == 3 and [worker.ended for worker in crew.made].count(False) == 1
    hang.set()
    dispatcher.close()


def test_a_slow_job_holds_up_no_other():
    slow = threading.Event()

    def act(job):
        if job.seed == 0:
            slow.wait(20)
        return job.seed

    dispatcher = Dispatcher(Crew(act), 2, lambda job: 30.0, 30.0)
    found = jobs(20)
    for job in found:
        dispatcher.submit(job)
    assert [job.future.result(timeout=5) for job in found[1:]] == list(range(1, 20))
    assert not found[0].future.done()
    slow.set()
    assert found[0].future.result(timeout=5) == 0
    dispatcher.close()


def test_workers_that_never_start_fail_what_waits_with_the_reason():
    crew = Crew(lambda job: job.seed, WorkerLost("no module named mdgym"))
    dispatcher, outcomes = run(crew, jobs(3))
    dispatcher.close()
    assert all("no module named mdgym" in str(outcome) for outcome in outcomes)
    # the first ones, and those for jobs that came when these had failed
    assert START_FAILURES <= len(crew.made) <= START_FAILURES + 2 * len(outcomes) + 1


def test_a_machine_without_sandbox_fails_at_once():
    crew = Crew(lambda job: job.seed, SandboxError("no Landlock"))
    dispatcher, outcomes = run(crew, jobs(2))
    dispatcher.close()
    assert all(isinstance(outcome, SandboxError) for outcome in outcomes)
    assert len(crew.made) <= 2 + 2 * len(outcomes)


class Late(ThreadWorker):
    """Never starts."""

    def start(self):
        return Future()


def test_a_worker_that_does_not_start_is_given_up_and_the_others_go_on():
    made = []

    def crew():
        made.append(ThreadWorker(lambda job: time.sleep(0.05) or job.seed) if made else Late(None))
        return made[-1]

    dispatcher, outcomes = run(crew, jobs(10), workers=2, start_s=0.2)
    dispatcher.close()
    assert outcomes == list(range(10)) and made[0].ended is False and len(made) == 2


def test_without_any_worker_that_starts_in_time_what_waits_fails():
    dispatcher, outcomes = run(lambda: Late(None), jobs(3), workers=2, start_s=0.2)
    dispatcher.close()
    assert all("no worker could be started" in str(outcome) for outcome in outcomes)


def test_closing_ends_workers_and_leaves_no_future_open():
    stuck = threading.Event()
    crew = Crew(lambda job: stuck.wait(20))
    dispatcher = Dispatcher(crew, 2, lambda job: 30.0, 30.0)
    found = jobs(9)
    for job in found:
        dispatcher.submit(job)
    while not any(worker.jobs for worker in crew.made):
        time.sleep(0.01)
    dispatcher.close()
    dispatcher.close()
    assert all("closed" in str(job.future.exception(timeout=1)) for job in found)
    assert all(worker.ended is not None for worker in crew.made)
    with pytest.raises(RuntimeError, match="closed"):
        dispatcher.submit(jobs(1)[0])
    stuck.set()


def test_a_job_that_was_cancelled_in_time_is_not_scored():
    stuck, scored = threading.Event(), []

    def act(job):
        stuck.wait(20)
        scored.append(job.seed)
        return job.seed

    dispatcher = Dispatcher(Crew(act), 1, lambda job: 30.0, 30.0)
    found = jobs(6)
    for job in found:
        dispatcher.submit(job)
    assert found[-1].future.cancel()
    stuck.set()
    assert [job.future.result(timeout=5) for job in found[:-1]] == list(range(5))
    dispatcher.close()
    assert scored == list(range(5))


def test_a_worker_that_cannot_be_made_breaks_nobody_up():
    def crew():
        raise OSError("ray is gone")

    dispatcher = Dispatcher(crew, 1, lambda job: 30.0, 30.0)
    job = jobs(1)[0]
    try:
        dispatcher.submit(job)
        assert "ray is gone" in str(job.future.exception(timeout=5))
    except RuntimeError as error:
        assert "closed" in str(error)
    dispatcher.close()
