"""How a request is handled: admitted, done in one transaction, committed, then answered.

`Route` does what FastAPI's dependencies cannot do in the right order: it admits the caller before
the body is judged (so a stranger learns nothing from a 400 or 422), takes a connection only when
the body is there, and commits before the answer is sent, the kept answer of an `Idempotency-Key`
included. A route that does not declare who may use it (a `Guard`) and what it reaches
(`app.kit.reach`) stops start-up.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from app.kit import idempotency
from app.kit.bodies import read, refusing, use_of
from app.kit.documented import common_responses
from app.kit.errors import (
    AppError,
    NotAuthenticated,
)
from app.kit.gate import count_admitted, counted_as, hold_guesses_to_limits, pass_gate
from app.kit.ground import Ground, Work
from app.kit.problems import merged
from app.kit.reach import Rate, reach_of
from app.kit.retrying import with_retries
from app.kit.surfaces import BOTH, Surface, Surfaces

Recheck = Callable[[Work, Any, Request, idempotency.Kept], Awaitable[None]]
Handle = Callable[[Request], Awaitable[Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
PRIVATE: Final = {"Cache-Control": "no-store"}


class Guard(ABC):
    """Declares on a route who may use it. As a parameter it gives the admitted caller."""

    open_to_all: bool = False
    surfaces: Surfaces = BOTH
    """Where such a route is served; elsewhere its path does not exist."""
    is_hidden: bool = False
    """Whether to those whom it refuses such a route does not exist."""
    documented: tuple[type[AppError], ...] = (NotAuthenticated,)

    @abstractmethod
    def recognise(self, request: Request) -> Any:
        """What the request proves of its sender without the database.

        Raises:
            NotAuthenticated: when this route needs a proof and there is none.
        """

    @abstractmethod
    async def admit(self, request: Request, work: Work) -> Any:
        """The caller.

        Raises:
            AppError: when this request may not use this route.
        """

    async def __call__(self, request: Request) -> Any:
        """The caller that `Route` admitted."""
        return request.state.caller


class Anyone(Guard):
    """Open to everybody, signed in or not."""

    open_to_all = True
    documented = ()

    def recognise(self, request: Request) -> None:
        """Ask for no proof."""

    async def admit(self, request: Request, work: Work) -> None:
        """Admit."""


class Newcomers(Anyone):
    """Open to everybody where members ask: nobody joins at the staff's door."""

    surfaces = frozenset({Surface.MEMBERS})


def ground_of(request: Request) -> Ground:
    """The process's means."""
    ground: Ground = request.app.state.ground
    return ground


async def _work(request: Request) -> Work:
    # A coroutine, as every dependency here: FastAPI gives a plain function a thread.
    work: Work = request.state.work
    return work


Working = Annotated[Work, Depends(_work)]
"""This request's means: its transaction, its moment, the settings, the vault."""
Public = Annotated[None, Depends(Anyone())]
"""Declares a route open to everybody."""
PublicToNewcomers = Annotated[None, Depends(Newcomers())]


def rechecked_by(recheck: Recheck) -> Callable[[Endpoint], Endpoint]:
    """Declare what must still be visible before a kept answer is replayed."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["recheck"] = recheck
        return endpoint

    return mark


class Route(APIRoute):
    """One operation over HTTP. See the module docstring."""

    guard: Guard

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Find the guard and document what this operation can answer."""
        options["operation_id"] = options.get("operation_id") or endpoint.__name__
        super().__init__(path, endpoint, **options)
        self.guard = _guard_of(self)
        self.only_reads = "GET" in (self.methods or ())
        self.reach = reach_of(path, endpoint, reads=self.only_reads)
        self.replays = "POST" in (self.methods or ()) and not self.guard.open_to_all
        is_limited = self.reach.rate is not Rate.FREE
        common = common_responses(
            self, self.guard.documented, replays=self.replays, is_limited=is_limited
        )
        self.responses = merged(common, self.responses)
        self.counted = counted_as(
            self.name, self.reach.rate, reads=self.only_reads, is_hidden=self.guard.is_hidden
        )
        self.openapi_extra = {**(self.openapi_extra or {}), **self._extra()}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler in admission and a transaction."""
        handle = super().get_route_handler()
        way: Way = getattr(self.endpoint, WAY, in_one_transaction)

        async def handled(request: Request) -> Response:
            return await way(self, request, handle)

        return handled

    async def admit_and_do(self, request: Request, handle: Handle) -> Response | AppError:
        """The answer; or a refusal whose trace is to be committed."""
        work: Work = request.state.work
        try:
            request.state.caller = await self.guard.admit(request, work)
            count_admitted(request, self.counted, request.state.caller)
            if self.replays and idempotency.HEADER in request.headers:
                return await self._once(request, handle)
            response = await handle(request)
        except AppError as refusal:
            if refusal.leaves_trace:
                return refusal
            raise
        return private(response) if not self.guard.open_to_all else response

    async def replay(
        self, work: Work, caller: Any, request: Request, kept: idempotency.Kept
    ) -> Response:
        """The kept answer, as long as the caller may still see what it shows.

        Raises:
            NotFound: when that is no longer so.
        """
        recheck: Recheck | None = getattr(self.endpoint, "recheck", None)
        if recheck is not None:
            await recheck(work, caller, request, kept)
        answer = Response(kept.body, kept.status, media_type="application/json")
        answer.headers[idempotency.REPLAYED] = "true"
        return private(answer)

    async def _once(self, request: Request, handle: Handle) -> Response:
        work, caller = request.state.work, request.state.caller
        key = await idempotency.begin(work, await use_of(request, caller))
        if key.kept is not None:
            return await self.replay(work, caller, request, key.kept)
        async with idempotency.in_use(work, key):
            response = await handle(request)
        deed_id = work.deeds[-1] if work.deeds else None
        body = bytes(response.body)
        kept = idempotency.Kept(response.status_code, body, caller.owner_id, deed_id)
        await idempotency.keep_many(work, [(key, kept)])
        return private(response)

    def _extra(self) -> dict[str, Any]:
        return {"parameters": [idempotency.PARAMETER]} if self.replays else {}


Way = Callable[[Route, Request, Handle], Awaitable[Response]]
"""How the requests of a route become transactions; an endpoint declares another as `WAY`."""
WAY: Final = "way"


async def in_one_transaction(route: Route, request: Request, handle: Handle) -> Response:
    """The usual way: each request in a transaction of its own, if it is more than plain reading."""
    claims = pass_gate(request, route.guard.recognise, route.counted)
    broken = await read(request) if route.body_field else None
    if route.reach.rate is Rate.ENTRY and not broken:
        await hold_guesses_to_limits(request, claims)

    database, is_plain = ground_of(request).database, not route.reach.is_looked_after
    means = database.read if route.only_reads and is_plain else database.begin

    async def attempt() -> Response | AppError:
        async with means() as session:
            request.state.work = ground_of(request).work(session)
            return await route.admit_and_do(request, refusing(broken) if broken else handle)

    has_key = route.replays and idempotency.HEADER in request.headers
    outcome = await with_retries(attempt, is_repeatable=has_key or route.only_reads)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


def private(response: Response) -> Response:
    """Mark an answer as concerning a person: no cache may keep it."""
    response.headers.update(PRIVATE)
    return response


def _guard_of(route: Route) -> Guard:
    guards = [sub.call for sub in route.dependant.dependencies if isinstance(sub.call, Guard)]
    if len(guards) != 1:
        raise RuntimeError(f"{route.path} must declare who may use it, exactly once")
    return guards[0]
