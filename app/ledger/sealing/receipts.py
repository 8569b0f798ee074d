"""Receipts: what a member needs to check one posting against a published seal, alone.

From a head that was sealed before (or the account's beginning), the digests of the account's
postings lead to the head in the seal; the Merkle path leads from there to the root that is signed.
Of others' postings a receipt shows nothing but their digests.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.ledger.chain import ChainedPosting, genesis, leaf, path
from app.ledger.sealing import queries
from app.ledger.sealing.queries import Head
from app.ledger.sealing.rules import NotSealedYet
from app.ledger.tables import Seal


@dataclass(frozen=True)
class Receipt:
    """The proof that a posting is in the sealed books."""

    posting: ChainedPosting
    start: Head
    digests: list[bytes]
    """Of the account's postings after `start`, up to the sealed head; one is this posting's."""
    merkle_path: list[tuple[str, bytes]]
    seal: Seal


async def make_receipt(
    session: AsyncSession, bank_id: UUID, account_id: UUID, posting_id: UUID
) -> Receipt:
    """The receipt of one of the account's postings.

    Raises:
        NotFound: when the account has no such posting.
        NotSealedYet: when no seal covers it.
    """
    seq = await queries.find_seq(session, bank_id, account_id, posting_id)
    if seq is None:
        raise NotFound
    sealed = await queries.list_heads_of(session, bank_id, account_id)
    covering = next((no for no, head in sealed if head.seq >= seq), None)
    if covering is None:
        raise NotSealedYet
    end = next(head for no, head in sealed if no == covering)
    before = [head for _, head in sealed if head.seq < seq]
    start = before[-1] if before else Head(account_id, 0, genesis(bank_id, account_id))
    postings = await queries.list_chain(session, bank_id, account_id, start.seq, end.seq)
    return Receipt(
        posting=postings[seq - start.seq - 1],
        start=start,
        digests=[one.digest() for one in postings],
        merkle_path=await _path(session, bank_id, covering, account_id),
        seal=await queries.get_seal(session, bank_id, covering),
    )


async def _path(
    session: AsyncSession, bank_id: UUID, seal_no: int, account_id: UUID
) -> list[tuple[str, bytes]]:
    heads = await queries.list_sealed_heads(session, bank_id, seal_no)
    accounts = sorted(heads)
    return path([leaf(*heads[one]) for one in accounts], accounts.index(account_id))
