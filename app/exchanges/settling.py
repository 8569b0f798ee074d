"""What an exchange asks of the books: to hold, to settle, to release, to correct."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.exchanges.rules import Step, Who
from app.exchanges.stepping import take, tell_both
from app.exchanges.tables import Exchange
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger.reversing import operations as reversing
from app.ledger.reversing.operations import PutRight, PuttingRight
from app.ledger.rules import HoldEnding, HoldOutcome, Instruction, Leg, LimitReached, NewHold
from app.members.accounts import queries as purses


async def hold(work: Work, exchange: Exchange, by: UUID) -> None:
    """Reserve the agreed minutes on the receiver's account; one of the two members asks.

    Raises:
        NotEnoughHours: when the receiver has not that many above the floor.
        OverCeiling: when the giver has no room for that many under the ceiling.
    """
    receiver, giver = await _accounts(work, exchange)
    opened = NewHold(new_id(), receiver, exchange.minutes, giver)
    try:
        await ledger.settle(work, _instruction(exchange, "hold", opens=opened))
    except LimitReached as refusal:
        raise refusal.seen_by(receiver if by == exchange.receiver_id else giver) from None
    exchange.hold_id = opened.hold_id


async def release(work: Work, exchange: Exchange, outcome: HoldOutcome) -> None:
    """Give the reserved minutes back to the receiver, if any are reserved."""
    await release_all(work, [exchange], outcome)


async def release_all(work: Work, exchanges: Sequence[Exchange], outcome: HoldOutcome) -> None:
    """The same for many exchanges of one bank, whose accounts are all locked at once.

    One after the other would lock accounts in the order of exchanges, and so wait in a circle
    with whoever locks them in their own.
    """
    holding = [one for one in exchanges if one.hold_id is not None]
    if not holding:
        return
    people = {side for one in holding for side in (one.giver_id, one.receiver_id)}
    accounts = await purses.get_account_ids(work.session, holding[0].bank_id, people)
    asked = [_release(one, accounts, outcome) for one in holding]
    await ledger.settle_all(work, asked)
    for one in holding:
        one.hold_id = None


async def settle(work: Work, exchange: Exchange, minutes: int) -> None:
    """Move these minutes from receiver to giver as a moderator decided, ending the hold.

    Without a hold it was void at first, and an appeal puts that right.
    """
    receiver, giver = await _accounts(work, exchange)
    asked = settlement(exchange, receiver, giver, minutes)
    if exchange.hold_id is None:
        reference = f"exchange:{exchange.exchange_id}:appeal"
        asked = replace(asked, kind="correction", reference=reference)
    posted = await ledger.settle(work, replace(asked, may_pass_limits=True))
    exchange.hold_id = None
    _remember(exchange, work, minutes, posted)


def settlement(exchange: Exchange, receiver: UUID, giver: UUID, minutes: int) -> Instruction:
    """Ask the books to move these minutes between the two accounts, ending the hold."""
    ends = None
    if exchange.hold_id is not None:
        ends = HoldEnding(exchange.hold_id, receiver, HoldOutcome.SETTLED, giver)
    legs, at = (Leg(receiver, giver, minutes),), exchange.delivered_at
    return _instruction(exchange, "settlement", legs=legs, ends=ends, effective_at=at)


def settlement_of_delivered(exchange: Exchange, receiver: UUID, giver: UUID) -> Instruction:
    """Settle what was delivered; where the floor does not allow more than agreed, the agreed."""
    delivered = exchange.delivered_minutes or exchange.minutes
    asked = settlement(exchange, receiver, giver, delivered)
    if delivered <= exchange.minutes:
        return asked
    return replace(asked, otherwise=settlement(exchange, receiver, giver, exchange.minutes))


async def correct(work: Work, exchange: Exchange, minutes: int | None) -> None:
    """Take back what stands of a settlement and, unless void, post the right minutes: one deed.

    A moderator's correction may pass a limit, openly (law 6).
    """
    assert exchange.settlement_id is not None, "only a settlement can be corrected"
    asked = PuttingRight(exchange.settlement_id, corrected_minutes=minutes)
    done = await reversing.put_right(work, exchange.bank_id, asked)
    _remember(exchange, work, minutes, done.posted)


async def follow(work: Work, exchange: Exchange, done: PutRight) -> None:
    """What is left of a settlement that a moderator put right; nothing left: it is cancelled."""
    minutes = done.left_minutes + (done.corrected_minutes or 0)
    take(work, exchange, Step.RESOLVE if minutes else Step.VOID, frozenset({Who.MODERATOR}))
    exchange.settled_minutes = minutes or None
    if not done.left_minutes:
        exchange.settlement_id = done.correction_id
    await tell_both(work, exchange)


def _release(exchange: Exchange, accounts: dict[UUID, UUID], outcome: HoldOutcome) -> Instruction:
    assert exchange.hold_id is not None, "only a hold can be released"
    sides = accounts[exchange.receiver_id], accounts[exchange.giver_id]
    ending = HoldEnding(exchange.hold_id, sides[0], outcome, sides[1])
    return _instruction(exchange, outcome.value, ends=ending)


async def _accounts(work: Work, exchange: Exchange) -> tuple[UUID, UUID]:
    """The receiver's and the giver's account."""
    accounts = await purses.get_account_ids(
        work.session, exchange.bank_id, {exchange.giver_id, exchange.receiver_id}
    )
    return accounts[exchange.receiver_id], accounts[exchange.giver_id]


def _remember(exchange: Exchange, work: Work, minutes: int | None, posted: ledger.Posted) -> None:
    exchange.settled_minutes = minutes
    exchange.settlement_id = None if minutes is None else posted.posting_ids[-1]
    if minutes is not None:
        exchange.settled_at = exchange.settled_at or work.now


def _instruction(
    exchange: Exchange,
    kind: str,
    *,
    legs: tuple[Leg, ...] = (),
    opens: NewHold | None = None,
    ends: HoldEnding | None = None,
    effective_at: datetime | None = None,
) -> Instruction:
    return Instruction(
        bank_id=exchange.bank_id,
        kind=kind,
        reference=f"exchange:{exchange.exchange_id}:{kind}",
        subject_id=exchange.exchange_id,
        legs=legs,
        opens=opens,
        ends=ends,
        effective_at=effective_at,
    )
