"""The Ray client: a pool on a cluster whose nodes this process is none of."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytest.importorskip("grpc")

from mdgym.scoring import SerialPool
from mdgym.scoring.ray_pool import RayPool
from mdgym.tasks.suites import load_suite

ENVIRONMENT = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}


@pytest.fixture
def server():
    """Address of a cluster's client server; the cluster ends with the test, and no other one does."""
    # names of sockets are short: pytest's own folders are too deep for them
    with tempfile.TemporaryDirectory(prefix="ray") as folder:
        # --block, so that it is one process whose end is that of the cluster
        options = ["--head", "--block", "--port=0", "--num-cpus=1", "--include-dashboard=false"]
        options += ["--disable-usage-stats", "--node-ip-address=127.0.0.1", "--ray-client-server-port=10001"]
        options += ["--min-worker-port=20000", "--max-worker-port=20999", f"--temp-dir={folder}"]
        ray = shutil.which("ray", path=str(Path(sys.executable).parent))
        with subprocess.Popen([ray, "start", *options], env={**os.environ, **ENVIRONMENT}) as head:
            yield wait_for(10001)
            head.terminate()
            head.wait(60)


def wait_for(port):
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return f"ray://127.0.0.1:{port}"
        time.sleep(0.1)
    raise TimeoutError("the cluster did not start")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_pool_behind_the_ray_client_scores_as_one_in_this_process(server, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    answers = [(task, task.gold, 3) for task in load_suite("micro", "test")[::30]]
    with RayPool(1, server) as pool, SerialPool() as serial:
        assert [found.score for found in pool.score_many(answers)] == [
            found.score for found in serial.score_many(answers)
        ]
