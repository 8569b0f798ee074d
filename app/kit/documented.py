"""What every operation can answer beside its own refusals, worked out from what it takes."""

from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.kit import idempotency
from app.kit.envelopes import KeysAway
from app.kit.errors import AppError, Busy, NotFound, TooLarge, Unfit, Unreadable
from app.kit.limits import TooManyRequests
from app.kit.paging import CURSOR, UnknownCursor
from app.kit.problems import raises


def common_responses(
    route: APIRoute, of_guard: tuple[type[AppError], ...], *, replays: bool, is_limited: bool
) -> dict[int | str, dict[str, Any]]:
    """The refusals of this route's guard, of what it takes, and of whatever is asked anywhere."""
    names = set(_parameters(route.dependant))
    has_body = route.body_field is not None
    common: tuple[tuple[bool, tuple[type[AppError], ...]], ...] = (
        (True, (*of_guard, Busy, KeysAway, TooLarge)),  # a GET can carry a body too
        (has_body, (Unreadable,)),
        (has_body or bool(names), (Unfit,)),
        (bool(route.param_convertors), (NotFound,)),
        (CURSOR in names, (UnknownCursor,)),
        (replays, (idempotency.BadKey, idempotency.KeyReused)),
        (is_limited, (TooManyRequests,)),
    )
    return raises(*dict.fromkeys(one for when, errors in common if when for one in errors))


def _parameters(dependant: Dependant) -> Iterator[str]:
    """The names of all that a request can say outside its body."""
    fields = (*dependant.path_params, *dependant.query_params, *dependant.header_params)
    yield from (field.alias for field in fields)
    for below in dependant.dependencies:
        yield from _parameters(below)
