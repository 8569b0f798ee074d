"""Signing in and sessions over HTTP."""

from datetime import UTC, date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Header, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.identity import operations, queries
from app.identity.access import Desk, Panicking, SignedIn
from app.identity.devices import Device, device_of
from app.identity.factors.rules import Proof, SecondFactorNeeded, WrongCode
from app.identity.passkeys.api import PasskeyAnswer
from app.identity.passkeys.rules import PasskeysOff, WrongPasskey
from app.identity.rules import RefreshRefused, TooManySignIns, UnknownGrant, WrongCredentials
from app.identity.sessions import operations as sessions
from app.identity.tokens import jwks
from app.identity.tools import Tools
from app.kit.http import Public, Route, Working
from app.kit.paging import Whole
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Line, RequestBody, Slug, Text, View

CREDENTIAL_MAX = 512
CODE_MAX = 16
PASSKEY_MAX = 8_192

router = APIRouter(route_class=Route, tags=["identity"])
UserAgent = Annotated[str, Header(alias="User-Agent", include_in_schema=False)]
Credential = Annotated[Line, StringConstraints(max_length=CREDENTIAL_MAX)]


JWKS = {
    "example": {
        "keys": [
            {
                "kty": "EC",
                "crv": "P-256",
                "alg": "ES256",
                "use": "sig",
                "kid": "1",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            }
        ]
    }
}
"""The example of RFC 7517, A.1."""


class SignIn(BaseModel):
    """The form of RFC 6749; other members of it are ignored, as OAuth asks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "grant_type": "password",
                    "username": "ana@example.org",
                    "password": "three plain words here",
                }
            ]
        }
    )

    grant_type: Literal["password", "refresh_token"] = Field(examples=["password"])
    username: Credential | None = Field(
        None, examples=["ana@example.org"], description="The e-mail, or a printed sign-in code."
    )
    password: Annotated[Text, StringConstraints(max_length=CREDENTIAL_MAX)] | None = None
    code: Annotated[Line, StringConstraints(max_length=CODE_MAX)] | None = Field(
        None, examples=["123456"], description="Of the second factor, for those who have one."
    )
    passkey: Annotated[Text, StringConstraints(max_length=PASSKEY_MAX)] | None = Field(
        None,
        examples=['{"id": "AAECAwQFBgcICQoLDA0ODw", "type": "public-key"}'],
        description="What a passkey of mine has signed: `credential.toJSON()` as text.",
    )
    refresh_token: Credential | None = None
    bank: Slug | None = Field(None, description="The bank's slug; the default bank if left out.")


class ConfirmMe(RequestBody):
    """What signing in asks for."""

    password: Annotated[Text, StringConstraints(max_length=CREDENTIAL_MAX)]
    code: Annotated[Line, StringConstraints(max_length=CODE_MAX)] | None = Field(
        None, examples=["123456"]
    )
    passkey: PasskeyAnswer | None = None


class TokenView(View):
    """A short-lived access token, and the refresh token that gets the next one."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 the name of a scheme
    expires_in: int = Field(description="Seconds.")
    refresh_token: str


class SessionView(View):
    """One place where I am signed in, as coarsely as I need to recognise it."""

    id: UUID
    device: Device
    day: date = Field(description="When I signed in there, in UTC.")
    is_current: bool


@router.post(
    "/v1/token",
    responses=raises(
        WrongCredentials,
        SecondFactorNeeded,
        WrongCode,
        WrongPasskey,
        PasskeysOff,
        RefreshRefused,
        UnknownGrant,
        TooManySignIns,
    ),
)
@reaches(Relation.NOBODYS, rate=Rate.ENTRY)
async def create_token(
    form: Annotated[SignIn, Form()], tools: Tools, work: Working, _: Public, agent: UserAgent = ""
) -> TokenView:
    """Sign in with a password, or exchange a refresh token for the next one."""
    return TokenView.model_validate(await _granted(work, tools, form, agent))


async def _granted(work: Working, tools: Tools, form: SignIn, agent: str) -> operations.Tokens:
    if form.grant_type == "refresh_token" and form.refresh_token is not None:
        return await operations.rotate(work, tools, form.refresh_token)
    if form.grant_type == "password" and form.username is not None and form.password is not None:
        return await operations.sign_in(
            work,
            tools,
            bank=form.bank or work.settings.default_bank,
            username=form.username,
            password=form.password,
            proof=Proof(form.code, form.passkey),
            device=device_of(agent),
        )
    raise UnknownGrant


@router.post(
    "/v1/me/confirmation",
    status_code=204,
    responses=raises(
        WrongCredentials, SecondFactorNeeded, WrongCode, WrongPasskey, PasskeysOff, TooManySignIns
    ),
)
@reaches(Relation.OWN, rate=Rate.ENTRY)
async def confirm_me(body: ConfirmMe, tools: Tools, caller: SignedIn, work: Working) -> None:
    """Prove again that it is me. For five minutes this opens what would do the most harm."""
    await sessions.confirm(
        work, tools, caller, password=body.password, proof=Proof(body.code, body.passkey)
    )


@router.get("/v1/sessions")
@reaches(Relation.OWN)
async def list_sessions(caller: SignedIn, work: Working) -> Whole[SessionView]:
    """Where I am signed in, newest first."""
    rows = await queries.list_sessions(work.session, caller.bank_id, caller.login_id, work.now)
    views = [
        SessionView(
            id=row.session_id,
            device=Device(row.device),
            day=row.created_at.astimezone(UTC).date(),
            is_current=row.session_id == caller.session_id,
        )
        for row in rows
    ]
    return Whole(items=views)


@router.delete("/v1/sessions/{session_id}", status_code=204)
@reaches(Relation.OWN)
async def delete_session(session_id: UUID, caller: SignedIn, work: Working) -> None:
    """Sign out one session, at once."""
    await sessions.sign_out(work, caller, session_id)


@router.delete("/v1/sessions", status_code=204)
@reaches(Relation.OWN)
async def delete_sessions(token: Panicking, work: Working, response: Response) -> None:
    """Sign out everywhere, at once. Always 204: with an old token, a wrong one, or none."""
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    await sessions.sign_out_everywhere(work, token)


@router.delete("/v1/members/{member_id}/sessions", status_code=204)
@reaches(Relation.BANK)
async def delete_sessions_of_member(member_id: UUID, caller: Desk, work: Working) -> None:
    """Sign out everywhere a member who asks for it; nothing of them is shown."""
    await sessions.sign_out_member(work, caller, member_id)


@router.get("/.well-known/jwks.json", responses={200: {"content": {"application/json": JWKS}}})
@reaches(Relation.NOBODYS)
async def get_jwks(tools: Tools, work: Working, _: Public) -> dict[str, Any]:
    """The public keys that verify access tokens (RFC 7517), the next one before its time too."""
    return jwks(tools.ring, work.now)
