"""How listings and categories are shown."""

from datetime import date
from uuid import UUID

from pydantic import Field

from app.kit.values import Moment, View
from app.listings.queries import Seen
from app.listings.rules import ListingKind, ListingStatus


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

    @classmethod
    def of(cls, seen: Seen) -> "ListingView":
        """The view of a listing and its author."""
        row = seen.listing
        return cls.model_validate(
            {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
            | {
                "id": row.listing_id,
                "author": AuthorView(id=row.author_id, alias=seen.author_alias),
            }
        )
