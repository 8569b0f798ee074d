"""Reading heads, seals, and the postings that chains are made of."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.chain import ChainedPosting
from app.ledger.tables import Account, Posting, Seal, SealedHead

CHAIN_PAGE: Final = 2_000
SEALS_SHOWN_MAX: Final = 100


class Head(NamedTuple):
    """How far an account's chain is."""

    account_id: UUID
    seq: int
    head: bytes


async def list_heads(session: AsyncSession, bank_id: UUID) -> list[Head]:
    """Every account's head, by account; one statement and so one snapshot."""
    asked = (
        select(Account.account_id, Account.seq, Account.head)
        .where(Account.bank_id == bank_id)
        .order_by(Account.account_id)
    )
    return [Head(*row) for row in (await session.execute(asked)).all()]


async def find_last_seal(session: AsyncSession, bank_id: UUID) -> Seal | None:
    """The newest seal, if the bank was ever sealed."""
    asked = select(Seal).where(Seal.bank_id == bank_id).order_by(Seal.seal_no.desc()).limit(1)
    return (await session.scalars(asked)).one_or_none()


async def find_unsealed_bank(session: AsyncSession) -> UUID | None:
    """A bank of the installation with a posting later than what its newest seal covers."""
    found: UUID | None = await session.scalar(_UNSEALED)
    return found


async def list_seals(session: AsyncSession, bank_id: UUID) -> Sequence[Seal]:
    """Every seal, the oldest first."""
    asked = select(Seal).where(Seal.bank_id == bank_id).order_by(Seal.seal_no)
    return (await session.scalars(asked)).all()


async def list_newest_seals(session: AsyncSession, bank_id: UUID) -> Sequence[Seal]:
    """The newest seals, newest first; what is published."""
    asked = select(Seal).where(Seal.bank_id == bank_id).order_by(Seal.seal_no.desc())
    return (await session.scalars(asked.limit(SEALS_SHOWN_MAX))).all()


async def list_sealed_heads(session: AsyncSession, bank_id: UUID, seal_no: int) -> dict[UUID, Head]:
    """What each account's head was at a seal: the newest that was sealed until then."""
    newest = (
        select(SealedHead.account_id, SealedHead.seq, SealedHead.head)
        .where(SealedHead.bank_id == bank_id, SealedHead.seal_no <= seal_no)
        .order_by(SealedHead.account_id, SealedHead.seal_no.desc())
        .ext(distinct_on(SealedHead.account_id))
    )
    return {row.account_id: Head(*row) for row in (await session.execute(newest)).all()}


async def list_changes(session: AsyncSession, bank_id: UUID) -> list[tuple[int, Head]]:
    """Every sealed head with its seal's number, in order."""
    asked = (
        select(SealedHead.seal_no, SealedHead.account_id, SealedHead.seq, SealedHead.head)
        .where(SealedHead.bank_id == bank_id)
        .order_by(SealedHead.seal_no, SealedHead.account_id)
    )
    rows = (await session.execute(asked)).all()
    return [(row[0], Head(*row[1:])) for row in rows]


async def get_seal(session: AsyncSession, bank_id: UUID, seal_no: int) -> Seal:
    """A seal that is known to be there."""
    asked = select(Seal).where(Seal.bank_id == bank_id, Seal.seal_no == seal_no)
    return (await session.scalars(asked)).one()


async def list_heads_of(
    session: AsyncSession, bank_id: UUID, account_id: UUID
) -> list[tuple[int, Head]]:
    """Every sealed head of one account with its seal's number, in order."""
    asked = (
        select(SealedHead.seal_no, SealedHead.account_id, SealedHead.seq, SealedHead.head)
        .where(SealedHead.bank_id == bank_id, SealedHead.account_id == account_id)
        .order_by(SealedHead.seal_no)
    )
    rows = (await session.execute(asked)).all()
    return [(row[0], Head(*row[1:])) for row in rows]


