"""Founding a bank and keeping its lists."""

from app.banks import queries
from app.banks.rules import (
    AREAS_FIRST,
    FLOOR_MINUTES_DEFAULT,
    GRANT_BUDGET_MINUTES_DEFAULT,
    GRANT_CAP_MINUTES_DEFAULT,
    MEETING_POINTS_FIRST,
    TERMS_VERSION_FIRST,
    TIME_ZONE_DEFAULT,
    Place,
    Preset,
    SlugTaken,
)
from app.banks.tables import Area, Bank, MeetingPoint
from app.kit.ground import Work
from app.kit.ids import new_id


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
    work.session.add_all([_row(Area, bank, place) for place in AREAS_FIRST])
    work.session.add_all([_row(MeetingPoint, bank, place) for place in MEETING_POINTS_FIRST])
    await work.session.flush()
    return bank


def _row(table: type[Area | MeetingPoint], bank: Bank, place: Place) -> Area | MeetingPoint:
    return table(bank_id=bank.bank_id, slug=place.slug, label_sl=place.sl, label_en=place.en)
