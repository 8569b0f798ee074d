"""Writing notices, in the transaction of their cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, literal, tuple_, update

from app.identity import queries as logins
from app.identity.rules import Caller, Role
from app.kit.bulk import insert_many, table_of
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.queries import keys_of_some
from app.notices import queries
from app.notices.rules import UNREAD_COUNTED_MAX, NoticeKind
from app.notices.tables import Notice


@dataclass(frozen=True)
class Told:
    """A notice to one member, or to everyone of one staff role."""

    bank_id: UUID
    kind: NoticeKind
    subject_id: UUID
    member_id: UUID | None = None
    role: Role | None = None


def tell_member(
    work: Work, bank_id: UUID, member_id: UUID, kind: NoticeKind, subject_id: UUID
) -> None:
    """A notice to one member."""
    work.session.add(_notice(work, bank_id, kind, subject_id, member_id=member_id))


def tell_staff(
    work: Work,
    bank_id: UUID,
    role: Role,
    kind: NoticeKind,
    subject_id: UUID,
    *,
    but: UUID | None = None,
) -> None:
    """A notice to everyone of one staff role, but for this member where one is named."""
    notice = _notice(work, bank_id, kind, subject_id, role=role.value)
    notice.kept_from = None if but is None else [but]
    work.session.add(notice)


async def tell_member_if(work: Work, told: Told, *, may_know: bool) -> None:
    """A notice to one member who may know of it, by one statement either way: it lasts as long."""
    row = _row(work, told)
    await work.session.execute(
        insert(Notice).from_select(list(row), queries.values_where(row, literal(may_know)))
    )


async def tell_staff_of(
    work: Work, told: Told, people: Select[Any], *, but: Select[Any], instead: Role
) -> None:
    """A notice about each of these people, by one statement whether there are any.

    It is kept from the members in `but`; the role `instead` gets it where nobody else has the role.
    """
    row = _row(work, told) | {"kept_from": None}  # but for id, subject, role and whom it is kept of
    found = queries.values_about(row, people, but=but, instead=instead)
    await work.session.execute(insert(Notice).from_select(list(row), found))


async def tell_login_once(
    work: Work, bank_id: UUID, login_id: UUID, kind: NoticeKind, subject_id: UUID
) -> None:
    """A notice to the member with this login, unless they have it; staff who are none have none."""
    login = await logins.get_login(work.session, bank_id, login_id)
    if login.member_id is None:
        return
    row = _row(work, Told(bank_id, kind, subject_id, member_id=login.member_id))
    untold = ~queries.is_told(bank_id, login.member_id, kind, subject_id)
    await work.session.execute(
        insert(Notice).from_select(list(row), queries.values_where(row, untold))
    )


async def tell_many(work: Work, told: Sequence[Told]) -> None:
    """Several notices at once."""
    await insert_many(work.session, Notice, [_row(work, one) for one in told])


async def read(work: Work, caller: Caller, notice_id: UUID) -> Notice:
    """Mark a notice as read; once read it stays so.

    Raises:
        NotFound: when it is not for this caller.
    """
    notice = await queries.lock_notice(work.session, caller, notice_id)
    notice.read_at = notice.read_at or work.now
    return notice


async def read_all(work: Work, caller: Caller, until: datetime) -> int:
    """Mark as read at most `BATCH_MAX` of what is to the caller alone, up to this moment.

    What a role gets is everybody's of it: whoever has read one says so of that one.

    Returns:
        How many of the caller's notices are unread now, counted up to one more than the limit.
    """
    if caller.member_id is not None:
        unread = queries.is_unread_by(caller.bank_id, caller.member_id, until)
        some = keys_of_some(table_of(Notice), unread)
        key = tuple_(Notice.bank_id, Notice.notice_id)
        # Judged twice: one that was read meanwhile stays read as of then.
        read_now = update(Notice).where(key.in_(some), unread).values(read_at=work.now)
        await work.session.execute(read_now)
    return await queries.count_unread(work.session, caller, limit=UNREAD_COUNTED_MAX + 1)


def _row(work: Work, told: Told) -> dict[str, Any]:
    return {
        "bank_id": told.bank_id,
        "notice_id": new_id(),
        "member_id": told.member_id,
        "role": told.role,
        "kind": told.kind.value,
        "subject_id": told.subject_id,
        "created_at": work.now,
    }


def _notice(
    work: Work,
    bank_id: UUID,
    kind: NoticeKind,
    subject_id: UUID,
    *,
    member_id: UUID | None = None,
    role: str | None = None,
) -> Notice:
    return Notice(
        bank_id=bank_id,
        notice_id=new_id(),
        member_id=member_id,
        role=role,
        kind=kind.value,
        subject_id=subject_id,
        created_at=work.now,
    )
