"""Offers, requests and categories over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, StrictBool, StringConstraints

from app.identity.access import Member, MemberOrCoordinator, MemberOrStaff
from app.kit.errors import NotFound, Stale
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging, Whole
from app.kit.problems import AcceptLanguage, language_of, raises
from app.kit.reach import Relation, reaches
from app.kit.values import (
    Body,
    Instant,
    Language,
    Languages,
    Line,
    Minutes,
    RequestBody,
    Slug,
    Title,
)
from app.kit.versions import IfMatch, tagged
from app.listings import operations, queries
from app.listings.categories import CATEGORIES
from app.listings.operations import ListingText, listing_etag
from app.listings.queries import Search
from app.listings.rules import (
    AlreadyOver,
    ListingKind,
    ListingSentAway,
    ListingWithdrawn,
    TooManyListings,
    UnknownArea,
    UnknownCategory,
)
from app.listings.views import CategoryView, ListingView
from app.members.terms.access import OnTerms

QUERY_MAX = 200
AVAILABILITY_MAX = 500

router = APIRouter(prefix="/v1", route_class=Route, tags=["listings"])
UNFIT = (UnknownCategory, UnknownArea, AlreadyOver)
GONE = (ListingWithdrawn, ListingSentAway)
Availability = Annotated[Line, StringConstraints(max_length=AVAILABILITY_MAX)]


class PostListing(RequestBody):
    """A new offer or request."""

    kind: ListingKind
    title: Title = Field(examples=["Slovene conversation practice"])
    body: Body = ""
    category: Slug = Field(examples=["slovene_lessons"])
    language: Language = Field(examples=["en"], description="What the text is written in.")
    languages: Languages = Field(examples=[["en", "sl"]], description="What it can be done in.")
    area: Slug | None = Field(
        None,
        examples=["center"],
        description="Left out: anywhere in town; with remote, from afar only.",
    )
    remote: StrictBool = Field(default=False, description="Whether it can be done from afar.")
    minutes: Minutes | None = Field(None, examples=[60], description="How long it usually takes.")
    availability: Availability | None = None
    expires_at: Instant | None = None


class ChangeListing(RequestBody):
    """What may be changed; what is left out stays."""

    title: Title | None = None
    body: Body | None = None
    category: Slug | None = None
    language: Language | None = None
    languages: Languages | None = None
    area: Slug | None = None
    remote: StrictBool | None = None
    minutes: Minutes | None = None
    availability: Availability | None = None
    expires_at: Instant | None = None

    def changes(self) -> dict[str, object]:
        """What was named; null clears only what may be empty."""
        named = {name: getattr(self, name) for name in self.model_fields_set}
        clearable = {"area", "minutes", "availability", "expires_at"}
        return {name: one for name, one in named.items() if one is not None or name in clearable}


class RenewListing(RequestBody):
    """Until when it is meant; without an end, until it is withdrawn."""

    expires_at: Instant | None = None


class SearchQuery:
    """What is searched for."""

    def __init__(
        self,
        kind: Annotated[ListingKind | None, Query(description="Offers or requests.")] = None,
        category: Annotated[Slug | None, Query(description="Its slug.")] = None,
        q: Annotated[
            Line | None,
            Query(
                min_length=1,
                max_length=QUERY_MAX,
                description="Whole words of the title and the text, all of them.",
            ),
        ] = None,
        language: Annotated[
            Language | None, Query(description="One of those that it can be done in.")
        ] = None,
        area: Annotated[Slug | None, Query(description="Its slug.")] = None,
        *,
        remote: Annotated[bool | None, Query(description="Whether from afar.")] = None,
        mine: Annotated[
            bool, Query(description="Mine alone, also those that nobody else finds.")
        ] = False,
    ) -> None:
        """Collect the filters."""
        self.value = Search(kind, category, q, language, area, remote, mine)


@router.get("/categories")
@reaches(Relation.NOBODYS)
async def list_categories(
    caller: MemberOrStaff,
    work: Working,
    accept_language: AcceptLanguage = None,
) -> Whole[CategoryView]:
    """The categories of the bank, labelled in the reader's language."""
    speaks_slovene = language_of(accept_language) == "sl"
    offered = await queries.list_categories(work.session, caller.bank_id)
    known = [CATEGORIES[slug] for slug in offered if slug in CATEGORIES]
    views = [
        CategoryView(slug=one.slug, group=one.group, label=one.sl if speaks_slovene else one.en)
        for one in known
    ]
    return Whole(items=views)


@router.post("/listings", status_code=201, responses=raises(NotFound, *UNFIT, TooManyListings))
@reaches(Relation.OWN)
async def post_listing(body: PostListing, caller: OnTerms, work: Working) -> ListingView:
    """Post an offer or a request."""
    return ListingView.of(await operations.post(work, caller, ListingText(**vars(body))))


@router.get("/listings")
@reaches(Relation.VISIBLE)
async def list_listings(
    caller: MemberOrCoordinator,
    work: Working,
    search: Annotated[SearchQuery, Depends()],
    page: Paging,
) -> Page[ListingView]:
    """Search open listings, or my own with `mine`, by month of posting."""
    pager = Pager(work.vault, caller.login_id, "listings", page)
    rows = await queries.list_listings(
        work.session,
        caller,
        search.value,
        now=work.now,
        after=pager.after_moment(),
        limit=pager.rows_max,
    )
    view = partial(ListingView.read_by, work, caller)
    return pager.page(rows, lambda seen: (seen.listing.posted_month, seen.listing.listing_id), view)


@router.get("/listings/{listing_id}", responses=tagged())
@reaches(Relation.VISIBLE)
async def get_listing(
    listing_id: UUID, caller: MemberOrCoordinator, work: Working, response: Response
) -> ListingView:
    """One listing."""
    seen = await queries.get_listing(work.session, caller, listing_id, work.now)
    response.headers["ETag"] = listing_etag(seen.listing)
    return ListingView.read_by(work, caller, seen)


@router.patch(
    "/listings/{listing_id}",
    responses=tagged() | raises(*UNFIT, *GONE, Stale, TooManyListings),
)
@reaches(Relation.OWN)
async def change_listing(
    listing_id: UUID,
    body: ChangeListing,
    caller: Member,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> ListingView:
    """Change one of my listings."""
    seen = await operations.change(work, caller, listing_id, body.changes(), if_match)
    response.headers["ETag"] = listing_etag(seen.listing)
    return ListingView.read_by(work, caller, seen)


@router.post(
    "/listings/{listing_id}/renewal",
    responses=tagged() | raises(*GONE, AlreadyOver, TooManyListings),
)
@reaches(Relation.OWN)
async def renew_listing(
    listing_id: UUID,
    caller: Member,
    work: Working,
    response: Response,
    body: RenewListing | None = None,
) -> ListingView:
    """Say that one of my listings is still meant: it stands among this month's again."""
    until = body.expires_at if body else None
    seen = await operations.renew(work, caller, listing_id, until)
    response.headers["ETag"] = listing_etag(seen.listing)
    return ListingView.read_by(work, caller, seen)


@router.delete("/listings/{listing_id}", status_code=204)
@reaches(Relation.OWN)
async def withdraw_listing(listing_id: UUID, caller: Member, work: Working) -> None:
    """Withdraw one of my listings."""
    await operations.withdraw(work, caller, listing_id)
