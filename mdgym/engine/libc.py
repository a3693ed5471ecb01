"""The functions of the C library that the sandbox needs and Python does not offer.

Arguments are plain integers (pass a structure as `ctypes.addressof(structure)`); a failure is an `OSError`.
"""

import ctypes
import os
import struct
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
# Looked up once: in a child that takes 0.2 ms. None on a system without them, where this module is only imported.
_PRCTL: Any = getattr(_LIBC, "prctl", None)
_SYSCALL: Any = getattr(_LIBC, "syscall", None)
_CAPSET: Any = getattr(_LIBC, "capset", None)

_CAPABILITY_VERSION_3 = 0x20080522


def prctl(option: int, *arguments: int) -> int:
    """Change what the kernel does for this process, with up to four arguments: see `man 2 prctl`.

    Raises:
        OSError: The kernel refused.
    """
    return _checked(_PRCTL(ctypes.c_int(option), *_registers(arguments, 4)), f"prctl({option})")


def syscall(number: int, *arguments: int) -> int:
    """Make a system call by its number.

    Raises:
        OSError: The kernel refused.
    """
    # All six: the kernel reads a register that was not passed just the same.
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    return _checked(_SYSCALL(ctypes.c_long(number), *map(ctypes.c_ulong, padded)), f"system call {number}")


def drop_capabilities() -> None:
    """Give up every capability of this thread, for root as well.

    Raises:
        OSError: The kernel refused.
    """
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    none_effective_permitted_inheritable = ctypes.create_string_buffer(24)
    _checked(_CAPSET(header, none_effective_permitted_inheritable), "capset")


def _registers(arguments: tuple[int, ...], count: int) -> list[ctypes.c_ulong]:
    # Zeros for the arguments that are not used, not what happens to be in the registers.
    return [ctypes.c_ulong(value) for value in (*arguments, *(0,) * (count - len(arguments)))]


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result
