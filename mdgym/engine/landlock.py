"""Landlock: which files this process may still touch, decided by the process itself and for ever.

See https://docs.kernel.org/userspace-api/landlock.html; no privilege is needed. Each version of the interface
("ABI") handles more, and the kernel says which it has. What an older kernel lacks is covered by `seccomp`
(sockets, signals, ioctl, truncate by path), so version 1 (Linux 5.13) is enough.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from mdgym.engine.libc import prctl, syscall

# The numbers are the same on every architecture.
_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_RESTRICT_SELF_LOG_SAME_EXEC_OFF = 1
_PR_SET_NO_NEW_PRIVS = 38

_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_REMOVE_DIR = 1 << 4
_REMOVE_FILE = 1 << 5
_MAKE_DIR = 1 << 7
_MAKE_REG = 1 << 8
_REFER = 1 << 13
_TRUNCATE = 1 << 14
_IOCTL_DEV = 1 << 15

# The first version handles the 13 rights from EXECUTE to MAKE_SYM.
_FILE_RIGHTS = ((1, (1 << 13) - 1), (2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

# Not given even in a writable directory: execute, symbolic links, devices, pipes, sockets, and REFER, so that
# nothing moves between directories.
_READ_ONLY = _READ_FILE
_WRITABLE = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE


def abi_version() -> int:
    """Return the version of Landlock that the running kernel offers; 0 when it is missing, off or blocked."""
    try:
        return syscall(_CREATE_RULESET, 0, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def restrict(read: Iterable[str], write: Iterable[str], abi: int) -> None:
    """Deny this thread everything on files but the paths given, and all of TCP, for the rest of its life.

    Files that are open already stay open. Where the kernel can (version 6), signals to processes outside the
    sandbox and abstract Unix sockets are denied as well. Sets `no_new_privs`.

    Args:
        read: Files, or directories whose files may be read (but not listed).
        write: Directories in which files and directories may be read, made, changed and removed.
        abi: What `abi_version` returned.

    Raises:
        OSError: A path cannot be opened, or the kernel refused; the process may then not be restricted.
    """
    handled = sum(rights for version, rights in _FILE_RIGHTS if abi >= version)
    attributes = ctypes.create_string_buffer(
        # Fields that an older kernel does not know are accepted when they are zero.
        struct.pack(
            "=QQQ",
            handled,
            _TCP_BIND_AND_CONNECT if abi >= 4 else 0,
            _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
        ),
        24,
    )
    ruleset = syscall(_CREATE_RULESET, ctypes.addressof(attributes), 24)
    try:
        for path in read:
            _allow(ruleset, path, _READ_ONLY & handled)
        for path in write:
            _allow(ruleset, path, _WRITABLE & handled)
        prctl(_PR_SET_NO_NEW_PRIVS, 1)
        # From version 7 denials go to the audit log, which a script could flood.
        syscall(_RESTRICT_SELF, ruleset, _RESTRICT_SELF_LOG_SAME_EXEC_OFF if abi >= 7 else 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
        syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.addressof(rule))
    finally:
        os.close(descriptor)
