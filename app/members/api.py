"""Joining, vetting, and one's own record and account over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from app.identity.access import Coordinator, SignedIn
from app.identity.rules import EmailTaken, Role, TooManySignIns, WeakPassword
from app.identity.tools import Tools
from app.kit.errors import NotFound, Stale
from app.kit.ground import Work
from app.kit.http import PublicToNewcomers, Route, Working
from app.kit.paging import Page
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import (
    Alias,
    Email,
    Languages,
    Line,
    Moment,
    Phone,
    Reason,
    RequestBody,
    Slug,
    Text,
    View,
    WholeNumber,
)
from app.kit.versions import IfMatch, tagged
from app.members import operations, queries
from app.members.blocks.rules import NoTelephone
from app.members.opening import OpenedApplications, invitation_of
from app.members.operations import member_etag
from app.members.rules import (
    AliasIsContact,
    AliasReserved,
    ApplicationDecided,
    Level,
    MemberKind,
    MemberStatus,
    TermsNotCurrent,
)
from app.members.tables import Member as MemberRow
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1", route_class=Route, tags=["members"])
PASSWORD_TYPED_MAX = 512
INVITATION_MAX = 64


Invitation = Annotated[Line, StringConstraints(min_length=1, max_length=INVITATION_MAX)]


class AskToJoin(RequestBody):
    """What a newcomer tells; no real name is asked for."""

    alias: Alias = Field(examples=["Ana"])
    email: Email = Field(examples=["ana@example.org"])
    password: Annotated[Text, StringConstraints(max_length=PASSWORD_TYPED_MAX)] = Field(
        examples=["three plain words here"]
    )
    languages: Languages = Field(examples=[["sl", "en"]])
    phone: Phone | None = Field(
        None,
        examples=["+386 40 123 456"],
        description="If you like; only a keyed hash is kept, which lets blocks work both ways.",
    )
    bank: Slug | None = Field(None, description="The bank's slug; the default bank if left out.")
    invitation: Invitation | None = Field(
        None,
        examples=["Bor from the library"],
        description="Who invited me; only the coordinator who decides reads it.",
    )
    terms_version: int | None = Field(None, examples=[1], ge=1, le=1_000_000)


class Asked(View):
    """The same answer for everybody who asks."""

    status: Literal["received"] = "received"


class ApplicationView(View):
    """Somebody who waits for an answer, or has just got one."""

    id: UUID
    alias: str
    languages: list[str]
    status: MemberStatus
    requested_at: Moment
    invitation: str | None = Field(description="Who invited them, as they told.")

    @classmethod
    def of(cls, work: Work, row: MemberRow) -> "ApplicationView":
        """The view of a row."""
        return cls(
            invitation=invitation_of(work, row),
            id=row.member_id,
            alias=row.alias,
            languages=row.languages,
            status=MemberStatus(row.status),
            requested_at=row.requested_at,
        )


class DecideApplication(RequestBody):
    """Why; kept sealed, for those who may look later."""

    reason: Reason | None = None


class Approve(DecideApplication):
    """Why, and how well the staff know them, where that is not as usual in the bank."""

    level: Annotated[Level, WholeNumber] | None = None


class MeView(View):
    """My own record. For staff who are not members, the member's fields are null."""

    id: UUID | None
    alias: str | None
    kind: MemberKind | None
    status: MemberStatus | None = Field(examples=[MemberStatus.ACTIVE])
    languages: list[str]
    roles: list[Role]


class ChangeMe(RequestBody):
    """What may be changed; what is left out stays."""

    alias: Alias | None = None
    languages: Languages | None = None


@router.post(
    "/members",
    status_code=202,
    responses=raises(
        NotFound,
        WeakPassword,
        TermsNotCurrent,
        TooManySignIns,
        NoTelephone,
        AliasReserved,
        AliasIsContact,
    ),
)
@reaches(Relation.NOBODYS, rate=Rate.ENTRY)
async def join(body: AskToJoin, tools: Tools, work: Working, _: PublicToNewcomers) -> Asked:
    """Ask to join. The answer is the same whether the e-mail is known or not."""
    await operations.join(
        work,
        tools,
        bank=body.bank or work.settings.default_bank,
        alias=body.alias,
        email=body.email,
        password=body.password,
        languages=body.languages,
        terms_version=body.terms_version,
        phone=body.phone,
        invitation=body.invitation,
    )
    return Asked()


@router.get("/applications")
@reaches(Relation.BANK)
async def list_applications(
    _: Coordinator, opened: OpenedApplications, work: Working
) -> Page[ApplicationView]:
    """Those who wait for an answer, longest first; they can see that they were looked at."""
    views = [ApplicationView.of(work, row) for row in opened.rows]
    return Page[ApplicationView](items=views, next_cursor=opened.next_cursor)


@router.post(
    "/applications/{member_id}/approval",
    responses=raises(ApplicationDecided, EmailTaken, Concerned),
)
@reaches(Relation.BANK)
async def approve_application(
    member_id: UUID, body: Approve, caller: Coordinator, work: Working
) -> ApplicationView:
    """Let an applicant take part."""
    row = await operations.approve(work, caller, member_id, reason=body.reason, level=body.level)
    return ApplicationView.of(work, row)


@router.post("/applications/{member_id}/rejection", responses=raises(ApplicationDecided, Concerned))
@reaches(Relation.BANK)
async def reject_application(
    member_id: UUID, body: DecideApplication, caller: Coordinator, work: Working
) -> ApplicationView:
    """Decline an application."""
    row = await operations.reject(work, caller, member_id, reason=body.reason)
    return ApplicationView.of(work, row)


@router.get("/me", responses=tagged())
@reaches(Relation.OWN)
async def get_me(caller: SignedIn, work: Working, response: Response) -> MeView:
    """My own record, open to applicants too."""
    row = await queries.get_me(work.session, caller)
    if row is not None:
        response.headers["ETag"] = member_etag(row)
    return _me(row, sorted(caller.roles))


@router.patch("/me", responses=tagged() | raises(NotFound, Stale, AliasReserved, AliasIsContact))
@reaches(Relation.OWN)
async def change_me(
    body: ChangeMe,
    caller: SignedIn,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> MeView:
    """Change my alias or my languages."""
    row = await operations.change_me(
        work, caller, if_match=if_match, alias=body.alias, languages=body.languages
    )
    response.headers["ETag"] = member_etag(row)
    return _me(row, sorted(caller.roles))


def _me(row: MemberRow | None, roles: list[Role]) -> MeView:
    if row is None:
        return MeView(id=None, alias=None, kind=None, status=None, languages=[], roles=roles)
    return MeView(
        id=row.member_id,
        alias=row.alias,
        kind=MemberKind(row.kind),
        status=MemberStatus(row.status),
        languages=row.languages,
        roles=roles,
    )
