"""The shared counts of requests: one row for whose, what and which window, forgotten soon after.

No address and no name is in it, only a keyed hash; UNLOGGED, as a crash may forget it.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.bulk import arrays, given, table_of
from app.kit.db import Base
from app.kit.ground import Ground, Work
from app.kit.limits import Count, Key, Limiter
from app.kit.logs import log
from app.kit.sweeping import delete_some

SHARE_SECONDS: Final = 1.0
KEPT_HOURS: Final = 1
"""No window is longer."""


class RateCount(Base):
    """How often somebody asked in one window, over all processes."""

    __tablename__ = "rate_count"
    __table_args__ = (
        CheckConstraint("octet_length(subject) = 16", name="subject"),
        CheckConstraint("count > 0", name="count"),
        Index(None, "window_at"),
        {"prefixes": ["UNLOGGED"], "info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    """All zeros for strangers, whose addresses belong to no bank."""
    subject: Mapped[bytes] = mapped_column(primary_key=True)
    counted: Mapped[str] = mapped_column(primary_key=True)
    window_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


_TABLE: Final = table_of(RateCount)
_KEY: Final = tuple(column.name for column in _TABLE.primary_key)
_GIVEN: Final = given(**{column.name: column.type for column in _TABLE.c})
_TOLD: Final = insert(_TABLE).from_select(list(_GIVEN.c.keys()), _GIVEN.select())
# In one statement: what this process counted goes in, what all counted comes back.
_TELL: Final = _TOLD.on_conflict_do_update(
    index_elements=list(_KEY), set_={"count": _TABLE.c.count + _TOLD.excluded.count}
).returning(_TABLE)


async def share(ground: Ground, limiter: Limiter) -> None:
    """Tell what this process counted, and learn what all of them did."""
    waiting = sorted(key for key, count in limiter.counts.items() if count.pending)
    told = {key: limiter.counts[key].pending for key in waiting}
    if told:
        rows = [_row(key, count) for key, count in told.items()]
        async with ground.database.begin() as session:
            found = (await session.execute(_TELL, arrays(rows))).all()
        for *key, shared in found:
            count = limiter.counts.setdefault(_key(*key), Count())
            count.shared = shared
            count.pending = max(0, count.pending - told[_key(*key)])
    limiter.forget_before(ground.clock())


async def keep_sharing(ground: Ground, limiter: Limiter) -> None:
    """Share again and again; without the database, each process counts alone meanwhile."""
    while True:
        await asyncio.sleep(SHARE_SECONDS)
        try:
            await share(ground, limiter)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("counts of requests not shared", error=type(error).__name__)


async def sweep(work: Work) -> int:
    """Forget windows that are long over; a batch, gives its size."""
    before = work.now - timedelta(hours=KEPT_HOURS)
    return await delete_some(work.session, RateCount, RateCount.window_at < before)


def _row(key: Key, count: int) -> dict[str, object]:
    window_at = datetime.fromtimestamp(key.window, UTC)
    return dict(zip(_KEY, (*key[:-1], window_at), strict=True)) | {"count": count}


def _key(bank_id: UUID, subject: bytes, counted: str, window_at: datetime) -> Key:
    return Key(bank_id, bytes(subject), counted, int(window_at.timestamp()))
