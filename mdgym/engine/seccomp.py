"""seccomp: which system calls this process may still make, decided by the process itself and for ever.

The filter is a program for the kernel's classic BPF machine, run at each system call; no library that is kept up
covers the arguments checked here without a compiled part. See `man 2 seccomp`. The policy is in `syscalls`:
a call that no honest script makes kills the process with SIGSYS; one that is not known to be needed fails with
EPERM, so that what LAMMPS merely tries (a pipe to gzip) becomes a LAMMPS error.
"""

import ctypes
import errno
import fcntl
import mmap
import platform
import struct
from dataclasses import dataclass

from mdgym.engine.libc import prctl
from mdgym.engine.syscalls import AARCH64, ALLOWED, KILLED, X86_64

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2

# Instructions are (code, jump if true, jump if false, operand); `struct sock_filter` of linux/filter.h.
_Instruction = tuple[int, int, int, int]
_Block = tuple[_Instruction, ...]
_LOAD = 0x20
_RETURN = 0x06
_JUMP_EQUAL = 0x15
_JUMP_GREATER_OR_EQUAL = 0x35
_JUMP_ANY_BIT = 0x45

_ALLOW: _Instruction = (_RETURN, 0, 0, 0x7FFF0000)
_REFUSE: _Instruction = (_RETURN, 0, 0, 0x00050000 | errno.EPERM)
_KILL: _Instruction = (_RETURN, 0, 0, 0x80000000)

# Offsets in `struct seccomp_data`: int nr, u32 arch, u64 instruction pointer, u64 args[6], little-endian.
_NUMBER = 0
_ARCHITECTURE = 4
_X32_BIT = 0x40000000


def _low_half(argument: int) -> int:
    return 16 + 8 * argument


# The kernel ignores the upper halves of a process id, a protection and a command, so these look at the lower
# ones only; a pointer is compared whole.
_NO_EXECUTABLE_MEMORY: _Block = (
    (_LOAD, 0, 0, _low_half(2)),
    (_JUMP_ANY_BIT, 0, 1, mmap.PROT_EXEC),
    _REFUSE,
    _ALLOW,
)
# F_DUPFD to F_SETLKW, and F_DUPFD_CLOEXEC: not F_SETOWN, which makes the kernel send signals for us.
_HARMLESS_COMMANDS: _Block = (
    (_LOAD, 0, 0, _low_half(1)),
    (_JUMP_EQUAL, 2, 0, fcntl.F_DUPFD_CLOEXEC),
    (_JUMP_GREATER_OR_EQUAL, 0, 1, fcntl.F_SETLKW + 1),
    _REFUSE,
    _ALLOW,
)
# prlimit64(0, resource, NULL, …): reads a limit of this process.
_OWN_LIMITS_ONLY_READ: _Block = (
    (_LOAD, 0, 0, _low_half(0)),
    (_JUMP_EQUAL, 0, 5, 0),
    (_LOAD, 0, 0, _low_half(2)),
    (_JUMP_EQUAL, 0, 3, 0),
    (_LOAD, 0, 0, _low_half(2) + 4),
    (_JUMP_EQUAL, 0, 1, 0),
    _ALLOW,
    _REFUSE,
)
_ARGUMENT_CHECKS = {
    "mmap": _NO_EXECUTABLE_MEMORY,
    "mprotect": _NO_EXECUTABLE_MEMORY,
    "fcntl": _HARMLESS_COMMANDS,
    "prlimit64": _OWN_LIMITS_ONLY_READ,
}


@dataclass(frozen=True)
class _Machine:
    architecture: int  # AUDIT_ARCH_* of linux/audit.h
    numbers: dict[str, int]


_MACHINES = {"x86_64": _Machine(0xC000003E, X86_64), "aarch64": _Machine(0xC00000B7, AARCH64)}
MACHINES = tuple(_MACHINES)

# Where the operand of the instruction stands that compares with the process's own id; see `_program`.
_PID_OFFSET = 8 * 8 + 4


def supported() -> bool:
    """Return whether the running kernel takes seccomp filters."""
    try:
        prctl(_PR_SET_SECCOMP, _MODE_FILTER, 0)
    except OSError as error:
        # A kernel with filters goes on to read the (missing) program; one without refuses the mode.
        return error.errno == errno.EFAULT
    return False


def build_filter(machine: str = platform.machine()) -> bytes:
    """Assemble the filter once; `install_filter` completes it for each process.

    Args:
        machine: "x86_64" or "aarch64".

    Returns:
        An array of `struct sock_filter`, 8 bytes per instruction.

    Raises:
        ValueError: The machine is another one.
    """
    if machine not in _MACHINES:
        raise ValueError(f"no system call table for {machine!r}, only for {' and '.join(MACHINES)}")
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(_MACHINES[machine]))


def install_filter(code: bytes, pid: int) -> None:
    """Put this thread under a filter for the rest of its life; sets `no_new_privs`.

    Args:
        code: What `build_filter` returned for this machine.
        pid: The id of the calling process: the only one that it may send a signal to (`abort` does).

    Raises:
        OSError: The kernel refused; the process is then not confined.
    """
    program = ctypes.create_string_buffer(code, len(code))
    struct.pack_into("=I", program, _PID_OFFSET, pid)
    # struct sock_fprog: the number of instructions, and a pointer to them.
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(program)))
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))


def _program(machine: _Machine) -> list[_Instruction]:
    prologue = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, machine.architecture),
        _KILL,
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_GREATER_OR_EQUAL, 0, 1, _X32_BIT),
        _KILL,
        # Outside the search, to stand at a known place.
        (_JUMP_EQUAL, 0, 4, machine.numbers["tgkill"]),
        (_LOAD, 0, 0, _low_half(0)),
        (_JUMP_EQUAL, 0, 1, 0),
        _ALLOW,
        _REFUSE,
    ]
    decisions: dict[int, _Block] = {number: (_ALLOW,) for name, number in machine.numbers.items() if name in ALLOWED}
    decisions |= {number: (_KILL,) for name, number in machine.numbers.items() if name in KILLED}
    decisions |= {machine.numbers[name]: block for name, block in _ARGUMENT_CHECKS.items()}
    ranges: list[tuple[int, _Block]] = []
    for number in range(max(decisions) + 2):
        block = decisions.get(number, (_REFUSE,))
        if not ranges or ranges[-1][1] != block:
            ranges.append((number, block))
    return prologue + _search(ranges)


def _search(ranges: list[tuple[int, _Block]]) -> list[_Instruction]:
    """Return a binary search for the block of the last range that starts at or below the loaded number."""
    if len(ranges) == 1:
        return list(ranges[0][1])
    middle = len(ranges) // 2
    below = _search(ranges[:middle])
    return [(_JUMP_GREATER_OR_EQUAL, len(below), 0, ranges[middle][0]), *below, *_search(ranges[middle:])]
