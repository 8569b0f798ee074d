"""What an exchange asks of the books: to hold, to settle, to release, to correct."""

from dataclasses import replace
from uuid import UUID

from app.exchanges.tables import Exchange
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger.rules import HoldEnding, HoldOutcome, Instruction, Leg, NewHold
from app.members import queries as members


async def hold(work: Work, exchange: Exchange) -> None:
    """Reserve the agreed minutes on the receiver's account.

    Raises:
        NotEnoughHours: when the receiver has not that many above the floor.
    """
    account_id = await members.get_account_id(work.session, exchange.bank_id, exchange.receiver_id)
    opened = NewHold(new_id(), account_id, exchange.minutes)
    await ledger.settle(work, _instruction(exchange, "hold", opens=opened))
    exchange.hold_id = opened.hold_id


async def release(work: Work, exchange: Exchange, outcome: HoldOutcome) -> None:
    """Give the reserved minutes back to the receiver, if any are reserved."""
    if exchange.hold_id is None:
        return
    account_id = await members.get_account_id(work.session, exchange.bank_id, exchange.receiver_id)
    ending = HoldEnding(exchange.hold_id, account_id, outcome)
    await ledger.settle(work, _instruction(exchange, outcome.value, ends=ending))
    exchange.hold_id = None


async def settle(work: Work, exchange: Exchange, minutes: int) -> None:
    """Move these minutes from receiver to giver as a moderator decided, ending the hold."""
    accounts = await members.get_account_ids(
        work.session, exchange.bank_id, {exchange.giver_id, exchange.receiver_id}
    )
    receiver, giver = accounts[exchange.receiver_id], accounts[exchange.giver_id]
    asked = settlement(exchange, receiver, giver, minutes)
    posted = await ledger.settle(work, replace(asked, may_pass_floor=True))
    exchange.hold_id = None
    _remember(exchange, work, minutes, posted)


def settlement(exchange: Exchange, receiver: UUID, giver: UUID, minutes: int) -> Instruction:
    """Ask the books to move these minutes between the two accounts, ending the hold."""
    ends = None
    if exchange.hold_id is not None:
        ends = HoldEnding(exchange.hold_id, receiver, HoldOutcome.SETTLED)
    return _instruction(exchange, "settlement", legs=(Leg(receiver, giver, minutes),), ends=ends)


def settlement_of_delivered(exchange: Exchange, receiver: UUID, giver: UUID) -> Instruction:
    """Settle what was delivered; where the floor does not allow more than agreed, the agreed."""
    delivered = exchange.delivered_minutes or exchange.minutes
    asked = settlement(exchange, receiver, giver, delivered)
    if delivered <= exchange.minutes:
        return asked
    return replace(asked, otherwise=settlement(exchange, receiver, giver, exchange.minutes))


async def correct(work: Work, exchange: Exchange, minutes: int | None) -> None:
    """Take a settlement back and, unless void, post the right minutes: one deed, both linked.

    A moderator's correction may pass a floor, openly (law 6).
    """
    assert exchange.settlement_id is not None, "only a settlement can be corrected"
    assert exchange.settled_minutes is not None, "a settlement has its minutes"
    accounts = await members.get_account_ids(
        work.session, exchange.bank_id, {exchange.giver_id, exchange.receiver_id}
    )
    receiver, giver = accounts[exchange.receiver_id], accounts[exchange.giver_id]
    back = Leg(giver, receiver, exchange.settled_minutes, reverses=exchange.settlement_id)
    right = () if minutes is None else (Leg(receiver, giver, minutes),)
    kind = "reversal" if minutes is None else "correction"
    asked = _instruction(exchange, kind, legs=(back, *right), may_pass_floor=True)
    posted = await ledger.settle(work, asked)
    _remember(exchange, work, minutes, posted)


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
    may_pass_floor: bool = False,
) -> Instruction:
    return Instruction(
        bank_id=exchange.bank_id,
        kind=kind,
        reference=f"exchange:{exchange.exchange_id}:{kind}",
        subject_id=exchange.exchange_id,
        legs=legs,
        opens=opens,
        ends=ends,
        may_pass_floor=may_pass_floor,
    )
