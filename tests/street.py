"""Confirmations and donations that share a commit: to each client like any other request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from sqlalchemy import text

from app.exchanges import operations
from app.exchanges.operations import Terms
from app.ledger.verifying import prove
from tests.databases import Cluster
from tests.town import Person, Town, good


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
