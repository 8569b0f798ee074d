"""Who may meet others, and counting contacts."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.banks.tables import BankSafety
from app.exchanges.contacts.tables import ContactAttempt
from app.identity.rules import Caller
from app.members.rules import Level
from app.members.tables import Member


class Standing(NamedTuple):
    """How far the staff know a member, and what the bank makes of it."""

    level: int
    vetting_ladder: bool
    contacts_new_max: int | None
    contacts_full_max: int | None
    alerts: bool

    @property
    def is_full(self) -> bool:
        """Whether they are at the top of the ladder."""
        return self.level == Level.FULL

    @property
    def may_meet(self) -> bool:
        """Whether they may meet others one to one."""
        return self.is_full or not self.vetting_ladder

    @property
    def contacts_max(self) -> int | None:
        """To how many different people they may propose in a day; None: as many as they like."""
        return self.contacts_full_max if self.is_full else self.contacts_new_max


class Tried(NamedTuple):
    """How many different people, and how often altogether."""

    people: int
    times: int


async def get_standing(session: AsyncSession, caller: Caller) -> Standing:
    """The caller's own standing."""
    asked = (
        select(
            Member.level,
            BankSafety.vetting_ladder,
            BankSafety.contacts_new_max,
            BankSafety.contacts_max,
            BankSafety.alerts,
        )
        .join(BankSafety, BankSafety.bank_id == Member.bank_id)
        .where(Member.bank_id == caller.bank_id, Member.member_id == caller.member_id)
    )
    return Standing(*(await session.execute(asked)).one())


async def find_contacted(
    session: AsyncSession, bank_id: UUID, member_id: UUID, since: datetime
) -> set[UUID]:
    """Whom a member got in touch with since then."""
    asked = (
        select(ContactAttempt.to_id)
        .distinct()
        .where(
            ContactAttempt.bank_id == bank_id,
            ContactAttempt.member_id == member_id,
            ContactAttempt.tried_at > since,
            ContactAttempt.refused.is_(False),
        )
    )
    return set((await session.scalars(asked)).all())


async def count_tried(
    session: AsyncSession, bank_id: UUID, member_id: UUID, since: datetime
) -> Tried:
    """All attempts of a member since then, refused ones too."""
    asked = select(func.count(ContactAttempt.to_id.distinct()), func.count()).where(
        ContactAttempt.bank_id == bank_id,
        ContactAttempt.member_id == member_id,
        ContactAttempt.tried_at > since,
    )
    return Tried(*(await session.execute(asked)).one())
