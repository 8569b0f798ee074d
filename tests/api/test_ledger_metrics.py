"""What the operator reads of the books, and that trouble of the database is never told as a rule.

P14: a serialization failure, a deadlock, a lock timeout or a lost connection is answered as busy,
with when to try again; never as "not enough hours". With the same key nothing happens twice.
"""

import asyncio
from collections import Counter

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from app.kit.db import SERVER_SETTINGS
from app.kit.retrying import TRIES_MAX
from app.kit.working import _connect
from tests.api.test_transactions import stumbling
from tests.doings import books_are_whole, sql, stand, take
from tests.town import Person, Town, good, refused

REASONS = {"40001": "serialization", "40P01": "deadlock", "55P03": "lock", "lost": "connection"}
LOSE = """
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
"""
RAISE = """
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '{state}'; END $$
"""
TRIGGER = "CREATE TRIGGER trouble AFTER INSERT ON deed FOR EACH ROW EXECUTE FUNCTION trouble()"
DEEDS, RETRIES = "timebank_ledger_deeds_total", "timebank_transaction_retries_total"
BUSY, LANE = "timebank_transactions_busy_total", "timebank_lane"


async def numbers(town: Town) -> Counter[str]:
    lines = (await town.client.get("/metrics")).text.splitlines()
    told = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return Counter({name: int(float(value)) for name, _, value in told if "_created" not in name})


async def trouble(town: Town, state: str) -> None:
    await sql(town, LOSE if state == "lost" else RAISE.format(state=state))
    await sql(town, TRIGGER)


async def ask(ana: Person, bor: Person, exchanges: list[dict[str, str]]) -> list[httpx.Response]:
    """Hold, settle and give: alone, and in lanes."""
    return [
        await take(ana, exchanges[0], "acceptance", key="hold"),
        await take(bor, exchanges[1], "confirmation", key="settle"),
        await bor.post("/v1/donations", {"minutes": 5}, key="give"),
    ]


@pytest.mark.parametrize("state", REASONS)
async def test_trouble_of_the_database_is_busy_and_never_a_lack_of_hours(
    town: Town, state: str
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=600)
    exchanges = [await town.proposed(ana, bor), await town.delivered(ana, bor)]
    before = await numbers(town)
    await trouble(town, state)
    for answer in await ask(ana, bor, exchanges):
        refused(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) > 0
    after = await numbers(town)
    after.subtract(before)
    reason = f'{{reason="{REASONS[state]}"}}'
    counted = {f"{BUSY}{reason}": 3, f"{RETRIES}{reason}": 3 * TRIES_MAX - 3}
    assert {
        name: one for name, one in (+after).items() if name.startswith((DEEDS, RETRIES, BUSY))
    } == counted

    await sql(town, "DROP TRIGGER trouble ON deed")
    for _ in range(2):
        for answer in await ask(ana, bor, exchanges):
            good(answer)
    assert (await stand(ana), await stand(bor)) == ((60, 0, 60), (535, 60, 475))
    await books_are_whole(town)


async def test_deeds_are_counted_by_outcome_and_lanes_by_size_and_wait(town: Town) -> None:
    people = [await town.member(minutes=60) for _ in range(4)]
    before = await numbers(town)
    gifts = [
        one.post("/v1/donations", {"minutes": n})
        for n, one in zip((5, 5, 5, 6000), people, strict=True)
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*gifts)) == [201] * 3 + [
        409
    ]
    after = await numbers(town)
    after.subtract(before)
    assert {name: one for name, one in (+after).items() if name.startswith(DEEDS)} == {
        f'{DEEDS}{{outcome="accepted"}}': 3,
        f'{DEEDS}{{outcome="not-enough-hours"}}': 1,
    }
    assert after[f'{LANE}_wait_seconds_count{{lane="donate"}}'] == 4
    assert after[f'{LANE}_batch_asks_sum{{lane="donate"}}'] == 4
    assert 1 <= after[f'{LANE}_batch_asks_count{{lane="donate"}}'] <= 4


async def test_a_refusal_that_is_tried_again_for_its_neighbours_is_counted_once(
    town: Town,
) -> None:
    people = [await town.member(minutes=60) for _ in range(4)]
    before = await numbers(town)
    await stumbling(town, state="40P01", times=1, table="posting")  # the batch of the last three
    gifts = [
        one.post("/v1/donations", {"minutes": n})
        for n, one in zip((6000, 5, 5, 6000), people, strict=True)
    ]
    answers = await asyncio.gather(*gifts)
    assert [answer.status_code for answer in answers] == [409, 201, 201, 409]
    after = await numbers(town)
    after.subtract(before)
    assert after[f'{DEEDS}{{outcome="not-enough-hours"}}'] == 2
    assert after[f'{LANE}_cut_total{{lane="donate",reason="lock"}}'] == 1


async def test_every_connection_of_the_application_has_its_timeouts(town: Town) -> None:
    names = [name for name in SERVER_SETTINGS if name.endswith("timeout")]
    assert {SERVER_SETTINGS[name] for name in names} == {"2s", "10s", "5s"}
    worker: asyncpg.Connection = await _connect(town.ground)
    async with town.ground.database.begin() as session:
        for name in names:
            shown = await session.scalar(text(f"SHOW {name}"))
            assert shown == await worker.fetchval(f"SHOW {name}") == SERVER_SETTINGS[name]
    await worker.close()
