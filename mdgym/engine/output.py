"""What a script has written: how much, under which names, and what it printed."""

import contextlib
import os
from collections.abc import Collection
from pathlib import Path

from mdgym.engine.execution import QUOTA
from mdgym.engine.limits import Limits

LOG_HEAD, LOG_TAIL = 16_000, 48_000
# With less space than this, a script that failed may have failed for the lack of it.
_FREE_BYTES = 1 << 20


def over_quota(directory: Path, limits: Limits) -> tuple[str, str] | None:
    """Return status and message when a script has written more than it may."""
    sizes = _sizes(directory)
    size, count = sum(sizes.values()), len(sizes)
    if size > limits.directory_mb << 20:
        return QUOTA, f"the script wrote more than {limits.directory_mb} MiB"
    if count > limits.files:
        return QUOTA, f"the script wrote more than {limits.files} files"
    return None


def left_files(directory: Path, given: Collection[str]) -> list[dict[str, str | int]]:
    """Return names and sizes of the files that did not come with the script."""
    found = sorted(item for item in _sizes(directory).items() if item[0] not in given and not item[0].endswith("/"))
    return [{"name": os.fsencode(name).decode("utf-8", "replace"), "size": size} for name, size in found]


def _sizes(directory: Path) -> dict[str, int]:
    """Names and sizes of all files and directories (with a slash at the end); they may vanish meanwhile."""
    sizes: dict[str, int] = {}
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(directory / inside) as entries:
            for entry in entries:
                name = inside + entry.name
                if entry.is_dir(follow_symlinks=False):
                    name += "/"
                    waiting.append(name)
                sizes[name] = entry.stat(follow_symlinks=False).st_size
    return sizes


def is_full(directory: Path) -> bool:
    """Return whether the disk has hardly any space left."""
    disk = os.statvfs(directory)
    return disk.f_bavail * disk.f_frsize < _FREE_BYTES or (disk.f_files > 0 and disk.f_favail == 0)


def read_log(output: int, secret: str) -> str:
    """Read what a script has printed, cut in the middle when it is long.

    Args:
        output: File descriptor of the output.
        secret: Name of the probe: lines with it are not the script's (`echo` shows every command) and are left out.

    Returns:
        The log.
    """
    size = os.fstat(output).st_size
    if size <= LOG_HEAD + LOG_TAIL:
        log = os.pread(output, size, 0)
    else:
        cut = f"\n[... {size - LOG_HEAD - LOG_TAIL} bytes left out ...]\n".encode()
        log = os.pread(output, LOG_HEAD, 0) + cut + os.pread(output, LOG_TAIL, size - LOG_TAIL)
    return "\n".join(line for line in log.decode("utf-8", "replace").split("\n") if secret not in line)
