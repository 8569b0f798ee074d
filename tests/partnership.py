"""Two banks that clear hours with each other, and what tests do with them."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

import httpx

from app.kit.ground import Ground
from app.kit.ids import new_id
from app.ledger.verifying import prove
from app.partners import operations
from app.partners.arriving import operations as arriving
from app.partners.rules import Limits
from tests.doings import sql
from tests.town import JSON, Person, Town, good

FLOOR, CEILING = -300, 300


@dataclass
class Side:
    """One of the two banks: its staff and a member with hours."""

    town: Town
    admin: Person
    coordinator: Person
    member: Person

    @classmethod
    async def of(cls, town: Town) -> Self:
        people = await town.staff("admin"), await town.staff("coordinator")
        return cls(town, *people, await town.member("Ana", minutes=600))

    async def agree(self, other: "Side", floor: int = FLOOR, ceiling: int = CEILING) -> JSON:
        body = {"floor_minutes": floor, "ceiling_minutes": ceiling}
        path = f"/v1/partners/{other.town.slug}"
        return good(await self.admin.ask("PUT", path, json=body))

    async def post(
        self, other: "Side", minutes: int = 60, *, giver: object = None, key: str | None = None
    ) -> httpx.Response:
        body = {
            "partner": other.town.slug,
            "member_id": str(self.member.member_id),
            "giver_id": str(giver or other.member.member_id),
            "minutes": minutes,
            "reason": "Bicycle repair.",
        }
        return await self.coordinator.post("/v1/transfers", body, key=key)

    async def sent(self, other: "Side", minutes: int = 60, *, giver: object = None) -> JSON:
        return good(await self.post(other, minutes, giver=giver))

    async def status(self, transfer: JSON) -> str:
        return str(good(await self.coordinator.get(f"/v1/transfers/{transfer['id']}"))["status"])

    async def cleared(self) -> tuple[int, int]:
        """Balance and minutes under way of the clearing account."""
        (partner,) = good(await self.coordinator.get("/v1/partners"))["items"]
        return partner["balance_minutes"], partner["under_way_minutes"]

    async def balance(self) -> int:
        return int((await self.member.account())["balance_minutes"])

    async def deliver(self, transfer: JSON) -> None:
        """The worker's first step; the second bank's deed."""
        await deliver(self.town.ground, self.town.bank_id, UUID(transfer["id"]))

    async def conclude(self, transfer: JSON) -> None:
        """The worker's second step, at home."""
        await conclude(self.town.ground, self.town.bank_id, UUID(transfer["id"]))

    async def findings(self) -> set[str]:
        found = await prove(self.town.ground, self.town.bank_id, None)
        return {one.check for one in found}


async def deliver(ground: Ground, bank_id: UUID, transfer_id: UUID) -> None:
    async with ground.database.begin() as session:
        await arriving.deliver(ground.work(session), bank_id, transfer_id)


async def conclude(ground: Ground, bank_id: UUID, transfer_id: UUID) -> None:
    async with ground.database.begin() as session:
        await arriving.conclude(ground.work(session), bank_id, transfer_id)


async def partners(town: Town) -> tuple[Side, Side]:
    """Two banks whose admins have both agreed."""
    other = await Town.founded(town.app, town.client, "druga")
    here, there = await Side.of(town), await Side.of(other)
    await here.agree(there)
    await there.agree(here)
    await sql(town, "DELETE FROM pgqueuer")
    return here, there


@dataclass
class Neighbour:
    """Another bank that clears hours with whoever asks; for tests over the whole contract."""

    town: Town
    admin: Person

    @classmethod
    async def of(cls, town: Town, slug: str) -> Self:
        other = await Town.founded(town.app, town.client, slug)
        return cls(other, await other.staff("admin"))

    async def transfer_of(self, town: Town, admin: Person, member: Person) -> str:
        """The id of a transfer of this member, sent by somebody of the staff."""
        assert member.member_id is not None
        limits = Limits(FLOOR, CEILING)
        async with town.ground.database.begin() as session:
            work = town.ground.work(session)
            caller = await self.town.caller_of(self.admin)
            await operations.agree(work, caller, town.slug, limits)
            caller = await town.caller_of(admin)
            await operations.agree(work, caller, self.town.slug, limits)
            row = await operations.send(
                work,
                caller,
                partner=self.town.slug,
                member_id=member.member_id,
                giver_id=new_id(),
                minutes=5,
                reason="Bicycle repair.",
            )
        return str(row.transfer_id)
