"""An answer of success is sent after the commit; what fails leaves nothing behind."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from app.kit.db import Database
from app.kit.http import Public, Route, Working
from app.kit.limit_counts import RateCount
from app.kit.reach import Relation, reaches
from app.kit.retrying import TRIES_MAX
from tests.contract import bearer, offer, protected, titles
from tests.databases import Cluster
from tests.doings import sql, stand, take
from tests.town import Person, Town, good, refused
from tests.watching import watched

STUMBLE = """
    CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF nextval('stumbles') <= {times} THEN
            RAISE EXCEPTION 'canary' USING ERRCODE = '{state}';
        END IF;
        RETURN NULL;
    END $$
"""
AT_ONCE = "CREATE TRIGGER stumble AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION stumble()"
AT_COMMIT = """
    CREATE CONSTRAINT TRIGGER stumble AFTER INSERT ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stumble()
"""
ALWAYS = 1_000_000


async def stumbling(
    town: Town, *, state: str, times: int, trigger: str = AT_COMMIT, table: str = "listing"
) -> None:
    """Let the database refuse what is inserted so many times, at once or at the commit."""
    # A sequence is the one thing that a rollback does not take back.
    await sql(town, "CREATE SEQUENCE stumbles")
    await sql(town, STUMBLE.format(times=times, state=state))
    await sql(town, trigger.format(table=table))


async def tries(town: Town) -> int:
    (row,) = await sql(town, "SELECT last_value FROM stumbles")
    return int(row["last_value"])


async def post(person: Person) -> httpx.Response:
    return await person.post("/v1/listings", offer(), key="one wish")


async def test_a_commit_that_fails_is_no_success(town: Town) -> None:
    ana = await town.member()
    await stumbling(town, state="P0001", times=ALWAYS)
    answer = await post(ana)
    refused(answer, 500, "fault")
    assert "canary" not in answer.text
    protected(answer)
    assert await tries(town) == 1
    assert await titles(ana) == []
    # Nothing was kept for the key either: when the fault is mended, the wish comes true.
    await sql(town, "DROP TRIGGER stumble ON listing")
    assert (await post(ana)).status_code == 201
    assert await titles(ana) == ["Bread"]


@pytest.mark.parametrize("trigger", [AT_ONCE, AT_COMMIT])
@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
async def test_a_deadlock_or_the_like_is_tried_again_unseen(
    town: Town, state: str, trigger: str
) -> None:
    ana = await town.member()
    await stumbling(town, state=state, times=TRIES_MAX - 1, trigger=trigger)
    answer = await post(ana)
    assert answer.status_code == 201
    assert await tries(town) == TRIES_MAX
    assert await titles(ana) == ["Bread"]
    assert (await post(ana)).content == answer.content


async def test_what_stays_contended_is_busy_and_changes_nothing(town: Town) -> None:
    ana = await town.member()
    await stumbling(town, state="40001", times=ALWAYS)
    answer = await post(ana)
    refused(answer, 503, "busy")
    assert answer.headers["retry-after"] == "2"
    assert await tries(town) == TRIES_MAX
    assert await titles(ana) == []


async def test_hours_move_once_through_deadlocks(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    await stumbling(town, state="40P01", times=3, table="posting")
    answers = await asyncio.gather(*(take(bor, exchange, "confirmation") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert (await stand(ana), await stand(bor)) == ((60, 0, 60), (-60, 0, -60))


async def test_two_who_wait_for_each_other_both_get_their_answer(town: Town) -> None:
    people = [await town.member(name) for name in ("Ana", "Bor")]
    router, both = APIRouter(route_class=Route), asyncio.Barrier(2)
    first_time = [True, True]

    @router.post("/cross/{turn}")
    @reaches(Relation.NOBODYS)
    async def cross(turn: int, work: Working, _: Public) -> dict[str, Any]:
        order = people if turn == 0 else people[::-1]
        for person in order:
            statement = text("UPDATE member SET version = version + 1 WHERE member_id = :id")
            await work.session.execute(statement, {"id": person.member_id})
            if first_time[turn]:
                first_time[turn] = False
                await both.wait()
        return {}

    town.app.include_router(router)
    answers = await asyncio.gather(*(town.client.post(f"/cross/{turn}") for turn in (0, 1)))
    assert [answer.status_code for answer in answers] == [200, 200]
    rows = await sql(town, "SELECT version FROM member")
    assert {row["version"] for row in rows} == {4}  # one by the approval, two by the two


@pytest.mark.parametrize("when", ["before the commit", "in a statement"])
async def test_a_lost_connection_is_busy_and_leaves_nothing(
    town: Town, app: FastAPI, cluster: Cluster, when: str
) -> None:
    ana = await town.member("Ana")
    router = APIRouter(route_class=Route)

    @router.post("/lose")
    @reaches(Relation.NOBODYS)
    async def lose(work: Working, _: Public) -> dict[str, Any]:
        await work.session.execute(text("UPDATE member SET alias = 'Lost'"))
        backend = await work.session.scalar(text("SELECT pg_backend_pid()"))
        await cluster.run(f"SELECT pg_terminate_backend({backend})")
        if when == "in a statement":
            await work.session.execute(text("SELECT 1"))
        return {}

    app.include_router(router)
    answer = await town.client.post("/lose")
    refused(answer, 503, "busy")
    assert answer.headers["retry-after"]
    # The next request gets a good connection, and the lost one's change is gone.
    me = await town.client.get("/v1/me", headers=bearer(ana.token))
    assert good(me)["alias"] == "Ana"


async def test_a_bug_takes_back_what_the_request_wrote(town: Town, app: FastAPI) -> None:
    ana = await town.member("Ana")
    router = APIRouter(route_class=Route)

    @router.post("/stumble")
    @reaches(Relation.NOBODYS)
    async def stumble(work: Working, _: Public) -> dict[str, Any]:
        await work.session.execute(text("UPDATE member SET alias = 'Lost'"))
        raise ValueError("canary")

    app.include_router(router)
    answer = await town.client.post("/stumble")
    refused(answer, 500, "fault")
    assert "canary" not in answer.text
    assert good(await ana.get("/v1/me"))["alias"] == "Ana"


async def test_who_waits_for_a_connection_goes_before_who_gave_it_back(town: Town) -> None:
    url = town.ground.database.engine.url.render_as_string(hide_password=False)
    small, order = Database(url, pool_max=1, wait_seconds_max=10.0), list[str]()

    async def ask(name: str, times: int) -> None:
        for _ in range(times):
            async with small.begin() as session:
                await session.execute(text("SELECT 1"))
            order.append(name)

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask("greedy", 20))
            tasks.create_task(ask("waiting", 1))
    finally:
        await small.close()
    assert "waiting" in order[:3]


async def test_reading_opens_no_transaction(town: Town) -> None:
    async with town.ground.database.read() as session:
        begun = await session.scalar(text("SELECT now()"))
        await asyncio.sleep(0.001)
        assert await session.scalar(text("SELECT now()")) > begun


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE member SET alias = 'Lost'",
        "DELETE FROM notice",
        "SELECT FROM member FOR NO KEY UPDATE",
        "SELECT FROM member FOR SHARE",
        "SET LOCAL ROLE timebank_sealed",
        "WITH gone AS (DELETE FROM notice RETURNING 1) SELECT * FROM gone",
    ],
)
async def test_what_changes_or_locks_something_cannot_be_done_while_reading(
    town: Town, statement: str
) -> None:
    with pytest.raises(AssertionError, match="needs a transaction"):
        async with town.ground.database.read() as session:
            await session.execute(text(statement))


async def test_a_new_row_cannot_be_left_to_who_only_reads(town: Town) -> None:
    with pytest.raises(AssertionError, match="needs a transaction"):
        async with town.ground.database.read() as session:
            session.add(RateCount(subject=b""))


@pytest.mark.parametrize(("relation", "is_one"), [(Relation.OWN, False), (Relation.BANK, True)])
async def test_only_where_staff_look_at_people_a_get_is_one_transaction(
    town: Town, app: FastAPI, relation: Relation, *, is_one: bool
) -> None:
    router = APIRouter(route_class=Route)

    @router.get("/moments")
    @reaches(relation)
    async def moments(work: Working, _: Public) -> bool:
        begun = [await work.session.scalar(text("SELECT now()")) for _ in range(2)]
        return len(set(begun)) == 1

    app.include_router(router)
    assert (await town.client.get("/moments")).json() is is_one


async def test_a_member_reads_their_balance_in_two_statements(town: Town, app: FastAPI) -> None:
    ana = await town.member("Ana")
    with watched(app) as seen:
        await ana.get("/v1/me/account")
    assert len(seen.statements) == 2, seen.statements
