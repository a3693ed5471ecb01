"""What a confined process cannot do, whoever the server is: the attacks that work without a sandbox."""

import os
import resource
import signal
import socket
import subprocess
import threading
import time

import numpy as np
import pytest

from mdgym.engine.limits import Limits
from mdgym.engine.sandbox import choose_uid


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text="new"):
    with open(path, "w") as file:
        file.write(text)


def test_honest_work_goes_on(confined, place):
    def body():
        write("out", "x" * 1000)
        os.mkdir("dump")
        write("dump/1")
        mean = float(np.arange(1e6).mean())
        return [read("out") == "x" * 1000, read(place / "potentials" / "Cu.eam"), os.listdir("dump"), mean]

    assert confined(body).value == [True, "content", ["1"], 499999.5]


FORBIDDEN = {
    "fork": os.fork,
    "shell": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "thread": lambda: threading.Thread(target=print).start(),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "network": lambda: socket.socket().connect(("127.0.0.1", 1)),
    "socket pair": socket.socketpair,
    "become root": lambda: os.setresuid(0, 0, 0),
    "chroot": lambda: os.chroot("."),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_an_attack_on_the_system_kills_the_process(confined, name):
    assert confined(FORBIDDEN[name]).killed_by == "SIGSYS"


DENIED = {
    "read absolute": (lambda: read("/etc/passwd"), "EACCES"),
    "read upwards": (lambda: read("../outside/secret"), "EACCES"),
    "read by link": (lambda: read("link"), "EACCES"),
    "read the server": (lambda: read(f"/proc/{os.getppid()}/environ"), "EACCES"),
    "read itself": (lambda: read("/proc/self/maps"), "EACCES"),
    "write upwards": (lambda: write("../outside/new"), "EACCES"),
    "write by link": (lambda: write("link"), "EACCES"),
    "write to an open file by name": (lambda: write("/proc/self/fd/1"), "EACCES"),
    "write its own memory": (lambda: write("/proc/self/mem"), "EACCES"),
    "write shared memory": (lambda: write("/dev/shm/mdgym-new"), "EACCES"),
    "hard link": (lambda: os.link("../outside/secret", "secret"), "EPERM"),
    "symbolic link": (lambda: os.symlink("/etc/passwd", "passwd"), "EPERM"),
    "rename out": (lambda: os.rename("input", "../outside/input"), "EACCES"),
    "remove outside": (lambda: os.unlink("../outside/secret"), "EACCES"),
    "chmod": (lambda: os.chmod("input", 0o4777), "EPERM"),
    "chown": (lambda: os.chown("input", -1, -1), "EPERM"),
    "pipe to a program": (lambda: os.popen("true").read(), "EPERM"),
    "signal to the server": (lambda: os.kill(os.getppid(), 0), "EPERM"),
    "signal to everybody": (lambda: os.kill(-1, 0), "EPERM"),
}


@pytest.mark.parametrize("name", DENIED)
def test_an_attack_on_files_and_processes_is_denied(confined, place, name):
    body, error = DENIED[name]
    assert confined(body).value == error
    assert (place / "outside" / "secret").read_text() == "content"
    assert os.listdir(place / "outside") == ["secret"]


def test_a_sibling_cannot_be_signalled(confined):
    with subprocess.Popen(["sleep", "60"]) as sibling:
        assert confined(lambda: os.kill(sibling.pid, signal.SIGKILL)).value == "EPERM"
        assert sibling.poll() is None
        sibling.kill()


def test_no_user_but_an_unprivileged_one_and_no_capability_is_left(forked, confine):
    def body():
        with open("/proc/self/status") as status:
            confine("root" if os.geteuid() == 0 else "nobody")
            fields = dict(line.split(":\t") for line in status.read().splitlines())
        return {name: fields[name] for name in ("Uid", "Gid", "Groups", "CapEff", "CapPrm", "NoNewPrivs", "Seccomp")}

    fields = forked(body).value
    if os.geteuid() == 0:
        assert fields["Uid"].split() == fields["Gid"].split() == [str(choose_uid(0))] * 4
        assert fields["Groups"].strip() == ""
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")


def test_memory_beyond_the_limit_is_refused(confined):
    limits = Limits(memory_mb=64)
    assert confined(lambda: len(bytearray(32 << 20)), limits).value == 32 << 20
    assert confined(lambda: len(bytearray(96 << 20)), limits).value.startswith("MemoryError")


def test_a_file_beyond_the_limit_ends_the_process(confined, place):
    assert confined(lambda: write("big", "x" * (2 << 20)), Limits(file_mb=1)).killed_by == "SIGXFSZ"
    assert (place / "work" / "big").stat().st_size <= 1 << 20


def test_cpu_time_beyond_the_limit_ends_the_process(forked, confine):
    def body():
        confine("nobody", Limits(cpu_s=0.5))  # the kernel counts whole seconds
        while True:
            pass

    start = time.monotonic()
    assert forked(body).killed_by == "SIGXCPU"
    assert time.monotonic() - start < 10


def test_too_many_open_files_are_refused(confined):
    def body():
        return [os.open("input", os.O_RDONLY) for _ in range(100)]

    assert confined(body, Limits(open_files=50)).value == "EMFILE"
    # even the smallest limit leaves the sandbox room to be put up
    assert confined(os.getpid, Limits(open_files=1)).killed_by == ""


def test_limits_cannot_be_raised_again(confined):
    def body():
        for name in ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_NPROC"):
            with pytest.raises((OSError, ValueError)):
                resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY,) * 2)
        return [resource.getrlimit(which)[1] for which in (resource.RLIMIT_NPROC, resource.RLIMIT_CORE)]

    assert confined(body).value == [0, 0]


def test_a_lower_limit_of_the_machine_is_kept(forked, confine):
    def body():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        confine("nobody")
        return resource.getrlimit(resource.RLIMIT_FSIZE)

    assert forked(body).value == [1000, 1000]
