"""Scores answers on the CPUs of a Ray cluster, or of this machine: `pip install mdgym[ray]`."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from mdgym.closing import Closing
from mdgym.engine import Limits
from mdgym.errors import InfrastructureError
from mdgym.rewards import STANDARD, Rubric
from mdgym.scoring.dispatch import Dispatcher, Job
from mdgym.scoring.pool import Scored, as_they_end, in_order
from mdgym.scoring.ray_actor import Actor, Cluster, join
from mdgym.tasks.task import Task

# A new worker imports mdgym and loads LAMMPS; on a machine that has just started Ray this took up to 10 s.
START_S = 120.0
# A worker may run a script, replay it, run it in a changed world (with twice the limits), and its gold script there
# twice: nine times the wall clock of one script at most. Its own tools end each of these; this is for a stuck machine.
DEADLINE_LIMITS = 9
GRACE_S = 60.0
# Answers that are handed out or wait, for each worker, while others are still being made.
AHEAD = 4


class RayPool(Closing):
    """A pool of Ray actors, one CPU and one engine each, on all nodes of the cluster.

    Scores are those of `SerialPool`, bit for bit, on the same wheel and class of CPU. Answers are handed out one by one
    as workers get free. A worker that dies, hangs or fails is replaced, and what it was at is tried once more, by
    another one; then it is an `InfrastructureError`, never a reward.

    A Ray that is running in this process is used and left as it is. Else the pool joins the cluster that `address` or
    the environment variable RAY_ADDRESS names, or a local one that `ray start` has made here; else it starts Ray here,
    on the loopback interface, without dashboard and statistics, and ends it in `close`.

    What Ray starts here ends with the thread that started it: use the pool first in one that lives as long as the pool.

    Examples:
        >>> with RayPool() as pool:  # doctest: +SKIP
        ...     for index, scored in pool.as_completed((task, script, 0) for script in scripts):
        ...         print(index, scored.score.reward)
    """

    def __init__(
        self,
        workers: int | None = None,
        address: str | None = None,
        limits: Limits | None = None,
        sandbox: bool = True,
        rubric: Rubric = STANDARD,
        reserve_cpus: int = 0,
        deadline_s: float | None = None,
        processes: int = 1,
    ) -> None:
        """Set up a pool; nothing is started or joined yet.

        Args:
            workers: Number of workers; None for one on each CPU that is free.
            address: Cluster to join: "auto" for the one on this machine, "host:port", or "ray://host:port" (needs
                `pip install "ray[client]"`). None: see above.
            limits: What one script may use; None for the defaults of `Limits`.
            sandbox: Confine scripts.
            rubric: Checks and weights; those of your own must be importable on every node.
            reserve_cpus: CPUs of the cluster that stay free, for a trainer.
            deadline_s: Seconds after which a worker that is at one answer is given up; None for a time that no score
                within `limits` needs.
            processes: Processes that each make such a pool on one cluster, as those of a training do; without a number
                of workers each takes its part of the CPUs.
        """
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers!r}")
        self._settings: dict[str, Any] = {
            "workers": workers,
            "address": address,
            "limits": limits or Limits(),
            "sandbox": sandbox,
            "rubric": rubric,
            "reserve_cpus": reserve_cpus,
            "deadline_s": deadline_s,
            "processes": processes,
        }
        self._dispatcher: Dispatcher | None = None
        self._owns_ray = False
        self._closed = False

    @property
    def workers(self) -> int:
        """Number of workers; starts or joins Ray when that is not done yet."""
        self.start()
        return self._size

    @property
    def limits(self) -> Limits:
        """What one script may use."""
        found: Limits = self._settings["limits"]
        return found

    @property
    def rubric(self) -> Rubric:
        """Checks and weights."""
        found: Rubric = self._settings["rubric"]
        return found

    def start(self) -> None:
        """Start or join Ray and start the workers now, instead of with the first score.

        Raises:
            InfrastructureError: Ray is not installed, cannot be reached, or has too few CPUs.
        """
        if self._closed:
            raise RuntimeError("the pool is closed")
        if self._dispatcher is not None:
            return
        settings = self._settings
        asked = None if settings["workers"] is None else settings["workers"] + settings["reserve_cpus"]
        cluster = join(settings["address"], asked)
        self._owns_ray = cluster.owned
        try:
            self._size = _size(settings["workers"], cluster, settings["reserve_cpus"], settings["processes"])
        except InfrastructureError:
            self._disconnect()
            raise
        arguments = (settings["limits"], settings["sandbox"], settings["rubric"])
        self._dispatcher = Dispatcher(lambda: Actor(*arguments), self._size, self._deadline, START_S)

    def submit(self, task: Task, answer: str, seed: int = 0) -> "Future[Scored]":
        """Begin to score an answer; see `Pool.submit`."""
        if not isinstance(answer, str):
            raise TypeError(f"an answer must be a str, not {type(answer).__name__}")
        self.start()
        assert self._dispatcher is not None
        job = Job(task, answer, seed)
        self._dispatcher.submit(job)
        return job.future

    def score(self, task: Task, answer: str, seed: int = 0) -> Scored:
        """Score one answer; see `Pool.score`."""
        return self.submit(task, answer, seed).result()

    def score_many(self, items: Iterable[tuple[Task, str, int]]) -> list[Scored]:
        """Score many `(task, answer, seed)`; the results come in their order."""
        return in_order(self, items)

    def as_completed(
        self, items: Iterable[tuple[Task, str, int]]
    ) -> Iterator[tuple[int, Scored | InfrastructureError]]:
        """Score many as they come and yield each as it ends; see `Pool.as_completed`."""
        return as_they_end(self, items, AHEAD * self.workers)

    def close(self) -> None:
        """End the workers, and Ray when it was started here; a second call does nothing."""
        self._closed = True
        dispatcher, self._dispatcher = self._dispatcher, None
        if dispatcher is not None:
            dispatcher.close()
        self._disconnect()

    def _disconnect(self) -> None:
        owned, self._owns_ray = self._owns_ray, False
        if owned:
            import ray

            ray.shutdown()

    def _deadline(self, job: Job) -> float:
        given: float | None = self._settings["deadline_s"]
        return given or DEADLINE_LIMITS * job.task.limits(self._settings["limits"]).wall_s + GRACE_S

    def __getstate__(self) -> dict[str, Any]:
        return self._settings

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]


def _size(workers: int | None, cluster: Cluster, reserved: int, processes: int) -> int:
    """Return how many workers there are to be."""
    free = cluster.free - reserved
    if workers is None and processes > 1:
        # of all CPUs, not of the free ones: the other processes may have taken theirs
        workers = max(1, (cluster.cpus - reserved) // processes)
    if free < 1 or (workers or 0) > free:
        raise InfrastructureError(
            f"the Ray cluster has {cluster.cpus} CPUs, {cluster.free} of them free, {reserved} reserved: too few for "
            f"{workers or 1} workers with one CPU each"
        )
    return workers or free