async def find_seq(
    session: AsyncSession, bank_id: UUID, account_id: UUID, posting_id: UUID
) -> int | None:
    """The number of a posting on this account; None when it does not touch it."""
    asked = select(Posting).where(Posting.bank_id == bank_id, Posting.posting_id == posting_id)
    posting = (await session.scalars(asked)).one_or_none()
    if posting is None:
        return None
    sides = {
        posting.debit_account_id: posting.debit_seq,
        posting.credit_account_id: posting.credit_seq,
    }
    return sides.get(account_id)


async def list_chain(
    session: AsyncSession, bank_id: UUID, account_id: UUID, after_seq: int, to_seq: int
) -> list[ChainedPosting]:
    """An account's postings after one number up to another, in order."""
    asked = {
        "bank_id": bank_id,
        "account_id": account_id,
        "after_seq": after_seq,
        "to_seq": to_seq,
    }
    return [_chained(row) for row in await session.execute(_CHAIN, asked)]


async def stream_legs(
    session: AsyncSession, bank_id: UUID
) -> AsyncIterator[tuple[UUID, int, ChainedPosting]]:
    """Every posting as each of its accounts sees it, by account and number."""
    rows = await session.stream(_LEGS, {"bank_id": bank_id})
    async for row in rows.yield_per(CHAIN_PAGE):
        yield row.account_id, row.seq, _chained(row)


def _chained(row: Row[Any]) -> ChainedPosting:
    return ChainedPosting(*(getattr(row, name) for name in ChainedPosting._fields))


_UNSEALED: Final = text("""
    SELECT b.bank_id FROM bank b
     WHERE (SELECT coalesce(sum(a.seq), 0) FROM account a WHERE a.bank_id = b.bank_id)
         > 2 * coalesce((SELECT s.postings FROM seal s WHERE s.bank_id = b.bank_id
                          ORDER BY s.seal_no DESC LIMIT 1), 0)
     LIMIT 1
""")
"""Each posting counts in two accounts."""
_CHAIN: Final = text("""
    SELECT p.bank_id, p.posting_id, p.deed_id, d.kind,
           p.debit_account_id, p.credit_account_id, p.minutes, p.debit_seq, p.credit_seq,
           p.debit_balance_minutes AS debit_balance, p.credit_balance_minutes AS credit_balance,
           p.posted_at, d.subject_id, p.reverses_posting_id
      FROM (SELECT posting_id, debit_seq AS seq FROM posting
             WHERE bank_id = :bank_id AND debit_account_id = :account_id
               AND debit_seq > :after_seq AND debit_seq <= :to_seq
            UNION ALL
            SELECT posting_id, credit_seq FROM posting
             WHERE bank_id = :bank_id AND credit_account_id = :account_id
               AND credit_seq > :after_seq AND credit_seq <= :to_seq) AS l
      JOIN posting p ON p.bank_id = :bank_id AND p.posting_id = l.posting_id
      JOIN deed d ON d.bank_id = p.bank_id AND d.deed_id = p.deed_id
     ORDER BY l.seq
""")
_LEGS: Final = text("""
    SELECT l.account_id, l.seq, p.bank_id, p.posting_id, p.deed_id, d.kind,
           p.debit_account_id, p.credit_account_id, p.minutes, p.debit_seq, p.credit_seq,
           p.debit_balance_minutes AS debit_balance, p.credit_balance_minutes AS credit_balance,
           p.posted_at, d.subject_id, p.reverses_posting_id
      FROM posting p
      JOIN deed d ON d.bank_id = p.bank_id AND d.deed_id = p.deed_id
     CROSS JOIN LATERAL (VALUES (p.debit_account_id, p.debit_seq),
                                (p.credit_account_id, p.credit_seq)) AS l (account_id, seq)
     WHERE p.bank_id = :bank_id
     ORDER BY l.account_id, l.seq
""")
