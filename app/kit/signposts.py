"""Which operations a path may lead to, found without trying every one of them.

The framework's router matches one pattern after the other: with more than a hundred operations
that costs more than many of them do. Here only those are tried that are as long and in the same
place, which are a few.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, NoReturn

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

_NAMED: Final = 3
"""So many parts of every path are spelt out: nothing, the version, whose operations these are."""


class _Place(NamedTuple):
    """Where a path is, and how long."""

    begins: tuple[str, ...]
    slashes: int

    @classmethod
    def of(cls, path: str) -> "_Place":
        return cls(tuple(path.split("/", _NAMED)[:_NAMED]), path.count("/"))


class Signposts(BaseRoute):
    """Stands for all operations in the framework's list of routes."""

    def __init__(self, routes: Iterable[APIRoute]) -> None:
        """Put each in its place, in their order."""
        self._near = defaultdict[_Place, list[APIRoute]](list)
        for route in routes:
            place = _Place.of(route.path)
            assert "{" not in "".join(place.begins), f"{route.path} begins with a placeholder"
            self._near[place].append(route)

    def on(self, path: str) -> Sequence[APIRoute]:
        """Every operation on this path, whatever its method."""
        near = self._near.get(_Place.of(path), ())
        return [route for route in near if route.path_regex.match(path)]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The operation of this path and method, or else one of this path.

        A name goes before a placeholder, whatever the method: /members/lookup is nobody's record.
        """
        if scope["type"] != "http":
            return Match.NONE, {}
        found = self.on(scope["path"])
        named = [route for route in found if not route.param_convertors]
        other: tuple[Match, Scope] = (Match.NONE, {})
        for route in named or found:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, child
            other = (match, child) if other[0] is Match.NONE else other
        return other

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the operation that was found."""
        route: APIRoute = scope["route"]
        await route.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        """No path is ever made from a name here."""
        raise NoMatchFound(name, dict(path_params))
