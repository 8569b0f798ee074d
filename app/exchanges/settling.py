"""What an exchange asks of the books: to hold, to settle, to release, to correct."""

from app.exchanges.tables import Exchange
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger.rules import HoldEnding, HoldOutcome, Instruction, Leg, NewHold, NotEnoughHours
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


async def settle(work: Work, exchange: Exchange, minutes: int, *, by_moderator: bool) -> None:
    """Move the minutes from receiver to giver, ending the hold.

    Raises:
        NotEnoughHours: when more than held is asked for and the floor does not allow it.
    """
    accounts = await members.get_account_ids(
        work.session, exchange.bank_id, {exchange.giver_id, exchange.receiver_id}
    )
    receiver, giver = accounts[exchange.receiver_id], accounts[exchange.giver_id]
    ends = None
    if exchange.hold_id is not None:
        ends = HoldEnding(exchange.hold_id, receiver, HoldOutcome.SETTLED)
    asked = _instruction(
        exchange,
        "settlement",
        legs=(Leg(receiver, giver, minutes),),
        ends=ends,
        may_pass_floor=by_moderator,
    )
    posted = await ledger.settle(work, asked)
    exchange.hold_id = None
    _remember(exchange, work, minutes, posted)


async def settle_delivered(work: Work, exchange: Exchange) -> bool:
    """Settle what was delivered; where the floor does not allow more than agreed, the agreed.

    Returns:
        Whether all that was delivered was settled (law 5: else the coordinator is told).
    """
    delivered = exchange.delivered_minutes or exchange.minutes
    try:
        await settle(work, exchange, delivered, by_moderator=False)
    except NotEnoughHours:
        if delivered <= exchange.minutes:
            raise
        await settle(work, exchange, exchange.minutes, by_moderator=False)
        return False
    return True


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
