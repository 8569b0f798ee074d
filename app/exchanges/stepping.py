"""What every step has in common: lock, decide by the table, change, tell."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.banks.places import queries as places
from app.banks.tables import MeetingPoint
from app.exchanges import queries
from app.exchanges.contacts import operations as contacts
from app.exchanges.queries import Shown
from app.exchanges.rules import Noun, Part, Status, Step, UnknownMeetingPoint, Who, advance, open_to
from app.exchanges.tables import Exchange, Message
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.members import queries as members
from app.members.queries import Look
from app.notices import operations as notices
from app.notices.operations import Told
from app.notices.rules import NoticeKind
from app.screening import operations as screening
from app.screening.operations import Written
from app.screening.rules import Subject

EXPIRING: Final = frozenset({Status.PROPOSED, Status.ACCEPTED})
"""What ends by itself when nobody goes on."""


async def stepped(work: Work, caller: Caller, exchange_id: UUID, step: Step) -> Exchange:
    """The exchange, locked, with the step taken in its status."""
    exchange = await queries.lock_exchange(work.session, caller, exchange_id)
    take(work, exchange, step, parts_of(exchange, caller))
    return exchange


async def met(work: Work, caller: Caller, exchange_id: UUID, step: Step) -> Exchange:
    """The same for a step that leads to a meeting of two.

    Raises:
        NotMetYet: when the caller may not meet others one to one.
    """
    exchange = await queries.lock_exchange(work.session, caller, exchange_id)
    who = parts_of(exchange, caller)
    ahead(work, exchange, step, who)  # nothing is kept of a step that is not theirs to take
    await contacts.meet(work, caller, other_side(exchange, caller))
    take(work, exchange, step, who)
    return exchange


def ahead(work: Work, exchange: Exchange, step: Step, who: frozenset[Who]) -> Status:
    """Where the step would lead.

    Raises:
        StepNotOpen, NotYourStep.
    """
    return advance(stands(work, exchange), step, who)


def stands(work: Work, exchange: Exchange) -> Status:
    """Where it stands now, even when the timer is late."""
    status = Status(exchange.status)
    return Status.EXPIRED if status in EXPIRING and is_over(work, exchange) else status


def open_steps(work: Work, exchange: Exchange, caller: Caller) -> Sequence[Noun]:
    """What the caller may do next, as far as the exchange alone can tell.

    It must stay so: who blocks whom, a level or a dispute decided before are not asked here.
    """
    steps = open_to(stands(work, exchange), parts_of(exchange, caller))
    if not is_late_to_dispute(work, exchange):
        return steps
    return [noun for noun in steps if noun is not Noun.DISPUTE]


def take(work: Work, exchange: Exchange, step: Step, who: frozenset[Who]) -> None:
    """Take the step: the status follows, whatever timer ran is off."""
    exchange.status = ahead(work, exchange, step, who)
    exchange.version += 1
    exchange.expires_at = None


def is_over(work: Work, exchange: Exchange) -> bool:
    """Whether its time is over, even when the timer is late."""
    return exchange.expires_at is not None and exchange.expires_at <= work.now


def is_late_to_dispute(work: Work, exchange: Exchange) -> bool:
    """Whether the term for disputes after the settlement is over."""
    if exchange.settled_at is None:
        return False
    return work.now > exchange.settled_at + timedelta(days=work.settings.dispute_days)


async def is_seen_by(work: Work, caller: Caller, member_id: UUID) -> bool:
    """Whether this member can see the caller, who may be hidden from them and not know it."""
    look = Look(caller.bank_id, member_id, caller.me)
    sides = await members.find_sides(work.session, [look])
    return sides[look].party.id is not None


def other_side(exchange: Exchange, caller: Caller) -> UUID:
    """The member on the other side."""
    is_giver = caller.member_id == exchange.giver_id
    return exchange.receiver_id if is_giver else exchange.giver_id


def part_of(exchange: Exchange, caller: Caller) -> Part:
    """Which of the two the caller is."""
    return Who.GIVER if caller.member_id == exchange.giver_id else Who.RECEIVER


def parts_of(exchange: Exchange, caller: Caller) -> frozenset[Who]:
    """In which parts the caller may take steps."""
    turn = Who.PROPOSER if caller.member_id == exchange.proposer_id else Who.AWAITED
    return frozenset({part_of(exchange, caller), turn})


async def refuse_unknown_place(work: Work, caller: Caller, place: str | None) -> None:
    """People meet where the bank says that one can, or agree on a place themselves.

    Raises:
        UnknownMeetingPoint: when the bank's list has no such place.
    """
    if place is None:
        return
    if not await places.is_offered(work.session, MeetingPoint, caller.bank_id, place):
        raise UnknownMeetingPoint


def keep_reason(work: Work, caller: Caller, exchange: Exchange, reason: str | None) -> None:
    """Keep why the caller declined or cancelled it, sealed."""
    if reason is not None:
        exchange.reason_sealed = work.envelopes.seal(
            caller.me, reason, "exchange-reason", exchange.bank_id, exchange.exchange_id
        )


async def write_in(
    work: Work, caller: Caller, exchange: Exchange, text: str, *, is_met: bool, tells: bool = True
) -> Message:
    """Write a message to the other side; it reaches them if they see the caller in it.

    They are not told of it where they are told of the step that it came with.
    """
    message_id = new_id()
    message = Message(
        bank_id=exchange.bank_id,
        message_id=message_id,
        exchange_id=exchange.exchange_id,
        author_id=caller.me,
        text_sealed=work.envelopes.seal(caller.me, text, "message", exchange.bank_id, message_id),
        sent_at=work.now,
    )
    work.session.add(message)
    other = other_side(exchange, caller) if is_met else None
    written = Written(
        Subject.MESSAGE, message_id, text, told_id=other, told_of=exchange.exchange_id
    )
    is_held = await screening.screen(work, caller, written)
    if tells and not is_held:
        await tell_other(work, caller, exchange, is_met=is_met)
    return message


async def told(work: Work, caller: Caller, exchange: Exchange, message: str | None = None) -> Shown:
    """Tell the other side once, whatever becomes of a message, and show the exchange."""
    shown = await queries.show(work.session, caller, exchange)
    if message is not None:
        await write_in(work, caller, exchange, message, is_met=shown.is_met, tells=False)
    await tell_other(work, caller, exchange, is_met=shown.is_met)
    return shown


async def tell_other(work: Work, caller: Caller, exchange: Exchange, *, is_met: bool) -> None:
    """Tell the other side that something has changed, if they see the caller in it."""
    told = Told(
        exchange.bank_id,
        NoticeKind.EXCHANGE_CHANGED,
        exchange.exchange_id,
        member_id=other_side(exchange, caller),
    )
    await notices.tell_member_if(work, told, may_know=is_met)


async def tell_both(work: Work, exchange: Exchange) -> None:
    """Tell both sides that something has changed, but for whom it never existed."""
    for member_id in (exchange.giver_id, exchange.receiver_id):
        kind = NoticeKind.EXCHANGE_CHANGED
        told = Told(exchange.bank_id, kind, exchange.exchange_id, member_id=member_id)
        await notices.tell_member_if(work, told, may_know=member_id != exchange.unseen_by)
