"""Signing in and sessions over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field, StringConstraints

from app.identity import operations, queries
from app.identity.access import SignedIn
from app.identity.rules import RefreshRefused, TooManySignIns, UnknownGrant, WrongCredentials
from app.identity.tokens import jwks
from app.identity.tools import Tools
from app.kit.http import Public, Route, Working
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Line, Moment, Slug, Text, View

CREDENTIAL_MAX = 512

router = APIRouter(route_class=Route, tags=["identity"])
Credential = Annotated[Line, StringConstraints(max_length=CREDENTIAL_MAX)]


class SignIn(BaseModel):
    """The form of RFC 6749; other members of it are ignored, as OAuth asks."""

    grant_type: Literal["password", "refresh_token"] = Field(examples=["password"])
    username: Credential | None = Field(None, examples=["ana@example.org"])
    password: Annotated[Text, StringConstraints(max_length=CREDENTIAL_MAX)] | None = None
    refresh_token: Credential | None = None
    bank: Slug | None = Field(None, description="The bank's slug; the default bank if left out.")


class TokenView(View):
    """A short-lived access token, and the refresh token that gets the next one."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 the name of a scheme
    expires_in: int = Field(description="Seconds.")
    refresh_token: str


class SessionView(View):
    """One place where I am signed in. No address and no place is kept, so none is shown."""

    id: UUID
    created_at: Moment
    is_current: bool


class SessionList(View):
    """My sessions."""

    items: list[SessionView]
    next_cursor: None = None


@router.post(
    "/v1/token", responses=raises(WrongCredentials, RefreshRefused, UnknownGrant, TooManySignIns)
)
@reaches(Relation.NOBODYS, rate=Rate.ENTRY)
async def create_token(
    form: Annotated[SignIn, Form()], tools: Tools, work: Working, _: Public
) -> TokenView:
    """Sign in with a password, or exchange a refresh token for the next one."""
    return TokenView.model_validate(await _granted(work, tools, form))


async def _granted(work: Working, tools: Tools, form: SignIn) -> operations.Tokens:
    if form.grant_type == "refresh_token" and form.refresh_token is not None:
        return await operations.rotate(work, tools, form.refresh_token)
    if form.grant_type == "password" and form.username is not None and form.password is not None:
        return await operations.sign_in(
            work,
            tools,
            bank=form.bank or work.settings.default_bank,
            username=form.username,
            password=form.password,
        )
    raise UnknownGrant


@router.get("/v1/sessions")
@reaches(Relation.OWN)
async def list_sessions(caller: SignedIn, work: Working) -> SessionList:
    """Where I am signed in, newest first."""
    rows = await queries.list_sessions(work.session, caller.bank_id, caller.login_id, work.now)
    views = [
        SessionView(
            id=row.session_id,
            created_at=row.created_at,
            is_current=row.session_id == caller.session_id,
        )
        for row in rows
    ]
    return SessionList(items=views)


@router.delete("/v1/sessions/{session_id}", status_code=204)
@reaches(Relation.OWN)
async def delete_session(session_id: UUID, caller: SignedIn, work: Working) -> None:
    """Sign out one session, at once."""
    await operations.sign_out(work, caller, session_id)


@router.delete("/v1/sessions", status_code=204)
@reaches(Relation.OWN)
async def delete_sessions(caller: SignedIn, work: Working) -> None:
    """Sign out everywhere, at once."""
    await operations.sign_out_everywhere(work, caller)


@router.get("/.well-known/jwks.json")
@reaches(Relation.NOBODYS)
async def get_jwks(tools: Tools, _: Public) -> dict[str, Any]:
    """The public keys that verify access tokens (RFC 7517)."""
    return jwks(tools.ring)
