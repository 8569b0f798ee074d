"""Reading postings that may be taken back, and what was."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.ledger.reversing.tables import Reversal
from app.ledger.tables import Account, Deed, Posting

_STANDING: Final = text("""
    WITH RECURSIVE line (posting_id, minutes) AS (
        SELECT posting_id, minutes FROM posting
         WHERE bank_id = :bank_id AND posting_id = ANY(CAST(:posting_ids AS uuid[]))
        UNION ALL
        SELECT c.posting_id, c.minutes
          FROM line
          JOIN reversal r ON r.bank_id = :bank_id AND r.original_id = line.posting_id
          JOIN posting b ON b.bank_id = r.bank_id AND b.posting_id = r.posting_id
          JOIN posting c ON c.bank_id = b.bank_id AND c.deed_id = b.deed_id
           AND c.reverses_posting_id IS NULL
    )
    SELECT coalesce(sum(line.minutes - coalesce(
               (SELECT sum(r.minutes) FROM reversal r
                 WHERE r.bank_id = :bank_id AND r.original_id = line.posting_id), 0)), 0)
      FROM line
""")
"""The postings, and what was posted in their place, each less what was taken back of it.

That is all there is: what takes back is never taken back itself.
"""

_FIRST: Final = text("""
    WITH RECURSIVE line (posting_id, nth) AS (
        SELECT CAST(:posting_id AS uuid), 0
        UNION ALL
        SELECT b.reverses_posting_id, nth + 1
          FROM line
          JOIN posting c ON c.bank_id = :bank_id AND c.posting_id = line.posting_id
          JOIN posting b ON b.bank_id = c.bank_id AND b.debit_account_id = c.credit_account_id
           AND b.debit_seq = c.credit_seq - 1 AND b.deed_id = c.deed_id
         WHERE c.reverses_posting_id IS NULL AND b.reverses_posting_id IS NOT NULL
    )
    SELECT posting_id FROM line ORDER BY nth DESC LIMIT 1
""")
"""The right posting of a correction stands next to what it replaces, on both accounts."""


class Original(NamedTuple):
    """A posting, and the deed that it belongs to; neither ever changes."""

    posting: Posting
    deed: Deed

    @property
    def sides(self) -> set[UUID]:
        """Its two accounts."""
        return {self.posting.debit_account_id, self.posting.credit_account_id}


async def get_original(session: AsyncSession, bank_id: UUID, posting_id: UUID) -> Original:
    """A posting of the bank.

    Raises:
        NotFound: when the bank has none with this id.
    """
    asked = (
        select(Posting, Deed)
        .join(Deed, and_(Deed.bank_id == Posting.bank_id, Deed.deed_id == Posting.deed_id))
        .where(Posting.bank_id == bank_id, Posting.posting_id == posting_id)
    )
    found = (await session.execute(asked)).one_or_none()
    if found is None:
        raise NotFound
    return Original(*found)


async def sum_standing(session: AsyncSession, bank_id: UUID, posting_ids: Collection[UUID]) -> int:
    """What stands of these postings, in minutes: not taken back, or put right in their place."""
    asked = {"bank_id": bank_id, "posting_ids": list(posting_ids)}
    return int((await session.execute(_STANDING, asked)).scalar_one())


async def get_first(session: AsyncSession, bank_id: UUID, posting_id: UUID) -> UUID:
    """The posting in whose place this one stands, through however many corrections, or itself."""
    asked = {"bank_id": bank_id, "posting_id": posting_id}
    return UUID(str((await session.execute(_FIRST, asked)).scalar_one()))


async def list_kinds(session: AsyncSession, original: Original) -> set[str]:
    """The kinds of a posting's two accounts."""
    asked = select(Account.kind).where(
        Account.bank_id == original.posting.bank_id, Account.account_id.in_(original.sides)
    )
    return set((await session.scalars(asked)).all())


async def find_last_reversal(
    session: AsyncSession, bank_id: UUID, posting_id: UUID
) -> Reversal | None:
    """The last part that was taken back of a posting; ask under its accounts' locks."""
    asked = (
        select(Reversal)
        .where(Reversal.bank_id == bank_id, Reversal.original_id == posting_id)
        .order_by(Reversal.number.desc())
        .limit(1)
    )
    return (await session.scalars(asked)).one_or_none()
