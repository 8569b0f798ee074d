"""Routes of which a name goes before a placeholder: /members/lookup is nobody's record."""

from collections.abc import Sequence

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope


class NamedFirst(APIRoute):
    """A route that leaves a path to the one that spells it out, whatever the method."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this is the route."""
        match, child = super().matches(scope)
        if match is not Match.NONE and self.param_convertors:
            known: Sequence[APIRoute] = scope["app"].state.routes
            if any(one.path == scope["path"] for one in known):
                return Match.NONE, {}
        return match, child
