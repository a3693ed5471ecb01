"""The walls around one untrusted script: put up by the process that will run it, and never taken down.

Four defences stand behind each other: resource limits, an unprivileged user, Landlock (files, TCP, signals) and
seccomp (system calls). A server calls `prepare` once; each of its forked children calls `Sandbox.confine`
(1.0 ms; most of that are first writes to memory shared with the server). Anything that fails raises: the child must
then end, not run.
"""

import math
import os
import platform
import resource
import signal
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mdgym.engine import landlock, seccomp
from mdgym.engine.libc import drop_capabilities, prctl
from mdgym.engine.limits import Limits
from mdgym.errors import SandboxError

_OVERRIDE = "to run them without any protection, pass Engine(sandbox=False), or --no-sandbox on the command line"

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4

# Linux's default, with which LAMMPS is used everywhere; a formula of 5,000 nested parentheses fits.
_STACK_BYTES = 8 << 20
_MIB = 1 << 20
_STANDARD_STREAMS = 3
_MAXIMUM_FD = 2**31 - 1

# Above what systemd hands to containers and below the sign bit (https://systemd.io/UIDS-GIDS): a range of 64 ids
# for each possible process id (at most 2**22), so that no two servers share one.
_FIRST_UID = 0x70000000
_UIDS_PER_SERVER = 64
_NOBODY = 65534
# CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_KILL, CAP_SETGID, CAP_SETUID: to give a directory to another user, to run as
# that user, to end that run and to clean up after it.
_CAPABILITIES_TO_CHANGE_USER = 1 << 0 | 1 << 1 | 1 << 5 | 1 << 6 | 1 << 7


@dataclass(frozen=True)
class Sandbox:
    """What a server prepares once for all of its children.

    Attributes:
        server: Process id of the server; a child without it must not run.
        read_only: Files, and directories of files, that scripts may read besides their own directory.
        landlock_abi: Version of Landlock.
        filter: The seccomp program.
    """

    server: int
    read_only: tuple[str, ...]
    landlock_abi: int
    filter: bytes

    def confine(self, directory: str, limits: Limits, uid: int | None) -> None:
        """Confine the calling process, for the rest of its life, to one directory and the given limits.

        Call it in a single-threaded child of the server. Files that are open stay open, so close the others
        first (`close_fds`).

        Args:
            directory: Where the script may read and write; it belongs to `uid` already.
            limits: CPU time, memory, file size and open files are set here; the rest is the caller's.
            uid: The user (and group) to become, from `choose_uid`; None stays the same user.

        Raises:
            SandboxError: A wall could not be put up. Nothing untrusted may run in this process.
        """
        try:
            threads, memory = _threads_and_memory()
            if threads != 1:
                # Landlock and seccomp bind the calling thread only.
                raise SandboxError(f"a process with {threads} threads cannot be confined")
            if uid is not None:
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            drop_capabilities()
            # Both are reset by a change of user, so they come after it.
            prctl(_PR_SET_DUMPABLE, 0)
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != self.server:
                raise SandboxError("the engine's server ended while a script was being started")
            landlock.restrict(self.read_only, (directory,), self.landlock_abi)
            _set_limits(limits, memory)
            seccomp.install_filter(self.filter, os.getpid())
        except (OSError, ValueError) as error:
            raise SandboxError(f"a script could not be confined: {error}") from error


def check_support() -> None:
    """Return when this machine can confine scripts.

    Raises:
        SandboxError: It cannot; the message is a sentence that says what is missing and how to go on without.
    """
    if platform.system() != "Linux":
        missing = f"is only possible on Linux, not on {platform.system()}"
    elif platform.machine() not in seccomp.MACHINES:
        missing = f"is only possible on {' and '.join(seccomp.MACHINES)}, not on {platform.machine()}"
    elif not landlock.abi_version():
        missing = "needs Landlock, which this kernel lacks (before Linux 5.13), has not enabled, or a container blocks"
    elif not seccomp.supported():
        missing = "needs seccomp filters, which this kernel lacks or a container blocks"
    else:
        return
    raise SandboxError(f"Confining untrusted scripts {missing}; {_OVERRIDE}.")


