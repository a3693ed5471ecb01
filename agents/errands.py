"""Work that is wanted in an event loop and done in the thread that waits for that loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue


class Errands:
    """Errands of coroutines, run one at a time by the thread that waits for them.

    Engines and workshops are made for one thread, and Ctrl-C reaches the main one: a tool that a model calls therefore
    runs where the agent was asked, not in the loop's thread.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._waiting: SimpleQueue[tuple[Future[str], Callable[[], str]] | None] = SimpleQueue()

    async def send(self, work: Callable[[], str]) -> str:
        """Wait, in the loop, until the other thread has done the work, and return what came of it."""
        done: Future[str] = Future()
        self._waiting.put((done, work))
        return await asyncio.wrap_future(done)

    def run_until(self, end: Future[list[str]]) -> None:
        """Do what is sent until `end` is done.

        Args:
            end: What the loop works on. Errands that it gave up are left out.

        Raises:
            Exception: Whatever an errand raises, at once; the caller ends the loop.
        """
        end.add_done_callback(lambda _: self._waiting.put(None))
        while (errand := self._waiting.get()) is not None:
            done, work = errand
            if done.set_running_or_notify_cancel():
                done.set_result(work())
