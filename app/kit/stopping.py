"""Stopping: a signal asks a long-running process to end in order, and what it held is let go."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import ClassVar, Final, NoReturn

EXIT_BY_SIGNAL: Final = 128
"""A process that a signal ended leaves with this plus the signal's number, as shells have it."""
ASKING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Leaving:
    """Which signal has this process leave, if one has come."""

    by: ClassVar[int | None] = None


def leave_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into leaving, so that every `with` is left and `finally` runs.

    By default they end a process at once, and the embedded PostgreSQL would be orphaned.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
            signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    Leaving.by = number
    raise SystemExit(EXIT_BY_SIGNAL + number)


class Stop:
    """The wish that a process with an event loop ends, and which signal brought it."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.asked = asyncio.Event()
        self.by: int | None = None

    def listen(self, again: Callable[[], None] | None = None) -> None:
        """Let signals ask, in the running loop; a second one calls `again` (stop at once)."""
        loop = asyncio.get_running_loop()
        for number in ASKING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._hear, number, again)

    def leave(self) -> None:
        """End the process as the signal asked; return when it was no signal."""
        if self.by is not None:
            raise SystemExit(EXIT_BY_SIGNAL + self.by)

    def _hear(self, number: int, again: Callable[[], None] | None) -> None:
        if self.asked.is_set() and again is not None:
            again()
        self.by = self.by or number
        self.asked.set()
