"""Hours that move as tests plan them, between people who are never signed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger.rules import Instruction, Leg
from app.watch.operations import look_on
from tests.crowd import crowd
from tests.doings import sql
from tests.town import Town

DAY = 24.0
HOURS_MAX = 24 * 80.0
"""How long the plan of a test can be."""


@dataclass(frozen=True)
class Paid:
    """An hour that was given, so long after the beginning."""

    hours: float
    giver: str
    taker: str
    minutes: int = 60


@dataclass
class Village:
    """People by name, whose hours move as the tests plan them."""

    town: Town
    ids: dict[str, UUID]
    accounts: dict[str, UUID]
    begins: datetime

    @classmethod
    async def of(cls, town: Town, names: str, *, alerts: bool = True) -> "Village":
        """A crowd in a bank that wants alerts or not."""
        people = await crowd(town, names.split())
        wish = "UPDATE bank_safety SET alerts = $1 WHERE bank_id = $2"
        await sql(town, wish, alerts, town.bank_id)
        roomy = "UPDATE account SET floor_minutes = -9000, policy_floor_minutes = -9000"
        await sql(town, f"{roomy} WHERE kind = 'member'")
        await sql(town, "UPDATE bank SET floor_minutes = -9000")
        ids = {name: one.member_id for name, one in people.items()}
        accounts = {name: one.account_id for name, one in people.items()}
        return cls(town, ids, accounts, town.ground.clock())

    async def move(self, plan: Iterable[Paid]) -> None:
        """Move hours as planned; then it is the end of it."""
        async with self.town.ground.database.begin() as session:
            work = self.town.ground.work(session)
            for one in sorted(plan, key=lambda paid: paid.hours):
                self.at(one.hours)
                leg = Leg(self.accounts[one.taker], self.accounts[one.giver], one.minutes)
                reference = f"test:{new_id()}"
                await ledger.settle(
                    work, Instruction(self.town.bank_id, "settlement", reference, legs=(leg,))
                )
        self.at(HOURS_MAX + DAY)

    def at(self, hours: float) -> None:
        clock = self.town.ground.clock
        assert hasattr(clock, "moment")
        clock.moment = self.begins + timedelta(hours=hours)

    async def round(self) -> None:
        """The worker looks through all that is due."""
        while await self.batch():
            pass

    async def batch(self, *, killed: bool = False) -> int:
        async with self.town.ground.database.begin() as session:
            done = await look_on(self.town.ground.work(session))
            if killed:
                await session.rollback()
        return done

    async def found(self) -> set[tuple[str, str]]:
        """Who and what, of all alerts there are."""
        names = {member_id: name for name, member_id in self.ids.items()}
        rows = await sql(self.town, "SELECT member_id, kind FROM alert")
        found = [(names[row["member_id"]], row["kind"]) for row in rows]
        assert len(found) == len(set(found))
        return set(found)


def weekly(giver: str, takers: str, minutes: int, times: int, hour: float = 10) -> list[Paid]:
    """The same again and again, with each of these in turn, up to the end of the plan."""
    others = takers.split()
    return [
        Paid(HOURS_MAX - 7 * DAY * week + hour, giver, others[week % len(others)], minutes)
        for week in range(times)
    ]


BUSY = [Paid(HOURS_MAX - DAY * day, "Xena", "abcd"[day % 4], 200) for day in range(4)]
