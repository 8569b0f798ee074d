"""The second factor over HTTP."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.identity.access import FreshSignedIn, SignedIn
from app.identity.factors import operations, queries
from app.identity.factors.rules import FactorThere, NoFactor, WrongCode
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import RequestBody, View

router = APIRouter(prefix="/v1/me/second-factor", route_class=Route, tags=["identity"])
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class SeedView(View):
    """What my device takes: shown this once."""

    seed: str = Field(examples=["JBSWY3DPEHPK3PXP"], description="In base32, to be typed.")
    uri: str = Field(
        examples=["otpauth://totp/Timebank?secret=JBSWY3DPEHPK3PXP"],
        description="The same as a link or a picture (otpauth).",
    )


class SecondFactorView(View):
    """Whether signing in asks for a code."""

    is_there: bool
    is_needed: bool = Field(description="Staff reach nothing else before they have one.")


class ConfirmWithCode(RequestBody):
    """The code that the device shows now."""

    code: Code = Field(examples=["123456"])


@router.get("")
@reaches(Relation.OWN)
async def get_second_factor(caller: SignedIn, work: Working) -> SecondFactorView:
    """Whether I have a second factor, and whether I need one."""
    row = await queries.find_totp(work.session, caller.bank_id, caller.login_id)
    is_there = row is not None and row.confirmed_at is not None
    return SecondFactorView(is_there=is_there, is_needed=caller.must_enrol)


@router.post("", status_code=201, responses=raises(FactorThere))
@reaches(Relation.OWN)
async def begin_second_factor(caller: FreshSignedIn, work: Working) -> SeedView:
    """Take a device that shows codes; a first code confirms it."""
    return SeedView.model_validate(await operations.enrol(work, caller))


@router.post("/confirmation", status_code=204, responses=raises(NoFactor, FactorThere, WrongCode))
@reaches(Relation.OWN, rate=Rate.ENTRY)
async def confirm_second_factor(body: ConfirmWithCode, caller: SignedIn, work: Working) -> None:
    """Confirm the device with its code: from now on signing in asks for one."""
    await operations.confirm(work, caller, body.code)


@router.delete("", status_code=204)
@reaches(Relation.OWN)
async def delete_second_factor(caller: FreshSignedIn, work: Working) -> None:
    """Sign in with the password alone from now on; staff in production have to enrol again."""
    await operations.remove(work, caller.bank_id, caller.login_id)
