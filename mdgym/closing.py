"""What is closed at the end of its `with` block."""

from types import TracebackType
from typing import Self


class Closing:
    """Base of what holds a file, a process or other things that must not stay behind."""

    def close(self) -> None:
        """Let go of what is held; a second time does nothing."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
