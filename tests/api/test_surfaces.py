"""Members and staff served apart: where members ask, nothing of staff is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app.cli.means import ready
from app.cli.refusals import CouldNotRun
from app.kit.settings import Settings
from app.kit.surfaces import Surface
from app.main import create_app
from app.store.privileges import MEMBERS_ROLE
from tests.architecture.test_authorisation import expected
from tests.conftest import FakeClock
from tests.contract import almighty, client_of
from tests.databases import Cluster
from tests.doings import varying
from tests.stage import CALLERS
from tests.town import JSON, PASSWORD, Person, Town, good, refused

NOT_THERE = {"401", "404"}
OF_MEMBERS = ("anon", "applicant", "owner", "party", "other")
OF_STAFF = tuple(one for one in CALLERS if one not in {*OF_MEMBERS, "foreign"})
NOT_OF_STAFF = frozenset({"join"})
"""Open to everybody, and yet nothing for the staff's door."""


@dataclass
class Doors:
    """The same town asked at the members' door and at the staff's."""

    members: httpx.AsyncClient
    staff: httpx.AsyncClient


@pytest.fixture(scope="module")
def paths(base_settings: Settings) -> dict[Surface, dict[str, JSON]]:
    """What each contract tells, by its paths."""
    return {
        one: create_app(base_settings.model_copy(update={"surface": one})).openapi()["paths"]
        for one in Surface
    }


@pytest.fixture
async def doors(
    town: Town, cluster: Cluster, database: str, settings: Settings, clock: FakeClock
) -> AsyncIterator[Doors]:
    url = SecretStr(cluster.url(MEMBERS_ROLE, database))
    of_members = settings.model_copy(update={"surface": Surface.MEMBERS, "database_url": url})
    of_staff = settings.model_copy(update={"surface": Surface.STAFF})
    apps = [create_app(one, clock) for one in (of_members, of_staff)]
    async with client_of(apps[0]) as members, client_of(apps[1]) as staff:
        yield Doors(members, staff)


def names(paths: dict[str, JSON]) -> set[str]:
    return {one["operationId"] for item in paths.values() for one in item.values()}


def usable(callers: tuple[str, ...]) -> set[str]:
    """The operations that do something for one of these callers, by the authorisation matrix."""
    columns = [CALLERS.index(one) + 2 for one in callers]
    return {
        name
        for (name, _), row in expected().items()
        if not {row[column] for column in columns} <= NOT_THERE | {"403"}
    }


def at(door: httpx.AsyncClient, person: Person) -> Person:
    """The same person, with the same token, at this door."""
    return replace(person, client=door)


async def asked(client: httpx.AsyncClient, who: Person | None, method: str, path: str) -> Any:
    headers = who.headers if who else {}
    answer = await client.request(method, path, headers=headers, content=b"{")
    return answer.status_code, answer.content, varying(answer)


def test_an_operation_is_served_where_somebody_can_use_it(
    paths: dict[Surface, dict[str, JSON]],
) -> None:
    members, staff = names(paths[Surface.MEMBERS]), names(paths[Surface.STAFF])
    of_members, of_staff = usable(OF_MEMBERS), usable(OF_STAFF)
    ones_own = {name for (name, _), row in expected().items() if row[0] == "own"}
    assert members | staff == names(paths[Surface.ALL])
    assert of_members <= members
    assert of_staff - staff == NOT_OF_STAFF
    assert members & of_staff <= of_members
    assert staff & of_members <= of_staff | ones_own


async def test_a_path_of_the_other_door_answers_as_one_that_leads_nowhere(
    doors: Doors, town: Town, paths: dict[Surface, dict[str, JSON]]
) -> None:
    callers = [None, await town.member(), await almighty(town)]
    for door, surface in ((doors.members, Surface.MEMBERS), (doors.staff, Surface.STAFF)):
        hidden = paths[Surface.ALL].keys() - paths[surface].keys()
        assert len(hidden) > 10
        for who, method in product(callers, ("GET", "POST", "OPTIONS")):
            nowhere = await asked(door, who, method, "/v1/nowhere")
            for path in sorted(hidden):
                assert await asked(door, who, method, path) == nowhere, (method, path)


async def test_whoever_is_both_is_one_of_them_at_each_door(doors: Doors, town: Town) -> None:
    vida = await almighty(town)
    ana, bor = await town.member("Ana", minutes=60), await town.member("Bor")
    exchange = await town.delivered(bor, ana)
    reason = {"reason": "It was shorter."}
    good(await ana.post(f"/v1/exchanges/{exchange['id']}/dispute", reason))
    here, there = at(doors.members, vida), at(doors.staff, vida)
    assert good(await here.get("/v1/me"))["roles"] == ["member"]
    assert "member" not in good(await there.get("/v1/me"))["roles"]
    assert len(good(await here.get("/v1/disputes"))["items"]) == 0
    assert len(good(await there.get("/v1/disputes"))["items"]) == 1
    assert good(await here.get("/v1/me/account"))["balance_minutes"] == 0
    refused(await there.get("/v1/me/account"), 404, "not-found")


async def test_members_live_at_their_door_with_a_role_that_cannot_open_a_record(
    doors: Doors, town: Town
) -> None:
    joining = {"alias": "Eva", "email": "eva@example.org", "password": PASSWORD}
    path = "/v1/members"
    asking = joining | {"languages": ["sl"]}
    assert (await doors.staff.post(path, json=asking)).status_code == 401
    assert (await doors.members.post(path, json=asking)).status_code == 202
    desk = at(doors.staff, await town.staff("coordinator"))
    (waiting,) = good(await desk.get("/v1/applications"))["items"]
    good(await desk.post(f"/v1/applications/{waiting['id']}/approval", {"reason": "Met her."}))
    eva = at(doors.members, await town.signed_in("eva@example.org"))
    bor = at(doors.members, await town.member("Bor", minutes=60))
    exchange = await town.settled(eva, bor)
    good(await eva.post(f"/v1/exchanges/{exchange['id']}/messages", {"text": "Thank you!"}))
    assert (await eva.account())["balance_minutes"] == 60
    case_worker = at(doors.staff, await town.staff("case_worker"))
    why = {"Opening-Reason": "Preparing"}
    good(await case_worker.get(f"/v1/sealed/{eva.member_id}", headers=why))
    good(await eva.get("/v1/me/access-log"))
    good(await eva.get("/v1/me/export"))
    assert (await eva.delete("/v1/me")).status_code == 204


REFUSED = (
    "SET ROLE timebank_sealed",
    "GRANT timebank_sealed TO timebank_members",
    "INSERT INTO sealed_record DEFAULT VALUES",
    *(
        f"{deed} {table}"
        for deed in ("SELECT FROM", "DELETE FROM", "TRUNCATE")
        for table in ("sealed_record", "sealed_opening")
    ),
)


async def test_the_role_of_members_can_do_nothing_with_sealed_records(
    cluster: Cluster, database: str
) -> None:
    url = cluster.url(MEMBERS_ROLE, database).replace("+asyncpg", "")
    connection = await asyncpg.connect(url, timeout=10)
    for statement in REFUSED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


def test_where_members_ask_nothing_starts_that_could_open_a_sealed_record(
    settings: Settings, cluster: Cluster, database: str
) -> None:
    apart = settings.model_copy(update={"surface": Surface.MEMBERS})
    with pytest.raises(CouldNotRun, match=MEMBERS_ROLE), ready(apart):
        pass
    url = SecretStr(cluster.url(MEMBERS_ROLE, database))
    with ready(apart.model_copy(update={"database_url": url})):
        pass
