"""Reading flags: for moderators, but never those in which they are the one who was flagged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.listings.decisions import queries as listings
from app.listings.tables import Listing
from app.moderation.flags.rules import FlagStatus
from app.moderation.flags.tables import Flag


def _for(caller: Caller) -> Select[Flag]:
    """Flags that this moderator may know of: whoever is flagged is told nothing."""
    asked = select(Flag).where(Flag.bank_id == caller.bank_id)
    return asked.where(Flag.flagged_id.is_distinct_from(caller.member_id))


async def get_flag(session: AsyncSession, caller: Caller, flag_id: UUID) -> Flag:
    """A flag.

    Raises:
        NotFound: when there is none that the caller may know of.
    """
    flag = (await session.scalars(_for(caller).where(Flag.flag_id == flag_id))).one_or_none()
    if flag is None:
        raise NotFound
    return flag


async def find_listing(session: AsyncSession, flag: Flag) -> Listing | None:
    """The listing as it stands that an opened flag is about; None when it is an exchange."""
    if flag.listing_id is None:
        return None
    return await listings.get_any_listing(session, flag.bank_id, flag.listing_id)


async def lock_flag(session: AsyncSession, caller: Caller, flag_id: UUID) -> Flag:
    """The same, locked.

    Raises:
        NotFound: when there is none that the caller may know of.
    """
    flag = await lock_one(session, _for(caller).where(Flag.flag_id == flag_id))
    if flag is None:
        raise NotFound
    return flag


async def list_flags(
    session: AsyncSession,
    caller: Caller,
    *,
    status: FlagStatus,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Flag]:
    """The queue: who waits longest comes first."""
    asked = (
        _for(caller)
        .where(Flag.status == status)
        .order_by(Flag.flagged_at, Flag.flag_id)
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(tuple_(Flag.flagged_at, Flag.flag_id) > after)
    return (await session.scalars(asked)).all()


async def count_open(session: AsyncSession, caller: Caller) -> int:
    """How many of the caller's own flags wait."""
    asked = (
        select(func.count())
        .select_from(Flag)
        .where(
            Flag.bank_id == caller.bank_id,
            Flag.flagger_id == caller.member_id,
            Flag.status == FlagStatus.OPEN,
        )
    )
    return (await session.scalars(asked)).one()
