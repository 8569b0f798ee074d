"""The steps of an exchange: each locks, decides, changes, tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.banks import queries as banks
from app.exchanges import jobs, queries, settling
from app.exchanges.queries import Shown
from app.exchanges.rules import (
    OwnListing,
    Status,
    Step,
    StepNotOpen,
    TooLateToDispute,
    TooManyProposals,
    UnknownMeetingPoint,
    Who,
    advance,
)
from app.exchanges.tables import Exchange, Message
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger.rules import HoldOutcome
from app.listings import queries as listings
from app.listings.rules import ListingKind
from app.members import queries as members
from app.notices import operations as notices
from app.notices.rules import NoticeKind

_EXPIRING: Final = frozenset({Status.PROPOSED, Status.ACCEPTED})


@dataclass(frozen=True)
class Terms:
    """What a proposal says."""

    minutes: int
    starts_at: datetime | None
    meeting_point: str | None
    message: str | None


async def propose(work: Work, caller: Caller, listing_id: UUID, terms: Terms) -> Shown:
    """Propose an exchange on somebody's listing; they answer.

    Raises:
        NotFound: when the caller cannot see the listing.
        OwnListing: when it is the caller's own.
        UnknownMeetingPoint: when the bank's list has no such place.
        TooManyProposals: when as many wait for an answer as may.
    """
    seen = await listings.get_listing(work.session, caller, listing_id, work.now)
    listing = seen.listing
    if listing.author_id == caller.me:
        raise OwnListing
    # One's own record is the lock under which one's open proposals are counted.
    await members.lock_me(work.session, caller)
    await _refuse_too_many(work, caller)
    await _refuse_unknown_place(work, caller, terms)
    is_offer = listing.kind == ListingKind.OFFER
    exchange = Exchange(
        bank_id=caller.bank_id,
        exchange_id=new_id(),
        listing_id=listing_id,
        giver_id=listing.author_id if is_offer else caller.me,
        receiver_id=caller.me if is_offer else listing.author_id,
        proposer_id=caller.me,
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
    return await _told(work, caller, exchange, terms.message)


async def counter(work: Work, caller: Caller, exchange_id: UUID, terms: Terms) -> Shown:
    """Answer a proposal with another one; then the other side answers.

    Raises:
        NotFound, StepNotOpen, NotYourStep, UnknownMeetingPoint, TooManyProposals.
    """
    exchange = await _stepped(work, caller, exchange_id, Step.COUNTER)
    await _refuse_unknown_place(work, caller, terms)
    exchange.proposer_id = caller.me
    exchange.minutes = terms.minutes
    exchange.starts_at = terms.starts_at
    exchange.meeting_point = terms.meeting_point
    exchange.expires_at = work.now + timedelta(days=work.settings.proposal_days)
    await jobs.expire_later(work, exchange)
    return await _told(work, caller, exchange, terms.message)


async def accept(work: Work, caller: Caller, exchange_id: UUID) -> Shown:
    """Agree; the receiver's minutes are held from now on.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
        NotEnoughHours: when the receiver has not that many above the floor.
    """
    exchange = await _stepped(work, caller, exchange_id, Step.ACCEPT)
    await settling.hold(work, exchange)
    begins_at = max(work.now, exchange.starts_at or work.now)
    exchange.expires_at = begins_at + timedelta(days=work.settings.hold_days)
    await jobs.expire_later(work, exchange)
    return await _told(work, caller, exchange)


async def decline(work: Work, caller: Caller, exchange_id: UUID, reason: str | None) -> Shown:
    """Say no to a proposal.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
    """
    exchange = await _stepped(work, caller, exchange_id, Step.DECLINE)
    _keep_reason(work, exchange, reason)
    return await _told(work, caller, exchange)


async def cancel(work: Work, caller: Caller, exchange_id: UUID, reason: str | None) -> Shown:
    """Withdraw one's own proposal, or call off what was agreed; held minutes are released.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
    """
    exchange = await _stepped(work, caller, exchange_id, Step.CANCEL)
    await settling.release(work, exchange, HoldOutcome.RELEASED)
    _keep_reason(work, exchange, reason)
    return await _told(work, caller, exchange)


async def deliver(work: Work, caller: Caller, exchange_id: UUID, minutes: int | None) -> Shown:
    """The giver says that it is done, and how long it took.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
    """
    exchange = await _stepped(work, caller, exchange_id, Step.DELIVER)
    exchange.delivered_minutes = minutes or exchange.minutes
    exchange.delivered_at = work.now
    return await _told(work, caller, exchange)


async def dispute(work: Work, caller: Caller, exchange_id: UUID) -> Exchange:
    """Stop the exchange until a moderator has decided; a hold stays.

    Raises:
        NotFound, StepNotOpen, NotYourStep.
        TooLateToDispute: when the term after the settlement is over.
    """
    exchange = await queries.lock_exchange(work.session, caller, exchange_id)
    days = work.settings.dispute_days
    settled_at = exchange.settled_at
    if settled_at is not None and work.now > settled_at + timedelta(days=days):
        raise TooLateToDispute(days=days)
    _step(work, exchange, Step.DISPUTE, parts_of(exchange, caller))
    return exchange


async def resolve(work: Work, bank_id: UUID, exchange_id: UUID, minutes: int | None) -> Exchange:
    """A moderator's outcome: these minutes, or void when None.

    Raises:
        NotFound, StepNotOpen.
    """
    exchange = await queries.lock_any_exchange(work.session, bank_id, exchange_id)
    step = Step.VOID if minutes is None else Step.RESOLVE
    _step(work, exchange, step, frozenset({Who.MODERATOR}))
    if exchange.settlement_id is not None:
        if minutes != exchange.settled_minutes:
            await settling.correct(work, exchange, minutes)
    elif minutes is None:
        await settling.release(work, exchange, HoldOutcome.RELEASED)
    else:
        await settling.settle(work, exchange, minutes)
    _tell_both(work, exchange)
    return exchange


async def expire(work: Work, bank_id: UUID, exchange_id: UUID) -> bool:
    """End what nobody answered or delivered in time; held minutes are released.

    Returns:
        Whether it ended now; False when it had moved on, or has more time.
    """
    exchange = await queries.lock_any_exchange(work.session, bank_id, exchange_id)
    if Status(exchange.status) not in _EXPIRING or not _is_over(work, exchange):
        return False
    exchange.status = advance(Status(exchange.status), Step.EXPIRE, frozenset({Who.TIME}))
    exchange.version += 1
    exchange.expires_at = None
    await settling.release(work, exchange, HoldOutcome.EXPIRED)
    _tell_both(work, exchange)
    return True


async def write(work: Work, caller: Caller, exchange_id: UUID, text: str) -> Message:
    """Send a message to the other side.

    Raises:
        NotFound: when the caller is no party to the exchange.
    """
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    return _write(work, caller, exchange, text)


async def _stepped(work: Work, caller: Caller, exchange_id: UUID, step: Step) -> Exchange:
    """The exchange, locked, with the step taken in its status."""
    exchange = await queries.lock_exchange(work.session, caller, exchange_id)
    _step(work, exchange, step, parts_of(exchange, caller))
    return exchange


def _step(work: Work, exchange: Exchange, step: Step, who: frozenset[Who]) -> None:
    status = Status(exchange.status)
    if status in _EXPIRING and _is_over(work, exchange):
        raise StepNotOpen(state=Status.EXPIRED)  # even when the timer is late
    exchange.status = advance(status, step, who)
    exchange.version += 1
    exchange.expires_at = None


def _is_over(work: Work, exchange: Exchange) -> bool:
    return exchange.expires_at is not None and exchange.expires_at <= work.now


def other_side(exchange: Exchange, caller: Caller) -> UUID:
    """The member on the other side."""
    is_giver = caller.member_id == exchange.giver_id
    return exchange.receiver_id if is_giver else exchange.giver_id


def parts_of(exchange: Exchange, caller: Caller) -> frozenset[Who]:
    """In which parts the caller, who is one of the two, may take a step."""
    side = Who.GIVER if caller.member_id == exchange.giver_id else Who.RECEIVER
    turn = Who.PROPOSER if caller.member_id == exchange.proposer_id else Who.AWAITED
    return frozenset({side, turn})


def _keep_reason(work: Work, exchange: Exchange, reason: str | None) -> None:
    if reason is not None:
        exchange.reason_sealed = work.vault.seal(
            reason, "exchange-reason", exchange.bank_id, exchange.exchange_id
        )


async def _refuse_too_many(work: Work, caller: Caller) -> None:
    open_max = work.settings.open_proposals_max
    waiting = await queries.count_open_proposals(work.session, caller.bank_id, caller.me)
    if waiting >= open_max:
        raise TooManyProposals(open_max=open_max)


async def _refuse_unknown_place(work: Work, caller: Caller, terms: Terms) -> None:
    place = terms.meeting_point
    if place is not None and not await banks.has_meeting_point(work.session, caller.bank_id, place):
        raise UnknownMeetingPoint


def _write(work: Work, caller: Caller, exchange: Exchange, text: str) -> Message:
    message_id = new_id()
    message = Message(
        bank_id=exchange.bank_id,
        message_id=message_id,
        exchange_id=exchange.exchange_id,
        author_id=caller.me,
        text_sealed=work.vault.seal(text, "message", exchange.bank_id, message_id),
        sent_at=work.now,
    )
    work.session.add(message)
    _tell_other(work, caller, exchange)
    return message


async def _told(
    work: Work, caller: Caller, exchange: Exchange, message: str | None = None
) -> Shown:
    """Tell the other side, with a message if there is one, and show the exchange."""
    if message is None:
        _tell_other(work, caller, exchange)
    else:
        _write(work, caller, exchange, message)
    return await queries.show(work.session, caller, exchange)


def _tell_other(work: Work, caller: Caller, exchange: Exchange) -> None:
    _tell(work, exchange, other_side(exchange, caller))


def _tell_both(work: Work, exchange: Exchange) -> None:
    for member_id in (exchange.giver_id, exchange.receiver_id):
        _tell(work, exchange, member_id)


def _tell(work: Work, exchange: Exchange, member_id: UUID) -> None:
    notices.tell_member(
        work, exchange.bank_id, member_id, NoticeKind.EXCHANGE_CHANGED, exchange.exchange_id
    )
