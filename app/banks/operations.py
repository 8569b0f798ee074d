"""Founding a bank and keeping its lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.banks import queries
from app.banks.rules import (
    AREAS_FIRST,
    FLOOR_MINUTES_DEFAULT,
    GRANT_BUDGET_MINUTES_DEFAULT,
    GRANT_CAP_MINUTES_DEFAULT,
    MEETING_POINTS_FIRST,
    OPENING_CREDIT_MINUTES_DEFAULT,
    PRESETS,
    TERMS_VERSION_FIRST,
    TIME_ZONE_DEFAULT,
    Place,
    Preset,
    SlugTaken,
    refuse_over_ceiling,
)
from app.banks.tables import Area, Bank, BankChange, BankSafety, MeetingPoint
from app.banks.terms import operations as terms
from app.kit.bulk import table_of
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.versions import etag, refuse_stale


async def create_bank(work: Work, *, slug: str, name: str, language: str, preset: Preset) -> Bank:
    """The bank itself, with a few neutral areas and meeting points.

    Raises:
        SlugTaken: when the installation has a bank of this slug.
    """
    if await queries.find_bank(work.session, slug) is not None:
        raise SlugTaken(slug=slug)
    bank = Bank(
        bank_id=new_id(),
        slug=slug,
        name=name,
        preset=preset.value,
        time_zone=TIME_ZONE_DEFAULT,
        languages=[language],
        terms_version=TERMS_VERSION_FIRST,
        floor_minutes=FLOOR_MINUTES_DEFAULT,
        ceiling_minutes=None,
        opening_credit_minutes=OPENING_CREDIT_MINUTES_DEFAULT,
        grant_cap_minutes=GRANT_CAP_MINUTES_DEFAULT,
        grant_budget_minutes=GRANT_BUDGET_MINUTES_DEFAULT,
        created_at=work.now,
    )
    work.session.add(bank)
    await work.session.flush()
    await terms.begin(work, bank)
    safety = BankSafety(bank_id=bank.bank_id, **vars(PRESETS[preset]))
    work.session.add(safety)
    work.session.add_all([_row(Area, bank, place) for place in AREAS_FIRST])
    work.session.add_all([_row(MeetingPoint, bank, place) for place in MEETING_POINTS_FIRST])
    await work.session.flush()
    return bank


@dataclass(frozen=True)
class Wish:
    """What an admin wants changed, and why."""

    by: UUID
    """Their login."""
    reason: str
    if_match: str | None
    changes: Mapping[str, Any]
    """By name of column; what is not named stays."""


async def change_bank(work: Work, bank_id: UUID, wish: Wish) -> Bank:
    """Change the bank itself. Another preset brings all of its settings for safety with it.

    Raises:
        Stale: when `If-Match` names an older version.
        OpeningOverCeiling: when more would be given to begin with than the ceiling allows.
    """
    bank = await queries.lock_bank(work.session, bank_id)
    refuse_stale(wish.if_match, etag_of(bank))
    opening = wish.changes.get("opening_credit_minutes", bank.opening_credit_minutes)
    refuse_over_ceiling(opening, bank.ceiling_minutes)
    safety = await queries.lock_safety(work.session, bank_id)
    preset = wish.changes.get("preset")
    whole = vars(PRESETS[Preset(preset)]) if preset is not None else {}
    await _change(work, wish, [(bank, wish.changes), (safety, whole)])
    return bank


async def change_safety(work: Work, bank_id: UUID, wish: Wish) -> BankSafety:
    """Change what the bank does for safety, setting by setting.

    Raises:
        Stale: when `If-Match` names an older version.
    """
    safety = await queries.lock_safety(work.session, bank_id)
    refuse_stale(wish.if_match, etag_of(safety))
    await _change(work, wish, [(safety, wish.changes)])
    return safety


def etag_of(row: Bank | BankSafety) -> str:
    """The entity tag of a bank, or of what it does for safety: of all that stands in the row."""
    columns = table_of(type(row)).columns
    return etag(row.__tablename__, *(getattr(row, column.name) for column in columns))


async def _change(
    work: Work, wish: Wish, rows: Sequence[tuple[Bank | BankSafety, Mapping[str, Any]]]
) -> None:
    """Change these columns, and keep who did, why and what was before; nothing keeps nothing."""
    before, after = dict[str, Any](), dict[str, Any]()
    for row, changes in rows:
        for name, new in changes.items():
            if getattr(row, name) != new:
                before[name], after[name] = getattr(row, name), new
                setattr(row, name, new)
    if after:
        await keep_change(work, rows[0][0].bank_id, wish, before, after)


async def keep_change(
    work: Work, bank_id: UUID, wish: Wish, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Keep who changed which rules of the bank, why, and what was before."""
    change_id = new_id()
    change = BankChange(
        bank_id=bank_id,
        change_id=change_id,
        login_id=wish.by,
        reason_sealed=work.vault.seal(wish.reason, "bank-change", bank_id, change_id),
        before=dict(before),
        after=dict(after),
        changed_at=work.now,
    )
    work.session.add(change)
    await work.session.flush()


def _row(table: type[Area | MeetingPoint], bank: Bank, place: Place) -> Area | MeetingPoint:
    return table(bank_id=bank.bank_id, slug=place.slug, label_sl=place.sl, label_en=place.en)
