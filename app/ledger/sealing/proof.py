"""Proof by hashing: V6 recomputes every chain, V7 every seal."""

from itertools import pairwise
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.audit import Finding, bounded
from app.ledger.chain import genesis, link
from app.ledger.sealing import queries
from app.ledger.sealing.signing import FIRST_PREVIOUS, Sealer, SealText
from app.ledger.sealing.tables import Seal
from app.ledger.sealing.tree import Head, contents, leaves_of, root

_V6 = "the chain recomputed from the postings does not lead to the account's head"
_V6_SEALED = "the chain does not lead through a head that was sealed"
_V7_HASH = "the seal is not what was hashed, or does not follow the one before"
_V7_SIGNATURE = "the seal is not signed by a key that is believed"
_V7_CONTENTS = "the heads kept with the seal, their owners, or its counts, are not what was sealed"
_V7_ROOT = "the seal's root is not that of all heads until then"


async def prove_chains(session: AsyncSession, bank_id: UUID) -> list[Finding]:
    """V6: every account's chain leads from its beginning through every sealed head to its head."""
    wanted: dict[UUID, dict[int, bytes]] = {}
    for _, head in await queries.list_changes(session, bank_id):
        wanted.setdefault(head.account_id, {})[head.seq] = head.head
    present = {head.account_id: head for head in await queries.list_heads(session, bank_id)}
    found = {account_id: genesis(bank_id, account_id) for account_id in {*present, *wanted}}
    faults = {one for one in found if not _passes(wanted, one, 0, found[one])}
    async for posting, leg in queries.stream_legs(session, bank_id):
        digest = leg.digest(posting.packed())
        found[leg.account_id] = link(found.get(leg.account_id, b""), digest)
        if not _passes(wanted, leg.account_id, leg.seq, found[leg.account_id]):
            faults.add(leg.account_id)
    missed = [one for one, head in present.items() if head.head != found[one]]
    lost = [one for one, heads in wanted.items() if one not in present or any(heads.values())]
    findings = [Finding("V6", one, _V6) for one in sorted(missed)]
    findings += [Finding("V6", one, _V6_SEALED) for one in sorted(faults | set(lost))]
    return bounded(bank_id, findings)


async def prove_seals(session: AsyncSession, bank_id: UUID, sealer: Sealer | None) -> list[Finding]:
    """V7: the seals follow each other, are signed, and cover the heads kept with them.

    Older roots need no second look: V6 leads every chain through every head ever sealed. Without
    a key nobody's signature is believed.
    """
    findings: list[Finding] = []
    kept: dict[int, list[Head]] = {}
    for seal_no, head in await queries.list_changes(session, bank_id):
        kept.setdefault(seal_no, []).append(head)
    seals = await queries.list_seals(session, bank_id)
    for number, (previous, seal) in enumerate(pairwise((None, *seals)), start=1):
        assert seal is not None, "only before the first there is none"
        faults = _broken(seal, previous, number, sealer)
        heads = kept.get(seal.seal_no, [])
        if contents(seal.salt, seal.accounts, seal.postings, heads) != seal.contents:
            faults.append(_V7_CONTENTS)
        findings += _findings(seal, faults)
    if seals:
        newest = seals[-1]
        known = await queries.list_sealed_heads(session, bank_id, newest.seal_no)
        if root(leaves_of(newest.salt, list(known.values()))) != newest.root:
            findings += _findings(newest, [_V7_ROOT])
    return bounded(bank_id, findings)


def _passes(wanted: dict[UUID, dict[int, bytes]], account_id: UUID, seq: int, head: bytes) -> bool:
    """Whether a recomputed head is the one that was sealed there; what was met is taken out."""
    sealed = wanted.get(account_id, {}).pop(seq, head)
    return sealed == head


def _broken(seal: Seal, previous: Seal | None, number: int, sealer: Sealer | None) -> list[str]:
    said = SealText(
        seal.bank_id,
        seal.seal_no,
        seal.taken_at,
        seal.root,
        seal.contents,
        seal.previous_hash,
    )
    signed = sealer is not None and sealer.believes(seal.key_id, seal.hash, seal.signature)
    checks = {
        _V7_HASH: said.hash() == seal.hash and seal.seal_no == number and _follows(seal, previous),
        _V7_SIGNATURE: signed,
    }
    return [fault for fault, holds in checks.items() if not holds]


def _follows(seal: Seal, previous: Seal | None) -> bool:
    if previous is None:
        return seal.previous_hash == FIRST_PREVIOUS
    return seal.previous_hash == previous.hash and seal.taken_at >= previous.taken_at


def _findings(seal: Seal, faults: list[str]) -> list[Finding]:
    return [Finding("V7", seal.bank_id, f"seal {seal.seal_no}: {fault}") for fault in faults]
