"""Passwords and recovery over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.credentials import operations, queries
from app.credentials.rules import By, RecoveryRefused, TooEarly
from app.credentials.tables import RecoveryCode
from app.identity.access import FreshCoordinator, FreshSignedIn, SignedIn
from app.identity.rules import TooManySignIns, WeakPassword, WrongCredentials
from app.identity.tools import Tools
from app.kit.http import Public, Route, Working
from app.kit.paging import Whole
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Line, Moment, Reason, RequestBody, Slug, Text, View
from app.openings.rules import Concerned

TYPED_MAX = 512

router = APIRouter(prefix="/v1", route_class=Route, tags=["identity"])
Password = Annotated[Text, StringConstraints(max_length=TYPED_MAX)]
Code = Annotated[Line, StringConstraints(max_length=64)]
Email = Annotated[Line, StringConstraints(max_length=254)]


class ChangePassword(RequestBody):
    """The one that is, and the one that shall be; 15 characters or more are recommended."""

    current_password: Password
    password: Password = Field(examples=["four quite plain words"])


class CodesView(View):
    """To be printed and kept where nobody else looks; shown this once. Each is good once."""

    codes: list[str] = Field(examples=[["0G5K-7QXM-2T9A-HZ4C", "5R1N-W8BD-E3VY-6KQJ"]])


class GiveRecoveryCode(RequestBody):
    """How the coordinator knows who stands before them; the member can read it."""

    reason: Reason


class GivenView(View):
    """What the coordinator hands over; shown this once."""

    code: str
    ready_at: Moment = Field(description="From then on it works.")


class BeginRecovery(RequestBody):
    """What one still knows and has."""

    email: Email = Field(examples=["ana@example.org"])
    code: Code = Field(examples=["0G5K-7QXM-2T9A-HZ4C"])
    bank: Slug | None = Field(None, description="The bank's slug; the default bank if left out.")


class FinishRecovery(BeginRecovery):
    """The same, and the new password."""

    password: Password = Field(examples=["four quite plain words"])


class Begun(View):
    """The same answer for everybody who asks."""

    status: Literal["received"] = "received"


class RecoveryView(View):
    """Somebody has begun to recover my login. If it was not me, I stop it."""

    id: UUID
    by: By
    begun_at: Moment
    ready_at: Moment


@router.post(
    "/me/password",
    status_code=204,
    responses=raises(WeakPassword, WrongCredentials, TooManySignIns),
)
@reaches(Relation.OWN, rate=Rate.ENTRY)
async def change_password(
    body: ChangePassword, tools: Tools, caller: FreshSignedIn, work: Working
) -> None:
    """Change my password. I stay signed in here, and nowhere else."""
    await operations.change_password(
        work, tools, caller, current=body.current_password, password=body.password
    )


@router.post("/me/recovery-codes", status_code=201)
@reaches(Relation.OWN)
async def print_recovery_codes(caller: FreshSignedIn, work: Working) -> CodesView:
    """Ten new codes to print, in place of those before."""
    return CodesView(codes=await operations.print_codes(work, caller))


@router.get("/me/recovery")
@reaches(Relation.OWN)
async def list_recoveries(caller: SignedIn, work: Working) -> Whole[RecoveryView]:
    """Whether somebody is recovering my login, newest first."""
    rows = await queries.list_begun(work.session, caller)
    return Whole(items=[_recovery(row) for row in rows])


@router.delete("/me/recovery/{code_id}", status_code=204)
@reaches(Relation.OWN)
async def stop_recovery(code_id: UUID, caller: SignedIn, work: Working) -> None:
    """Stop it: it was not me."""
    await operations.stop(work, caller, code_id)


@router.post("/members/{member_id}/recovery", status_code=201, responses=raises(Concerned))
@reaches(Relation.BANK)
async def give_recovery_code(
    member_id: UUID, body: GiveRecoveryCode, caller: FreshCoordinator, work: Working
) -> GivenView:
    """Give a member at the desk a code to get back in; it works after three days."""
    given = await operations.give_code(work, caller, member_id, reason=body.reason)
    return GivenView.model_validate(given)


@router.post("/recovery", status_code=202)
@reaches(Relation.NOBODYS, rate=Rate.ENTRY)
async def begin_recovery(body: BeginRecovery, work: Working, _: Public) -> Begun:
    """Begin to recover with a printed code. The answer is the same whether it is right or not."""
    bank = body.bank or work.settings.default_bank
    await operations.begin(work, bank=bank, email=body.email, code=body.code)
    return Begun()


@router.post(
    "/recovery/confirmation",
    status_code=204,
    responses=raises(WeakPassword, RecoveryRefused, TooEarly, TooManySignIns),
)
@reaches(Relation.NOBODYS, rate=Rate.ENTRY)
async def finish_recovery(body: FinishRecovery, tools: Tools, work: Working, _: Public) -> None:
    """Choose a new password, once the code's time has come. Every session of the login ends."""
    await operations.finish(
        work,
        tools,
        bank=body.bank or work.settings.default_bank,
        email=body.email,
        code=body.code,
        password=body.password,
    )


def _recovery(row: RecoveryCode) -> RecoveryView:
    assert row.begun_at is not None
    assert row.ready_at is not None
    return RecoveryView(id=row.code_id, by=By(row.by), begun_at=row.begun_at, ready_at=row.ready_at)
