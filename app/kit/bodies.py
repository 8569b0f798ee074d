"""Bodies are read before a connection is taken: one may be as slow as its sender likes."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

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
