"""Who may do what, whole: every operation, by every kind of caller, on every kind of object.

The expected table is tests/authorisation.txt. An operation that is not in it fails; what it
answers now is printed as a row, to be read, judged and only then added. Answers: the status.
409 and 422 mean that the caller was let in and the rules of the deed refused.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.identity.rules import Role
from app.kit.http import Route
from tests.asking import JSON_BODY, Asked, every_operation
from tests.doings import varying
from tests.fields import FILES, is_told, said_in, told_by
from tests.stage import CALLERS, OBJECTS, Stage
from tests.town import Town

TABLE = Path(__file__).parents[1] / "authorisation.txt"
NOTHING = "-"
NOT_FOUND = "404"
REFUSED = frozenset({"401", "403", NOT_FOUND})
MEMBERS = ("owner", "party", "other")
Key = tuple[str, str]
Row = tuple[str, ...]
"""Relation, rate, then one status for each of `CALLERS`."""
Answers = dict[tuple[str, str, str], httpx.Response]


def expected() -> dict[Key, Row]:
    lines = [line.split() for line in TABLE.read_text("utf-8").splitlines()]
    told = [line for line in lines if line and not line[0].startswith("#")]
    table = {(name, kind): tuple(rest) for name, kind, *rest in told}
    assert len(table) == len(told), "an operation and object stand in one row"
    return table


def asked_of(app: FastAPI) -> list[tuple[Asked, Route]]:
    routes = {(method, route.path): route for route in app.state.routes for method in route.methods}
    return [(one, routes[one.method, one.path]) for one in every_operation(app.openapi())]


def objects_of(asked: Asked) -> tuple[str, ...]:
    return OBJECTS if asked.carriers() else (NOTHING,)


def declared(route: Route) -> str:
    reach = route.reach
    return f"{reach.relation}/{reach.staff}" if reach.staff else str(reach.relation)


async def answers_of(stage: Stage, asked: Asked, name: str) -> Answers:
    found: Answers = {}
    for kind in objects_of(asked):
        pick = stage.pick(name, kind)
        path, whole = asked.address(pick), {"json": asked.body(pick), "headers": asked.headers()}
        whole |= stage.bodies.get(name, {})
        for caller in CALLERS:
            person = stage.people.get(caller)
            ask = person.ask if person else stage.town.client.request
            found[name, kind, caller] = await ask(asked.method, path, **whole)
    return found


@pytest.fixture
async def stage(app: FastAPI, town: Town) -> Stage:
    stage = await Stage.of(app, town)
    await app.state.ground.database.close()
    stage.undo_all()
    return stage


async def test_every_operation_answers_everybody_as_the_table_says(
    app: FastAPI, stage: Stage
) -> None:
    wanted, actual, answers = expected(), dict[Key, Row](), Answers()
    for asked, route in asked_of(app):
        found = await answers_of(stage, asked, route.name)
        answers |= found
        for kind in objects_of(asked):
            cells = (str(found[route.name, kind, one].status_code) for one in CALLERS)
            actual[route.name, kind] = (declared(route), str(route.reach.rate), *cells)
    differing = [line(key, row) for key, row in actual.items() if wanted.get(key) != row]
    assert differing == [], "judge these rows of tests/authorisation.txt:\n" + "\n".join(differing)
    assert set(wanted) - set(actual) == set(), "rows of operations that are gone"
    assert list(told_apart(answers)) == []
    more = sorted(set(untold(app, answers)))
    assert more == [], "answers hold more than tests/fields.txt tells:\n" + "\n".join(more)
    assert list(addresses(stage, answers)) == []


def told_apart(answers: Answers) -> Iterator[str]:
    """Where somebody can tell what is not theirs from what does not exist."""
    for (name, kind, caller), response in answers.items():
        absent = answers.get((name, "absent", caller), response)
        is_hidden = response.status_code == int(NOT_FOUND)
        alike = response.content == absent.content and varying(response) == varying(absent)
        if is_hidden and not alike:
            yield f"{caller} can tell the {kind} of {name} from nothing"


def untold(app: FastAPI, answers: Answers) -> Iterator[str]:
    """What good answers hold beside what the contract, and so the table of fields, tells."""
    told = {route.name: told_by(asked) for asked, route in asked_of(app)}
    for (name, _, caller), response in answers.items():
        is_json = response.headers.get("content-type") == JSON_BODY
        if response.is_success and is_json and response.content and name not in FILES:
            said = {one for one in said_in(response.json()) if not is_told(one, told[name])}
            yield from (f"{caller} gets {one} of {name}" for one in sorted(said))


def addresses(stage: Stage, answers: Answers) -> Iterator[str]:
    """Where moderators are answered somebody else's address."""
    for (name, _, caller), response in answers.items():
        for whose, person in stage.people.items():
            is_others = caller == Role.MODERATOR and whose != caller
            if is_others and person.email.encode() in response.content:
                yield f"{name} tells a moderator the address of {whose}"


def test_what_a_route_declares_is_what_the_table_shows(app: FastAPI) -> None:
    table = expected()
    asked = [(asked, route) for asked, route in asked_of(app) if asked.carriers()]
    rows = {
        route.name: {
            kind: dict(zip(CALLERS, table[route.name, kind][2:], strict=True)) for kind in OBJECTS
        }
        for _, route in asked
    }
    assert [route.name for _, route in asked if not holds(route, rows[route.name])] == []


def holds(route: Route, rows: dict[str, dict[str, str]]) -> bool:
    """Whether only those reach the object who are related to it as the route declares."""
    if route.reach.relation == "whoever":
        return len({tuple(rows[kind][one] for one in MEMBERS) for kind in OBJECTS}) == 1
    of_relation = {"own": MEMBERS[:1], "party": MEMBERS[:2], "visible": MEMBERS, "nobodys": MEMBERS}
    let_in = tuple(one for one in MEMBERS if rows["thing"][one] not in REFUSED)
    elsewhere = {**rows["absent"], **rows["foreign"], "foreign": NOT_FOUND}
    nobody_reaches_elsewhere = set(elsewhere.values()) <= REFUSED
    return nobody_reaches_elsewhere and let_in == of_relation.get(route.reach.relation, ())


def line(key: Key, row: Row) -> str:
    name, kind = key
    cells = "".join(f"{cell:>8}" for cell in row[2:])
    return f"{name:26}{kind:9}{row[0]:13}{row[1]:6}{cells}"
