"""Reading heads, seals, and the postings that chains are made of."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.ledger.accounts.tables import AccountOwner
from app.ledger.chain import ChainedLeg, ChainedPosting
from app.ledger.sealing.tables import Seal, SealedHead
from app.ledger.sealing.tree import Head
from app.ledger.tables import Account, Posting

CHAIN_PAGE: Final = 2_000
_HEAD: Final = (
    SealedHead.account_id,
    SealedHead.seq,
    SealedHead.head,
    SealedHead.owner_id,
)
"""The fields of `Head`, in their order."""
Chained = tuple[ChainedPosting, ChainedLeg]
"""A posting as one of its accounts sees it."""


async def list_heads(session: AsyncSession, bank_id: UUID) -> list[Head]:
    """Every account's head and owner, by account; one statement and so one snapshot."""
    asked = (
        select(Account.account_id, Account.seq, Account.head, AccountOwner.member_id)
        .outerjoin_from(
            Account,
            AccountOwner,
            and_(
                AccountOwner.bank_id == Account.bank_id,
                AccountOwner.account_id == Account.account_id,
            ),
        )
        .where(Account.bank_id == bank_id)
        .order_by(Account.account_id)
    )
    return [Head(*row) for row in (await session.execute(asked)).all()]


async def find_last_seal(session: AsyncSession, bank_id: UUID) -> Seal | None:
    """The newest seal, if the bank was ever sealed."""
    asked = select(Seal).where(Seal.bank_id == bank_id).order_by(Seal.seal_no.desc()).limit(1)
    return (await session.scalars(asked)).one_or_none()


async def list_unsealed(session: AsyncSession) -> Sequence[UUID]:
    """The banks of the installation with postings later than what their newest seal covers."""
    return (await session.scalars(_UNSEALED)).all()


async def list_seals(session: AsyncSession, bank_id: UUID) -> Sequence[Seal]:
    """Every seal, the oldest first."""
    asked = select(Seal).where(Seal.bank_id == bank_id).order_by(Seal.seal_no)
    return (await session.scalars(asked)).all()


async def list_newest_seals(
    session: AsyncSession, bank_id: UUID, *, before_no: int | None, limit: int
) -> Sequence[Seal]:
    """The newest seals before a number, newest first."""
    asked = select(Seal).where(Seal.bank_id == bank_id).order_by(Seal.seal_no.desc()).limit(limit)
    if before_no is not None:
        asked = asked.where(Seal.seal_no < before_no)
    return (await session.scalars(asked)).all()


async def get_seal_by_hash(session: AsyncSession, bank_id: UUID, seal_hash: str) -> Seal:
    """The seal with this hash, in hexadecimal.

    Raises:
        NotFound: when the bank was never sealed so.
    """
    try:
        digest = bytes.fromhex(seal_hash)
    except ValueError:
        raise NotFound from None
    asked = select(Seal).where(Seal.bank_id == bank_id, Seal.hash == digest)
    seal = (await session.scalars(asked)).one_or_none()
    if seal is None:
        raise NotFound
    return seal


async def list_sealed_heads(session: AsyncSession, bank_id: UUID, seal_no: int) -> dict[UUID, Head]:
    """What each account's head was at a seal: the newest that was sealed until then."""
    newest = (
        select(*_HEAD)
        .where(SealedHead.bank_id == bank_id, SealedHead.seal_no <= seal_no)
        .order_by(SealedHead.account_id, SealedHead.seal_no.desc())
        .ext(distinct_on(SealedHead.account_id))
    )
    return {row.account_id: Head(*row) for row in (await session.execute(newest)).all()}


async def list_changes(session: AsyncSession, bank_id: UUID) -> list[tuple[int, Head]]:
    """Every sealed head with its seal's number, in order."""
    asked = (
        select(SealedHead.seal_no, *_HEAD)
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
        select(SealedHead.seal_no, *_HEAD)
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
) -> list[Chained]:
    """An account's postings after one number up to another, in order."""
    asked = {
        "bank_id": bank_id,
        "account_id": account_id,
        "after_seq": after_seq,
        "to_seq": to_seq,
    }
    return [_chained(row) for row in await session.execute(_CHAIN, asked)]


async def stream_legs(session: AsyncSession, bank_id: UUID) -> AsyncIterator[Chained]:
    """Every posting as each of its accounts sees it, by account and number."""
    rows = await session.stream(_LEGS, {"bank_id": bank_id})
    async for row in rows.yield_per(CHAIN_PAGE):
        yield _chained(row)


def _chained(row: Row[Any]) -> Chained:
    said = len(ChainedPosting._fields)
    return ChainedPosting(*row[:said]), ChainedLeg(*row[said:])


_UNSEALED: Final = text("""
    SELECT b.bank_id FROM bank b
     WHERE (SELECT coalesce(sum(a.seq), 0) FROM account a WHERE a.bank_id = b.bank_id)
         > 2 * coalesce((SELECT s.postings FROM seal s WHERE s.bank_id = b.bank_id
                          ORDER BY s.seal_no DESC LIMIT 1), 0)
""")
"""Each posting counts in two accounts."""
_LEG: Final = """
    SELECT p.bank_id, p.posting_id, p.deed_id, d.kind, p.posted_at, d.effective_at, d.subject_id,
           p.reverses_posting_id, l.account_id, l.change, l.seq, l.balance
      FROM posting p
      JOIN deed d ON d.bank_id = p.bank_id AND d.deed_id = p.deed_id
     CROSS JOIN LATERAL (VALUES
           (p.debit_account_id, -p.minutes, p.debit_seq, p.debit_balance_minutes),
           (p.credit_account_id, p.minutes, p.credit_seq, p.credit_balance_minutes)
           ) AS l (account_id, change, seq, balance)
     WHERE p.bank_id = :bank_id
"""
"""The fields of `Chained`, in their order."""
_OF_ACCOUNT: Final = """
       AND l.account_id = :account_id AND l.seq > :after_seq AND l.seq <= :to_seq
       AND (p.debit_account_id = :account_id
            AND p.debit_seq > :after_seq AND p.debit_seq <= :to_seq
         OR p.credit_account_id = :account_id
            AND p.credit_seq > :after_seq AND p.credit_seq <= :to_seq)
"""
"""Said of both sides, for the index of each."""
_CHAIN: Final = text(f"{_LEG} {_OF_ACCOUNT} ORDER BY l.seq")
_LEGS: Final = text(f"{_LEG} ORDER BY l.account_id, l.seq")
