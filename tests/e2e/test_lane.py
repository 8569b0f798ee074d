"""Confirmations and donations that share a commit: to each client like any other request."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from app.exchanges import confirming, operations
from app.exchanges.operations import Terms
from app.exchanges.queries import Shown
from app.fund import operations as fund
from app.identity.rules import Caller
from app.kit import lane
from app.kit.errors import AppError
from app.kit.settings import Settings
from app.ledger.operations import Posted
from app.ledger.verifying import prove
from app.main import create_app
from tests.conftest import Cluster, FakeClock
from tests.town import Person, Town, good, refused


class Street:
    """Members of a town, each with an offer, who can have delivered exchanges made for them."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.people: list[Person] = []
        self.offers: dict[UUID, UUID] = {}

    @classmethod
    async def of(cls, town: Town, *minutes: int) -> "Street":
        street = cls(town)
        for number, given in enumerate(minutes):
            person = await town.member(f"Member {number}", minutes=given)
            assert person.member_id is not None
            offer = await town.listing(person)
            street.people.append(person)
            street.offers[person.member_id] = UUID(offer["id"])
        return street

    async def delivered(
        self, giver: Person, receiver: Person, minutes: int = 10, took: int | None = None
    ) -> UUID:
        """An exchange that waits for the receiver's confirmation."""
        ground = self.town.ground
        gives, receives = [await self.town.caller_of(one) for one in (giver, receiver)]
        async with ground.database.begin() as session:
            work = ground.work(session)
            offer = self.offers[gives.me]
            terms = Terms(minutes, None, None, None)
            shown = await operations.propose(work, receives, offer, terms)
            exchange_id = shown.exchange.exchange_id
            await operations.accept(work, gives, exchange_id)
            await operations.deliver(work, gives, exchange_id, took)
        return exchange_id

    async def balances(self) -> list[int]:
        return [(await one.account())["balance_minutes"] for one in self.people]

    async def prove(self) -> None:
        assert await prove(self.town.ground, self.town.bank_id, None) == []


async def confirm(person: Person, exchange_id: UUID, key: str | None = None) -> httpx.Response:
    return await person.post(f"/v1/exchanges/{exchange_id}/confirmation", key=key)


@asynccontextmanager
async def behind_a_lock(street: Street, cluster: Cluster, database: str) -> AsyncIterator[None]:
    """While inside, what is asked queues up behind one confirmation that waits for a lock."""
    giver, receiver = street.people[:2]
    blocked = await street.delivered(giver, receiver)
    connection = await cluster.connect(database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT FROM exchange WHERE exchange_id = $1 FOR UPDATE", str(blocked))
    first = asyncio.create_task(confirm(receiver, blocked))
    await asyncio.sleep(0.2)
    try:
        yield
        await asyncio.sleep(0.2)
    finally:
        await transaction.rollback()
        await connection.close()
    good(await first)


async def rows(street: Street, statement: str, **values: object) -> list[tuple[object, ...]]:
    async with street.town.ground.database.begin() as session:
        return [tuple(row) for row in await session.execute(text(statement), values)]


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


def _told(answer: Shown | AppError) -> object:
    if isinstance(answer, AppError):
        return type(answer).__name__, answer.facts
    row = answer.exchange
    return row.status, row.settled_minutes, row.version, answer.giver.alias, answer.receiver.alias


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
