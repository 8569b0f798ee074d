"""Flags over HTTP: members tell, moderators look and decide."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import Member, Moderator
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, View
from app.listings.rules import ListingSentAway, ListingStatus, ListingWithdrawn, NotSentAway
from app.listings.tables import Listing
from app.listings.views import told_author_of
from app.members import queries as members
from app.members.queries import Party
from app.moderation.flags import operations, queries
from app.moderation.flags.opening import OpenedFlag
from app.moderation.flags.rules import (
    Finding,
    FlagResolved,
    FlagsOwn,
    FlagStatus,
    FlagSubject,
    NothingToSendAway,
    TellsWhoFlagged,
    TooManyFlags,
)
from app.moderation.flags.tables import Flag
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1/flags", route_class=Route, tags=["moderation"])
WORRIED = "It asks for my passport."
TOLD_AUTHOR = "Nobody may ask for papers here. Please post it anew without that."


class FlagSomething(RequestBody):
    """What is wrong with what: a listing, or an exchange of mine."""

    subject: FlagSubject
    subject_id: UUID = Field(description="The id of the listing or the exchange.")
    reason: Reason = Field(examples=[WORRIED])


class ResolveFlag(RequestBody):
    """What the moderator found, why, and whether the listing goes."""

    outcome: Literal[FlagStatus.UPHELD, FlagStatus.DISMISSED]
    reason: Reason = Field(
        examples=["It asks for papers, which nobody here may."],
        description="For the moderators; whoever flagged it finds it in their export.",
    )
    send_away_because: Reason | None = Field(
        None,
        examples=[TOLD_AUTHOR],
        description="Given, it sends the listing away, and its author reads this: never who flagged"
        " it, nor their words.",
    )


class ReturnListing(RequestBody):
    """Why it was wrong to send it away."""

    reason: Reason = Field(
        examples=["It was about papers for the library: we misread it."],
        description="The author reads this: never who flagged it, nor their words.",
    )


class FlagView(View):
    """A flag, and whether it was decided on; none of its words."""

    id: UUID
    subject: FlagSubject
    subject_id: UUID
    status: FlagStatus
    flagged_at: Moment

    @staticmethod
    def facts(row: Flag) -> dict[str, object]:
        """The members of the view of a row."""
        return {
            "id": row.flag_id,
            "subject": FlagSubject.LISTING if row.listing_id else FlagSubject.EXCHANGE,
            "subject_id": row.listing_id or row.exchange_id,
            "status": row.status,
            "flagged_at": row.flagged_at,
        }

    @classmethod
    def of(cls, row: Flag) -> "FlagView":
        """The view of a row."""
        return cls.model_validate(cls.facts(row))


class FlagCaseView(FlagView):
    """All of a flag, for moderators. Texts are null when the one who flagged is forgotten."""

    flagger_alias: str = Field(examples=["Ana"])
    flagged_alias: str = Field(examples=["Bor"])
    reason: str | None = Field(examples=[WORRIED])
    evidence: str | None = Field(
        examples=["Bor\noffer\nLive-in help"], description="What was there to be seen then."
    )
    resolution_reason: str | None = Field(examples=[None])
    resolved_at: Moment | None = Field(examples=[None])
    listing_status: ListingStatus | None = Field(
        description="As the listing stands now; null for an exchange."
    )
    told_author: str | None = Field(
        examples=[None], description="What moderators last told its author, on whatever flag."
    )

    @classmethod
    def opened(
        cls, work: Work, row: Flag, parties: Mapping[UUID, Party], listing: Listing | None
    ) -> "FlagCaseView":
        """The view of a flag, its two people and its listing, the texts opened."""
        open_, key = work.envelopes.open, (row.bank_id, row.flag_id)
        decided = row.resolution_sealed
        told = {
            "flagger_alias": parties[row.flagger_id].alias,
            "flagged_alias": parties[row.flagged_id].alias,
            "reason": open_(row.reason_sealed, "flag", *key),
            "evidence": open_(row.evidence_sealed, "flag-evidence", *key),
            "resolution_reason": open_(decided, "flag-resolution", *key) if decided else None,
            "resolved_at": row.resolved_at,
            "listing_status": listing and listing.status,
            "told_author": listing and told_author_of(work, listing),
        }
        return cls.model_validate(cls.facts(row) | told)


@router.post("", status_code=201, responses=raises(NotFound, FlagsOwn, TooManyFlags))
@reaches(Relation.VISIBLE)
async def flag_something(body: FlagSomething, caller: Member, work: Working) -> FlagView:
    """Tell the moderators that something is wrong; whose it is never hears of it."""
    return FlagView.of(
        await operations.flag(work, caller, body.subject, body.subject_id, body.reason)
    )


@router.get("")
@reaches(Relation.BANK)
async def list_flags(
    caller: Moderator, work: Working, page: Paging, status: FlagStatus = FlagStatus.OPEN
) -> Page[FlagView]:
    """Flags by who waits longest; `GET /v1/flags/{id}` opens one."""
    pager = Pager(work.vault, caller.login_id, f"flags:{status}", page)
    rows = await queries.list_flags(
        work.session, caller, status=status, after=pager.after_moment(), limit=pager.rows_max
    )
    return pager.page(rows, lambda row: (row.flagged_at, row.flag_id), FlagView.of)


@router.get("/{flag_id}", responses=raises(Concerned))  # noqa: FAST003 the opening takes it
@reaches(Relation.BANK)
async def get_flag(caller: Moderator, opened: OpenedFlag, work: Working) -> FlagCaseView:
    """One flag with its words; the one who flagged can see that a moderator read it."""
    people = {opened.flagger_id, opened.flagged_id}
    parties = await members.find_parties(work.session, caller, people)
    listing = await queries.find_listing(work.session, opened)
    return FlagCaseView.opened(work, opened, parties, listing)


@router.post(
    "/{flag_id}/resolution",
    responses=raises(
        Concerned,
        FlagResolved,
        NothingToSendAway,
        TellsWhoFlagged,
        ListingWithdrawn,
        ListingSentAway,
    ),
)
@reaches(Relation.BANK)
async def resolve_flag(
    flag_id: UUID, body: ResolveFlag, caller: Moderator, work: Working
) -> FlagView:
    """Say what was found. Nothing happens by it, unless the listing is sent away."""
    finding = Finding(body.outcome, body.reason, body.send_away_because)
    return FlagView.of(await operations.resolve(work, caller, flag_id, finding))


@router.post("/{flag_id}/return", responses=raises(Concerned, NotSentAway, TellsWhoFlagged))
@reaches(Relation.BANK)
async def return_listing(
    flag_id: UUID, body: ReturnListing, caller: Moderator, work: Working
) -> FlagView:
    """Give a listing back that was sent away: it stands open again, and its author reads why."""
    return FlagView.of(await operations.return_listing(work, caller, flag_id, body.reason))
