"""Reading notices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller, Role
from app.identity.tables import Login
from app.kit.bulk import table_of
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.notices.rules import NoticeKind
from app.notices.tables import Notice


async def list_notices(
    session: AsyncSession,
    caller: Caller,
    *,
    unread: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Notice]:
    """The caller's notices, newest first; where `unread`, those that nobody has read yet."""
    asked = _for(caller).order_by(Notice.created_at.desc(), Notice.notice_id.desc()).limit(limit)
    if unread:
        asked = asked.where(Notice.read_at.is_(None))
    if after is not None:
        asked = asked.where(tuple_(Notice.created_at, Notice.notice_id) < after)
    return (await session.scalars(asked)).all()


async def count_unread(session: AsyncSession, caller: Caller, *, limit: int) -> int:
    """How many of the caller's notices are unread, counted up to this limit."""
    some = _for(caller).where(Notice.read_at.is_(None)).limit(limit)
    counted = select(func.count()).select_from(some.with_only_columns(Notice.notice_id).subquery())
    return (await session.scalars(counted)).one()


def is_unread_by(bank_id: UUID, member_id: UUID, until: datetime) -> ColumnElement[bool]:
    """The condition of an unread notice to one member, up to this moment."""
    return and_(
        Notice.bank_id == bank_id,
        Notice.member_id == member_id,
        Notice.read_at.is_(None),
        Notice.created_at <= until,
    )


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


def values_about(
    row: Mapping[str, Any], people: Select[Any], *, but: Select[Any], instead: Role
) -> Select[Any]:
    """These values of a notice once for each of these people, who are its subject.

    To all of its role who are not of `but`; where there is nobody else, to another role.
    """
    columns, found = table_of(Notice).c, people.subquery()
    others = select(Login.login_id).where(
        Login.bank_id == row["bank_id"],
        Login.roles.contains([row["role"]]),
        or_(Login.member_id.is_(None), Login.member_id.not_in(but)),
    )
    own = {
        "notice_id": func.gen_random_uuid(),
        "subject_id": found.c[0],
        "role": case((others.exists(), row["role"]), else_=instead.value),
        "kept_from": func.array(but.scalar_subquery(), type_=columns["kept_from"].type),
    }
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
    of_role = Notice.role.in_(sorted(caller.roles))
    if caller.member_id is None:
        return select(Notice).where(Notice.bank_id == caller.bank_id, of_role)
    is_kept = func.coalesce(Notice.kept_from.contains([caller.member_id]), False)
    mine = (Notice.member_id == caller.member_id, and_(of_role, ~is_kept))
    return select(Notice).where(and_(Notice.bank_id == caller.bank_id, or_(*mine)))
