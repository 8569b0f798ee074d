"""At the gate of every route: who asks proves it, and has not asked too often, before any work."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from app.kit.addresses import prefix_of
from app.kit.errors import NotAuthenticated
from app.kit.ground import Ground
from app.kit.limits import Limiter
from app.kit.reach import Rate

_NAMES = ("username", "email")
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Counting:
    """As what the requests of a route are counted."""

    at_gate: tuple[str, ...]
    admitted: tuple[str, ...] = ()
    """Only once the caller is known, where to others the path does not exist."""


def counted_as(name: str, rate: Rate, *, reads: bool, is_hidden: bool) -> Counting:
    """As what an operation counts: its rate, and its own name where there is a ceiling for it.

    What is hidden from most counts at the gate as a path that leads nowhere does, or the number
    of tries until a refusal would tell that it is there.
    """
    if rate is Rate.FREE:
        return Counting(())
    if is_hidden:
        plain = _plainly(reads=reads)
        return Counting((plain,), tuple(one for one in (rate, name) if one != plain))
    return Counting((rate, name))


def nowhere(request: Request) -> Counting:
    """As what a request counts whose path leads nowhere."""
    return Counting((_plainly(reads=request.method in _READS),))


def pass_gate(request: Request, recognise: Callable[[Request], Any], counting: Counting) -> Any:
    """Who the request proves to come from, before the database is asked.

    A proof that is none is counted by where it comes from.

    Raises:
        NotAuthenticated: when the route needs a proof and there is none.
        TooManyRequests: when they have asked too often.
    """
    try:
        claims = recognise(request)
    except NotAuthenticated:
        _count(request, nowhere(request).at_gate, None)
        raise
    _count(request, counting.at_gate, claims)
    return claims


def count_admitted(request: Request, counting: Counting, caller: Any) -> None:
    """Count what is only counted of those who may; once, however often it is tried.

    Raises:
        TooManyRequests: when they have asked too often.
    """
    if counting.admitted and not getattr(request.state, "is_counted", False):
        request.state.is_counted = True
        _count(request, counting.admitted, caller)


def _count(request: Request, counted: Sequence[str], claims: Any) -> None:
    """Count the request, by its login or by where it comes from.

    Raises:
        TooManyRequests: when it is one too many.
    """
    ground: Ground = request.app.state.ground
    limiter: Limiter = request.app.state.limiter
    for one in counted:
        if claims is None:
            limiter.stranger(prefix_of(request, ground.settings.proxies), one, ground.clock())
        else:
            limiter.login(claims.bank_id, claims.login_id, one, ground.clock())


def _plainly(*, reads: bool) -> Rate:
    return Rate.READ if reads else Rate.WRITE


async def hold_guesses_to_limits(request: Request, claims: Any) -> None:
    """Count who is tried at a door where secrets are tried; the body must have been read.

    Somebody signed in tries their own login's: whoever took their session has no more tries there.

    Raises:
        TooManyRequests: when it is one too many.
    """
    ground: Ground = request.app.state.ground
    limiter: Limiter = request.app.state.limiter
    if claims is not None:
        limiter.guess_own(claims.bank_id, claims.login_id, ground.clock())
        return
    name = await _named(request)
    if name is not None:
        limiter.guess(prefix_of(request, ground.settings.proxies), name, ground.clock())


async def _named(request: Request) -> str | None:
    """The name in a form or in JSON, if there is one: the one that the operation will read."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    told: Any
    if media_type.endswith("json"):
        try:
            told = json.loads(await request.body())
        except (ValueError, RecursionError):
            return None
    else:
        told = await request.form()
    found = [told.get(name) for name in _NAMES] if isinstance(told, Mapping) else []
    return next((one for one in found if isinstance(one, str)), None)
