"""The fork server: LAMMPS loaded and opened once, one confined child per job.

It is a process of its own, started by exec and single-threaded, so that forking is safe whatever its client does. It
ends when its client does, and takes the running child with it.
"""

import gc
import os
import secrets
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from mdgym.engine import child
from mdgym.engine.execution import COMPLETED, CRASH, EXITED, FORBIDDEN, QUOTA, TIMEOUT
from mdgym.engine.handle import Handle
from mdgym.engine.job import ScriptJob
from mdgym.engine.library import open_lammps, potentials_directory
from mdgym.engine.limits import Limits
from mdgym.engine.mailbox import Mailbox
from mdgym.engine.output import is_full, left_files, over_quota, read_log
from mdgym.engine.protocol import receive, send, unpack
from mdgym.engine.replay import Replay
from mdgym.engine.sandbox import choose_uid, prepare, readable_by_others
from mdgym.errors import InfrastructureError, SandboxError
from mdgym.records import from_json

_WATCH_S = 0.05
_SIGNALS = {
    signal.SIGSYS: (FORBIDDEN, "the script asked the kernel for something that no script may do"),
    signal.SIGXCPU: (TIMEOUT, "the script used up its CPU time"),
    signal.SIGXFSZ: (QUOTA, "the script wrote a file larger than a script may write"),
    signal.SIGSEGV: (CRASH, "LAMMPS crashed (segmentation fault)"),
    signal.SIGBUS: (CRASH, "LAMMPS crashed (bus error)"),
    signal.SIGABRT: (CRASH, "LAMMPS crashed (abort)"),
    signal.SIGFPE: (CRASH, "LAMMPS crashed (arithmetic error)"),
    signal.SIGILL: (CRASH, "LAMMPS crashed (illegal instruction)"),
}


