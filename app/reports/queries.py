"""Counting what was settled; no row of anybody's leaves this module."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Date, and_, cast, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.tables import Exchange
from app.listings.tables import Listing
from app.reports.rules import PEOPLE_MIN


class Cell(NamedTuple):
    """What was settled in a month in a category, by enough people."""

    month: date
    category: str
    minutes: int


async def list_hours(
    session: AsyncSession, bank_id: UUID, zone: str, since: datetime, before: datetime
) -> Sequence[Cell]:
    """Minutes settled by month and category, the newest month first; cells of too few left out."""
    month = cast(func.date_trunc("month", func.timezone(zone, Exchange.settled_at)), Date)
    settled = (
        select(
            month.label("month"),
            Listing.category,
            Exchange.exchange_id,
            Exchange.settled_minutes,
            Exchange.giver_id,
            Exchange.receiver_id,
        )
        .join(
            Listing,
            and_(
                Listing.bank_id == Exchange.bank_id, Listing.listing_id == Exchange.listing_id
            ),
        )
        .where(
            Exchange.bank_id == bank_id,
            Exchange.settled_minutes.is_not(None),
            Exchange.settled_at >= since,
            Exchange.settled_at < before,
        )
        .cte("settled")
    )
    # Each exchange once for each of its two people; its minutes with one of them.
    sides = union_all(
        select(settled.c.month, settled.c.category, settled.c.giver_id.label("person_id"),
               settled.c.settled_minutes.label("minutes")),
        select(settled.c.month, settled.c.category, settled.c.receiver_id, 0),
    ).subquery()
    asked = (
        select(sides.c.month, sides.c.category, func.sum(sides.c.minutes))
        .group_by(sides.c.month, sides.c.category)
        .having(func.count(sides.c.person_id.distinct()) >= PEOPLE_MIN)
        .order_by(sides.c.month.desc(), sides.c.category)
    )
    return [Cell(month, category, int(minutes)) for month, category, minutes in (await session.execute(asked)).all()]
