"""The bank's terms over HTTP, and accepting them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.banks import queries as banks
from app.banks.terms import operations as publishing
from app.banks.terms import queries as terms
from app.banks.terms.tables import TermsText, TermsVersion
from app.identity.access import FreshAdmin, SignedIn
from app.kit.errors import NotFound
from app.kit.http import Public, Route, Working
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import (
    LANGUAGES_MAX,
    Language,
    Moment,
    Reason,
    RequestBody,
    Slug,
    View,
    Words,
)
from app.members.rules import TermsNotCurrent
from app.members.terms import operations, queries

VERSION_MAX = 1_000_000

router = APIRouter(prefix="/v1", route_class=Route, tags=["bank"])
Number = Annotated[int, Query(ge=1, le=VERSION_MAX)]
Version = Annotated[int, Field(strict=True, ge=1, le=VERSION_MAX)]


class TermsView(View):
    """One version of the bank's terms; a first one may have no text yet."""

    version: int
    published_at: Moment
    texts: dict[str, str] = Field(description="By language.")

    @classmethod
    def of(cls, row: TermsVersion, texts: list[TermsText]) -> "TermsView":
        """The view of a version and its texts."""
        words = {one.language: one.words for one in texts}
        return cls(version=row.version, published_at=row.published_at, texts=words)


class PublishTerms(RequestBody):
    """The whole text in each language, and why it changes."""

    texts: Annotated[dict[Language, Words], Field(min_length=1, max_length=LANGUAGES_MAX)] = Field(
        examples=[{"sl": "Ura je ura.", "en": "An hour is an hour."}]
    )
    reason: Reason = Field(examples=["The assembly has decided so."])


class PublishedView(View):
    """The version that is in force now."""

    version: int
    published_at: Moment


class AcceptTerms(RequestBody):
    """The version that I have read."""

    version: Version = Field(examples=[1])


class MyTermsView(View):
    """Which version is in force, and which I have accepted."""

    version: int
    accepted_version: int | None
    accepted_at: Moment | None


@router.get("/bank/terms", responses=raises(NotFound))
@reaches(Relation.NOBODYS)
async def get_terms(
    work: Working, _: Public, bank: Slug | None = None, version: Number | None = None
) -> TermsView:
    """A bank's terms: those in force, or an earlier version."""
    found = await banks.get_bank(work.session, bank or work.settings.default_bank)
    number = found.terms_version if version is None else version
    row = await terms.get_version(work.session, found.bank_id, number)
    texts = await terms.list_texts(work.session, found.bank_id, number)
    return TermsView.of(row, list(texts))


@router.post("/bank/terms", status_code=201)
@reaches(Relation.BANK)
async def publish_terms(body: PublishTerms, caller: FreshAdmin, work: Working) -> PublishedView:
    """Publish the next version. Members accept it before they reach anybody new."""
    row = await publishing.publish(
        work,
        caller.bank_id,
        by=caller.login_id,
        owner_id=caller.owner_id,
        texts=body.texts,
        reason=body.reason,
    )
    return PublishedView.model_validate(row)


@router.get("/me/terms")
@reaches(Relation.OWN)
async def get_my_terms(caller: SignedIn, work: Working) -> MyTermsView:
    """Whether I have accepted the terms in force."""
    bank = await banks.get_bank_by_id(work.session, caller.bank_id)
    row = await queries.find_newest(work.session, caller.bank_id, caller.member_id)
    return MyTermsView(
        version=bank.terms_version,
        accepted_version=row and row.version,
        accepted_at=row and row.accepted_at,
    )


@router.post("/me/terms", status_code=204, responses=raises(NotFound, TermsNotCurrent))
@reaches(Relation.OWN)
async def accept_terms(body: AcceptTerms, caller: SignedIn, work: Working) -> None:
    """Accept the terms in force."""
    await operations.accept(work, caller, body.version)
