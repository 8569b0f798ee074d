"""Reading members. `visible_to` is the one visibility predicate."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, any_, bindparam, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.kit.bulk import arrays, given
from app.kit.db import lock_many, lock_one
from app.kit.errors import NotFound
from app.kit.fetching import fetch
from app.members.blocks.queries import may_look, neither_named, no_block_between
from app.members.rules import FORMER_MEMBER, MemberStatus
from app.members.tables import Member


class Party(NamedTuple):
    """A person as another may see them; without id when they cannot be seen (any more)."""

    id: UUID | None
    alias: str


_FORMER: Final = Party(None, FORMER_MEMBER)


class Side(NamedTuple):
    """A person as another may see them, and their account in the books."""

    party: Party
    partner: Party
    """The same while the two have an exchange in progress: only who was named is hidden there."""
    account_id: UUID | None


class Look(NamedTuple):
    """Somebody looks at somebody; nobody in particular does for staff who are no members."""

    bank_id: UUID
    viewer_id: UUID | None
    member_id: UUID


_GIVEN_IDS: Final = bindparam("given_ids", type_=ARRAY(Uuid))
_SEEN: Final = given(bank_id=Uuid(), viewer_id=Uuid(), member_id=Uuid())


def visible_to(viewer: Caller) -> ColumnElement[bool]:
    """The one visibility predicate: which members this viewer may see, of all the rows.

    It belongs on every query that reads members or what is theirs: reads, search, matches,
    counts, notices, exports and replays.
    """
    return visible_for(viewer.bank_id, viewer.member_id)


def visible_for(
    bank_id: UUID | ColumnElement[UUID], viewer_id: UUID | ColumnElement[UUID] | None
) -> ColumnElement[bool]:
    """The same for a viewer who is not asking: a batch does, or staff act for them."""
    return _here(bank_id, viewer_id, may_look(Member.bank_id, viewer_id, Member.member_id))


def may_meet(bank_id: UUID, member_id: UUID) -> ColumnElement[bool]:
    """Which members and this one see each other, so that others may bring the two together."""
    return _here(bank_id, member_id, no_block_between(Member.bank_id, member_id, Member.member_id))


def _here(
    bank_id: UUID | ColumnElement[UUID],
    viewer_id: UUID | ColumnElement[UUID] | None,
    not_hidden: ColumnElement[bool],
) -> ColumnElement[bool]:
    return and_(
        Member.bank_id == bank_id,
        or_(Member.status == MemberStatus.ACTIVE, Member.member_id == viewer_id),
        not_hidden,
    )


async def get_me(session: AsyncSession, caller: Caller) -> Member | None:
    """The caller's own record; None for staff who are not members."""
    asked = select(Member).where(
        Member.bank_id == caller.bank_id, Member.member_id == caller.member_id
    )
    return (await session.scalars(asked)).one_or_none()


async def get_member(session: AsyncSession, bank_id: UUID, member_id: UUID) -> Member:
    """A member's record, for the parts that act for everyone; never for showing to others."""
    asked = select(Member).where(Member.bank_id == bank_id, Member.member_id == member_id)
    return (await session.scalars(asked)).one()


async def lock_me(session: AsyncSession, caller: Caller) -> Member:
    """The caller's own record, locked.

    Raises:
        NotFound: when the caller is staff and no member.
    """
    return await lock_member(session, caller.bank_id, caller.member_id)


async def lock_member(session: AsyncSession, bank_id: UUID, member_id: UUID | None) -> Member:
    """A member's record, locked.

    Raises:
        NotFound: when the bank has no such member.
    """
    asked = select(Member).where(Member.bank_id == bank_id, Member.member_id == member_id)
    member = await lock_one(session, asked)
    if member is None:
        raise NotFound
    return member


async def lock_members(
    session: AsyncSession, bank_id: UUID, member_ids: Collection[UUID]
) -> Sequence[Member]:
    """Those of these members who exist, locked in id order."""
    asked = (
        select(Member)
        .where(Member.bank_id == bank_id, Member.member_id == any_(_GIVEN_IDS))
        .order_by(Member.member_id)
    )
    return await lock_many(session, asked, {"given_ids": sorted(member_ids)}, of=Member)


async def list_applications(
    session: AsyncSession, bank_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Member]:
    """Those who wait for an answer, longest first."""
    asked = (
        select(Member)
        .where(Member.bank_id == bank_id, Member.status == MemberStatus.APPLICANT)
        .order_by(Member.requested_at, Member.member_id)
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(tuple_(Member.requested_at, Member.member_id) > after)
    return (await session.scalars(asked)).all()


def _sides() -> Select[Any]:
    met = neither_named(_SEEN.c.bank_id, _SEEN.c.viewer_id, Member.member_id)
    return select(
        _SEEN.c.bank_id,
        _SEEN.c.viewer_id,
        Member.member_id,
        Member.alias,
        Member.account_id,
        visible_for(_SEEN.c.bank_id, _SEEN.c.viewer_id).label("shown"),
        _here(_SEEN.c.bank_id, _SEEN.c.viewer_id, met).label("goes_on"),
    ).join_from(
        _SEEN,
        Member,
        and_(Member.bank_id == _SEEN.c.bank_id, Member.member_id == _SEEN.c.member_id),
    )


_SIDES: Final = _sides()


async def find_parties(
    session: AsyncSession, viewer: Caller, member_ids: set[UUID]
) -> dict[UUID, Party]:
    """These members as the viewer may see them; whoever is hidden is a former member."""
    asked = [Look(viewer.bank_id, viewer.member_id, one) for one in member_ids]
    sides = await find_sides(session, asked)
    return {look.member_id: side.party for look, side in sides.items()}


async def find_sides(session: AsyncSession, asked: Sequence[Look]) -> dict[Look, Side]:
    """Members as viewers may see them, each with their account."""
    if not asked:
        return {}
    found = await fetch(session, _SIDES, arrays([one._asdict() for one in asked]))
    sides = {
        Look(bank_id, viewer_id, member_id): Side(
            Party(member_id, alias) if is_shown else _FORMER,
            Party(member_id, alias) if goes_on else _FORMER,
            account_id,
        )
        for bank_id, viewer_id, member_id, alias, account_id, is_shown, goes_on in found
    }
    return {one: sides.get(one, Side(_FORMER, _FORMER, None)) for one in asked}
