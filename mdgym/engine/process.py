"""The process behind an `Engine`: started, asked, ended, and nothing of it left behind."""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any

from mdgym.engine.library import ENVIRONMENT
from mdgym.engine.protocol import receive, send
from mdgym.errors import InfrastructureError, SandboxError

PREFIX = "mdgym-engine-"
# A directory without a lock is either being made, or its maker was killed over it.
_HALF_MADE_S = 600.0
_START_S = 60.0


class ServerProcess:
    """The server's process, its socket and its directory.

    Args:
        parent: Where its directory is made.
        sandbox: Whether it confines scripts.

    Raises:
        SandboxError: It cannot.
        InfrastructureError: It does not start.
    """

    def __init__(self, parent: Path, sandbox: bool) -> None:
        self.owner = os.getpid()
        self.base, lock = _make_base(parent)
        self.channel, theirs = socket.socketpair()
        try:
            with theirs, open(self.base / "server.log", "wb") as log:
                self.process = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "mdgym.engine.server", str(theirs.fileno())),
                        *(str(self.base), str(self.owner), "confined" if sandbox else "open"),
                    ],
                    env={
                        **ENVIRONMENT,
                        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
                        "PATH": os.defpath,
                    },
                    cwd=self.base,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except OSError as error:
            self.channel.close()
            os.close(lock)
            shutil.rmtree(self.base, ignore_errors=True)
            raise InfrastructureError(f"the engine's server cannot be started: {error}") from error
        # also when the owner forgets: at garbage collection and at exit
        self._finalizer = weakref.finalize(self, _end, self.owner, self.process, self.channel, lock, self.base)
        try:
            hello = self._receive(_START_S)
        except BaseException:
            self.end()
            raise
        if "ready" not in hello:
            self.end()
            if "sandbox" in hello:
                raise SandboxError(hello["sandbox"])
            raise InfrastructureError(hello["infrastructure"])
        self.lammps_version = int(hello["lammps"])

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send one request and wait for its answer."""
        try:
            send(self.channel, request)
        except OSError as error:
            raise InfrastructureError(f"the engine's server is gone: {error}{self._last_words()}") from error
        return self._receive(seconds)

    def cpu_s(self) -> float:
        """CPU time of the process and of its children that have ended, seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """End the process and remove everything; more than once does no harm."""
        self._finalizer()

    def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            self.channel.settimeout(seconds)
            return dict(receive(self.channel))
        except TimeoutError as error:
            raise InfrastructureError(f"the engine's server did not answer within {seconds:.0f} s") from error
        except (EOFError, OSError) as error:
            raise InfrastructureError(f"the engine's server is gone{self._last_words()}") from error

    def _last_words(self) -> str:
        try:
            text = (self.base / "server.log").read_text("utf-8", "replace").strip()
        except OSError:
            return ""
        return f": {text[-1500:]}" if text else ""


def _end(owner: int, process: "subprocess.Popen[bytes]", channel: socket.socket, lock: int, base: Path) -> None:
    if os.getpid() != owner:
        # a fork of the owner: the server goes on
        channel.close()
        os.close(lock)
        return
    with contextlib.suppress(OSError):
        # another thread may still wait for an answer
        channel.shutdown(socket.SHUT_RDWR)
    channel.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        # it ends by itself when the channel closes, and takes a running script along
        process.wait(timeout=2)
    if process.poll() is None:
        process.kill()
        process.wait()
    shutil.rmtree(base, ignore_errors=True)
    os.close(lock)


def _make_base(parent: Path) -> tuple[Path, int]:
    """Make and lock a directory that others can pass through but not list; sweep up after the dead."""
    for other in parent.glob(f"{PREFIX}*"):
        _sweep(other)
    try:
        base = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        base.chmod(0o711)
        return base, _lock(base)
    except OSError as error:
        raise InfrastructureError(f"nothing can be written in {parent}: {error.strerror}") from error


def _lock(base: Path) -> int:
    # locked before it has the name that others look for
    fresh = base / "lock.new"
    lock = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    fresh.rename(base / "lock")
    return lock


def _sweep(base: Path) -> None:
    """Remove the directory of a client that was killed: nobody holds its lock any more."""
    with contextlib.suppress(OSError):
        made = base.lstat()
        if made.st_uid != os.geteuid():
            return
        if not (base / "lock").exists():
            if time.time() - made.st_mtime > _HALF_MADE_S:
                # nothing else was in it yet; anything else is not ours
                (base / "lock.new").unlink(missing_ok=True)
                base.rmdir()
            return
        lock = os.open(base / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(base, ignore_errors=True)
        finally:
            os.close(lock)
