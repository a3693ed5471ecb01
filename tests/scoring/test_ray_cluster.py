"""A cluster of several Ray nodes on this machine, and what is killed in it while it scores."""

import contextlib
import fcntl
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import ray
from ray.cluster_utils import Cluster

from mdgym.engine import Limits
from mdgym.engine.process import PREFIX
from mdgym.scoring import SerialPool
from mdgym.scoring.ray_pool import RayPool
from mdgym.tasks.suites import load_suite

pytestmark = [pytest.mark.timeout(400), pytest.mark.filterwarnings("ignore::Warning")]
SCORES = 500
LIMITS = Limits(cpu_s=20.0, wall_s=60.0)


@pytest.fixture(scope="module")
def cluster():
    """Three nodes of one CPU each; the driver is at the first."""
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 100 << 20})
    try:
        found.add_node(num_cpus=1, object_store_memory=100 << 20)
        found.add_node(num_cpus=1, object_store_memory=100 << 20)
        ray.init(found.address, log_to_driver=False)
        yield found
    finally:
        ray.shutdown()
        found.shutdown()


def processes(words: str) -> dict[int, int]:
    """Ids of running processes whose command line holds some words, with those of their parents."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if words in command(int(entry.name)) and state != "Z":
            found[int(entry.name)] = int(parent)
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


class Victims:
    """The processes of one cluster, and of no other program on this machine."""

    def __init__(self, cluster: Cluster) -> None:
        nodes = cluster.list_all_nodes()
        self.raylets = {info.process.pid for node in nodes for info in node.all_processes["raylet"]}
        self.known: set[int] = set()

    def workers(self) -> set[int]:
        found = {pid for pid, parent in processes("ray::RemoteScorer").items() if parent in self.raylets}
        self.known |= found
        return found

    def engines(self) -> dict[int, int]:
        """Engines and their scripts, whose command lines name the worker that has started them."""
        self.workers()
        running = processes("mdgym.engine.server")
        return {pid: parent for pid, parent in running.items() if any(f" {w} conf" in command(pid) for w in self.known)}

    def kill(self, kind: str) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            engines = self.engines()
            found = {
                "script": [pid for pid, parent in engines.items() if parent in engines],
                "engine": [pid for pid, parent in engines.items() if parent not in engines],
                "worker": list(self.workers()),
            }[kind]
            if found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(found[0], signal.SIGKILL)
                return
        raise AssertionError(f"there is no {kind} to kill")


def shared_memory() -> set[str]:
    return {path.name for path in Path("/dev/shm").iterdir() if path.name.startswith("mpich")}


def test_every_score_arrives_once_and_is_the_serial_one_whatever_is_killed(cluster):
    before = shared_memory()
    tasks = load_suite("micro", "test")
    scripts = [task.gold if number % 3 else f"{task.gold}\nunfix nothing\n" for number, task in enumerate(tasks)]
    items = [(tasks[n % len(tasks)], scripts[n % len(tasks)], n) for n in range(SCORES)]
    with SerialPool(LIMITS) as serial:
        expected = {index: scored.score for index, scored in serial.as_completed(items)}
    node = sorted(cluster.worker_nodes, key=str)[0]
    victims = Victims(cluster)
    done, killed, found = [], [], {}

    def kill_one_after_another() -> None:
        for number, kind in enumerate(("script", "engine", "worker", "script", "node"), start=1):
            while len(done) < number * SCORES // 7:
                time.sleep(0.002)
            if kind == "node":
                victims.workers()
                cluster.remove_node(node, allow_graceful=False)
            else:
                victims.kill(kind)
            killed.append(kind)

    with RayPool(limits=LIMITS) as pool:
        assert pool.workers == 3
        killer = threading.Thread(target=kill_one_after_another, daemon=True)
        killer.start()
        for index, scored in pool.as_completed(items):
            assert index not in found
            assert not isinstance(scored, Exception), scored
            found[index] = scored.score
            done.append(index)
        killer.join(timeout=60)
    assert killed == ["script", "engine", "worker", "script", "node"]
    assert found == expected
    assert len(victims.known) >= 4
    deadline = time.monotonic() + 20
    while (victims.engines() or victims.workers()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not victims.engines() and not victims.workers()
    # what a killed one leaves, the next engine on its machine sweeps up
    with SerialPool() as pool:
        pool.engine.start()
    assert all(alive(path) for path in Path("/tmp").glob(f"{PREFIX}*"))
    assert shared_memory() <= before


def alive(base: Path) -> bool:
    """Whether somebody holds the lock of an engine's directory."""
    try:
        with open(base / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # gone by now, or just being made
        return not base.exists() or time.time() - base.stat().st_mtime < 60
    return False
