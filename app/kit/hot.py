"""Hot operations over HTTP: requests that queued up together share one transaction.

An endpoint declares `@in_batches(do_many)`, takes a `Batching` and hands over what was asked. To a
client it is like any other operation (see `Route`): the same admission, the same order of
refusals, all of it or nothing, committed before it is answered. Only the commit is shared, so a
refused request must be refused before it has changed anything.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.kit import idempotency
from app.kit.bodies import refusing, use_of
from app.kit.errors import AppError, TooLarge
from app.kit.gate import pass_gate
from app.kit.ground import Ground, Work
from app.kit.http import (
    WAY,
    Endpoint,
    Guard,
    Handle,
    Route,
    ground_of,
    in_one_transaction,
    private,
)
from app.kit.lane import Lanes

Asked = TypeVar("Asked")


class Done(NamedTuple):
    """What is answered, and the deed in the books that did it."""

    view: BaseModel
    deed_id: UUID | None


DoMany = Callable[[Work, Sequence[tuple[Any, Asked]]], Awaitable[Sequence[Done | AppError]]]
"""Does what each `(caller, asked)` asks; a refused one has changed nothing."""
DONE: Final = 200
"""The status of a good answer where the route names no other."""
_BATCHES: Final = "batches"
_UNREADABLE: Final = (RequestValidationError, HTTPException, TooLarge)


class GuardOfMany(Guard):
    """A guard that admits a whole batch with one look at the database."""

    @abstractmethod
    async def admit_many(self, work: Work, claims: Sequence[Any]) -> Sequence[Any]:
        """For each the caller, or the `AppError` that refuses them."""


@dataclass(frozen=True)
class _Ticket:
    """One request, read and recognised, on its way into a batch."""

    request: Request
    claims: Any
    use: idempotency.Use | None
    asked: Any


@dataclass
class _Case:
    """One ticket while its batch is worked through; it is closed when it has an answer."""

    ticket: _Ticket
    caller: Any = None
    key: idempotency.Key | None = None
    answer: Response | AppError | None = None


Submit = Callable[..., Awaitable[Response]]


async def _submit(request: Request) -> Submit:  # not plain: that would be given a thread
    submit: Submit = request.state.submit
    return submit


Batching = Annotated[Submit, Depends(_submit)]
"""Hands over what this request asks for: `await batch(asked, about=subject)` is the answer.

Requests about the same subject never share a batch.
"""


def in_batches(do_many: DoMany[Any]) -> Callable[[Endpoint], Endpoint]:
    """Declare that the requests of an endpoint are done together, by this."""

    def mark(endpoint: Endpoint) -> Endpoint:
        batches = Batches(do_many)
        endpoint.__dict__ |= {WAY: batches.handle, _BATCHES: batches}
        return endpoint

    return mark


@dataclass(frozen=True)
class Batches:
    """The way of an endpoint whose requests share transactions."""

    do_many: DoMany[Any]

    @staticmethod
    def of(route: Route) -> "Batches | None":
        """The batches of this route, when its endpoint is done in batches."""
        return getattr(route.endpoint, _BATCHES, None)

    def taking(self, route: Route, request: Request) -> Submit:
        """Let a request through the gate; gives what hands it over.

        Raises:
            NotAuthenticated: when it proves nothing.
            TooManyRequests: when its sender has asked too often.
        """
        claims = pass_gate(request, route.guard.recognise, route.counted)
        request.state.caller = None  # known in the batch only
        return partial(self._hand_over, route, request, claims)

    async def handle(self, route: Route, request: Request, handle: Handle) -> Response:
        """Admit, read and hand over; what cannot be read is refused as usual."""
        assert isinstance(route.guard, GuardOfMany), f"{route.path} cannot admit batches"
        request.state.submit = self.taking(route, request)
        try:
            await request.body()
            return await handle(request)
        except _UNREADABLE as error:
            return await in_one_transaction(route, request, refusing(error))

    async def _hand_over(
        self, route: Route, request: Request, claims: Any, asked: Any, about: Hashable = None
    ) -> Response:
        has_key = idempotency.HEADER in request.headers
        use = await use_of(request, claims) if has_key else None
        subjects = {about, use and (use.bank_id, use.login_id, use.text)} - {None}
        lanes: Lanes = request.app.state.lanes
        answer = partial(self._answer, route, ground_of(request))
        lane = lanes.find(route.name, claims.bank_id, answer)
        ticket = _Ticket(request, claims, use, asked)
        has_one_effect = use is not None
        return await lane.submit(
            ticket, frozenset(subjects), claims.bank_id, is_repeatable=has_one_effect
        )

    async def _answer(
        self, route: Route, ground: Ground, tickets: Sequence[_Ticket]
    ) -> list[Response | AppError]:
        """One transaction: admit, take the keys, do, keep the answers."""
        cases = [_Case(ticket) for ticket in tickets]
        async with ground.database.begin() as session:
            work = ground.work(session)
            await _admit(route, work, cases)
            await _take_keys(route, work, [case for case in _open(cases) if case.ticket.use])
            await self._do(route, work, _open(cases))
        return [case.answer for case in cases if case.answer is not None]

    async def _do(self, route: Route, work: Work, cases: Sequence[_Case]) -> None:
        if not cases:
            return
        status = route.status_code or DONE
        done = await self.do_many(work, [(case.caller, case.ticket.asked) for case in cases])
        keep, forget = [], []
        for case, one in zip(cases, done, strict=True):
            if isinstance(one, AppError):
                case.answer = one
                forget += [case.key] if case.key else []
                continue
            body = one.view.model_dump_json().encode()
            case.answer = private(Response(body, status, media_type="application/json"))
            owner_id = case.caller.owner_id
            kept = idempotency.Kept(status, body, owner_id, one.deed_id)
            keep += [(case.key, kept)] if case.key else []
        await idempotency.keep_many(work, keep)
        await idempotency.forget_many(work, forget)


def _open(cases: Sequence[_Case]) -> list[_Case]:
    return [case for case in cases if case.answer is None]


async def _admit(route: Route, work: Work, cases: Sequence[_Case]) -> None:
    assert isinstance(route.guard, GuardOfMany)
    callers = await route.guard.admit_many(work, [case.ticket.claims for case in cases])
    for case, caller in zip(cases, callers, strict=True):
        if isinstance(caller, AppError):
            case.answer = caller
        else:
            case.caller = caller


async def _take_keys(route: Route, work: Work, cases: Sequence[_Case]) -> None:
    uses = [case.ticket.use for case in cases if case.ticket.use]
    for case, key in zip(cases, await idempotency.begin_many(work, uses), strict=True):
        if isinstance(key, AppError):
            case.answer = key
        elif key.kept is None:
            case.key = key
        else:
            case.answer = await _replayed(route, work, case, key.kept)


async def _replayed(
    route: Route, work: Work, case: _Case, kept: idempotency.Kept
) -> Response | AppError:
    try:
        return await route.replay(work, case.caller, case.ticket.request, kept)
    except AppError as refusal:
        return refusal
