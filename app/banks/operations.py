"""Founding a bank and keeping its lists."""

from uuid import UUID

from app.banks import queries
from app.banks.rules import (
    AREAS_FIRST,
    FLOOR_MINUTES_DEFAULT,
    GRANT_BUDGET_MINUTES_DEFAULT,
    GRANT_CAP_MINUTES_DEFAULT,
    MEETING_POINTS_FIRST,
    PRESETS,
    TERMS_VERSION_FIRST,
    TIME_ZONE_DEFAULT,
    Place,
    Preset,
    SlugTaken,
)
from app.banks.tables import Area, Bank, BankSafety, MeetingPoint
from app.banks.terms import operations as terms
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
        grant_cap_minutes=GRANT_CAP_MINUTES_DEFAULT,
        grant_budget_minutes=GRANT_BUDGET_MINUTES_DEFAULT,
        created_at=work.now,
    )
    work.session.add(bank)
    await work.session.flush()
    await terms.begin(work, bank)
    safety = BankSafety(bank_id=bank.bank_id, version=1, **vars(PRESETS[preset]))
    work.session.add(safety)
    work.session.add_all([_row(Area, bank, place) for place in AREAS_FIRST])
    work.session.add_all([_row(MeetingPoint, bank, place) for place in MEETING_POINTS_FIRST])
    await work.session.flush()
    return bank


async def change_safety(
    work: Work,
    bank_id: UUID,
    *,
    if_match: str | None,
    preset: Preset | None,
    changes: dict[str, object],
) -> BankSafety:
    """Change what the bank does for safety: a whole preset, then single settings.

    Raises:
        Stale: when `If-Match` names an older version.
    """
    safety = await queries.lock_safety(work.session, bank_id)
    refuse_stale(if_match, safety_etag(safety))
    if preset is not None:
        bank = await queries.lock_bank(work.session, bank_id)
        bank.preset = preset.value
    whole = vars(PRESETS[preset]) if preset is not None else {}
    for name, value in {**whole, **changes}.items():
        setattr(safety, name, value)
    safety.version += 1
    await work.session.flush()
    return safety


def safety_etag(safety: BankSafety) -> str:
    """The entity tag of a bank's settings."""
    return etag("safety", safety.bank_id, safety.version)


def _row(table: type[Area | MeetingPoint], bank: Bank, place: Place) -> Area | MeetingPoint:
    return table(bank_id=bank.bank_id, slug=place.slug, label_sl=place.sl, label_en=place.en)
