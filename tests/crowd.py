"""Many members at once, made without HTTP and never signed in: for whom others meet or pay."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.listings import operations as listings
from app.listings.operations import ListingText
from app.listings.rules import ListingKind
from app.members import operations
from app.members import queries as members
from app.members.rules import Level
from tests.town import PASSWORD, Town


class Resident(NamedTuple):
    """Somebody of a crowd, who signs in as `<name>@example.org`."""

    member_id: UUID
    account_id: UUID
    listing_id: UUID


async def crowd(town: Town, names: Iterable[str]) -> dict[str, Resident]:
    """Approved members by their aliases, each with an offer."""
    desk = await town.caller_of(await town.staff("coordinator"))
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        return {name: await _resident(work, town, desk, name) for name in names}


async def _resident(work: Work, town: Town, desk: Caller, name: str) -> Resident:
    joining = {"bank": town.slug, "alias": name, "password": PASSWORD}
    email = f"{name.replace(' ', '-')}@example.org"
    await operations.join(
        work, town.tools, **joining, email=email, languages=["sl"], terms_version=None
    )
    (waiting,) = await members.list_applications(work.session, town.bank_id, after=None, limit=2)
    row = await operations.approve(work, desk, waiting.member_id, reason=None, level=Level.FULL)
    await work.session.flush()
    me = Caller(town.bank_id, new_id(), new_id(), row.member_id, frozenset())
    text = ListingText(
        kind=ListingKind.OFFER,
        title="Slovene conversation practice",
        body="",
        category="slovene_lessons",
        language="sl",
        languages=["sl"],
        area="center",
        remote=False,
        minutes=None,
        availability=None,
        expires_at=None,
    )
    posted = await listings.post(work, me, text)
    assert row.account_id is not None
    return Resident(row.member_id, row.account_id, posted.listing.listing_id)
