"""A town to measure in: a bank whose many members have accounts, hours and sessions."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import insert, update

from app import founding
from app.exchanges.rules import Status
from app.exchanges.tables import Exchange
from app.identity.rules import Role
from app.identity.tables import Login, Session
from app.kit.db import Base
from app.kit.ground import Ground, Work
from app.kit.ids import new_id
from app.ledger import operations, queries
from app.ledger.accounts.tables import AccountOwner
from app.ledger.chain import genesis
from app.ledger.operations import Posted
from app.ledger.rules import AccountKind, Instruction, Leg, NewHold
from app.ledger.tables import Account
from app.listings.tables import Listing
from app.members.rules import Level, MemberKind, MemberStatus
from app.members.tables import Member

BATCH: Final = 500
FLOOR_MINUTES: Final = -720
OPENING_MINUTES: Final = 1_000_000
EXCHANGE_MINUTES: Final = 60
_LET_IN: Final = (
    update(Member)
    .where(Member.bank_id == AccountOwner.bank_id, Member.member_id == AccountOwner.member_id)
    .where(Member.account_id.is_(None))
    .values(status=MemberStatus.ACTIVE.value, account_id=AccountOwner.account_id)
)
Row = dict[str, Any]


class Person(NamedTuple):
    """A member, by all the ids that stand for one."""

    member_id: UUID
    account_id: UUID
    login_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class Town:
    """The same people in every copy of the database that they were made in."""

    bank_id: UUID
    fund: UUID
    people: Sequence[Person]

    @property
    def accounts(self) -> list[UUID]:
        """The accounts of all members."""
        return [one.account_id for one in self.people]


class Delivered(NamedTuple):
    """An exchange that waits for its receiver's word."""

    exchange_id: UUID
    receiver: Person


async def found(ground: Ground, members: int, signed_in: int) -> Town:
    """Make the bank, its members, and an opening credit for each of them.

    The first `signed_in` get data keys, too: what they are answered is kept sealed.
    """
    async with ground.database.begin() as session:
        bank = await founding.found_bank(ground.work(session), slug="bench", name="Bench")
        fund = await queries.get_bank_account(session, bank.bank_id, AccountKind.FUND)
        issuing = await queries.get_bank_account(session, bank.bank_id, AccountKind.ISSUING)
    town = Town(bank.bank_id, fund, [Person(*(new_id() for _ in range(4))) for _ in range(members)])
    for some in _batches(town.people):
        async with ground.database.begin() as session:
            work = ground.work(session)
            for table, rows in _rows(work, town.bank_id, some):
                await session.execute(insert(table), rows)
            await session.execute(_LET_IN.values(decided_at=work.now))
            await _settle(work, [_opening(town, issuing, one) for one in some])
    for person in town.people[:signed_in]:
        await ground.envelopes.make(person.member_id)
    return town


async def deliver(ground: Ground, town: Town, receivers: int, count: int) -> list[Delivered]:
    """Exchanges that were delivered and hold the minutes of their receivers.

    The receivers are the first of the town's people, in turn; the givers are all others.
    """
    delivered = list[Delivered]()
    numbers = range(count)
    for some in _batches(numbers):
        async with ground.database.begin() as session:
            work = ground.work(session)
            rows = [_exchange(work, town, receivers, number) for number in some]
            await _settle(work, [_hold(town, one) for one in rows])
            listings = [_listing(one) for one in rows]
            await session.execute(insert(Listing), listings)
            exchanges = [one.row for one in rows]
            await session.execute(insert(Exchange), exchanges)
        delivered += [Delivered(one.row["exchange_id"], one.receiver) for one in rows]
    return delivered


class _Agreed(NamedTuple):
    row: Row
    receiver: Person
    giver: Person


