"""One worker on a Ray cluster, and how Ray is joined or started."""

import contextlib
import logging
import os
import pickle
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from mdgym.engine import Limits
from mdgym.errors import InfrastructureError
from mdgym.rewards import Rubric
from mdgym.scoring.dispatch import Job, WorkerLost
from mdgym.scoring.pool import Scored
from mdgym.scoring.serial import SerialPool

# Seconds that a worker has to end its engine.
END_S = 5.0
# Seconds until a cluster must answer.
_KNOCK_S = 10.0
# Seconds after which a CPU that is still taken counts as taken; a killed actor's was free after 1 at most.
_FREED_S = 5.0
# Scores wait here for the driver, a few at a time; Ray's own choice is a third of the memory.
STORE_BYTES = 512 << 20
# Read by Ray when it is imported: "0" lets a Ray that is alone stay on the loopback interface on any system.
_CLUSTERS = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"


@dataclass(frozen=True)
class Cluster:
    """A Ray that can be used.

    Attributes:
        cpus: CPUs of all nodes.
        free: Those that nothing else has taken.
        owned: It was joined or started here, so that it is left or ended here.
    """

    cpus: int
    free: int
    owned: bool


def join(address: str | None, cpus: int | None) -> Cluster:
    """Use the Ray of this process, else join a cluster, else start Ray here.

    Args:
        address: Cluster to join; None for the one that RAY_ADDRESS names or that runs on this machine, if any.
        cpus: CPUs that a Ray started here has; None for those that this process may use.

    Raises:
        InfrastructureError: Ray is not installed, or there is none at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    wanted = address or os.environ.get("RAY_ADDRESS")
    if wanted is None:
        os.environ.setdefault(_CLUSTERS, "0")
    try:
        import ray
    except ImportError as error:
        raise InfrastructureError('Ray is not installed: pip install "mdgym[ray]"') from error
    if ray.is_initialized():
        return _cluster(ray, False, cpus)
    if wanted is not None:
        _knock(wanted)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        ray.init(address or "auto", **quiet)
    except Exception as error:
        if wanted is not None:
            raise InfrastructureError(f"there is no Ray cluster that can be joined at '{wanted}': {error}") from error
        count = cpus or len(os.sched_getaffinity(0))
        ray.init("local", num_cpus=count, include_dashboard=False, object_store_memory=STORE_BYTES, **quiet)
    return _cluster(ray, True, cpus)


def _knock(address: str) -> None:
    """Try whether somebody listens at an address: Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_S).close()
    except OSError as error:
        raise InfrastructureError(f"there is no Ray cluster that can be joined at '{address}': {error}") from error


def _cluster(ray: Any, owned: bool, wanted: int | None) -> Cluster:
    """Count the CPUs. Those of a pool that was closed a moment ago come back late, so too few are counted again."""
    until = time.monotonic() + _FREED_S
    while True:
        cpus, free = (int(found.get("CPU", 0)) for found in (ray.cluster_resources(), ray.available_resources()))
        if free >= (wanted or 1) or time.monotonic() > until:
            return Cluster(cpus, free, owned)
        time.sleep(0.1)


class RemoteScorer:
    """What lives in the worker's process: a pool of one engine."""

    def __init__(self, limits: Limits, sandbox: bool, rubric: Rubric) -> None:
        """Set it up; `ready` starts the engine."""
        self._pool = SerialPool(limits, sandbox, rubric)

    def ready(self) -> None:
        """Start the engine, so that what is wrong with this machine shows before a script is lost."""
        self._pool.engine.start()

    def score(self, item: bytes) -> bytes:
        """Score one answer: (task, answer, seed) in, the score out, both pickled."""
        task, answer, seed = pickle.loads(item)
        return pickle.dumps(self._pool.score(task, answer, seed), pickle.HIGHEST_PROTOCOL)

    def close(self) -> None:
        """End the engine."""
        self._pool.close()


class Actor:
    """A `mdgym.scoring.dispatch.Worker` that is a Ray actor with one CPU."""

    def __init__(self, limits: Limits, sandbox: bool, rubric: Rubric) -> None:
        """Ask Ray for it; where it runs, and when, Ray decides."""
        import ray

        # The dispatcher replaces an actor that dies: restarts by Ray would run what killed it again, unseen.
        kind: Any = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(RemoteScorer)
        self._actor = kind.options(scheduling_strategy="SPREAD").remote(limits, sandbox, rubric)
        self._ray: Any = ray

    def start(self) -> "Future[Any]":
        """See `Worker.start`."""
        return _future(self._actor.ready.remote())

    def score(self, job: Job) -> "Future[Scored]":
        """See `Worker.score`."""
        # Ray's own pickling, in Python, would take longer than all the rest of a round trip
        item = pickle.dumps((job.task, job.answer, job.seed), pickle.HIGHEST_PROTOCOL)
        return _future(self._actor.score.remote(item), pickle.loads)

    def end(self, kind: bool) -> None:
        """See `Worker.end`."""
        with contextlib.suppress(Exception):
            if kind:
                self._ray.get(self._actor.close.remote(), timeout=END_S)
        with contextlib.suppress(Exception):
            self._ray.kill(self._actor)


def _future(reference: Any, read: Callable[[Any], Any] = lambda result: result) -> "Future[Any]":
    found: Future[Any] = Future()

    def done(inner: "Future[Any]") -> None:
        try:
            found.set_result(read(inner.result()))
        except BaseException as error:  # whatever it is, somebody waits for it
            found.set_exception(_ours(error))

    reference.future().add_done_callback(done)
    return found


def _ours(error: BaseException) -> BaseException:
    """Tell a worker that is gone from an error that the worker has raised."""
    from ray.exceptions import RayError, RayTaskError

    if isinstance(error, RayTaskError):
        cause = getattr(error, "cause", None)
        return cause if isinstance(cause, Exception) else error
    if isinstance(error, RayError):
        # Ray's texts are long, and the first lines say it
        return WorkerLost(f"a worker of the Ray cluster is gone: {' '.join(str(error).split())[:500]}")
    return error
