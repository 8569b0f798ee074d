"""Bodies are read before a connection is taken: one may be as slow as its sender likes."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response

from app.kit import idempotency
from app.kit.errors import TooLarge


async def read(request: Request) -> TooLarge | None:
    """Read the body of somebody who passed the gate; strangers' bodies are not read.

    Returns:
        What is wrong with it, to be told after admission as everything about a body is.
    """
    try:
        await request.body()
    except TooLarge as error:
        return error
    return None


def refusing(error: Exception) -> Callable[[Request], Awaitable[Response]]:
    """A handler that only refuses: who may be here, and the key, are judged before it."""

    async def refuse(_: Request) -> Response:
        raise error

    return refuse


async def use_of(request: Request, owner: Any) -> idempotency.Use:
    """The request's key, used for what it asks: method, path with its query, body's bytes."""
    scope = request.scope  # `request.url` is put together and taken apart again
    asked = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"]
    digest = hashlib.sha256(asked + b"\n" + await request.body()).digest()
    text = request.headers[idempotency.HEADER]
    return idempotency.Use(owner.bank_id, owner.login_id, text, digest)
