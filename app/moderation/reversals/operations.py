"""Putting a posting right."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from app.exchanges import queries as exchanges
from app.exchanges import settling
from app.exchanges.rules import Status, StepNotOpen
from app.exchanges.tables import Exchange
from app.fund import queries as grants
from app.identity.rules import Caller
from app.kit.ground import Work
from app.ledger.reversing import operations as reversing
from app.ledger.reversing import queries as postings
from app.ledger.reversing.operations import PutRight, PuttingRight
from app.ledger.reversing.queries import Original
from app.ledger.reversing.rules import NotReversible
from app.ledger.rules import AccountKind
from app.members.accounts import queries as purses
from app.moderation.reversals.rules import MoreThanGranted, PartWithCorrection
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings

REVERSIBLE: Final = frozenset({AccountKind.MEMBER, AccountKind.FUND, AccountKind.ISSUING})
"""Between these kinds of account a posting is this bank's own affair."""


async def reverse(work: Work, caller: Caller, asked: PuttingRight) -> PutRight:
    """Take a posting back, or a part of it, and post what should have moved: all or nothing.

    The settlement of an exchange takes the exchange with it: its minutes follow, and with nothing
    left it is cancelled, as when a dispute ends void.

    Raises:
        NotFound: when the bank has no such posting.
        Concerned: when the moderator has something of their own with whose accounts these are.
        NotReversible: when it takes another one back, another stands in its place, or another bank
            is concerned.
        StepNotOpen: when it belongs to an exchange that waits for a dispute's outcome.
        MoreThanGranted: when more would stand of a grant than before.
        PartWithCorrection: when only a part of a settlement would be replaced.
        OverOriginal: when less than that is left of it.
        AccountClosed: when one of its accounts is closed.
    """
    original = await postings.get_original(work.session, caller.bank_id, asked.posting_id)
    owners = await purses.find_owners(work.session, caller.bank_id, original.sides)
    await openings.refuse_party(work, caller, list(owners.values()))
    if not REVERSIBLE.issuperset(await postings.list_kinds(work.session, original)):
        raise NotReversible
    exchange = await _exchange_of(work, original)
    active = await purses.find_active_accounts(work.session, caller.bank_id, owners.values())
    asked = replace(asked, about=min(active, default=None))
    done = await reversing.put_right(work, caller.bank_id, asked)
    if exchange is not None:
        if done.left_minutes and done.correction_id:
            raise PartWithCorrection
        await settling.follow(work, exchange, done)
        return done
    await _refuse_larger_grant(work, done)
    for member_id in owners.values():
        kind = NoticeKind.POSTING_PUT_RIGHT
        notices.tell_member(work, caller.bank_id, member_id, kind, asked.posting_id)
    return done


async def _refuse_larger_grant(work: Work, done: PutRight) -> None:
    """Else a correction would grant past the cap and the budget, which count what stands."""
    if (done.corrected_minutes or 0) <= done.minutes:
        return
    posting = done.original.posting
    if await grants.is_grant(work.session, posting.bank_id, posting.posting_id):
        raise MoreThanGranted


async def _exchange_of(work: Work, original: Original) -> Exchange | None:
    """The exchange that this posting settled, locked before the books are."""
    subject_id: UUID | None = original.deed.subject_id
    if subject_id is None:
        return None
    bank_id = original.posting.bank_id
    exchange = await exchanges.lock_any_exchange(work.session, bank_id, subject_id)
    if exchange.settlement_id != original.posting.posting_id:
        raise NotReversible
    if exchange.status != Status.SETTLED:
        raise StepNotOpen(state=exchange.status)
    return exchange
