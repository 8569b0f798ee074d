"""Chance and time, given by labels: what is made under one label is the same in every world."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest

from app.kit import ids
from tests.conftest import FakeClock

BEGINS: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URANDOM: Final = os.urandom


def _chance(label: str) -> random.Random:
    return random.Random(label)


@dataclass
class Fate:
    """Chance and time, begun anew under each label.

    Ids and nonces are drawn apart: whether something more was sealed shows in no id.
    """

    clock: FakeClock
    begins: datetime = BEGINS
    labels: int = 0
    ids: random.Random = field(default_factory=lambda: _chance("fate"))
    nonces: random.Random = field(default_factory=lambda: _chance("nonces"))

    def under(self, label: str, at: datetime | None = None) -> None:
        """From now on everything happens as it always does under this label."""
        self.labels += at is None
        self.ids, self.nonces = _chance(label), _chance(f"nonces of {label}")
        self.clock.moment = at or self.begins + timedelta(milliseconds=self.labels)

    def later(self, **by: float) -> None:
        """Let time pass before the next label."""
        self.begins += timedelta(**by)

    def id(self) -> UUID:
        return UUID(int=self.ids.getrandbits(128), version=4)

    def id_bytes(self, count: int) -> "bytes":
        return self.ids.randbytes(count)

    def bytes(self, count: int) -> bytes:
        """For the program alone: SQLAlchemy names things by chance too, once for all worlds."""
        asking = str(sys._getframe(1).f_globals["__name__"])
        return self.nonces.randbytes(count) if asking.startswith("app.") else URANDOM(count)


@contextmanager
def fated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fate]:
    """Make all ids, nonces and moments depend on the label alone."""
    fate = Fate(FakeClock())
    with monkeypatch.context() as patch:
        patch.setattr(ids, "_random", fate.id_bytes)
        patch.setattr(os, "urandom", fate.bytes)
        yield fate
