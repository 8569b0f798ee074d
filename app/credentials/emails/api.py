"""Changing one's e-mail over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.credentials.emails import operations, queries
from app.identity.access import FreshSignedIn, SignedIn
from app.identity.rules import TooManySignIns, WrongCredentials
from app.identity.tools import Tools
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Email, Moment, RequestBody, Text, View

TYPED_MAX = 512

router = APIRouter(prefix="/v1/me/email", route_class=Route, tags=["identity"])


class ChangeEmail(RequestBody):
    """The address to sign in with, and my password."""

    email: Email = Field(examples=["ana.new@example.org"])
    password: Annotated[Text, StringConstraints(max_length=TYPED_MAX)]


class ChangeBegun(View):
    """The same answer whatever the address."""

    status: Literal["received"] = "received"
    ready_at: Moment = Field(description="From then on I sign in with it, unless it is stopped.")


class EmailChangeView(View):
    """Whether my e-mail is about to change. To which, no session is told."""

    ready_at: Moment | None = Field(description="When; null while no change waits.")


@router.get("")
@reaches(Relation.OWN)
async def get_email_change(caller: SignedIn, work: Working) -> EmailChangeView:
    """Whether somebody has asked that I sign in with another e-mail; if not me, I stop it."""
    change = await queries.find_change(work.session, caller.bank_id, caller.login_id)
    return EmailChangeView(ready_at=change and change.ready_at)


@router.post("", status_code=202, responses=raises(WrongCredentials, TooManySignIns))
@reaches(Relation.OWN, rate=Rate.ENTRY)
async def change_email(
    body: ChangeEmail, tools: Tools, caller: FreshSignedIn, work: Working
) -> ChangeBegun:
    """Sign in with another e-mail, in three days. The answer is the same whoever has it."""
    ready_at = await operations.ask(work, tools, caller, email=body.email, password=body.password)
    return ChangeBegun(ready_at=ready_at)


@router.delete("", status_code=204)
@reaches(Relation.OWN)
async def stop_email_change(caller: SignedIn, work: Working) -> None:
    """Stop the change: I go on with the e-mail that I have. Always 204."""
    await operations.stop(work, caller)
