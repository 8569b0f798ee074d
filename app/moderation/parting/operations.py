"""Two people part for good: what they have open ends, what was delivered goes to a moderator."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.exchanges.parting import operations as exchanges
from app.identity.rules import Caller
from app.kit.ground import Work
from app.members import queries as members
from app.members.blocks import operations as blocks
from app.members.blocks.rules import ContactKind
from app.moderation.operations import open_case
from app.notices import operations as notices
from app.notices.rules import NoticeKind

REFERRED: Final = "Opened by the system. / Odprl sistem."
"""The reason of a case that nobody's words opened: the same whatever happened."""


async def block(work: Work, caller: Caller, member_id: UUID) -> None:
    """Block whoever has this id; blocking nobody, oneself or somebody again changes nothing.

    Raises:
        TooManyBlocks: when the caller blocks as many as one may.
    """
    if member_id == caller.me:
        return
    await members.lock_members(work.session, caller.bank_id, {caller.me, member_id})
    await blocks.block(work, caller, member_id)
    await part(work, caller.bank_id, caller.me, [member_id])


async def block_contact(work: Work, caller: Caller, kind: ContactKind, contact: str) -> None:
    """Block whoever has this e-mail or telephone, or will join with it.

    Raises:
        TooManyBlocks: when the caller blocks as many as one may.
        NoTelephone: when the number cannot be one.
    """
    await members.lock_members(work.session, caller.bank_id, {caller.me})
    found = await blocks.block_contact(work, caller, kind, contact)
    await members.lock_members(work.session, caller.bank_id, found)
    await part(work, caller.bank_id, caller.me, sorted(found))


async def meet_again(work: Work, bank_id: UUID, member_id: UUID, fingerprint: bytes) -> None:
    """Hide a member from all who block the contact that they have now, and part them."""
    found = await blocks.meet_newcomer(work, bank_id, member_id, [fingerprint])
    await members.lock_members(work.session, bank_id, found)
    await part(work, bank_id, member_id, sorted(found))


async def part(
    work: Work, bank_id: UUID, member_id: UUID, others: Sequence[UUID] | None = None
) -> None:
    """End what a member has open with these others, or with anybody (leaving, removal)."""
    for exchange in await exchanges.part(work, bank_id, member_id, others):
        dispute = open_case(work, exchange, member_id, REFERRED)
        for side in (exchange.giver_id, exchange.receiver_id):
            notices.tell_member(work, bank_id, side, NoticeKind.DISPUTE_OPENED, dispute.dispute_id)
