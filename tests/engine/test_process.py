"""Nothing is left behind, whoever dies."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mdgym.engine import Engine, Limits
from mdgym.errors import InfrastructureError

LONG = "region b block 0 1 0 1 0 1\ncreate_box 1 b\npair_style zero 1\npair_coeff * *\nmass 1 1\nrun 40000000\n"
# runs a script for ever in a process of its own; prints the server's process id when the script is running
CLIENT = """
import sys, threading, time
from mdgym.engine import Engine, Limits
engine = Engine(limits=Limits(wall_s=60, cpu_s=60), directory=sys.argv[1])
engine.start()
server = engine._server.process.pid
def tell():
    while not open(f"/proc/{server}/task/{server}/children").read():
        time.sleep(0.01)
    print(server, open(f"/proc/{server}/task/{server}/children").read(), flush=True)
threading.Thread(target=tell).start()
engine.run(sys.argv[2])
"""


@pytest.fixture
def client(folder):
    """A client in a process group of its own, running a long script: the process, and ids of server and script."""
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(folder), LONG],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # a shell starts what runs in the background with Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        yield process, [int(number) for number in process.stdout.readline().split()]
        process.kill()


def alive(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def ends(pids, seconds=10.0):
    """Whether all processes end in time."""
    limit = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < limit:
        time.sleep(0.02)
    return not any(map(alive, pids))


def running(server):
    """Wait for the script of a server, and return its process id."""
    children = Path(f"/proc/{server}/task/{server}/children")
    for _ in range(1000):
        if text := children.read_text():
            return int(text)
        time.sleep(0.01)
    raise AssertionError("no script was started")


def descriptors(pid="self"):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_kb(pid):
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


SCRIPTS = (
    "print hello\n",
    "foo\n",
    "units lj\nlattice fcc 1\nregion b block 0 1 0 1 0 1\ncreate_box 1 b\ncreate_atoms 1 box\nmass 1 1\n"
    "pair_style zero 2\npair_coeff * *\nfix 1 all nve\ndump d all atom 5 out.*\nrun 10\n",
    "shell true\n",
)


# deeper than the stack
CRASH = "print $(v_a)\n"
for _x, _y in zip("abcdefghi", "bcdefghij"):
    CRASH = f"variable {_x} equal {'(' * 1900}v_{_y}{')' * 1900}\n{CRASH}"


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_many_scripts_leave_nothing_behind(folder, count):
    with Engine(directory=folder) as engine:
        for script in (*SCRIPTS * 4, CRASH):
            engine.run(script)
        server = engine._server.process.pid
        base = engine._server.base
        before = (descriptors(), descriptors(server), sorted(os.listdir(base)))
        memory = resident_kb(server), resident_kb("self")
        scripts = [CRASH if i % 50 == 0 else SCRIPTS[i % len(SCRIPTS)] for i in range(count)]
        statuses = {engine.run(script, seed=i).status for i, script in enumerate(scripts)}
        assert statuses == {"completed", "script_error", "crash"}
        gc.collect()
        assert (descriptors(), descriptors(server), sorted(os.listdir(base))) == before
        assert resident_kb(server) - memory[0] < 1500
        assert resident_kb("self") - memory[1] < 8000
        assert Path(f"/proc/{server}/task/{server}/children").read_text() == ""
    assert ends([server])
    assert [name for name in os.listdir("/dev/shm") if f"{server:x}" in name] == []
    assert os.listdir(folder) == []


def test_close_ends_the_server_and_removes_its_directory(folder):
    before = descriptors()
    engine = Engine(directory=folder)
    engine.run("")
    server = engine._server.process.pid
    engine.close()
    engine.close()
    assert ends([server])
    assert os.listdir(folder) == []
    assert descriptors() == before


def test_a_directory_that_other_users_cannot_reach_will_do(tmp_path):
    tmp_path.chmod(0o700)
    with Engine(directory=tmp_path) as engine:
        execution = engine.run("include a\nprint x file b\n", files={"a": "print a\n"})
    assert (execution.status, execution.log) == ("completed", "a\nx\n")


def test_an_engine_that_is_forgotten_ends_its_server(folder):
    before = descriptors()
    engine = Engine(directory=folder)
    engine.run("")
    server = engine._server.process.pid
    del engine
    gc.collect()
    assert ends([server])
    assert os.listdir(folder) == []
    assert descriptors() == before


def test_a_client_that_ends_without_closing_leaves_nothing(folder):
    code = (
        "import sys; from mdgym.engine import Engine; e = Engine(directory=sys.argv[1]); e.run('')\n"
        "print(e._server.process.pid)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert ends([int(run.stdout)])
    assert os.listdir(folder) == []


def test_ctrl_c_leaves_nothing(folder, client):
    process, pids = client
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == -signal.SIGINT
    assert ends(pids)
    assert os.listdir(folder) == []


def test_a_killed_client_takes_server_and_script_along_and_the_next_one_sweeps(folder, client):
    process, pids = client
    process.kill()
    assert ends(pids)
    assert len(os.listdir(folder)) == 1
    with Engine(directory=folder) as engine:
        engine.run("")
        assert os.listdir(folder) == [engine._server.base.name]
    assert os.listdir(folder) == []


def test_a_killed_server_is_our_own_fault_and_the_engine_goes_on(folder):
    with Engine(directory=folder) as engine:
        engine.start()
        server = engine._server.process.pid
        script = []

        def kill():
            script.append(running(server))
            os.kill(server, signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        with pytest.raises(InfrastructureError, match="the engine's server is gone"):
            engine.run(LONG)
        thread.join()
        assert ends([server, *script])
        assert engine.run("print again\n").status == "completed"
        assert len(os.listdir(folder)) == 1


def test_a_script_killed_from_outside_is_not_its_own_fault(folder):
    with Engine(directory=folder) as engine:
        engine.start()
        thread = threading.Thread(target=lambda: os.kill(running(engine._server.process.pid), signal.SIGKILL))
        thread.start()
        with pytest.raises(InfrastructureError, match="ended from outside by SIGKILL"):
            engine.run(LONG)
        thread.join()
        assert engine.run("").status == "completed"


@pytest.mark.slow
def test_a_server_that_hangs_is_given_up(folder):
    with Engine(limits=Limits(wall_s=1), directory=folder) as engine:
        engine.start()
        server = engine._server.process.pid
        os.kill(server, signal.SIGSTOP)
        with pytest.raises(InfrastructureError, match="did not answer within 16 s"):
            engine.run("")
        assert ends([server])
        assert engine.run("").status == "completed"


def test_close_ends_a_script_that_runs_in_another_thread(folder):
    engine = Engine(limits=Limits(wall_s=60, cpu_s=60), directory=folder)
    engine.start()
    server = engine._server.process.pid
    caught = []

    def run():
        try:
            engine.run(LONG)
        except InfrastructureError as error:
            caught.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    script = running(server)
    start = time.monotonic()
    engine.close()
    thread.join()
    assert time.monotonic() - start < 5
    assert len(caught) == 1
    assert ends([server, script])
    assert os.listdir(folder) == []


def test_several_engines_and_threads_do_not_disturb_each_other(folder):
    found = {}
    with Engine(directory=folder) as first, Engine(directory=folder) as second:

        def work(number):
            for i in range(10):
                engine = (first, second)[(number + i) % 2]
                value = engine.run(f"variable x equal {number}*100+{i}\n").variables["x"]
                found[number, i] = value == number * 100 + i

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(os.listdir(folder)) == 2
    assert len(found) == 40
    assert all(found.values())


def test_a_fork_gets_a_server_of_its_own(folder, forked):
    with Engine(directory=folder) as engine:
        engine.run("")
        server = engine._server.process.pid

        def body():
            status = engine.run("print fork\n").status
            other = engine._server.process.pid
            engine.close()
            return [status, other != server, alive(server), len(os.listdir(folder))]

        assert forked(body).value == ["completed", True, True, 1]
        assert engine._server.process.pid == server
        assert engine.run("print parent\n").status == "completed"


def test_a_fork_while_a_script_runs_does_not_wait_for_it(folder, forked):
    with Engine(directory=folder, limits=Limits(wall_s=60, cpu_s=60)) as engine:
        engine.start()
        server = engine._server.process.pid

        def run():
            with contextlib.suppress(InfrastructureError):
                engine.run(LONG)

        thread = threading.Thread(target=run)
        thread.start()
        running(server)

        def body():
            status = engine.run("").status
            engine.close()
            return status

        assert forked(body).value == "completed"
        assert alive(server)
        engine.close()
        thread.join()


def test_only_the_directories_of_the_dead_are_swept(folder):
    for name in ("engine-dead", "engine-full", "other-dead"):
        (folder / f"mdgym-{name}").mkdir()
        (folder / f"mdgym-{name}" / "file").write_text("x")
    for name in ("engine-dead", "other-dead"):
        (folder / f"mdgym-{name}" / "lock").touch()
    for name in ("new", "old", "half"):
        (folder / f"mdgym-engine-{name}").mkdir()
    (folder / "mdgym-engine-half" / "lock.new").touch()
    (folder / "mdgym-engine-link").symlink_to(folder / "mdgym-other-dead")
    (folder / "mdgym-engine-file").write_text("x")
    for name in ("old", "half", "full"):
        os.utime(folder / f"mdgym-engine-{name}", (0, 0))
    left = {"mdgym-engine-new", "mdgym-engine-full", "mdgym-other-dead", "mdgym-engine-link", "mdgym-engine-file"}
    if os.geteuid() == 0:
        left.add("mdgym-engine-foreign")
        (folder / "mdgym-engine-foreign").mkdir()
        (folder / "mdgym-engine-foreign" / "lock").touch()
        os.chown(folder / "mdgym-engine-foreign", 65534, 65534)
    with Engine(directory=folder) as engine:
        engine.start()
    assert set(os.listdir(folder)) == left
    assert (folder / "mdgym-other-dead" / "file").exists()


def test_without_a_sandbox_limits_and_rules_still_hold():
    with Engine(limits=Limits(wall_s=1), sandbox=False) as engine:
        assert engine.run("shell sh -c true\n").status == "forbidden"
        assert engine.run("foo\n").status == "script_error"
        assert engine.run(LONG).status == "timeout"
        assert engine.run("print a file b\n").files[0].name == "b"
