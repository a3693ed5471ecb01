"""The forked child of one job: confine itself, do the work, answer, end."""

import gc
import os
import resource
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mdgym.engine import harvest
from mdgym.engine.execution import COMPLETED, QUOTA, Execution, ScriptFault
from mdgym.engine.handle import Handle
from mdgym.engine.interpreter import Interpreter
from mdgym.engine.job import ScriptJob
from mdgym.engine.limits import Limits
from mdgym.engine.mailbox import Mailbox
from mdgym.engine.protocol import pack
from mdgym.engine.replay import Replay, replay
from mdgym.engine.runs import Halt
from mdgym.engine.sandbox import Sandbox, close_fds
from mdgym.records import to_json

# A stack overflow in C must meet its end in a signal, and a full quota must not pass in silence.
_DEFAULT_SIGNALS = (signal.SIGXFSZ, signal.SIGXCPU, signal.SIGPIPE, signal.SIGINT, signal.SIGTERM)


def start(directory: Path, output: int, limits: Limits, sandbox: Sandbox | None, uid: int | None) -> None:
    """Turn a fresh fork of the server into a confined process.

    Args:
        directory: The working directory, already owned by `uid`.
        output: File descriptor for everything that is printed.
        limits: Limits of the script.
        sandbox: The walls; None runs without any (explicit override).
        uid: The user to become.

    Raises:
        SandboxError: It could not be confined.
        OSError: The directory is gone.
    """
    gc.disable()
    os.setsid()
    os.chdir(directory)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    close_fds((0, 1, 2))
    for number in _DEFAULT_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    if sandbox is not None:
        # by this name another user reaches it, whatever lies above
        sandbox.confine(".", limits, uid)
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def work(mailbox: Mailbox, nonce: bytes, task: Callable[[], Any]) -> None:
    """Do the job and leave its answer; never returns."""
    code = 0
    try:
        answer = task()
    except MemoryError:
        answer = {"status": QUOTA, "message": "the script needs more memory than a script may use"}
    except BaseException:
        answer = {"infrastructure": traceback.format_exc(limit=8)}
        code = 3
    try:
        mailbox.deliver(nonce, pack(answer))
    except (ValueError, MemoryError) as error:
        mailbox.deliver(nonce, pack({"status": QUOTA, "message": str(error)}))
    os._exit(code)


def run_script(handle: Handle, job: ScriptJob, secret: str, mailbox: Mailbox) -> dict[str, Any]:
    """Run a script and gather what it did, as a record without log and files."""
    interpreter = Interpreter(handle, job, secret, mailbox.report)
    status, fault = COMPLETED, None
    values: dict[str, float | None] = {}
    remarks: tuple[str, ...] = ()
    state = None
    try:
        interpreter.run()
        values, remarks = harvest.variables(handle, job.variables)
        state = harvest.state(handle, interpreter.books, secret)
    except Halt as halt:
        status = halt.status
        message = halt.message.replace(secret, "probe_")
        fault = ScriptFault(message, interpreter.text[:400], interpreter.at.line, interpreter.at.file)
    execution = Execution(
        status=status,
        error=fault,
        milestones=interpreter.milestones,
        commands=interpreter.commands,
        steps=interpreter.runs.steps,
        warnings=remarks,
        segments=tuple(interpreter.runs.segments),
        touched=interpreter.books.take_touched(),
        watched=not interpreter.runs.unwatched,
        unwatched_reason=interpreter.runs.unwatched,
        state=state,
        variables=values,
        capped=interpreter.runs.capped,
    )
    handle.flush()
    return {"execution": to_json(execution, raw=True), "lammps_s": handle.cpu_s}


def run_replay(handle: Handle, job: Replay, secret: str) -> dict[str, Any]:
    """Do a verifier's own run."""
    result = replay(handle, job, secret)
    return {"replay": to_json(result, raw=True), "lammps_s": handle.cpu_s}
