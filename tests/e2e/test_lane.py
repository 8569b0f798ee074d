"""Confirmations and donations that share a commit: to each client like any other request."""

import asyncio
import random
from collections import Counter
from uuid import uuid4

import httpx
from sqlalchemy import event

from tests.databases import Cluster
from tests.street import Street, behind_a_lock, confirm, rows
from tests.town import Town, good, refused


async def test_concurrent_confirmations_share_commits_and_all_are_right(town: Town) -> None:
    street = await Street.of(town, *[600] * 6)
    pairs = [random.Random(n).sample(range(6), 2) for n in range(64)]
    asked = [(b, await street.delivered(street.people[a], street.people[b], 7)) for a, b in pairs]
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(town.ground.database.engine.sync_engine, "commit", count)
    answers = await asyncio.gather(*(confirm(street.people[who], one) for who, one in asked))
    event.remove(town.ground.database.engine.sync_engine, "commit", count)
    assert {good(answer)["status"] for answer in answers} == {"settled"}
    assert commits < 16
    moved = Counter(a for a, _ in pairs)
    moved.subtract(b for _, b in pairs)
    assert await street.balances() == [600 + 7 * moved[n] for n in range(6)]
    for (who, one), answer in zip(asked[:3], answers[:3], strict=True):
        assert good(await street.people[who].get(f"/v1/exchanges/{one}")) == answer.json()
    await street.prove()


async def test_eight_confirmations_of_one_exchange_move_its_minutes_once(town: Town) -> None:
    street = await Street.of(town, 0, 600)
    exchange = await street.delivered(street.people[0], street.people[1], 60)
    answers = await asyncio.gather(*(confirm(street.people[1], exchange) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert await street.balances() == [60, 540]
    await street.prove()


async def test_twins_with_one_key_have_one_effect_and_one_answer(town: Town) -> None:
    street = await Street.of(town, 0, 600)
    exchange = await street.delivered(street.people[0], street.people[1], 60)
    answers = await asyncio.gather(*(confirm(street.people[1], exchange, "k") for _ in range(4)))
    assert len({good(answer)["settled_at"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    gifts = [street.people[0].post("/v1/donations", {"minutes": n}, key="d") for n in (5, 5, 6)]
    answers = await asyncio.gather(*gifts)
    assert good(answers[0]) == good(answers[1])
    refused(answers[2], 422, "key-reused")
    assert await street.balances() == [55, 540]


async def test_a_poisoned_confirmation_fails_alone(
    town: Town, cluster: Cluster, database: str
) -> None:
    street = await Street.of(town, 0, 600)
    giver, receiver = street.people
    exchanges = [await street.delivered(giver, receiver) for _ in range(9)]
    await cluster.run(
        "ALTER TABLE notice ADD CONSTRAINT poison"
        f" CHECK (subject_id <> '{exchanges[4]}' OR kind <> 'exchange_changed') NOT VALID",
        database,
    )
    async with behind_a_lock(street, cluster, database):
        asked = [asyncio.create_task(confirm(receiver, one, str(one))) for one in exchanges]
        await asyncio.sleep(0.2)
    answers = await asyncio.gather(*asked)
    refused(answers.pop(4), 500, "fault")
    assert {good(answer)["status"] for answer in answers} == {"settled"}
    left = await rows(
        street,
        "SELECT status FROM exchange WHERE exchange_id = :id UNION ALL"
        " SELECT 'key' FROM idempotency_key WHERE key = :key",
        id=exchanges[4],
        key=str(exchanges[4]),
    )
    assert left == [("delivered",)]
    assert await street.balances() == [90, 510]
    await street.prove()


async def test_a_client_that_goes_away_disturbs_nobody_and_its_deed_is_done(
    town: Town, cluster: Cluster, database: str
) -> None:
    street = await Street.of(town, 0, 600)
    giver, receiver = street.people
    exchanges = [await street.delivered(giver, receiver) for _ in range(3)]
    async with behind_a_lock(street, cluster, database):
        asked = [asyncio.create_task(confirm(receiver, one)) for one in exchanges]
        await asyncio.sleep(0.2)
        asked[1].cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(answers[1], asyncio.CancelledError)
    for number in (0, 2):
        answer = answers[number]
        assert isinstance(answer, httpx.Response)
        assert good(answer)["status"] == "settled"
    assert good(await receiver.get(f"/v1/exchanges/{exchanges[1]}"))["status"] == "settled"


async def test_a_session_that_ended_while_waiting_is_refused_alone(
    town: Town, cluster: Cluster, database: str
) -> None:
    street = await Street.of(town, 60, 600, 60)
    one, other, leaving = street.people
    async with behind_a_lock(street, cluster, database):
        exchange = await street.delivered(other, leaving)
        mine = await street.delivered(other, one)
        asked = [
            asyncio.create_task(confirm(leaving, exchange)),
            asyncio.create_task(confirm(one, mine)),
        ]
        await asyncio.sleep(0.2)
        await leaving.delete("/v1/sessions")
    answers = await asyncio.gather(*asked)
    refused(answers[0], 401, "not-authenticated")
    assert good(answers[1])["status"] == "settled"


async def test_a_refusal_in_a_batch_leaves_nothing_behind(
    town: Town, cluster: Cluster, database: str
) -> None:
    street = await Street.of(town, 0, 600)
    giver, receiver = street.people
    exchange, other = [await street.delivered(giver, receiver) for _ in range(2)]
    before = await rows(street, "SELECT * FROM exchange WHERE exchange_id = :id", id=exchange)
    async with behind_a_lock(street, cluster, database):
        asked = [
            asyncio.create_task(confirm(giver, exchange, "refused")),
            asyncio.create_task(confirm(receiver, uuid4(), "refused too")),
            asyncio.create_task(confirm(receiver, other, "good")),
        ]
    answers = await asyncio.gather(*asked)
    refused(answers[0], 409, "not-your-step")
    refused(answers[1], 404, "not-found")
    good(answers[2])
    poor, rich = await asyncio.gather(
        giver.post("/v1/donations", {"minutes": 6000}, key="poor"),
        receiver.post("/v1/donations", {"minutes": 60}, key="rich"),
    )
    refused(poor, 409, "not-enough-hours")
    good(rich)
    after = await rows(street, "SELECT * FROM exchange WHERE exchange_id = :id", id=exchange)
    assert after == before
    assert await rows(street, "SELECT key FROM idempotency_key ORDER BY 1") == [
        ("good",),
        ("rich",),
    ]
    assert good(await giver.post("/v1/donations", {"minutes": 5}, key="poor"))["minutes"] == 5
