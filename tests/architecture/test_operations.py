"""Every operation of the HTTP contract: guarded, named, and with all of its refusals written down.

What a refusal needs is worked out here from what the operation takes, apart from how `Route` does.
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Mount
from starlette.routing import Route as PlainRoute

from app.identity.access import Member, Needs
from app.kit.http import Public, Route
from app.kit.problems import MEDIA_TYPE
from app.kit.reach import Rate
from app.kit.settings import Settings
from app.main import PARTS, create_app
from app.web.docs import DOCS_PATH, OPENAPI_PATH
from app.web.examples import Unexampled, give_examples

ASSETS = "/docs-assets"
CLIENT_ERROR = 400


class Operation(NamedTuple):
    """One operation as the contract tells it, and the route behind it."""

    method: str
    path: str
    told: dict[str, Any]
    route: Route

    @property
    def name(self) -> str:
        return str(self.told["operationId"])

    @property
    def refusals(self) -> dict[int, dict[str, Any]]:
        """The documented refusals by status."""
        every = {int(status): one for status, one in self.told["responses"].items()}
        return {status: one for status, one in every.items() if status >= CLIENT_ERROR}

    @property
    def good(self) -> dict[str, Any]:
        """The one answer that is no refusal."""
        (good,) = [one for status, one in self.told["responses"].items() if status < "4"]
        return dict(good)

    def slugs(self, status: int) -> set[str]:
        return set(self.refusals[status]["content"][MEDIA_TYPE]["examples"])


@pytest.fixture(scope="module")
def app(base_settings: Settings) -> FastAPI:
    """The program without a database: nobody asks it anything here."""
    return create_app(base_settings)


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> list[Operation]:
    return list(_operations(app))


def test_a_route_that_does_not_say_who_may_use_it_stops_the_start() -> None:
    with pytest.raises(RuntimeError, match="/everything must declare who may use it"):
        APIRouter(route_class=Route).get("/everything")(_list_everything)


def test_a_route_that_does_not_say_what_it_reaches_stops_the_start() -> None:
    async def list_something(_: Public) -> None: ...

    with pytest.raises(RuntimeError, match="/something must declare what it reaches"):
        APIRouter(route_class=Route).get("/something")(list_something)


def test_a_route_cannot_say_it_twice() -> None:
    async def list_more(_: Public, caller: Member) -> None: ...

    with pytest.raises(RuntimeError, match="exactly once"):
        APIRouter(route_class=Route).get("/everything")(list_more)


def test_every_operation_is_a_route_with_a_guard_and_nothing_else_is_served(
    app: FastAPI, operations: list[Operation]
) -> None:
    routes = [route for part in PARTS for route in part.router.routes]
    declared = [(method, route.path) for route in routes for method in route.methods]
    assert sorted(declared) == sorted((one.method, one.path) for one in operations)
    plain = [one for one in app.routes if isinstance(one, PlainRoute | Mount)]
    assert {one.path for one in plain if one not in routes} == {DOCS_PATH, OPENAPI_PATH, ASSETS}


def test_an_operation_is_named_by_its_function(operations: list[Operation]) -> None:
    names = [one.name for one in operations]
    assert names == [one.route.endpoint.__name__ for one in operations]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)


def test_an_operation_has_one_tag_that_is_explained(
    app: FastAPI, operations: list[Operation]
) -> None:
    known = {tag["name"] for tag in app.openapi()["tags"] if tag["description"]}
    tagged = {one.name: one.told.get("tags", []) for one in operations}
    assert {name: tags for name, tags in tagged.items() if len(tags) != 1} == {}
    assert {tag for tags in tagged.values() for tag in tags} == known


def test_an_operation_says_what_it_does(operations: list[Operation]) -> None:
    silent = [one.name for one in operations if not one.told.get("description", "").strip()]
    assert silent == []


def test_an_operation_tells_who_may_use_it(operations: list[Operation]) -> None:
    open_to_all = {one.name for one in operations if "security" not in one.told}
    assert open_to_all == {one.name for one in operations if one.route.guard.open_to_all}
    assert all(isinstance(one.route.guard, Needs) for one in operations if "security" in one.told)


def test_an_operation_succeeds_in_one_documented_way(operations: list[Operation]) -> None:
    for one in operations:
        (status,) = set(map(int, one.told["responses"])) - set(one.refusals)
        shown = one.told["responses"][str(status)].get("content", {})
        assert bool(shown) is (status != HTTPStatus.NO_CONTENT), one.name
        assert all("schema" in media for media in shown.values()), one.name


def test_every_body_has_an_example_that_fits(operations: list[Operation]) -> None:
    taken = [one for one in operations if "requestBody" in one.told]
    assert len(taken) > 40
    for one in taken:
        for media in one.told["requestBody"]["content"].values():
            field = one.route.body_field
            assert field is not None
            _, errors = field.validate(media["example"], {}, loc=("body",))
            assert not errors, f"{one.name}: {errors}"


def test_every_good_answer_has_an_example_that_fits(operations: list[Operation]) -> None:
    for one in operations:
        (told,) = [
            told for status, told in one.told["responses"].items() if int(status) < CLIENT_ERROR
        ]
        for kind, media in told.get("content", {}).items():
            assert media["example"], f"{one.name}: {kind}"
            if kind == "application/json" and one.route.response_field is not None:
                _, errors = one.route.response_field.validate(media["example"], {}, loc=())
                assert not errors, f"{one.name}: {errors}"


def test_every_property_has_an_example_and_no_name_tells_where_its_code_stands(
    app: FastAPI,
) -> None:
    shapes = app.openapi()["components"]["schemas"]
    assert [name for name in shapes if "__" in name] == []
    bare = [
        f"{name} {word}"
        for name, shape in shapes.items()
        if name not in {"Problem", "FieldProblem"}  # every answer has examples of its own
        for word, told in shape.get("properties", {}).items()
        if "$ref" not in told and "examples" not in told
    ]
    assert bare == []


def test_a_word_without_meaning_needs_an_example_of_its_own() -> None:
    told = {"Thing": {"properties": {"gizmo": {"type": "string"}}}}
    with pytest.raises(Unexampled, match="gizmo"):
        give_examples({"components": {"schemas": told}, "paths": {}})


def test_an_operation_documents_the_refusals_that_it_must_have(
    operations: list[Operation],
) -> None:
    missing = {one.name: must(one) - set(one.refusals) for one in operations}
    assert {name: statuses for name, statuses in missing.items() if statuses} == {}


def test_a_documented_refusal_is_a_problem_with_examples(operations: list[Operation]) -> None:
    for one in operations:
        for status, told in one.refusals.items():
            (media,) = told["content"].values()
            assert set(told["content"]) == {MEDIA_TYPE}, one.name
            assert media["schema"] == {"$ref": "#/components/schemas/Problem"}, one.name
            for slug, example in media["examples"].items():
                assert example["value"]["type"] == f"/problems/{slug}", one.name
                assert example["value"]["status"] == status, one.name
                assert "{" not in example["value"]["detail"], "a fact, and not its name"


def test_a_change_on_a_version_tells_where_the_version_is_read(
    operations: list[Operation],
) -> None:
    taken = {one.path for one in operations if "If-Match" in _parameters(one, "header")}
    assert taken
    told = {(one.method, one.path) for one in operations if "ETag" in one.good.get("headers", {})}
    assert {(method, path) for path in taken for method in ("GET", "PATCH")} <= told


def test_an_operation_that_may_be_done_once_says_so(operations: list[Operation]) -> None:
    keyed = {one.name for one in operations if "Idempotency-Key" in _parameters(one, "header")}
    guarded = {one.name for one in operations if one.method == "POST" and "security" in one.told}
    assert keyed == guarded
    for one in operations:
        documented = {"key-reused", "bad-key"} <= one.slugs(422) if 422 in one.refusals else False
        assert documented is (one.name in keyed), one.name


def test_a_list_with_pages_refuses_a_foreign_cursor(operations: list[Operation]) -> None:
    paged = [one for one in operations if "cursor" in _parameters(one, "query")]
    assert paged
    assert [one.name for one in paged if "unknown-cursor" not in one.slugs(422)] == []


def must(one: Operation) -> set[int]:
    """The statuses that an operation answers with for what it takes and whom it admits."""
    guard = one.route.guard
    has_body = "requestBody" in one.told
    is_hidden = isinstance(guard, Needs) and guard.is_hidden
    is_for_roles = isinstance(guard, Needs) and bool(guard.roles)
    by_status = {
        HTTPStatus.BAD_REQUEST: has_body,
        HTTPStatus.UNAUTHORIZED: not guard.open_to_all,
        HTTPStatus.FORBIDDEN: is_for_roles and not is_hidden,
        HTTPStatus.NOT_FOUND: is_hidden or bool(_parameters(one, "path")),
        HTTPStatus.PRECONDITION_FAILED: "If-Match" in _parameters(one, "header"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: True,
        HTTPStatus.UNPROCESSABLE_ENTITY: has_body or bool(one.told.get("parameters")),
        HTTPStatus.TOO_MANY_REQUESTS: one.route.reach.rate is not Rate.FREE,
        HTTPStatus.SERVICE_UNAVAILABLE: True,
    }
    return {int(status) for status, applies in by_status.items() if applies}


async def _list_everything() -> None: ...


def _operations(app: FastAPI) -> Iterator[Operation]:
    routes = {(method, route.path): route for route in app.state.routes for method in route.methods}
    for path, item in app.openapi()["paths"].items():
        for method, told in item.items():
            yield Operation(method.upper(), path, told, routes[method.upper(), path])


def _parameters(one: Operation, place: str) -> set[str]:
    return {told["name"] for told in one.told.get("parameters", []) if told["in"] == place}
