"""Confirmations and donations that share a commit: to each client like any other request."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.exchanges.confirmations import operations as confirming
from app.fund import operations as fund
from app.identity.rules import Caller
from app.kit import lane
from app.kit.errors import AppError
from app.kit.settings import Settings
from app.ledger.operations import Posted
from app.main import create_app
from tests.conftest import FakeClock
from tests.databases import Cluster
from tests.street import Street, behind_a_lock, confirm
from tests.town import Town, good, refused


async def test_two_processes_over_one_database_stay_right(
    town: Town, settings: Settings, clock: FakeClock
) -> None:
    street = await Street.of(town, *[600] * 3)
    a, b, c = street.people
    exchanges = [await street.delivered(a, b, 5) for _ in range(8)]
    exchanges += [await street.delivered(b, a, 3) for _ in range(8)]
    second = create_app(settings, clock)
    transport = httpx.ASGITransport(app=second, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://timebank.test") as client:
        asked = []
        for number, exchange in enumerate(exchanges):
            path, who = f"/v1/exchanges/{exchange}/confirmation", b if number < 8 else a
            asked += [who.post(path), client.post(path, headers=who.headers)]
        headers = c.headers | {"Idempotency-Key": "twin"}
        asked += [
            c.post("/v1/donations", {"minutes": 9}, key="twin"),
            client.post("/v1/donations", json={"minutes": 9}, headers=headers),
        ]
        answers = await asyncio.gather(*asked)
    await second.state.ground.database.close()
    for first, other in zip(answers[:32:2], answers[1:32:2], strict=True):
        assert sorted([first.status_code, other.status_code]) == [200, 409]
    assert answers[-1].content == answers[-2].content
    assert await street.balances() == [600 + 40 - 24, 600 - 40 + 24, 591]
    await street.prove()


async def test_a_full_lane_asks_the_client_to_come_back(
    town: Town, cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = await Street.of(town, 0, 600)
    exchanges = [await street.delivered(street.people[0], street.people[1]) for _ in range(2)]
    monkeypatch.setattr(lane, "WAITING_MAX", 1)
    async with behind_a_lock(street, cluster, database):
        waits = asyncio.create_task(confirm(street.people[1], exchanges[0]))
        await asyncio.sleep(0.1)
        late = await confirm(street.people[1], exchanges[1])
        refused(late, 503, "busy")
        assert late.headers["Retry-After"]
    good(await waits)


async def test_a_shutdown_does_what_waits(
    town: Town, app: FastAPI, cluster: Cluster, database: str
) -> None:
    street = await Street.of(town, 0, 600)
    exchanges = [await street.delivered(street.people[0], street.people[1]) for _ in range(2)]
    async with behind_a_lock(street, cluster, database):
        asked = [asyncio.create_task(confirm(street.people[1], one)) for one in exchanges]
        await asyncio.sleep(0.1)
        closing = asyncio.create_task(app.state.lanes.close())
    await closing
    assert {good(await answer)["status"] for answer in asked} == {"settled"}
    refused(await street.people[1].post("/v1/donations", {"minutes": 1}), 503, "busy")


async def test_who_may_be_here_is_judged_before_what_they_say(
    town: Town, client: httpx.AsyncClient
) -> None:
    ana, nova = await town.member("Ana", minutes=60), await town.applicant("Nova")
    refused(await client.post("/v1/donations", content=b"{"), 401, "not-authenticated")
    refused(await nova.post("/v1/donations", "x" * 70_000), 413, "too-large")
    refused(await nova.post("/v1/donations", {"minutes": "x"}), 403, "not-a-member")
    refused(await nova.post("/v1/donations", {"minutes": 1}), 403, "not-a-member")
    refused(await ana.post("/v1/donations", {"minutes": "x"}), 422, "unfit")
    refused(await ana.post("/v1/donations", {"minutes": 1}, key="k" * 300), 422, "bad-key")
    good(await ana.post("/v1/donations", {"minutes": 1}, key="used"))
    refused(await ana.post("/v1/donations", {"minutes": "x"}, key="used"), 422, "key-reused")
    await ana.delete("/v1/sessions")
    refused(await ana.post("/v1/donations", {"minutes": "x"}), 401, "not-authenticated")


async def _in_chunks(
    street: Street, asked: Sequence[tuple[Caller, UUID]], size: int
) -> list[object]:
    ground = street.town.ground
    told: list[object] = []
    for first in range(0, len(asked), size):
        async with ground.database.begin() as session:
            work = ground.work(session)
            some = asked[first : first + size]
            answers = await confirming.confirm_many(work, some)
        told += [_told(answer) for answer in answers]
    return told


def _told(answer: confirming.Confirmed | AppError) -> object:
    if isinstance(answer, AppError):
        return type(answer).__name__, answer.facts
    row, giver, receiver, _ = answer.shown
    return row.status, row.settled_minutes, row.version, giver.alias, receiver.alias


@pytest.mark.parametrize("seed", range(3))
async def test_a_batch_does_what_its_asks_would_have_done_one_by_one(
    app: FastAPI, client: httpx.AsyncClient, seed: int
) -> None:
    seen = []
    for slug, size in (("together", 64), ("alone", 1)):
        chance = random.Random(seed)
        street = await Street.of(await Town.founded(app, client, slug), 30, 0, 60)
        asked = []
        for number in range(16):
            giver, receiver = chance.sample(street.people, 2)
            try:
                took = chance.choice([None, 20, 400])
                one = await street.delivered(giver, receiver, 20, took)
            except AppError:
                continue
            who = giver if number % 5 == 4 else receiver
            asked.append((await street.town.caller_of(who), one))
        asked.append((asked[0][0], uuid4()))
        chance.shuffle(asked)
        told = await _in_chunks(street, asked, size)
        statements = [
            [(line["minutes"], line["direction"], line["kind"]) for line in await one.statement()]
            for one in street.people
        ]
        notices = [
            Counter(one["kind"] for one in good(await who.get("/v1/notices"))["items"])
            for who in street.people
        ]
        await street.prove()
        seen.append((told, statements, await street.balances(), notices))
    assert seen[0] == seen[1]
    assert "NotYourStep" in str(seen[0][0])


async def test_a_batch_of_donations_is_decided_in_its_order(town: Town) -> None:
    street = await Street.of(town, 0, 100)
    rich = await town.caller_of(street.people[1])
    account = await street.people[1].account()
    room = account["available_minutes"] - account["floor_minutes"]
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        answers = await fund.donate_many(work, [(rich, room - 10), (rich, 20), (rich, 10)])
    kinds = [isinstance(answer, Posted) for answer in answers]
    assert kinds == [True, False, True]
    await street.prove()