class Server:
    """Serves one client over a socket until it goes away.

    Args:
        channel: The socket.
        base: Directory for everything that is written; the client removes it.
        client: Process id of the client.
        confined: Whether to use the sandbox.
    """

    def __init__(self, channel: socket.socket, base: Path, client: int, confined: bool) -> None:
        self.channel = channel
        self.base = base
        self.count = 0
        self.client = os.pidfd_open(client)
        potentials = self._readable_potentials(potentials_directory(), confined)
        self.sandbox = prepare((str(potentials),)) if confined else None
        self.uid = choose_uid(0) if confined and os.geteuid() == 0 else None
        self.handle = Handle(open_lammps())
        for name in list(os.environ):
            del os.environ[name]
        os.environ["LAMMPS_POTENTIALS"] = str(potentials)
        gc.collect()
        gc.freeze()

    def serve(self) -> None:
        """Answer jobs until the client goes away."""
        poll = select.poll()
        poll.register(self.channel, select.POLLIN | select.POLLHUP)
        poll.register(self.client, select.POLLIN)
        while True:
            events = dict(poll.poll())
            if self.client in events:
                return
            try:
                request = receive(self.channel)
            except (EOFError, ConnectionError):
                return
            try:
                answer = self._answer(request)
            except _ClientGone:
                return
            except OSError as error:
                answer = {"infrastructure": f"the engine cannot work in {self.base}: {error}"}
            send(self.channel, answer)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["kind"] == "catalogue":
            return {"styles": self._styles()}
        directory = self.base / f"job{self.count}"
        self.count += 1
        try:
            directory.mkdir(mode=0o700)
            self._place_files(directory, request["files"])
            return self._run(directory, request)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _run(self, directory: Path, request: dict[str, Any]) -> dict[str, Any]:
        start = time.monotonic()
        # before the fork: in a child each first write to memory costs a copy
        limits = from_json(Limits, request["limits"])
        record = request["job"]
        job = from_json(ScriptJob, record) if request["kind"] == "script" else from_json(Replay, record)
        output = os.open(directory.with_suffix(".out"), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        os.unlink(directory.with_suffix(".out"))
        mailbox = Mailbox()
        nonce, secret = secrets.token_bytes(16), "p" + secrets.token_hex(8)
        try:
            pid = os.fork()
            if pid == 0:
                self._be_child(directory, output, mailbox, nonce, secret, limits, job)
            verdict, usage, code = self._watch(pid, directory, limits, start)
            raw = mailbox.collect(nonce)
            answer = self._judge(verdict, code, raw)
            if "status" in answer:
                answer["progress"] = mailbox.progress()
            answer["log"] = read_log(output, secret)
            if "std::bad_alloc" in answer["log"][-2000:] and answer.get("status") == CRASH:
                answer |= {"status": QUOTA, "message": "the script needs more memory than a script may use"}
            answer["left"] = left_files(directory, request["files"])
            answer["cpu_s"] = usage.ru_utime + usage.ru_stime
            if answer.get("execution", answer).get("status") != COMPLETED and is_full(directory):
                return {"infrastructure": f"there is no space left in {self.base}"}
            return answer
        finally:
            mailbox.close()
            os.close(output)

    def _be_child(
        self,
        directory: Path,
        output: int,
        mailbox: Mailbox,
        nonce: bytes,
        secret: str,
        limits: Limits,
        job: ScriptJob | Replay,
    ) -> None:
        """Child: never returns."""
        try:
            child.start(directory, output, limits, self.sandbox, self.uid)
            if isinstance(job, ScriptJob):
                child.work(mailbox, nonce, lambda: child.run_script(self.handle, job, secret, mailbox))
            else:
                child.work(mailbox, nonce, lambda: child.run_replay(self.handle, job, secret))
        except (SandboxError, OSError) as error:
            reason = str(error)
            child.work(mailbox, nonce, lambda: {"infrastructure": reason})
        except BaseException:
            text = traceback.format_exc(limit=8)
            child.work(mailbox, nonce, lambda: {"infrastructure": text})
        finally:
            os._exit(4)

    def _watch(
        self, pid: int, directory: Path, limits: Limits, start: float
    ) -> tuple[tuple[str, str] | None, Any, int]:
        """Wait for the child; kill it at the deadline, over its quota, or when the client is gone."""
        handle = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.register(self.client, select.POLLIN)
        poll.register(self.channel, select.POLLHUP | select.POLLRDHUP)
        deadline = start + limits.wall_s
        verdict = None
        try:
            while True:
                left = deadline - time.monotonic()
                events = dict(poll.poll(1000 * max(0.0, min(left, _WATCH_S))))
                if handle in events:
                    break
                if events:
                    raise _ClientGone
                verdict = over_quota(directory, limits)
                if verdict is None and left <= 0:
                    verdict = (TIMEOUT, f"the script did not end within {limits.wall_s:g} s")
                if verdict is not None:
                    break
        finally:
            # the whole group: without a sandbox there may be more than one process
            _kill_group(pid)
            _, status, usage = os.wait4(pid, 0)
            os.close(handle)
        return verdict or over_quota(directory, limits), usage, os.waitstatus_to_exitcode(status)

    def _judge(self, verdict: tuple[str, str] | None, code: int, raw: bytes | None) -> dict[str, Any]:
        if verdict is not None:
            return {"status": verdict[0], "message": verdict[1]}
        if raw is not None:
            try:
                return dict(unpack(raw))
            except (TypeError, ValueError) as error:
                return {"status": CRASH, "message": f"LAMMPS damaged its own memory: {error}"}
        if code < 0 and signal.Signals(-code) in _SIGNALS:
            status, message = _SIGNALS[signal.Signals(-code)]
            return {"status": status, "message": message}
        if code < 0:
            return {"infrastructure": f"a script's process was ended from outside by {signal.Signals(-code).name}"}
        return {"status": EXITED, "message": f"LAMMPS ended by itself with code {code}, not at the end of the script"}

    def _place_files(self, directory: Path, files: dict[str, bytes | str]) -> None:
        for name, content in files.items():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                target.write_bytes(content)
            else:
                shutil.copyfile(content, target)
            # what a script may read by name it must not write: it would be told what LAMMPS logs of the probe
            target.chmod(0o444)
        if self.uid is not None:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, self.uid, self.uid)

    def _readable_potentials(self, source: Path, confined: bool) -> Path:
        """Return a directory of potentials that an unprivileged user can read; link or copy when it must."""
        if not confined or os.geteuid() != 0 or readable_by_others(str(source)):
            return source
        target = self.base / "potentials"
        target.mkdir(mode=0o755)
        for file in source.iterdir():
            try:
                os.link(file, target / file.name)
            except OSError:
                shutil.copyfile(file, target / file.name)
            os.chmod(target / file.name, 0o644)
        return target

    def _styles(self) -> dict[str, list[str]]:
        categories = (
            "atom integrate minimize pair bond angle dihedral improper kspace compute fix region dump command".split()
        )
        return {category: list(self.handle.lmp.available_styles(category)) for category in categories}


class _ClientGone(Exception):
    pass


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def main() -> None:
    """Serve the client whose socket, base directory, process id and wish for a sandbox are the arguments."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    try:
        server = Server(channel, Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "confined")
    except SandboxError as error:
        send(channel, {"sandbox": str(error)})
        return
    except (InfrastructureError, OSError) as error:
        send(channel, {"infrastructure": str(error)})
        return
    send(channel, {"ready": os.getpid(), "lammps": int(server.handle.lmp.version())})
    server.serve()


if __name__ == "__main__":
    main()