def _batches(everything: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (everything[begin : begin + BATCH] for begin in range(0, len(everything), BATCH))


async def _settle(work: Work, asked: list[Instruction]) -> None:
    answers = await operations.settle_many(work.session, asked, work.clock)
    assert all(isinstance(answer, Posted) for answer in answers), "the town is rich enough"


def _opening(town: Town, issuing: UUID, person: Person) -> Instruction:
    leg = Leg(issuing, person.account_id, OPENING_MINUTES)
    return Instruction(town.bank_id, "opening", f"opening:{person.member_id}", legs=(leg,))


def _rows(
    work: Work, bank_id: UUID, people: Sequence[Person]
) -> Iterator[tuple[type[Base], list[Row]]]:
    key: Row = {"bank_id": bank_id}
    yield Account, [key | _account(work, bank_id, one) for one in people]
    yield Member, [key | _member(work, one) for one in people]
    yield AccountOwner, [key | _owner(one) for one in people]
    yield Login, [key | _login(work, one) for one in people]
    yield Session, [key | _session(work, one) for one in people]


def _account(work: Work, bank_id: UUID, person: Person) -> Row:
    return {
        "account_id": person.account_id,
        "kind": AccountKind.MEMBER.value,
        **dict.fromkeys(("balance_minutes", "held_minutes", "held_in_minutes", "seq"), 0),
        "has_own_limits": False,
        **dict.fromkeys(("floor_minutes", "policy_floor_minutes"), FLOOR_MINUTES),
        "head": genesis(bank_id, person.account_id),
        **dict.fromkeys(("created_at", "posted_at"), work.now),
    }


def _owner(person: Person) -> Row:
    of = {"account_id": person.account_id, "member_id": person.member_id}
    return of | {"kind": AccountKind.MEMBER.value}


def _member(work: Work, person: Person) -> Row:
    return {
        "member_id": person.member_id,
        "kind": MemberKind.PERSON.value,
        "status": MemberStatus.APPLICANT.value,
        "alias": f"Member {person.member_id.hex[:8]}",
        "languages": ["sl", "en"],
        "level": Level.NEW,
        "terms_version": 1,
        "version": 1,
        "requested_at": work.now,
    }


def _login(work: Work, person: Person) -> Row:
    return {
        "login_id": person.login_id,
        "member_id": person.member_id,
        "email_fingerprint": os.urandom(32),
        "email_sealed": os.urandom(64),
        "shares_email": False,
        "password_hash": "none: nobody signs in with a password here",
        "roles": [Role.MEMBER.value],
        "created_at": work.now,
    }


def _session(work: Work, person: Person) -> Row:
    return {
        "session_id": person.session_id,
        "login_id": person.login_id,
        "refresh_counter": 0,
        "created_at": work.now,
        "rotated_at": work.now,
        "expires_at": work.now + timedelta(days=work.settings.session_days),
        "device": "other",
        "means": "password",
        "proved_at": work.now,
    }


def _exchange(work: Work, town: Town, receivers: int, number: int) -> _Agreed:
    receiver = town.people[number % receivers]
    givers = len(town.people) - receivers
    giver = town.people[receivers + number * 7919 % givers]  # a prime, so that all get their turn
    row: Row = {
        "bank_id": town.bank_id,
        "exchange_id": new_id(),
        "listing_id": new_id(),
        "giver_id": giver.member_id,
        "receiver_id": receiver.member_id,
        "proposer_id": receiver.member_id,
        "status": Status.DELIVERED.value,
        "minutes": EXCHANGE_MINUTES,
        "delivered_minutes": EXCHANGE_MINUTES,
        "hold_id": new_id(),
        "version": 3,
        "created_at": work.now,
        "delivered_at": work.now,
    }
    return _Agreed(row, receiver, giver)


def _hold(town: Town, agreed: _Agreed) -> Instruction:
    row, receiver, giver = agreed.row, agreed.receiver.account_id, agreed.giver.account_id
    opens = NewHold(row["hold_id"], receiver, row["minutes"], giver)
    reference = f"exchange:{row['exchange_id']}:hold"
    return Instruction(town.bank_id, "hold", reference, subject_id=row["exchange_id"], opens=opens)


def _listing(agreed: _Agreed) -> Row:
    row = agreed.row
    return {
        "bank_id": row["bank_id"],
        "listing_id": row["listing_id"],
        "author_id": agreed.giver.member_id,
        "kind": "offer",
        "status": "open",
        "title": "Slovene conversation practice",
        "body": "",
        "category": "slovene_lessons",
        "language": "sl",
        "languages": ["sl"],
        "remote": False,
        "version": 1,
        "posted_month": row["created_at"].replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        "created_at": row["created_at"],
    }
