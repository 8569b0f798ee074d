"""What a path that leads nowhere answers.

Under `/v1` a stranger gets 401 for every path, known or not; a member gets 404 for staff's paths
whatever the method, as for a path that does not exist.
"""

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.identity.access import Needs, authenticate, recognise
from app.identity.rules import Caller
from app.kit.errors import AppError, NotFound, WrongMethod
from app.kit.gate import nowhere, pass_gate
from app.kit.http import Anyone, Route, ground_of
from app.kit.problems import on_http_exception, respond
from app.kit.retrying import with_retries
from app.kit.signposts import Signposts

API_PREFIX = "/v1/"
_READS = frozenset({"GET", "HEAD"})
_LEADS_NOWHERE = frozenset({NotFound.status, WrongMethod.status})


async def on_routing_error(request: Request, error: Exception) -> Response:
    """Answer what the router could not route; anything else is the framework's own error."""
    assert isinstance(error, HTTPException)
    if error.status_code not in _LEADS_NOWHERE:
        return await on_http_exception(request, error)
    try:
        caller = await _caller(request) if request.url.path.startswith(API_PREFIX) else None
    except AppError as refusal:
        return respond(request, refusal)
    allowed = _allowed(request, caller) or _beside(request, error)
    return respond(request, WrongMethod(allowed) if allowed else NotFound())


async def _caller(request: Request) -> Caller | None:
    """Who is asking; None where a public path is only asked with another method.

    Raises:
        NotAuthenticated: without a valid token.
        TooManyRequests: when they have asked too often.
        Busy: when the database is away.
    """
    if any(isinstance(route.guard, Anyone) for route in _routes(request)):
        return None

    pass_gate(request, recognise, nowhere(request))

    async def attempt() -> Caller:
        ground = ground_of(request)
        async with ground.database.begin() as session:
            return await authenticate(request, ground.work(session))

    return await with_retries(attempt, is_repeatable=True)


def _routes(request: Request) -> list[Route]:
    """Every operation on this path, whatever its method."""
    signposts: Signposts = request.app.state.signposts
    return [route for route in signposts.on(request.url.path) if isinstance(route, Route)]


def _allowed(request: Request, caller: Caller | None) -> frozenset[str]:
    """Every method of this path, for whoever could use one of them; for others there is no path."""
    routes = _routes(request)
    if not any(_lets(route, caller) for route in routes):
        return frozenset()
    # A name stands before a placeholder: /members/lookup is nobody's record.
    named = [route for route in routes if route.path == request.url.path] or routes
    methods = {method for route in named for method in route.methods or ()}
    return frozenset(methods | {"HEAD"} if "GET" in methods else methods)


def _beside(request: Request, error: HTTPException) -> frozenset[str]:
    """The methods of what lies beside the operations, such as the page of the documentation."""
    is_there = error.status_code == WrongMethod.status and not _routes(request)
    return _READS if is_there else frozenset()


def _lets(route: Route, caller: Caller | None) -> bool:
    guard = route.guard
    return guard.open_to_all or (
        caller is not None and isinstance(guard, Needs) and guard.lets(caller)
    )
