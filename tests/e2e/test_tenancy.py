"""Two banks in one installation: the second sees nothing of the first, whoever asks for whatever.

Every operation of the contract is asked by everybody of bank B with the ids of bank A, and answers
as it answers for ids that nothing has, byte for byte.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.kit.ids import new_id
from app.kit.settings import Settings
from app.main import create_app
from tests.asking import Asked, Pick, every_operation
from tests.conftest import FakeClock
from tests.databases import Cluster, Databases
from tests.life import Life
from tests.partnership import Neighbour
from tests.schema import rows_of
from tests.town import PASSWORD, Town, good, refused

UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CANARY = "Zlatorog"
"""Stands in everything that people of bank A write."""
ONLY_THERE = "only-in-a"
"""A slug that only the lists of bank A have."""
API = "/v1/"
PUBLIC = {"bank"}
"""Names of ids that are no secret: anybody may read `/v1/bank?bank=` for any bank."""
DIFFERS = frozenset({"x-request-id"})
IN_ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(repr=False)  # it is long, and made when a fixture gives it: by asyncio's runner
class Two:
    """The two banks, and all that bank A's rows hold."""

    a: Life
    b: Life
    operations: list[Asked]
    cluster: Cluster
    database: str

    async def rows(self) -> dict[str, list[str]]:
        """Every row of bank A, in every table."""
        connection = await self.cluster.connect(self.database)
        try:
            return await rows_of(connection, self.a.town.bank_id)
        finally:
            await connection.close()

    async def secrets(self) -> set[str]:
        """Every id in bank A's rows, and the word in everything that its people write."""
        return {CANARY} | set(UUID_TEXT.findall(json.dumps(await self.rows())))


@pytest.fixture(scope="module")
async def built(
    cluster: Cluster, databases: Databases, prepared: Callable[[str], Settings]
) -> AsyncIterator[Two]:
    name = await databases.take()
    app = create_app(prepared(name), FakeClock())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://timebank.test") as client:
        a, b = [await Town.founded(app, client, slug) for slug in ("kljuc", "druga")]
        lives = await Life.of(a, CANARY), await Life.of(b, "Triglav")
        await databases.keep(name)
        yield Two(*lives, list(every_operation(app.openapi())), cluster, name)
    await app.state.ground.database.close()
    await databases.give_back(name)


@pytest.fixture
async def two(built: Two, databases: Databases) -> Two:
    """The banks as they were built."""
    await databases.restore(built.database)
    return built


def nothing_has(_: str) -> str:
    return str(new_id())


def mixed(carried: str, theirs: Pick, mine: Pick) -> Pick:
    """The other bank's id in one place, one's own in all the others."""
    return lambda name: theirs(name) if name == carried else mine(name)


def answer(response: httpx.Response) -> tuple[Any, ...]:
    """All of an answer but what differs each time."""
    headers = {name: one for name, one in response.headers.items() if name not in DIFFERS}
    return response.status_code, response.content, headers


def told(response: httpx.Response) -> set[str]:
    """What an answer tells that may be another bank's."""
    return set(UUID_TEXT.findall(response.text)) | {one for one in [CANARY] if one in response.text}


def attempts(two: Two) -> Iterator[tuple[Asked, str, Pick, Pick]]:
    """Each place of an id in each operation, with bank A's ids and with ids that nothing has."""
    for asked in two.operations:
        for name in set(asked.carriers()) - PUBLIC:
            for turn in range(len(two.a.ids[name])):
                mine = two.b.pick(turn)
                theirs = mixed(name, two.a.pick(turn), mine)
                yield asked, f"{asked} {name}", theirs, mixed(name, nothing_has, mine)


async def test_ids_of_another_bank_answer_as_ids_that_nothing_has(two: Two) -> None:
    carried = {name for asked in two.operations for name in asked.carriers()}
    assert carried == set(two.a.ids), "each name of an id needs a line in a bank's life"
    secrets, before, leaks = await two.secrets(), await two.rows(), list[str]()
    for asked, what, theirs, absent in attempts(two):
        for role, person in two.b.people.items():
            found, expected = await asked.ask(person, theirs), await asked.ask(person, absent)
            if answer(found) != answer(expected) or secrets & told(found):
                leaks.append(f"{role}: {what}: {found.status_code} {found.text}")
    assert leaks == []
    assert await two.rows() == before


async def test_nothing_that_can_be_read_in_one_bank_is_from_the_other(two: Two) -> None:
    reading = [one for one in two.operations if one.method == "GET" and one.path.startswith(API)]
    secrets, leaks, read = await two.secrets(), list[str](), set[str]()
    for asked in reading:
        for role, person in two.b.people.items():
            for turn in range(3):
                found = await asked.ask(person, two.b.pick(turn))
                read |= {str(asked)} if found.is_success else set()
                if secrets & told(found):
                    leaks.append(f"{role}: {asked}")
    assert leaks == []
    assert read == set(map(str, reading)), "somebody must have been let in everywhere"