def prepare(read_only: tuple[str, ...]) -> Sandbox:
    """Prepare, in the server, what its children need.

    Args:
        read_only: Files, and directories of files, that scripts may read, such as the potentials.

    Raises:
        SandboxError: This machine cannot confine scripts.
    """
    check_support()
    return Sandbox(os.getpid(), read_only, landlock.abi_version(), seccomp.build_filter())


def choose_uid(slot: int) -> int | None:
    """Choose the user as which a child runs; call it in the server.

    Children that run at the same time get users of their own, so that none can signal another or read its files
    even where Landlock is too old to forbid it.

    Args:
        slot: Which of the server's children, 0 to 63.

    Returns:
        A user id that nobody else has; 65534 ("nobody") when the user namespace has no such id; None when the
        server may not change users, as is usual when it is not root.
    """
    if not 0 <= slot < _UIDS_PER_SERVER:
        raise ValueError(f"slot must be 0 to {_UIDS_PER_SERVER - 1}, not {slot}")
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    if ~int(status["CapEff"], 16) & _CAPABILITIES_TO_CHANGE_USER:
        return None
    for uid in (_FIRST_UID + os.getpid() * _UIDS_PER_SERVER + slot, _NOBODY):
        if _is_mapped(uid, "uid_map") and _is_mapped(uid, "gid_map"):
            return uid
    return None


def readable_by_others(path: str) -> bool:
    """Return whether any other user could reach and read a file or directory, by the mode bits alone."""
    target = Path(path).resolve()
    mode = target.stat().st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return mode & wanted == wanted and all(parent.stat().st_mode & stat.S_IXOTH for parent in target.parents)


def close_fds(keep: Iterable[int]) -> None:
    """Close every file descriptor of this process but those given."""
    first = 0
    for descriptor in sorted(keep):
        if first < descriptor:  # an empty range would close all that follow
            os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, _MAXIMUM_FD)


def _threads_and_memory() -> tuple[int, int]:
    # Fields 20 and 23 of `man 5 proc_pid_stat`; the second, in parentheses, may contain anything.
    with open("/proc/self/stat", "rb", buffering=0) as file:
        fields = file.read(4096).rpartition(b")")[2].split()
    return int(fields[20 - 3]), int(fields[23 - 3])


def _set_limits(limits: Limits, memory: int) -> None:
    seconds = math.ceil(limits.cpu_s)
    # SIGXCPU tells the caller why the process ended; SIGKILL follows for one that would ignore it.
    _lower(resource.RLIMIT_CPU, seconds, seconds + 1)
    # Python ignores SIGXFSZ, and LAMMPS would go on after a failed write.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    _lower(resource.RLIMIT_FSIZE, limits.file_mb * _MIB)
    _lower(resource.RLIMIT_AS, memory + limits.memory_mb * _MIB)
    _lower(resource.RLIMIT_STACK, _STACK_BYTES)
    _lower(resource.RLIMIT_NOFILE, limits.open_files + _STANDARD_STREAMS)
    _lower(resource.RLIMIT_NPROC, 0)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_MEMLOCK, 0)


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    wanted = soft if hard is None else hard
    present = resource.getrlimit(which)[1]
    if present != resource.RLIM_INFINITY:
        wanted = min(wanted, present)
    resource.setrlimit(which, (min(soft, wanted), wanted))


def _is_mapped(number: int, table: str) -> bool:
    # Lines of `man 7 user_namespaces`: first id inside, first id outside, how many.
    for line in Path("/proc/self", table).read_text().splitlines():
        first, _, count = map(int, line.split())
        if first <= number < first + count:
            return True
    return False
