"""Sign-in codes over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.credentials.printed import operations
from app.identity.access import Coordinator, FreshSignedIn
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import NoBody, View
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1", route_class=Route, tags=["identity"])


class SignInCodeView(View):
    """What stands in the place of the e-mail at signing in; shown this once."""

    code: str = Field(examples=["7H2K-0QXM-2T9A"])


@router.post("/me/sign-in-code", status_code=201)
@reaches(Relation.OWN)
async def print_sign_in_code(
    caller: FreshSignedIn, work: Working, _: NoBody | None = None
) -> SignInCodeView:
    """Print a code that I can sign in with instead of my e-mail; the one before ends."""
    return SignInCodeView(code=await operations.print_own(work, caller))


@router.post("/members/{member_id}/sign-in-code", status_code=201, responses=raises(Concerned))
@reaches(Relation.BANK)
async def give_sign_in_code(
    member_id: UUID, caller: Coordinator, work: Working, _: NoBody | None = None
) -> SignInCodeView:
    """Print such a code for a member at the desk, who is told; their password stays their own."""
    return SignInCodeView(code=await operations.print_for(work, caller, member_id))
