"""The straight way: plain requests of hot operations go to them past the framework's machinery.

Routing, dependencies and their clean-up cost a hot operation several times what it does itself. A
request that is exactly what such an operation expects (a good token, its path, its body) is handed
to the same endpoint function here. Whatever is otherwise goes the usual way, which knows every
refusal and its order: this can be quicker than the usual way, but not different from it.
"""

import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.errors import AppError
from app.kit.hot import Batches, Batching
from app.kit.http import Route
from app.kit.problems import respond

JSON: Final = "application/json"
_NOT_PLAIN: Final = (AppError, ValidationError, ValueError, RecursionError)
Values = dict[str, Any]


class StraightWay:
    """Middleware inside all others: hands plain hot requests over, passes the others on."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route]) -> None:
        """Find the operations that are done in batches."""
        self.app = app
        self._hot = [_Hot.of(route) for route in routes if Batches.of(route) is not None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        hot = self._find(scope)
        if hot is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        read = _Read(receive)
        try:
            hot.route.guard.recognise(request)  # or the body would be read for strangers
            request._body = await read.body()  # noqa: SLF001 as Starlette's own middleware does
            values = hot.values(request)
        except _NOT_PLAIN:
            await self.app(scope, read.again, send)
            return
        scope["route"] = hot.route
        try:
            batch = hot.batches.taking(hot.route, request)
            response = await hot.route.endpoint(**values, **{hot.batch: batch})
        except AppError as error:
            response = respond(request, error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> "_Hot | None":
        if scope["type"] != "http" or scope["method"] != "POST" or scope.get("root_path"):
            return None
        for hot in self._hot:
            found = hot.route.path_regex.match(scope["path"])
            if found:
                scope["path_params"] = found.groupdict()
                return hot
        return None


class _Read:
    """A body as it was read, and can be told again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._told: list[Message] = []

    async def body(self) -> bytes:
        while not self._told or self._told[-1].get("more_body", False):
            self._told.append(await self._receive())
            if self._told[-1]["type"] != "http.request":
                raise ValueError("the client hung up")
        return b"".join(message.get("body", b"") for message in self._told)

    async def again(self) -> Message:
        return self._told.pop(0) if self._told else await self._receive()


@dataclass(frozen=True)
class _Hot:
    """A hot operation, and how its endpoint's arguments are found in a request."""

    route: Route
    batches: Batches
    batch: str
    path: Mapping[str, TypeAdapter[Any]]
    body: Sequence[tuple[str, TypeAdapter[Any], bool]]
    """At most one: the argument's name, what fits it, and whether it may be left out."""

    @classmethod
    def of(cls, route: Route) -> "_Hot":
        batches = Batches.of(route)
        assert batches is not None, "only operations in batches are hot"
        hints = get_type_hints(route.endpoint, include_extras=True)
        path, body, batch = {}, [], ""
        for name, parameter in inspect.signature(route.endpoint).parameters.items():
            if hints[name] == Batching:
                batch = name
            elif name in route.param_convertors:
                path[name] = TypeAdapter[Any](hints[name])
            else:
                may_lack = parameter.default is not inspect.Parameter.empty
                body.append((name, TypeAdapter[Any](hints[name]), may_lack))
        assert len(body) <= 1, f"{route.path}: a hot operation takes its path and one body"
        return cls(route, batches, batch, path, body)

    def values(self, request: Request) -> Values:
        """The endpoint's arguments.

        Raises:
            ValueError: when the request is not plainly what the operation takes.
        """
        given = request.path_params
        values = {name: fits.validate_python(given[name]) for name, fits in self.path.items()}
        return values | self._of_body(request)

    def _of_body(self, request: Request) -> Values:
        text = request._body  # noqa: SLF001 read just before
        for name, fits, may_lack in self.body:
            if not text and may_lack:
                return {}
            if request.headers.get("content-type") != JSON:
                raise ValueError("not plainly JSON")
            return {name: fits.validate_python(json.loads(text))}
        return {}
