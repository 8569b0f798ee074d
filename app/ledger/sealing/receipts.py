"""Receipts: what a member needs to check one posting against a published seal, alone.

From a head that was sealed before (or the account's beginning), the digests of the account's
postings lead to the head in the seal; the Merkle path leads from there to the root that is signed.
A receipt shows nothing of the other side of a posting, and nothing of other accounts.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.ledger.chain import ChainedLeg, ChainedPosting, genesis
from app.ledger.sealing import queries
from app.ledger.sealing.rules import NotSealedYet
from app.ledger.sealing.tables import Seal
from app.ledger.sealing.tree import Head, Step, leaf, leaf_salt, leaves_of, path


@dataclass(frozen=True)
class Receipt:
    """The proof that a posting is in the sealed books."""

    posting: ChainedPosting
    leg: ChainedLeg
    start: Head
    digests: list[bytes]
    """Of the account's postings after `start`, up to the sealed head; one is this posting's."""
    leaf_salt: bytes
    merkle_path: list[Step]
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
    seal = await queries.get_seal(session, bank_id, covering)
    chain = await queries.list_chain(session, bank_id, account_id, start.seq, end.seq)
    posting, leg = chain[seq - start.seq - 1]
    return Receipt(
        posting=posting,
        leg=leg,
        start=start,
        digests=[leg.digest(posting.packed()) for posting, leg in chain],
        leaf_salt=leaf_salt(seal.salt, account_id),
        merkle_path=await _path(session, seal, account_id),
        seal=seal,
    )


async def _path(session: AsyncSession, seal: Seal, account_id: UUID) -> list[Step]:
    heads = await queries.list_sealed_heads(session, seal.bank_id, seal.seal_no)

    def found() -> list[Step]:
        leaves = leaves_of(seal.salt, list(heads.values()))
        return path(leaves, leaves.index(leaf(seal.salt, heads[account_id])))

    return await asyncio.to_thread(found)  # of many accounts: nobody else waits for the hashing
