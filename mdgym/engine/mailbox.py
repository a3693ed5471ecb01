"""The shared memory through which a sandboxed child answers its server.

A file or pipe could be written by the script itself (`print ... file /proc/self/fd/3`); anonymous memory cannot. The
answer counts only with the nonce, which is written last: a child that dies, or that LAMMPS ends early, leaves none.
"""

import mmap
import struct

_NONCE = 16
_LENGTH = struct.Struct("<Q")
_PROGRESS = struct.Struct("<IIQQI")
_PROGRESS_AT = 64
_TEXT_MAX = 1024
_PAYLOAD_AT = 4096


class Mailbox:
    """One answer, and the progress on the way to it.

    Args:
        size: Largest answer, bytes. Memory is used only as it is written.
    """

    def __init__(self, size: int = 256 << 20) -> None:
        self.size = size
        self._memory = mmap.mmap(-1, _PAYLOAD_AT + size)

    def report(self, milestones: int, line: int, commands: int, steps: int, text: str) -> None:
        """Child: note how far the script is (milestones as bits: box, atoms, ran, hundred steps)."""
        data = text.encode("utf-8", "replace")[:_TEXT_MAX]
        _PROGRESS.pack_into(self._memory, _PROGRESS_AT, milestones, line, commands, steps, len(data))
        start = _PROGRESS_AT + _PROGRESS.size
        self._memory[start : start + len(data)] = data

    def progress(self) -> tuple[int, int, int, int, str]:
        """Server: the last report, as (milestones, line, commands, steps, text)."""
        milestones, line, commands, steps, size = _PROGRESS.unpack_from(self._memory, _PROGRESS_AT)
        start = _PROGRESS_AT + _PROGRESS.size
        text = self._memory[start : start + min(size, _TEXT_MAX)].decode("utf-8", "replace")
        return milestones, line, commands, steps, text

    def deliver(self, nonce: bytes, answer: bytes) -> None:
        """Child: leave the answer.

        Raises:
            ValueError: It is too large.
        """
        if len(answer) > self.size:
            raise ValueError(f"the recording needs {len(answer)} bytes, more than {self.size}")
        self._memory[_PAYLOAD_AT : _PAYLOAD_AT + len(answer)] = answer
        _LENGTH.pack_into(self._memory, _NONCE, len(answer))
        self._memory[:_NONCE] = nonce

    def collect(self, nonce: bytes) -> bytes | None:
        """Server: the answer, or None when there is no valid one."""
        if self._memory[:_NONCE] != nonce:
            return None
        (size,) = _LENGTH.unpack_from(self._memory, _NONCE)
        return self._memory[_PAYLOAD_AT : _PAYLOAD_AT + size] if size <= self.size else None

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
