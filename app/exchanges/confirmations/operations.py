"""Confirming that exchanges were received: the one step that moves minutes, many at a time."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from app.exchanges import queries, settling
from app.exchanges.queries import Shown
from app.exchanges.rules import Status, Step, advance
from app.exchanges.stepping import other_side, parts_of
from app.exchanges.tables import Exchange
from app.identity.rules import Caller, Role
from app.kit.bulk import update_many
from app.kit.errors import AppError, NotFound
from app.kit.ground import Work
from app.ledger import operations as ledger
from app.ledger.operations import Posted
from app.ledger.rules import Instruction, LimitReached
from app.members import queries as members
from app.members.queries import Look, Side
from app.notices import operations as notices
from app.notices.operations import Told
from app.notices.rules import NoticeKind

Asked = tuple[Caller, UUID]
_Sides = dict[Look, Side]


class Confirmed(NamedTuple):
    """The settled exchange, and the deed in the books that settled it."""

    shown: Shown
    deed_id: UUID


async def confirm_many(work: Work, asked: Sequence[Asked]) -> list[Confirmed | AppError]:
    """The receivers confirm these exchanges, all different; the minutes move.

    Returns:
        For each the settled exchange; or why it stays as it was: `NotFound`, `StepNotOpen`,
        `NotYourStep`, `NotEnoughHours`, `HoldEnded`.
    """
    locked = await queries.lock_exchanges(work.session, asked)
    refused = {one: refusal for one in asked if (refusal := _refusal(locked, *one))}
    going = [(caller, locked[id_]) for caller, id_ in asked if (caller, id_) not in refused]
    sides = await _sides(work, going)
    answers = await ledger.settle_many(
        work.session, [_instruction(caller, one, sides) for caller, one in going], work.clock
    )
    posted: dict[UUID, Posted] = {}
    for (caller, one), answer in zip(going, answers, strict=True):
        if isinstance(answer, Posted):
            posted[one.exchange_id] = answer
        else:
            refused[caller, one.exchange_id] = _seen(answer, caller, one, sides)
    done = [(caller, one) for caller, one in going if one.exchange_id in posted]
    await _write(work, done, posted)
    confirmed = {
        one.exchange_id: Confirmed(
            queries.shown(caller, one, sides), posted[one.exchange_id].deed_id
        )
        for caller, one in done
    }
    return [refused.get(one) or confirmed[one[1]] for one in asked]


def _refusal(locked: dict[UUID, Exchange], caller: Caller, exchange_id: UUID) -> AppError | None:
    exchange = locked.get(exchange_id)
    if exchange is None:
        return NotFound()
    try:
        advance(Status(exchange.status), Step.CONFIRM, parts_of(exchange, caller))
    except AppError as refusal:
        return refusal
    return None


async def _sides(work: Work, going: Sequence[tuple[Caller, Exchange]]) -> _Sides:
    looks = [look for caller, one in going for look in queries.looks_at(caller, one)]
    return await members.find_sides(work.session, looks)


def _seen(answer: AppError, caller: Caller, exchange: Exchange, sides: _Sides) -> AppError:
    """Why not, without the numbers of the giver's account."""
    own = sides[queries.looks_at(caller, exchange)[1]].account_id
    return answer.seen_by(own) if own and isinstance(answer, LimitReached) else answer


def _instruction(caller: Caller, exchange: Exchange, sides: _Sides) -> Instruction:
    giver, receiver = (sides[look].account_id for look in queries.looks_at(caller, exchange)[:2])
    assert receiver is not None, "whoever accepted an exchange has an account"
    assert giver is not None, "whoever accepted an exchange has an account"
    return settling.settlement_of_delivered(exchange, receiver, giver)


async def _write(
    work: Work, done: Sequence[tuple[Caller, Exchange]], posted: dict[UUID, Posted]
) -> None:
    if not done:
        return
    told = []
    for caller, one in done:
        told.append(
            Told(
                one.bank_id,
                NoticeKind.EXCHANGE_CHANGED,
                one.exchange_id,
                member_id=other_side(one, caller),
            )
        )
        if _minutes(posted[one.exchange_id]) < (one.delivered_minutes or one.minutes):
            short = NoticeKind.EXCHANGE_SETTLED_SHORT
            told.append(Told(one.bank_id, short, one.exchange_id, role=Role.COORDINATOR))
    changes = [_change(work, one, posted[one.exchange_id]) for _, one in done]
    await update_many(work.session, done[0][1].bank_id, Exchange, changes)
    for (_, one), change in zip(done, changes, strict=True):
        vars(one).update(change)
    await notices.tell_many(work, told)


def _change(work: Work, exchange: Exchange, posted: Posted) -> dict[str, Any]:
    return {
        "exchange_id": exchange.exchange_id,
        "status": Status.SETTLED.value,
        "version": exchange.version + 1,
        "expires_at": None,
        "hold_id": None,
        "settled_minutes": _minutes(posted),
        "settlement_id": posted.posting_ids[-1],
        "settled_at": exchange.settled_at or work.now,
    }


def _minutes(posted: Posted) -> int:
    (leg,) = posted.legs
    return leg.leg.minutes
