"""Who may use a route: the guards that routes declare, and the caller they admit."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.identity import queries
from app.identity.errors import BadToken
from app.identity.rules import STAFF, Caller, NotAMember, Role
from app.identity.tools import IdentityTools
from app.kit.errors import AppError, NotAuthenticated, NotFound
from app.kit.ground import Work
from app.kit.http import Guard

_BEARER: Final = OAuth2PasswordBearer(tokenUrl="/v1/token", auto_error=False)
_SCHEME: Final = "bearer "


async def authenticate(request: Request, work: Work) -> Caller:
    """Who is asking, by their access token and their live session.

    Raises:
        NotAuthenticated: whatever is wrong with the token or the session.
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise NotAuthenticated
    tools: IdentityTools = request.app.state.identity
    try:
        access = tools.verifier.read(header[len(_SCHEME) :], work.now)
    except BadToken:
        raise NotAuthenticated from None
    caller = await queries.find_caller(work.session, access.bank_id, access.session_id, work.now)
    if caller is None or caller.login_id != access.login_id:
        raise NotAuthenticated
    return caller


class Needs(Guard):
    """Admits callers with one of these roles; with none named, everyone who is signed in."""

    def __init__(self, *roles: Role) -> None:
        """Remember the roles, and which refusals to document."""
        self.roles = frozenset(roles)
        self.is_hidden = bool(self.roles) and self.roles <= STAFF
        refusal: tuple[type[AppError], ...] = (NotFound,) if self.is_hidden else (NotAMember,)
        self.documented = (NotAuthenticated, *(refusal if self.roles else ()))

    async def admit(self, request: Request, work: Work) -> Caller:
        """The caller.

        Raises:
            NotAuthenticated: without a valid token of a live session.
            NotFound: staff's paths do not exist for others.
            NotAMember: members' paths open with approval.
        """
        caller = await authenticate(request, work)
        if not self.lets(caller):
            raise NotFound if self.is_hidden else NotAMember
        return caller

    def lets(self, caller: Caller) -> bool:
        """Whether this caller may use the route."""
        return not self.roles or caller.may(*self.roles)

    async def __call__(
        self, request: Request, _token: Annotated[Any, Depends(_BEARER)] = None
    ) -> Caller:
        """The caller that the route admitted; the parameter puts the scheme into OpenAPI."""
        caller: Caller = request.state.caller
        return caller


SignedIn = Annotated[Caller, Depends(Needs())]
"""Anyone who is signed in, applicants too."""
Member = Annotated[Caller, Depends(Needs(Role.MEMBER))]
MemberOrCoordinator = Annotated[Caller, Depends(Needs(Role.MEMBER, Role.COORDINATOR))]
MemberOrModerator = Annotated[Caller, Depends(Needs(Role.MEMBER, Role.MODERATOR))]
MemberOrStaff = Annotated[Caller, Depends(Needs(*Role))]
Coordinator = Annotated[Caller, Depends(Needs(Role.COORDINATOR))]
Moderator = Annotated[Caller, Depends(Needs(Role.MODERATOR))]
Auditor = Annotated[Caller, Depends(Needs(Role.AUDITOR, Role.ADMIN))]
