"""Traffic between two banks in any order: the clearing accounts mirror each other at every step."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.ids import new_id
from tests.partnership import Side
from tests.property.loop import QUICK, Loop
from tests.town import JSON, Town

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "send_to_nobody", "deliver", "conclude", "withdraw", "agree"]),
        st.booleans(),
        st.integers(1, 400),
    ),
    max_size=25,
)
Step = tuple[str, bool, int]


@dataclass
class Traffic:
    """Two banks; every step may come at any time, twice, or for what has ended."""

    sides: tuple[Side, Side]
    sent: list[tuple[Side, JSON]] = field(default_factory=list)

    async def play(self, steps: list[Step]) -> None:
        for what, is_back, number in steps:
            here, there = self.sides[::-1] if is_back else self.sides
            await getattr(self, what)(here, there, number)
            assert await here.findings() | await there.findings() == set(), what

    async def send(self, here: Side, there: Side, number: int, giver: object = None) -> None:
        answer = await here.post(there, number, giver=giver)
        if answer.is_success:
            self.sent.append((here, answer.json()))

    async def send_to_nobody(self, here: Side, there: Side, number: int) -> None:
        await self.send(here, there, number, new_id())

    async def deliver(self, _here: Side, _there: Side, number: int) -> None:
        for side, transfer in self.sent[number % 3 :: 3]:
            await side.deliver(transfer)

    async def conclude(self, _here: Side, _there: Side, number: int) -> None:
        for side, transfer in self.sent[number % 3 :: 3]:
            await side.conclude(transfer)

    async def withdraw(self, here: Side, there: Side, _: int) -> None:
        await here.admin.delete(f"/v1/partners/{there.town.slug}")

    async def agree(self, here: Side, there: Side, number: int) -> None:
        await here.agree(there, -number, number)

    async def drain(self) -> set[str]:
        for side, transfer in self.sent:
            await side.deliver(transfer)
            await side.conclude(transfer)
        return {await side.status(transfer) for side, transfer in self.sent}


async def _founded(loop: Loop, number: int) -> tuple[Side, Side]:
    towns = [await Town.founded(loop.app, loop.client, f"bank{number}{one}") for one in "ab"]
    here, there = [await Side.of(one) for one in towns]
    await here.agree(there)
    await there.agree(here)
    return here, there


def _play(loop: Loop, examples: int) -> None:
    numbers = iter(range(1_000))

    @settings(max_examples=examples, **QUICK)
    @given(steps=STEPS)
    def check(steps: list[Step]) -> None:
        sides = loop.run(_founded(loop, next(numbers)))
        traffic = Traffic(sides)
        loop.run(traffic.play(steps))
        assert loop.run(traffic.drain()) <= {"delivered", "returned"}
        (mine, my_way), (theirs, their_way) = [loop.run(side.cleared()) for side in sides]
        assert (mine + theirs, my_way, their_way) == (0, 0, 0)
        assert sum(loop.run(side.balance()) for side in sides) == 1_200
        assert [loop.run(side.findings()) for side in sides] == [set(), set()]

    check()


def test_whatever_goes_on_the_clearing_accounts_mirror_each_other(loop: Loop) -> None:
    _play(loop, examples=5)


@pytest.mark.deep
def test_whatever_goes_on_for_long_the_clearing_accounts_mirror_each_other(loop: Loop) -> None:
    _play(loop, examples=100)
