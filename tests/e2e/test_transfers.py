"""Hours between banks by the worker: killed between the two deeds, delivered late, in any order."""

import signal

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doings import sql
from tests.e2e.test_worker_survives import blocked, process
from tests.partnership import Side, partners
from tests.property.loop import QUICK, Loop
from tests.town import Town
from tests.workers import all_done, until, waiting, working

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "deliver", "conclude", "withdraw", "agree"]),
        st.booleans(),
        st.integers(1, 400),
    ),
    max_size=25,
)


async def test_a_transfer_goes_through_a_worker_killed_between_the_two_deeds(town: Town) -> None:
    here, there = await partners(town)
    transfer = await here.sent(there)
    url = town.ground.settings.owner_database_url
    assert url is not None
    blocker = await asyncpg.connect(url.get_secret_value().replace("+asyncpg", ""))
    try:
        async with blocker.transaction():
            await blocker.execute("SELECT FROM transfer FOR UPDATE")
            with process(town) as worker:
                await until(lambda: blocked(town))
                worker.send_signal(signal.SIGKILL)
    finally:
        await blocker.close()
    assert (await here.cleared(), await there.cleared()) == ((60, 60), (-60, 0))
    assert await here.findings() | await there.findings() == set()
    assert [job["status"] for job in await waiting(town)] == ["picked"]
    async with working(town):
        await all_done(town)
    assert await here.status(transfer) == "delivered"
    assert (await here.cleared(), await there.cleared()) == ((60, 0), (-60, 0))
    assert (await here.balance(), await there.balance()) == (540, 660)


async def test_a_transfer_whose_job_was_lost_is_delivered_all_the_same(town: Town) -> None:
    here, there = await partners(town)
    transfer = await here.sent(there)
    await sql(town, "DELETE FROM pgqueuer")
    await town.step_on(0.1)
    async with working(town):
        await sql(town, "UPDATE pgqueuer_schedules SET next_run = now()")
        await until(lambda: _is(here, transfer, "delivered"))
    assert (await here.balance(), await there.balance()) == (540, 660)


async def _is(side: Side, transfer: dict[str, object], status: str) -> bool:
    (row,) = await sql(side.town, "SELECT status FROM transfer")
    return bool(row["status"] == status)


async def _play(sides: tuple[Side, Side], steps: list[tuple[str, bool, int]]) -> None:
    """Random traffic: every step may come at any time, twice, or for what has ended."""
    sent: list[tuple[Side, dict[str, object]]] = []
    for what, is_back, number in steps:
        here, there = sides[::-1] if is_back else sides
        if what == "send":
            answer = await here.post(there, number)
            if answer.is_success:
                sent.append((here, answer.json()))
        elif what == "withdraw":
            await here.admin.delete(f"/v1/partners/{there.town.slug}")
        elif what == "agree":
            await here.agree(there, -number, number)
        elif sent:
            side, transfer = sent[number % len(sent)]
            await getattr(side, what)(transfer)
        assert await here.findings() | await there.findings() == set(), what
    for side, transfer in sent:
        await side.deliver(transfer)
        await side.conclude(transfer)
        assert await side.status(transfer) in {"delivered", "returned"}


def test_whatever_goes_on_the_clearing_accounts_mirror_each_other_once_drained(
    loop: Loop,
) -> None:
    slugs = iter(f"bank{number}" for number in range(1_000))

    async def founded() -> tuple[Side, Side]:
        towns = [await Town.founded(loop.app, loop.client, next(slugs)) for _ in range(2)]
        here, there = [await Side.of(one) for one in towns]
        await here.agree(there)
        await there.agree(here)
        return here, there

    @settings(max_examples=12, **QUICK)
    @given(steps=STEPS)
    def check(steps: list[tuple[str, bool, int]]) -> None:
        sides = loop.run(founded())
        loop.run(_play(sides, steps))
        (mine, my_way), (theirs, their_way) = [loop.run(side.cleared()) for side in sides]
        assert (mine + theirs, my_way, their_way) == (0, 0, 0)
        assert sum(loop.run(side.balance()) for side in sides) == 1_200
        assert [loop.run(side.findings()) for side in sides] == [set(), set()]

    check()
