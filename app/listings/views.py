"""How listings and categories are shown."""

from datetime import date
from uuid import UUID

from pydantic import Field

from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.values import Moment, View
from app.listings.queries import Seen
from app.listings.rules import ListingKind, ListingStatus
from app.listings.tables import Listing


def told_author_of(work: Work, row: Listing) -> str | None:
    """What the moderators told the author of a listing, for the author and for moderators."""
    about = ("listing-decision", row.bank_id, row.listing_id)
    return work.envelopes.open(row.decision_reason_sealed or b"", *about)


class CategoryView(View):
    """A category in the reader's language."""

    slug: str = Field(examples=["slovene_lessons"])
    label: str = Field(examples=["Slovene lessons"])
    group: str


class AuthorView(View):
    """Who posted it, as others may see them."""

    id: UUID
    alias: str


class ListingView(View):
    """An offer or a request."""

    id: UUID
    kind: ListingKind
    title: str
    body: str
    category: str
    language: str
    languages: list[str]
    area: str | None
    remote: bool
    minutes: int | None
    availability: str | None
    status: ListingStatus
    author: AuthorView
    posted_month: date = Field(
        examples=["2026-03-01"],
        description="The first day of the month; the day itself is nobody's.",
    )
    expires_at: Moment | None
    decision_reason: str | None = Field(
        examples=[None],
        description="To its author: why the moderators sent it away, or gave it back.",
    )

    @classmethod
    def read_by(cls, work: Work, caller: Caller, seen: Seen) -> "ListingView":
        """The view, to its author with what the moderators have said of it."""
        view = cls.of(seen)
        if seen.listing.author_id != caller.member_id:
            return view
        return view.model_copy(update={"decision_reason": told_author_of(work, seen.listing)})

    @classmethod
    def of(cls, seen: Seen) -> "ListingView":
        """The view of a listing and its author, as anybody may read it."""
        row = seen.listing
        return cls.model_validate(
            {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
            | {
                "id": row.listing_id,
                "decision_reason": None,
                "author": AuthorView(id=row.author_id, alias=seen.author_alias),
            }
        )
