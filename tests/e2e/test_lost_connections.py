"""The database's connection is lost before each statement of a deed in turn, and at its commit.

Lost once, the deed is tried again and done once, and nobody hears of it. As long as the database
stays away, a deed is answered as busy and leaves every row of the bank as it was; the same key does
it when the database is back.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from app.kit.fetching import fetch
from app.kit.retrying import TRIES_MAX
from tests.databases import Cluster
from tests.doings import books_are_whole, disputed, stand
from tests.schema import rows_of
from tests.town import Person, Town, good, refused

STATEMENTS_MIN = 6
"""A deed has at least so many: admission, key, locks, rows, answer, commit."""
Deed = Callable[[Town, Person, Person], Awaitable[tuple[Person, str, object]]]


@contextmanager
def losing(town: Town, cluster: Cluster, number: int, *, once: bool = False) -> Iterator[list[int]]:
    """While inside, the connection is lost before the statement of this number, and, unless only
    once, before each one after it; tells when it was.
    """
    count, lost = itertools.count(), list[int]()

    def lose(connection: Connection, *_: Any) -> None:
        if next(count) == number:
            driver = connection.connection.driver_connection
            assert driver is not None
            end = cluster.run(f"SELECT pg_terminate_backend({driver.get_server_pid()}, 5000)")
            with ThreadPoolExecutor(1) as apart:  # the program's own loop stands still meanwhile
                apart.submit(asyncio.run, end).result()
            lost.append(number)

    engine = town.ground.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lose)
    event.listen(engine, "commit", lose)
    try:
        yield lost
    finally:
        event.remove(engine, "before_cursor_execute", lose)
        event.remove(engine, "commit", lose)


async def acceptance(town: Town, ana: Person, bor: Person) -> tuple[Person, str, object]:
    exchange = await town.proposed(ana, bor)
    return ana, f"/v1/exchanges/{exchange['id']}/acceptance", {}


async def confirmation(town: Town, ana: Person, bor: Person) -> tuple[Person, str, object]:
    exchange = await town.delivered(ana, bor)
    return bor, f"/v1/exchanges/{exchange['id']}/confirmation", {}


async def cancellation(town: Town, ana: Person, bor: Person) -> tuple[Person, str, object]:
    exchange = await town.accepted(ana, bor)
    return bor, f"/v1/exchanges/{exchange['id']}/cancellation", {}


async def donation(town: Town, ana: Person, bor: Person) -> tuple[Person, str, object]:
    return bor, "/v1/donations", {"minutes": 60}


async def correction(town: Town, ana: Person, bor: Person) -> tuple[Person, str, object]:
    dispute = await disputed(bor, await town.settled(ana, bor))
    body = {"outcome": "adjusted", "minutes": 20, "reason": "Both were heard."}
    return await town.staff("moderator"), f"/v1/disputes/{dispute['id']}/resolution", body


async def grant(town: Town, ana: Person, bor: Person) -> tuple[Person, str, object]:
    good(await bor.post("/v1/donations", {"minutes": 60}))
    body = {"member_id": str(ana.member_id), "minutes": 60, "reason": "To begin with."}
    return await town.staff("coordinator"), "/v1/grants", body


DEEDS: dict[Deed, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    acceptance: ((0, 0, 0), (600, 60, 540)),
    confirmation: ((60, 0, 60), (540, 0, 540)),
    cancellation: ((0, 0, 0), (600, 0, 600)),
    donation: ((0, 0, 0), (540, 0, 540)),
    correction: ((20, 0, 20), (580, 0, 580)),
    grant: ((60, 0, 60), (540, 0, 540)),
}
"""Where Ana and Bor stand when the deed was done once: balance, held, available."""


@pytest.mark.parametrize(
    "deed",
    [
        acceptance,
        confirmation,
        donation,
        correction,
        pytest.param(cancellation, marks=pytest.mark.deep),
        pytest.param(grant, marks=pytest.mark.deep),
    ],
    ids=lambda deed: deed.__name__,
)
async def test_a_database_that_stays_away_from_any_point_of_a_deed_on_leaves_nothing_of_it(
    town: Town, cluster: Cluster, database: str, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.kit.retrying.TRIES_MAX", 1)  # the last try is like all before it
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=600)
    who, path, body = await deed(town, ana, bor)
    looking = await cluster.connect(database)
    before = await rows_of(looking, town.bank_id)
    for number in itertools.count():
        with losing(town, cluster, number) as lost:
            answer = await who.post(path, body, key="the same")
        if not lost:
            break
        refused(answer, 503, "busy")
        assert await rows_of(looking, town.bank_id) == before, f"before statement {number}"
    await looking.close()
    assert number >= STATEMENTS_MIN
    again = await who.post(path, body, key="the same")
    assert good(again) == good(answer)
    assert (await stand(ana), await stand(bor)) == DEEDS[deed]
    await books_are_whole(town)


@pytest.mark.parametrize("deed", [donation, grant], ids=["in a batch", "alone"])
async def test_a_connection_that_is_lost_once_is_not_noticed(
    town: Town, cluster: Cluster, deed: Deed
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=600)
    who, path, body = await deed(town, ana, bor)
    assert isinstance(body, dict)
    for number in itertools.count():
        with losing(town, cluster, number) as lost:
            answer = await who.post(path, body | {"minutes": 1}, key=f"key {number}")
        assert answer.status_code == 201, f"before statement {number}"
        if not lost:
            break
    assert number >= STATEMENTS_MIN
    moved = (await stand(ana))[0] if deed is grant else 600 - (await stand(bor))[0]
    assert moved == number + 1, "each was done once"
    await books_are_whole(town)


async def test_without_a_key_nobody_can_tell_what_a_lost_commit_did(
    town: Town, cluster: Cluster
) -> None:
    """Lost before, it is tried again; lost at the commit, it is told, and not done twice."""
    bor, body = await town.member("Bor", minutes=600), {"minutes": 1}
    answers = []
    for number in itertools.count():
        with losing(town, cluster, number) as lost:
            answers.append(await bor.post("/v1/donations", body))
        if not lost:
            break
    statuses = [answer.status_code for answer in answers]
    assert statuses == [201] * (number - 1) + [503, 201]
    assert await stand(bor) == (600 - number, 0, 600 - number)


async def test_when_all_connections_were_lost_the_first_who_reads_is_answered(
    town: Town, cluster: Cluster, database: str
) -> None:
    """One failed try tells of all of them, or each would cost a try of its own."""
    ana = await town.member("Ana")
    await have_connections(town, TRIES_MAX + 1)
    await cluster.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        f" WHERE datname = '{database}' AND application_name = 'timebank'"
    )
    assert (await ana.get("/v1/me/account")).status_code == 200


async def have_connections(town: Town, count: int) -> None:
    """Let the program have so many open connections, none of them in use."""
    all_have_one = asyncio.Barrier(count)

    async def hold() -> None:
        async with town.ground.database.read() as session:
            await fetch(session, text("SELECT 1"), {})
            await all_have_one.wait()

    await asyncio.gather(*(hold() for _ in range(count)))
