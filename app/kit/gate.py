"""At the gate of every route: who asks proves it, and has not asked too often, before any work."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from app.kit.addresses import prefix_of
from app.kit.ground import Ground
from app.kit.limits import Limiter
from app.kit.reach import Rate

_NAMES = ("username", "email")


def pass_gate(request: Request, recognise: Callable[[Request], Any], rate: Rate) -> Any:
    """Who the request proves to come from, before the database is asked.

    Raises:
        NotAuthenticated: when the route needs a proof and there is none.
        TooManyRequests: when they have asked too often.
    """
    claims = recognise(request)
    _hold_to_limits(request, rate, claims)
    return claims


def _hold_to_limits(request: Request, rate: Rate, claims: Any) -> None:
    """Count the request, by its login or by where it comes from.

    Raises:
        TooManyRequests: when it is one too many.
    """
    if rate is Rate.FREE:
        return
    ground: Ground = request.app.state.ground
    limiter: Limiter = request.app.state.limiter
    if claims is None:
        limiter.stranger(prefix_of(request, ground.settings.proxies), rate, ground.clock())
    else:
        limiter.login(claims.bank_id, claims.login_id, rate, ground.clock())


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
