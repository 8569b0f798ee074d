"""Who may use a route: the guards that routes declare, and the caller they admit."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.identity import queries
from app.identity.errors import BadToken
from app.identity.rules import STAFF, Caller, NotAMember, Role
from app.identity.tokens import Access
from app.identity.tools import IdentityTools
from app.kit.errors import AppError, NotAuthenticated, NotFound
from app.kit.ground import Work
from app.kit.hot import GuardOfMany
from app.kit.http import ground_of

_BEARER: Final = OAuth2PasswordBearer(tokenUrl="/v1/token", auto_error=False)
_SCHEME: Final = "bearer "


def recognise(request: Request) -> Access:
    """What the request's access token says, proved without the database.

    Raises:
        NotAuthenticated: whatever is wrong with the token.
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise NotAuthenticated
    tools: IdentityTools = request.app.state.identity
    try:
        return tools.verifier.read(header[len(_SCHEME) :], ground_of(request).clock())
    except BadToken:
        raise NotAuthenticated from None


async def authenticate_many(
    work: Work, tokens: Sequence[Access]
) -> list[Caller | NotAuthenticated]:
    """Who is asking, by these tokens and their sessions, which must be live."""
    keys = {(one.bank_id, one.session_id) for one in tokens}
    known = await queries.find_callers(work.session, keys, work.now)
    answers: list[Caller | NotAuthenticated] = []
    for one in tokens:
        caller = known.get(one.session_id)
        is_theirs = caller is not None and caller.login_id == one.login_id
        answers.append(caller if caller and is_theirs else NotAuthenticated())
    return answers


async def authenticate(request: Request, work: Work) -> Caller:
    """Who is asking, by their access token and their live session.

    Raises:
        NotAuthenticated: whatever is wrong with the token or the session.
    """
    (caller,) = await authenticate_many(work, [recognise(request)])
    if isinstance(caller, NotAuthenticated):
        raise caller
    return caller


class Needs(GuardOfMany):
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
        (caller,) = await self.admit_many(work, [self.recognise(request)])
        if isinstance(caller, AppError):
            raise caller
        return caller

    def recognise(self, request: Request) -> Access:
        """What the token says, before the session behind it is looked up.

        Raises:
            NotAuthenticated: without a valid token.
        """
        known: Access | None = getattr(request.state, "access", None)
        if known is None:
            known = request.state.access = recognise(request)
        return known

    async def admit_many(self, work: Work, claims: Sequence[Access]) -> list[Caller | AppError]:
        """The caller of each, or why they are refused."""
        return [self._judged(caller) for caller in await authenticate_many(work, claims)]

    def _judged(self, caller: Caller | NotAuthenticated) -> Caller | AppError:
        if isinstance(caller, NotAuthenticated) or self.lets(caller):
            return caller
        return NotFound() if self.is_hidden else NotAMember()

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
MEMBERS_ONLY: Final = Depends(Needs(Role.MEMBER))
"""For operations in batches, where the caller is only known in the batch."""
Member = Annotated[Caller, Depends(Needs(Role.MEMBER))]
MemberOrCoordinator = Annotated[Caller, Depends(Needs(Role.MEMBER, Role.COORDINATOR))]
MemberOrModerator = Annotated[Caller, Depends(Needs(Role.MEMBER, Role.MODERATOR))]
MemberOrStaff = Annotated[Caller, Depends(Needs(*Role))]
Coordinator = Annotated[Caller, Depends(Needs(Role.COORDINATOR))]
Moderator = Annotated[Caller, Depends(Needs(Role.MODERATOR))]
Auditor = Annotated[Caller, Depends(Needs(Role.AUDITOR, Role.ADMIN))]
Admin = Annotated[Caller, Depends(Needs(Role.ADMIN))]
AdminOrCoordinator = Annotated[Caller, Depends(Needs(Role.ADMIN, Role.COORDINATOR))]
