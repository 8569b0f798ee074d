"""Reading listings as those who decide on them do, whoever may see them."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.listings.tables import Listing


async def get_any_listing(session: AsyncSession, bank_id: UUID, listing_id: UUID) -> Listing:
    """A listing of the bank, for a moderator who has opened a flag about it.

    Raises:
        NotFound: when the bank has none with this id.
    """
    found = (await session.scalars(_listing(bank_id, listing_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def lock_any_listing(session: AsyncSession, bank_id: UUID, listing_id: UUID) -> Listing:
    """The same, locked.

    Raises:
        NotFound: when the bank has none with this id.
    """
    found = await lock_one(session, _listing(bank_id, listing_id))
    if found is None:
        raise NotFound
    return found


def _listing(bank_id: UUID, listing_id: UUID) -> Select[Listing]:
    return select(Listing).where(Listing.bank_id == bank_id, Listing.listing_id == listing_id)
