"""Reading notices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.kit.bulk import table_of
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.notices.rules import NoticeKind
from app.notices.tables import Notice


async def list_notices(
    session: AsyncSession, caller: Caller, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Notice]:
    """The caller's notices, newest first."""
    asked = _for(caller).order_by(Notice.created_at.desc(), Notice.notice_id.desc()).limit(limit)
    if after is not None:
        asked = asked.where(tuple_(Notice.created_at, Notice.notice_id) < after)
    return (await session.scalars(asked)).all()


async def lock_notice(session: AsyncSession, caller: Caller, notice_id: UUID) -> Notice:
    """One of the caller's notices, locked.

    Raises:
        NotFound: when it is not for this caller.
    """
    notice = await lock_one(session, _for(caller).where(Notice.notice_id == notice_id))
    if notice is None:
        raise NotFound
    return notice


def values_where(row: Mapping[str, Any], condition: ColumnElement[bool]) -> Select[Any]:
    """These values of a notice once, where the condition holds."""
    columns = table_of(Notice).c
    return select(*(literal(one, columns[name].type) for name, one in row.items())).where(condition)


def values_about(row: Mapping[str, Any], people: Select[Any]) -> Select[Any]:
    """These values of a notice once for each of these people, who are its subject."""
    columns, found = table_of(Notice).c, people.subquery()
    own = {"notice_id": func.gen_random_uuid(), "subject_id": found.c[0]}
    return select(*(own.get(name, literal(one, columns[name].type)) for name, one in row.items()))


def is_told(
    bank_id: UUID, member_id: UUID, kind: NoticeKind, subject_id: UUID
) -> ColumnElement[bool]:
    """The condition that the member has a notice of this kind about this."""
    return (
        select(Notice.notice_id)
        .where(
            Notice.bank_id == bank_id,
            Notice.member_id == member_id,
            Notice.kind == kind,
            Notice.subject_id == subject_id,
        )
        .exists()
    )


def _for(caller: Caller) -> Select[Notice]:
    mine: list[ColumnElement[bool]] = [Notice.role.in_(sorted(caller.roles))]
    if caller.member_id is not None:
        mine.append(Notice.member_id == caller.member_id)
    return select(Notice).where(and_(Notice.bank_id == caller.bank_id, or_(*mine)))
