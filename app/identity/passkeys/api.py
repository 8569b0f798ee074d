"""Passkeys over HTTP."""

from datetime import UTC, date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import Field, JsonValue

from app.identity.access import FreshSignedIn, SignedIn
from app.identity.devices import Device, device_of
from app.identity.passkeys import operations, queries
from app.identity.passkeys.rules import PasskeysOff, TooManyPasskeys, WrongPasskey
from app.identity.passkeys.tables import Passkey
from app.kit.http import Route, Working
from app.kit.paging import Whole
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import RequestBody, View

router = APIRouter(prefix="/v1/me/passkeys", route_class=Route, tags=["identity"])
UserAgent = Annotated[str, Header(alias="User-Agent", include_in_schema=False)]
PasskeyAnswer = Annotated[
    dict[str, JsonValue],
    Field(description="What `credential.toJSON()` gives in the browser, as it is."),
]


class EnrolmentView(View):
    """What the browser makes a passkey from; it holds for five minutes."""

    public_key: dict[str, Any] = Field(
        examples=[{"challenge": "AAECAwQFBgcICQoLDA0ODw", "rp": {"name": "Timebank"}}],
        description="For `PublicKeyCredential.parseCreationOptionsFromJSON`.",
    )


class ConfirmPasskey(RequestBody):
    """The passkey that the browser has made."""

    passkey: PasskeyAnswer


class PasskeyView(View):
    """One of my passkeys, as coarsely as I need to recognise it; days are in UTC."""

    id: UUID
    device: Device
    day: date = Field(description="When I made it.")
    used_on: date | None = Field(description="When I last proved with it.")

    @classmethod
    def of(cls, row: Passkey) -> "PasskeyView":
        """The view of a row."""
        return cls(
            id=row.passkey_id,
            device=Device(row.device),
            day=row.created_at.astimezone(UTC).date(),
            used_on=row.used_at and row.used_at.astimezone(UTC).date(),
        )


@router.get("")
@reaches(Relation.OWN)
async def list_passkeys(caller: SignedIn, work: Working) -> Whole[PasskeyView]:
    """My passkeys, oldest first."""
    rows = await queries.list_passkeys(work.session, caller.bank_id, caller.login_id)
    return Whole(items=[PasskeyView.of(row) for row in rows])


@router.post("", status_code=201, responses=raises(PasskeysOff, TooManyPasskeys))
@reaches(Relation.OWN)
async def begin_passkey(caller: FreshSignedIn, work: Working) -> EnrolmentView:
    """Begin to make a passkey in this browser's device or in a security key."""
    return EnrolmentView(public_key=await operations.begin(work, caller))


@router.post(
    "/confirmation",
    status_code=201,
    responses=raises(PasskeysOff, TooManyPasskeys, WrongPasskey),
)
@reaches(Relation.OWN, rate=Rate.ENTRY)
async def confirm_passkey(
    body: ConfirmPasskey, caller: SignedIn, work: Working, agent: UserAgent = ""
) -> PasskeyView:
    """Hand over the passkey that was made: from now on signing in asks for one, or for a code."""
    row = await operations.finish(work, caller, body.passkey, device_of(agent))
    return PasskeyView.of(row)


@router.delete("/{passkey_id}", status_code=204)
@reaches(Relation.OWN)
async def delete_passkey(passkey_id: UUID, caller: FreshSignedIn, work: Working) -> None:
    """Remove a passkey: it proves nothing any more, in no session."""
    await operations.remove(work, caller, passkey_id)