def turn_of(asked: Asked) -> tuple[bool, bool, int]:
    """What ends something comes last, but for a recovery: a code from the desk would end it.

    Last of all staff sign people out, who can ask for nothing more.
    """
    is_recovery = asked.path == "/v1/me/recovery/{code_id}"
    signs_out = asked.path == "/v1/members/{member_id}/sessions"
    return not is_recovery, signs_out, IN_ORDER.index(asked.method)


async def test_the_same_requests_are_seen_by_those_whose_bank_it_is(two: Two) -> None:
    """Without this the tests above would pass on requests that nobody can make."""
    carrying = [one for one in two.operations if one.carriers()]
    unseen = set(map(str, carrying))
    for asked in sorted(carrying, key=turn_of):
        for turn in range(3):
            for person in two.a.people.values():
                found = await asked.ask(person, two.a.pick(turn))
                assert (
                    found.status_code != httpx.codes.UNPROCESSABLE_ENTITY
                    or found.json()["type"] != "/problems/unfit"
                ), f"{asked}: {found.text}"
                if found.is_success or found.status_code == httpx.codes.CONFLICT:
                    unseen.discard(str(asked))
    assert unseen == set()


async def test_the_lists_of_another_bank_are_unknown(two: Two) -> None:
    connection = await two.cluster.connect(two.database)
    for table in ("area", "meeting_point"):
        columns = "(bank_id, slug, label_sl, label_en) VALUES ($1, $2, 'A', 'A')"
        await connection.execute(f"INSERT INTO {table} {columns}", two.a.town.bank_id, ONLY_THERE)
    await connection.close()
    good_there = await two.a.town.listing(two.a.people["member"], area=ONLY_THERE)
    assert good_there["area"] == ONLY_THERE

    member, listing = two.b.people["member"], two.b.ids["listing_id"][0]
    body = {"listing_id": listing, "minutes": 60, "meeting_point_id": ONLY_THERE}
    refused(await member.post("/v1/exchanges", body), 422, "unknown-meeting-point")
    changed = await member.patch(f"/v1/listings/{two.b.ids['listing_id'][1]}", {"area": ONLY_THERE})
    refused(changed, 422, "unknown-area")


async def test_an_address_of_another_bank_signs_nobody_in(app: FastAPI, town: Town) -> None:
    other = await Town.founded(app, town.client, "druga")
    ana = await town.member("Ana")
    form = {"grant_type": "password", "password": PASSWORD, "username": ana.email}
    good(await town.client.post("/v1/token", data=form | {"bank": town.slug}))
    there = form | {"bank": other.slug}
    known = await town.client.post("/v1/token", data=there)
    nobody = await town.client.post("/v1/token", data=there | {"username": "nobody@example.org"})
    refused(known, 401, "wrong-credentials")
    assert answer(known) == answer(nobody)


async def test_staff_find_nobody_by_an_address_or_alias_of_another_bank(
    app: FastAPI, town: Town
) -> None:
    other = await Town.founded(app, town.client, "druga")
    zlata, desk = await town.member(CANARY), await other.staff("coordinator")
    for known, nobodys in (
        ({"email": zlata.email}, {"email": "nobody@example.org"}),
        ({"alias": CANARY}, {"alias": "Nobody"}),
    ):
        why = {"reason": "She asked at the desk."}
        found = await desk.post("/v1/members/lookup", known | why)
        assert good(found)["items"] == []
        assert answer(found) == answer(await desk.post("/v1/members/lookup", nobodys | why))


async def test_a_bank_agrees_and_leaves_for_itself_alone(
    app: FastAPI, town: Town, cluster: Cluster, database: str
) -> None:
    other = await Town.founded(app, town.client, "druga")
    neighbour = await Neighbour.of(town, "partner")
    admin, path = await other.staff("admin"), f"/v1/partners/{neighbour.town.slug}"
    connection = await cluster.connect(database)
    banks = (town.bank_id, neighbour.town.bank_id)
    before = [await rows_of(connection, one) for one in banks]
    gone = await admin.ask("DELETE", path)
    assert answer(gone) == answer(await admin.ask("DELETE", "/v1/partners/nowhere"))
    limits = {"floor_minutes": -60, "ceiling_minutes": 60}
    agreed = good(await admin.ask("PUT", path, json=limits))
    assert (agreed["is_agreed"], agreed["is_agreed_by_partner"]) == (True, False)
    assert (await admin.ask("DELETE", path)).status_code == httpx.codes.NO_CONTENT
    assert [await rows_of(connection, one) for one in banks] == before
    await connection.close()


async def test_the_auditors_proof_counts_one_banks_books_only(app: FastAPI, town: Town) -> None:
    other = await Town.founded(app, town.client, "druga")
    await town.member("Ana", minutes=60)
    proofs = [
        good(await (await bank.staff("auditor")).get("/v1/ledger/verification"))
        for bank in (town, other)
    ]
    assert [one["postings"] for one in proofs] == [1, 0]
