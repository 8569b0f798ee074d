"""Who may use a route: the guards that routes declare, and the caller they admit."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.identity import queries
from app.identity.claims import Access
from app.identity.errors import BadToken
from app.identity.rules import (
    STAFF,
    Caller,
    ConfirmFirst,
    NotAMember,
    Role,
    admitted,
    is_fresh,
)
from app.identity.tools import IdentityTools
from app.kit.errors import AppError, NotAuthenticated, NotFound
from app.kit.ground import Work
from app.kit.hot import GuardOfMany
from app.kit.http import Guard, ground_of
from app.kit.surfaces import Surface, Surfaces

_BEARER: Final = OAuth2PasswordBearer(tokenUrl="/v1/token", auto_error=False)
_SCHEME: Final = "bearer "
_MEMBERS: Final = frozenset({Role.MEMBER})
_ROLES_AT: Final[Mapping[Surface, frozenset[Role]]] = MappingProxyType(
    {Surface.ALL: frozenset(Role), Surface.MEMBERS: _MEMBERS, Surface.STAFF: STAFF}
)
"""Which roles count where: whoever is of the staff and a member is one of them at each door."""


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
    is_demo, roles = work.settings.is_demo, _ROLES_AT[work.settings.surface]
    answers: list[Caller | NotAuthenticated] = []
    for one in tokens:
        caller = known.get(one.session_id)
        if caller is None or caller.login_id != one.login_id:
            answers.append(NotAuthenticated())
        else:
            answers.append(admitted(caller, roles, is_demo=is_demo))
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


When = Callable[[Request], bool]


def always(_: Request) -> bool:
    """Every request."""
    return True


def as_csv(request: Request) -> bool:
    """A request for a file to take away."""
    return "csv" in request.query_params.getlist("format")


class Needs(GuardOfMany):
    """Admits callers with one of these roles; with none named, everyone who is signed in.

    Where `fresh` says so of a request, they must have proved who they are within five minutes.
    """

    def __init__(self, *roles: Role, fresh: When | None = None) -> None:
        """Remember what is needed, and which refusals to document."""
        self.roles = frozenset(roles)
        self.fresh = fresh
        self.is_hidden = bool(self.roles) and self.roles <= STAFF
        self.surfaces = _surfaces_of(self.roles)
        refusal: tuple[type[AppError], ...] = (NotFound,) if self.is_hidden else (NotAMember,)
        step_up = (ConfirmFirst,) if fresh else ()
        self.documented = (NotAuthenticated, *step_up, *(refusal if self.roles else ()))

    async def admit(self, request: Request, work: Work) -> Caller:
        """The caller.

        Raises:
            NotAuthenticated: without a valid token of a live session.
            NotFound: staff's paths do not exist for others.
            NotAMember: members' paths open with approval.
            ConfirmFirst: when the last proof of who they are is too old for this.
        """
        (caller,) = await self.admit_many(work, [self.recognise(request)])
        if isinstance(caller, AppError):
            raise caller
        if self.fresh is not None and self.fresh(request) and not is_fresh(caller, work.now):
            raise ConfirmFirst
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


def _surfaces_of(roles: frozenset[Role]) -> Surfaces:
    """Where these roles count; what needs no role is everybody's own."""
    doors = (Surface.MEMBERS, Surface.STAFF)
    return frozenset(one for one in doors if not roles or roles & _ROLES_AT[one])


class PanicButton(Guard):
    """Admits everybody; whose token is ours, however old, is known by it."""

    open_to_all = True
    documented = ()

    def recognise(self, request: Request) -> Access | None:
        """What the token says, if it is one of ours."""
        header = request.headers.get("authorization", "")
        tools: IdentityTools = request.app.state.identity
        with suppress(BadToken):
            return tools.verifier.read_however_old(header[len(_SCHEME) :])
        return None

    async def admit(self, request: Request, work: Work) -> Access | None:  # noqa: ARG002 no need
        """The same; the session behind it is looked up by the operation."""
        return self.recognise(request)


SignedIn = Annotated[Caller, Depends(Needs())]
"""Anyone who is signed in, applicants too."""
FreshSignedIn = Annotated[Caller, Depends(Needs(fresh=always))]
MEMBERS_ONLY: Final = Depends(Needs(Role.MEMBER))
"""For operations in batches, where the caller is only known in the batch."""
Member = Annotated[Caller, Depends(Needs(Role.MEMBER))]
MemberFreshForCsv = Annotated[Caller, Depends(Needs(Role.MEMBER, fresh=as_csv))]
MemberOrCoordinator = Annotated[Caller, Depends(Needs(Role.MEMBER, Role.COORDINATOR))]
MemberOrModerator = Annotated[Caller, Depends(Needs(Role.MEMBER, Role.MODERATOR))]
MemberOrStaff = Annotated[Caller, Depends(Needs(*Role))]
Coordinator = Annotated[Caller, Depends(Needs(Role.COORDINATOR))]
FreshCoordinator = Annotated[Caller, Depends(Needs(Role.COORDINATOR, fresh=always))]
Moderator = Annotated[Caller, Depends(Needs(Role.MODERATOR))]
RecordReader = Annotated[Caller, Depends(Needs(Role.COORDINATOR, Role.CASE_WORKER))]
"""Who may open a member's record, for a reason; moderators decide on aliases."""
FreshRecordReader = Annotated[
    Caller, Depends(Needs(Role.COORDINATOR, Role.CASE_WORKER, fresh=always))
]
Releaser = Annotated[Caller, Depends(Needs(Role.COORDINATOR, Role.CASE_WORKER, Role.ADMIN))]
Reviewer = Annotated[Caller, Depends(Needs(Role.ADMIN, Role.AUDITOR))]
Keeper = Annotated[
    Caller, Depends(Needs(Role.COORDINATOR, Role.CASE_WORKER, Role.ADMIN, Role.AUDITOR))
]
CaseWorker = Annotated[Caller, Depends(Needs(Role.CASE_WORKER))]
FreshCaseWorker = Annotated[Caller, Depends(Needs(Role.CASE_WORKER, fresh=always))]
Auditor = Annotated[Caller, Depends(Needs(Role.AUDITOR, Role.ADMIN))]
FreshAuditor = Annotated[Caller, Depends(Needs(Role.AUDITOR, Role.ADMIN, fresh=always))]
Admin = Annotated[Caller, Depends(Needs(Role.ADMIN))]
FreshAdmin = Annotated[Caller, Depends(Needs(Role.ADMIN, fresh=always))]
AdminOrCoordinator = Annotated[Caller, Depends(Needs(Role.ADMIN, Role.COORDINATOR))]
Desk = Annotated[Caller, Depends(Needs(Role.COORDINATOR, Role.MODERATOR, Role.CASE_WORKER))]
Panicking = Annotated[Access | None, Depends(PanicButton())]
