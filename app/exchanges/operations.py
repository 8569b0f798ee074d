"""The steps of an exchange: each locks, decides, changes, tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.exchanges import jobs, queries, settling
from app.exchanges.contacts import operations as contacts
from app.exchanges.queries import Shown
from app.exchanges.rules import (
    SILENT,
    ConversationOver,
    OwnListing,
    Status,
    Step,
    TooLateToDispute,
    TooManyProposals,
    Who,
    advance,
)
from app.exchanges.stepping import (
    EXPIRING,
    is_late_to_dispute,
    is_over,
    is_seen_by,
    keep_reason,
    met,
    other_side,
    parts_of,
    refuse_unknown_place,
    stepped,
    take,
    tell_both,
    told,
    write_in,
)
from app.exchanges.tables import Exchange, Message
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger.rules import HoldOutcome
from app.listings import queries as listings
from app.listings.rules import ListingKind
from app.members import queries as members


@dataclass(frozen=True)
class Terms:
    """What a proposal says."""

    minutes: int
    starts_at: datetime | None
    meeting_point: str | None
    message: str | None


async def propose(work: Work, caller: Caller, listing_id: UUID, terms: Terms) -> Shown:
    """Propose an exchange on somebody's listing; they answer.

    Where the caller is hidden from them, it waits for an answer all the same, and expires.

    Raises:
        NotFound: when the caller cannot see the listing.
        OwnListing: when it is the caller's own.
        UnknownMeetingPoint: when the bank's list has no such place.
        NotMetYet, TooManyContacts: when the bank's rules for contacts say so.
        TooManyProposals: when as many wait for an answer as may.
    """
    # One's own record is the lock under which one's open proposals are counted; both are those
    # under which somebody blocks or leaves: whoever may be seen then has done neither.
    seen = await listings.get_listing(work.session, caller, listing_id, work.now)
    await members.lock_members(work.session, caller.bank_id, {caller.me, seen.listing.author_id})
    listing = (await listings.get_listing(work.session, caller, listing_id, work.now)).listing
    if listing.author_id == caller.me:
        raise OwnListing
    await contacts.propose_to(work, caller, listing.author_id)
    await _refuse_too_many(work, caller)
    await refuse_unknown_place(work, caller, terms.meeting_point)
    is_offer = listing.kind == ListingKind.OFFER
    is_seen = await is_seen_by(work, caller, listing.author_id)
    exchange = Exchange(
        bank_id=caller.bank_id,
        exchange_id=new_id(),
        listing_id=listing_id,
        giver_id=listing.author_id if is_offer else caller.me,
        receiver_id=caller.me if is_offer else listing.author_id,
        proposer_id=caller.me,
        unseen_by=None if is_seen else listing.author_id,
        status=Status.PROPOSED,
        version=1,
        created_at=work.now,
        minutes=terms.minutes,
        starts_at=terms.starts_at,
        meeting_point=terms.meeting_point,
        expires_at=work.now + timedelta(days=work.settings.proposal_days),
    )
    work.session.add(exchange)
    await work.session.flush()
    await jobs.expire_later(work, exchange)
    return await told(work, caller, exchange, terms.message)


async def counter(work: Work, caller: Caller, exchange_id: UUID, terms: Terms) -> Shown:
    """Answer a proposal with another one; then the other side answers.

    Raises:
        NotFound, StepNotOpen, NotYourStep, NotMetYet, UnknownMeetingPoint, TooManyProposals.
    """
    await members.lock_me(work.session, caller)
    await _refuse_too_many(work, caller)
    exchange = await met(work, caller, exchange_id, Step.COUNTER)
    await refuse_unknown_place(work, caller, terms.meeting_point)
    exchange.proposer_id = caller.me
    exchange.minutes = terms.minutes
    exchange.starts_at = terms.starts_at
    exchange.meeting_point = terms.meeting_point
    exchange.expires_at = work.now + timedelta(days=work.settings.proposal_days)
    await jobs.expire_later(work, exchange)
    return await told(work, caller, exchange, terms.message)


async def accept(work: Work, caller: Caller, exchange_id: UUID) -> Shown:
    """Agree; the receiver's minutes are held from now on.

    Raises:
        NotFound, StepNotOpen, NotYourStep, NotMetYet.
        NotEnoughHours: when the receiver has not that many above the floor.
    """
    exchange = await met(work, caller, exchange_id, Step.ACCEPT)
    await settling.hold(work, exchange, caller.me)
    begins_at = max(work.now, exchange.starts_at or work.now)
    exchange.expires_at = begins_at + timedelta(days=work.settings.hold_days)
    await jobs.expire_later(work, exchange)
    return await told(work, caller, exchange)


async def decline(work: Work, caller: Caller, exchange_id: UUID, reason: str | None) -> Shown:
    """Say no to a proposal.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
    """
    exchange = await stepped(work, caller, exchange_id, Step.DECLINE)
    keep_reason(work, caller, exchange, reason)
    return await told(work, caller, exchange)


async def cancel(work: Work, caller: Caller, exchange_id: UUID, reason: str | None) -> Shown:
    """Withdraw one's own proposal, or call off what was agreed; held minutes are released.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
    """
    exchange = await stepped(work, caller, exchange_id, Step.CANCEL)
    await settling.release(work, exchange, HoldOutcome.RELEASED)
    keep_reason(work, caller, exchange, reason)
    return await told(work, caller, exchange)


async def deliver(work: Work, caller: Caller, exchange_id: UUID, minutes: int | None) -> Shown:
    """The giver says that it is done, and how long it took.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
    """
    exchange = await stepped(work, caller, exchange_id, Step.DELIVER)
    exchange.delivered_minutes = minutes or exchange.minutes
    exchange.delivered_at = work.now
    exchange.look_at = work.now + timedelta(days=work.settings.confirmation_days)
    return await told(work, caller, exchange)


async def dispute(work: Work, caller: Caller, exchange_id: UUID) -> Exchange:
    """Stop the exchange until a moderator has decided; a hold stays.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
        TooLateToDispute: when the term after the settlement is over.
    """
    exchange = await queries.lock_exchange(work.session, caller, exchange_id)
    if is_late_to_dispute(work, exchange):
        raise TooLateToDispute(days=work.settings.dispute_days)
    take(work, exchange, Step.DISPUTE, parts_of(exchange, caller))
    return exchange


async def resolve(work: Work, bank_id: UUID, exchange_id: UUID, minutes: int | None) -> Exchange:
    """A moderator's outcome, the first or an appeal's: these minutes, or void when None.

    Raises:
        NotFound, StepNotOpen.
    """
    exchange = await queries.lock_any_exchange(work.session, bank_id, exchange_id)
    step = Step.VOID if minutes is None else Step.RESOLVE
    take(work, exchange, step, frozenset({Who.MODERATOR}))
    if exchange.settlement_id is not None:
        if minutes != exchange.settled_minutes:
            await settling.correct(work, exchange, minutes)
    elif minutes is None:
        await settling.release(work, exchange, HoldOutcome.RELEASED)
    else:
        await settling.settle(work, exchange, minutes)
    await tell_both(work, exchange)
    return exchange


async def expire(work: Work, bank_id: UUID, exchange_id: UUID) -> bool:
    """End what nobody answered or delivered in time, if it has not moved on; frees its hold."""
    exchange = await queries.lock_any_exchange(work.session, bank_id, exchange_id)
    if Status(exchange.status) not in EXPIRING:
        return False
    if not is_over(work, exchange):
        await jobs.expire_later(work, exchange)  # clocks differ, or the terms have changed
        return False
    exchange.status = advance(Status(exchange.status), Step.EXPIRE, frozenset({Who.TIME}))
    exchange.version += 1
    exchange.expires_at = None
    await settling.release(work, exchange, HoldOutcome.EXPIRED)
    await tell_both(work, exchange)
    return True


async def write(work: Work, caller: Caller, exchange_id: UUID, text: str) -> Message:
    """Send a message to the other side.

    Raises:
        NotFound: when the caller is no party to the exchange.
        ConversationOver: when the exchange was declined or cancelled, or has expired, or the other
            side can no longer be seen.
        NotMetYet: where the bank has a vetting ladder and the caller is not at its top.
    """
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    shown = await queries.show(work.session, caller, exchange)
    if exchange.status in SILENT or not shown.both_seen:
        raise ConversationOver(state=exchange.status)
    await contacts.meet(work, caller, other_side(exchange, caller))
    return await write_in(work, caller, exchange, text, is_met=shown.is_met)


async def _refuse_too_many(work: Work, caller: Caller) -> None:
    open_max = work.settings.open_proposals_max
    waiting = await queries.count_open_proposals(work.session, caller.bank_id, caller.me)
    if waiting >= open_max:
        raise TooManyProposals(open_max=open_max)
