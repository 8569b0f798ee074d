"""Reading members' accounts."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, and_, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.fetching import fetch
from app.ledger.statements import queries as statements
from app.ledger.statements.queries import StatementLine
from app.ledger.tables import Account
from app.members.queries import visible_for
from app.members.rules import FORMER_MEMBER, MemberStatus
from app.members.tables import Member


class Purse(NamedTuple):
    """A member's account, in minutes."""

    account_id: UUID
    balance_minutes: int
    held_minutes: int
    floor_minutes: int


_IN_BANK: Final = bindparam("bank_id", type_=Uuid())
_GIVEN_IDS: Final = bindparam("given_ids", type_=ARRAY(Uuid))
# Made once: making a statement takes longer than asking it.
_ACCOUNT_IDS: Final = select(Member.member_id, Member.account_id).where(
    Member.bank_id == _IN_BANK, Member.member_id == any_(_GIVEN_IDS)
)
_ACTIVE_ACCOUNTS: Final = _ACCOUNT_IDS.where(Member.status == MemberStatus.ACTIVE)
_OWNERS: Final = select(Member.account_id, Member.member_id).where(
    Member.bank_id == _IN_BANK, Member.account_id == any_(_GIVEN_IDS)
)
_PURSE: Final = (
    select(Account.account_id, Account.balance_minutes, Account.held_minutes, Account.floor_minutes)
    .join(Member, and_(Member.bank_id == Account.bank_id, Member.account_id == Account.account_id))
    .where(Member.bank_id == _IN_BANK, Member.member_id == bindparam("member_id", type_=Uuid()))
)
_ALIASES: Final = select(
    Member.account_id,
    Member.alias,
    visible_for(_IN_BANK, bindparam("viewer_id", type_=Uuid())),
).where(Member.bank_id == _IN_BANK, Member.account_id == any_(_GIVEN_IDS))


async def list_my_statement(
    session: AsyncSession, caller: Caller, *, before_seq: int | None, limit: int
) -> tuple[list[StatementLine], dict[UUID, str]]:
    """My postings, newest first, and the aliases of the members on their other sides."""
    asked = {"bank_id": caller.bank_id, "viewer_id": caller.me}
    account_id = await get_account_id(session, caller.bank_id, caller.me)
    lines = await statements.list_statement(
        session, caller.bank_id, account_id, before_seq=before_seq, limit=limit
    )
    others = {line.counter_account_id for line in lines}
    rows = await fetch(session, _ALIASES, asked | {"given_ids": list(others)})
    aliases = {account: alias if seen else FORMER_MEMBER for account, alias, seen in rows}
    return lines, {account: name for account, name in aliases.items() if account is not None}


async def find_owners(
    session: AsyncSession, bank_id: UUID, account_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """The members whose these accounts are, by account; the bank's own accounts have none."""
    asked = {"bank_id": bank_id, "given_ids": list(account_ids)}
    rows = await fetch(session, _OWNERS, asked)
    return {account_id: member_id for account_id, member_id in rows if account_id is not None}


async def find_active_accounts(
    session: AsyncSession, bank_id: UUID, member_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """The accounts of those of these who are active members, by member."""
    asked = {"bank_id": bank_id, "given_ids": list(member_ids)}
    rows = await fetch(session, _ACTIVE_ACCOUNTS, asked)
    return {member_id: account_id for member_id, account_id in rows if account_id is not None}


async def get_account_id(session: AsyncSession, bank_id: UUID, member_id: UUID) -> UUID:
    """The ledger account of a member who was approved."""
    return (await get_account_ids(session, bank_id, {member_id}))[member_id]


async def get_account_ids(
    session: AsyncSession, bank_id: UUID, member_ids: set[UUID]
) -> dict[UUID, UUID]:
    """The ledger accounts of approved members."""
    asked = {"bank_id": bank_id, "given_ids": list(member_ids)}
    rows = await fetch(session, _ACCOUNT_IDS, asked)
    return {member_id: account_id for member_id, account_id in rows if account_id is not None}


async def get_my_purse(session: AsyncSession, caller: Caller) -> Purse:
    """The caller's own account: what most of them ask for most often, in one statement.

    Raises:
        NotFound: when they have none (yet).
    """
    asked = {"bank_id": caller.bank_id, "member_id": caller.me}
    rows = await fetch(session, _PURSE, asked)
    if not rows:
        raise NotFound
    return Purse(*rows[0])
