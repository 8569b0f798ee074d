"""Signposts lead where a look at every operation would."""

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match, NoMatchFound

from app.kit.ids import new_id
from app.kit.signposts import Signposts
from app.kit.surfaces import Surface
from app.main import served

ROUTES = served(Surface.ALL)
SIGNPOSTS = Signposts(ROUTES)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def looked_for(path: str, method: str) -> tuple[Match, APIRoute | None]:
    """One after the other; what spells the path out goes before placeholders."""
    found = [route for route in ROUTES if route.path_regex.match(path)]
    found = [route for route in found if route.path == path] or found
    for route in found:
        if method in (route.methods or ()):
            return Match.FULL, route
    return (Match.PARTIAL, found[0]) if found else (Match.NONE, None)


def paths() -> list[str]:
    filled = [
        route.path_format.format_map(dict.fromkeys(route.param_convertors, str(new_id())))
        for route in ROUTES
    ]
    longer, shorter = [f"{one}/more" for one in filled], [one.rpartition("/")[0] for one in filled]
    return [
        "",
        "/",
        "//",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v2/me",
        *filled,
        *longer,
        *shorter,
        *(f"{one}/" for one in filled),
    ]


def test_every_path_leads_where_a_look_at_every_operation_would() -> None:
    led = set[Match]()
    for path in paths():
        for method in METHODS:
            match, child = SIGNPOSTS.matches({"type": "http", "path": path, "method": method})
            assert (match, child.get("route")) == looked_for(path, method), f"{method} {path}"
            led.add(match)
    assert led == set(Match)


def test_a_name_goes_before_a_placeholder_whatever_the_method() -> None:
    scope = {"type": "http", "path": "/v1/members/lookup", "method": "GET"}
    match, child = SIGNPOSTS.matches(scope)
    assert (match, child["route"].path) == (Match.PARTIAL, "/v1/members/lookup")


def test_what_is_no_request_leads_nowhere() -> None:
    assert SIGNPOSTS.matches({"type": "websocket", "path": "/v1/me"}) == (Match.NONE, {})
    with pytest.raises(NoMatchFound):
        SIGNPOSTS.url_path_for("get_me")
