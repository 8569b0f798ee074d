"""Reading alerts and thresholds. Whoever is concerned by an alert never gets it.

Concerned is who has something of their own with one of its people, as everywhere (`app.openings`):
what somebody could not act on, they do not read either.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.rules import AlertKind, Thresholds
from app.alerts.tables import Alert, AlertThreshold
from app.identity.rules import STAFF, Caller, Role
from app.identity.tables import Login
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.openings.queries import has_something_with


def _for(caller: Caller) -> Select[Alert]:
    is_own = Alert.login_id.is_not_distinct_from(caller.login_id)
    shown: list[ColumnElement[bool]] = [Alert.bank_id == caller.bank_id, ~is_own]
    if caller.member_id is not None:
        own = literal(caller.member_id, Uuid())
        concerned = [
            has_something_with(caller.bank_id, own, one) for one in (Alert.member_id, Alert.with_id)
        ]
        shown.append(func.coalesce(or_(*concerned), False).is_(False))
    return select(Alert).where(*shown)


async def list_alerts(
    session: AsyncSession,
    caller: Caller,
    *,
    is_open: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Alert]:
    """The queue: what was found first comes first."""
    asked = _for(caller).order_by(Alert.found_at, Alert.alert_id).limit(limit)
    asked = asked.where(Alert.closed_at.is_(None) if is_open else Alert.closed_at.is_not(None))
    if after is not None:
        asked = asked.where(tuple_(Alert.found_at, Alert.alert_id) > after)
    return (await session.scalars(asked)).all()


async def lock_alert(session: AsyncSession, caller: Caller, alert_id: UUID) -> Alert:
    """An alert that the caller may see, locked.

    Raises:
        NotFound: when the bank has none with this id, or the caller is concerned by it.
    """
    found = await lock_one(session, _for(caller).where(Alert.alert_id == alert_id))
    if found is None:
        raise NotFound
    return found


async def find_closed(
    session: AsyncSession, bank_id: UUID, member_ids: Collection[UUID]
) -> dict[tuple[UUID, AlertKind], datetime]:
    """When an alert about each of these was last closed, by member and kind."""
    asked = (
        select(Alert.member_id, Alert.kind, func.max(Alert.closed_at))
        .where(
            Alert.bank_id == bank_id,
            Alert.member_id.in_(member_ids),
            Alert.closed_at.is_not(None),
        )
        .group_by(Alert.member_id, Alert.kind)
    )
    rows = (await session.execute(asked)).all()
    return {(whose, AlertKind(kind)): at for whose, kind, at in rows if whose and at}


async def find_closed_of_staff(
    session: AsyncSession, bank_id: UUID, login_ids: Collection[UUID]
) -> dict[UUID | None, datetime]:
    """When an alert about each of these of the staff was last closed."""
    if not login_ids:
        return {}
    asked = (
        select(Alert.login_id, func.max(Alert.closed_at))
        .where(
            Alert.bank_id == bank_id, Alert.login_id.in_(login_ids), Alert.closed_at.is_not(None)
        )
        .group_by(Alert.login_id)
    )
    return {whose: at for whose, at in await session.execute(asked) if at is not None}


async def find_roles(
    session: AsyncSession, bank_id: UUID, login_id: UUID
) -> tuple[frozenset[Role], frozenset[Role]]:
    """The roles of one of the staff, and those that others of the bank have."""
    asked = select(Login.login_id, Login.roles).where(
        Login.bank_id == bank_id, Login.roles.overlap(sorted(STAFF))
    )
    rows = (await session.execute(asked)).all()
    own = {Role(role) for whose, roles in rows for role in roles if whose == login_id}
    others = {Role(role) for whose, roles in rows for role in roles if whose != login_id}
    return frozenset(own), frozenset(others)


async def are_case_workers_concerned(
    session: AsyncSession, bank_id: UUID, member_ids: Collection[UUID]
) -> bool:
    """Whether one of these members is a case worker, or all there are have to do with them."""
    is_worker = (Login.bank_id == bank_id, Login.roles.contains([Role.CASE_WORKER.value]))
    is_own = select(Login.login_id).where(*is_worker, Login.member_id.in_(member_ids))
    concerned = [
        has_something_with(bank_id, Login.member_id, literal(one, Uuid())) for one in member_ids
    ]
    is_concerned = func.coalesce(or_(*concerned), False)
    worker = select(Login.login_id).where(*is_worker)
    alone = and_(worker.exists(), ~worker.where(~is_concerned).exists())
    return bool(await session.scalar(select(or_(is_own.exists(), alone))))


async def get_thresholds(session: AsyncSession, bank_id: UUID) -> Thresholds:
    """The bank's numbers, or the defaults."""
    row = await session.scalar(select(AlertThreshold).where(AlertThreshold.bank_id == bank_id))
    return Thresholds() if row is None else thresholds_of(row)


async def lock_thresholds(session: AsyncSession, bank_id: UUID) -> AlertThreshold:
    """The bank's own numbers, locked; whoever asks has seen to it that there are some."""
    found = await lock_one(session, select(AlertThreshold).where(AlertThreshold.bank_id == bank_id))
    assert found is not None, "it was made just before"
    return found


def thresholds_of(row: AlertThreshold) -> Thresholds:
    """A row as a value."""
    return Thresholds(**{one.name: getattr(row, one.name) for one in fields(Thresholds)})
