"""Nothing is left behind: processes, files, shared memory and descriptors, however a client or server ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mdgym.engine import Engine, Limits
from mdgym.engine.process import PREFIX
from mdgym.errors import InfrastructureError

ENDLESS = "units lj\nlattice fcc 0.8\nregion b block 0 4 0 4 0 4\ncreate_box 1 b\ncreate_atoms 1 box\nmass 1 1\n"
ENDLESS += "pair_style lj/cut 2.5\npair_coeff 1 1 1 1\nfix 1 all nve\nrun 190000\n"
SCRIPTS = (
    "print hello",
    "nonsense",
    "units lj\nregion b block 0 4 0 4 0 4\ncreate_box 1 b\nwrite_data left.data",
    "variable i loop 50\nlabel a\nprint 'line $i' append lines.txt\nnext i\njump SELF a",
    "plugin load x.so",
    "variable x equal 1/0\nprint $(v_x)",
    ENDLESS.replace("190000", "20"),
)


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def servers() -> set[int]:
    """Processes of fork servers and their children, by their command line."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"mdgym.engine.server" in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def children_of(pid: int) -> set[int]:
    return {p for p in servers() if _parent(p) == pid}


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def check_no_leak(count: int, directory: Path) -> None:
    shared = set(os.listdir("/dev/shm"))
    with Engine(directory=directory) as engine:
        for script in SCRIPTS:
            engine.run(script)
        assert engine._server is not None
        pid, base = engine._server.process.pid, engine._server.base
        before = descriptors(os.getpid()), descriptors(pid), set(os.listdir(base))
        memory = _resident(pid)
        for number in range(count):
            engine.run(SCRIPTS[number % len(SCRIPTS)], seed=number)
        assert (descriptors(os.getpid()), descriptors(pid), set(os.listdir(base))) == before
        assert children_of(pid) == set()
        assert _resident(pid) < memory + 20_000
    assert list(directory.iterdir()) == []
    assert not os.path.exists(f"/proc/{pid}")
    assert {name for name in os.listdir("/dev/shm") if f"{pid:x}" in name} <= shared


def _resident(pid: int) -> int:
    """Resident memory in KiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def test_three_hundred_scripts_leave_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    check_no_leak(300, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_scripts_leave_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    check_no_leak(10_000, tmp_path)


def client(code: str, directory: Path) -> "subprocess.Popen[str]":
    """Start a client of its own that has an endless script running."""
    program = f"""
        from mdgym.engine import Engine, Limits
        with Engine(directory={str(directory)!r}, limits=Limits(wall_s=60, cpu_s=60)) as engine:
            engine.start()
            print(engine._server.process.pid, flush=True)
            {code}
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip


@pytest.fixture
def running(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    tmp_path.chmod(0o755)
    with client(f"engine.run({ENDLESS!r})", tmp_path) as process:
        yield process
        process.kill()


def started(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    assert wait_for(lambda: len(children_of(pid)) == 1)
    return pid


def test_ctrl_c_leaves_nothing(running: "subprocess.Popen[str]", tmp_path: Path) -> None:
    server = started(running)
    child = children_of(server)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert wait_for(lambda: not ({server} | child) & servers())
    assert list(tmp_path.iterdir()) == []


def test_a_killed_client_takes_its_processes_along_and_the_next_engine_sweeps_up(
    running: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    server = started(running)
    child = children_of(server)
    running.kill()
    running.communicate()
    assert wait_for(lambda: not ({server} | child) & servers())
    left = [path.name for path in tmp_path.iterdir()]
    assert len(left) == 1
    assert left[0].startswith(PREFIX)
    with Engine(directory=tmp_path) as engine:
        engine.start()
        assert left[0] not in os.listdir(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_server_is_an_infrastructure_error_and_the_next_call_works() -> None:
    with Engine() as engine, ThreadPoolExecutor(1) as executor:
        engine.start()
        assert engine._server is not None
        pid = engine._server.process.pid
        future = executor.submit(engine.run, ENDLESS)
        assert wait_for(lambda: len(children_of(pid)) == 1)
        child = children_of(pid)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="server is gone"):
            future.result()
        assert wait_for(lambda: not child & servers())
        assert engine.run("print again").status == "completed"


def test_closing_twice_does_no_harm_and_a_closed_engine_says_so() -> None:
    engine = Engine()
    engine.start()
    engine.close()
    engine.close()
    with pytest.raises(InfrastructureError, match="closed"):
        engine.run("print x")


def test_several_engines_live_side_by_side_and_threads_may_share_one() -> None:
    with Engine() as first, Engine() as second, ThreadPoolExecutor(4) as executor:
        jobs = [executor.submit((first, second)[i % 2].run, "print hello") for i in range(20)]
        assert {job.result().status for job in jobs} == {"completed"}


def test_a_forked_process_gets_a_server_of_its_own() -> None:
    with Engine() as engine:
        engine.start()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                code = 0 if engine.run("print hello").status == "completed" else 1
                engine.close()
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert engine.run("print hello").status == "completed"


def test_a_directory_that_does_not_exist_is_one_clear_error(tmp_path: Path) -> None:
    with Engine(directory=tmp_path / "missing") as engine, pytest.raises(InfrastructureError, match="missing"):
        engine.run("print x")


def test_a_deadline_of_the_wall_clock_is_kept() -> None:
    with Engine(limits=Limits(wall_s=0.5)) as engine:
        began = time.monotonic()
        execution = engine.run(ENDLESS)
        assert execution.status == "timeout"
        assert time.monotonic() - began < 8
