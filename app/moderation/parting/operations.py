"""Two people part for good: what they have open ends, what was delivered goes to a moderator."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.exchanges.keeping import operations as keeping
from app.exchanges.keeping.operations import Words
from app.exchanges.parting import operations as exchanges
from app.identity.rules import Caller
from app.kit.ground import Work
from app.members import queries as members
from app.members.blocks import operations as blocks
from app.moderation import queries
from app.moderation.operations import open_case
from app.moderation.statements.queries import list_stated_by
from app.notices import operations as notices
from app.notices.rules import NoticeKind

REFERRED: Final = "Opened by the system. / Odprl sistem."
"""The reason of a case that nobody's words opened: the same whatever happened."""


async def block(work: Work, caller: Caller, member_id: UUID) -> None:
    """Block whoever has this id; blocking nobody, oneself or somebody again changes nothing.

    What they wrote to the caller is kept for the caller as far as it can be read now.

    Raises:
        TooManyBlocks: when the caller blocks as many as one may.
    """
    if member_id == caller.me:
        return
    await members.lock_members(work.session, caller.bank_id, {caller.me, member_id})
    await _keep_words(work, caller, member_id)
    await blocks.block(work, caller, member_id)
    await part(work, caller.bank_id, caller.me, [member_id])


async def part(
    work: Work, bank_id: UUID, member_id: UUID, others: Sequence[UUID] | None = None
) -> None:
    """End what a member has open with these others, or with anybody (leaving, removal)."""
    for exchange in await exchanges.part(work, bank_id, member_id, others):
        dispute = open_case(work, exchange, member_id, REFERRED)
        for side in (exchange.giver_id, exchange.receiver_id):
            notices.tell_member(work, bank_id, side, NoticeKind.DISPUTE_OPENED, dispute.dispute_id)


async def _keep_words(work: Work, caller: Caller, author_id: UUID) -> None:
    await keeping.keep_messages(work, caller, author_id)
    session = work.session
    words = [
        *(
            Words(exchange, "dispute", row.dispute_id, row.reason_sealed, row.opened_at)
            for row, exchange in await queries.list_opened_by(session, caller, author_id)
        ),
        *(
            Words(exchange, "appeal", row.appeal_id, row.reason_sealed, row.appealed_at)
            for row, exchange in await queries.list_appealed_by(session, caller, author_id)
        ),
        *(
            Words(exchange, "statement", row.statement_id, row.text_sealed, row.said_at)
            for row, exchange in await list_stated_by(session, caller, author_id)
        ),
    ]
    await keeping.keep(work, caller, words)
