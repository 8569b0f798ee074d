"""The one place that reads the clock; everywhere else time is passed in."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime."""


def system_clock() -> datetime:
    """The present moment by this machine's clock, in UTC."""
    return datetime.now(UTC)
