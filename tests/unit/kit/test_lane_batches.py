"""Which asks share a batch."""

import asyncio

from app.kit.lane import BATCH_MAX, Lane
from tests.lanes import Transactions, queued


async def test_an_ask_that_finds_its_lane_idle_is_done_alone_and_at_once(
    lane: Lane[int, int], done: Transactions
) -> None:
    assert [await lane.submit(1), await lane.submit(2)] == [2, 4]
    assert done.batches == [[1], [2]]


async def test_a_batch_is_of_one_place_and_the_others_keep_their_turn(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    first = await queued(lane, [0])
    asked = ((1, "a"), (2, "b"), (3, "a"), (4, "c"), (5, "b"))
    rest = [asyncio.create_task(lane.submit(ask, place=place)) for ask, place in asked]
    await asyncio.sleep(0.01)
    done.gate.set()
    await asyncio.gather(*first, *rest)
    assert done.batches == [[0], [1, 3], [2, 5], [4]]


async def test_what_queued_up_while_a_batch_ran_is_the_next_one(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    first = await queued(lane, [0])
    rest = await queued(lane, range(1, BATCH_MAX + 3))
    done.gate.set()
    assert await asyncio.gather(*first, *rest) == [2 * n for n in range(BATCH_MAX + 3)]
    sizes = [len(batch) for batch in done.batches]
    assert sizes == [1, BATCH_MAX, 2]


async def test_whoever_asks_again_at_once_is_not_a_batch_behind_those_who_waited(
    lane: Lane[int, int], done: Transactions
) -> None:
    async def twice() -> None:
        await lane.submit(0)
        await lane.submit(3)

    done.gate.clear()
    asker = asyncio.create_task(twice())
    await asyncio.sleep(0.01)
    rest = await queued(lane, [1, 2])
    done.gate.set()
    await asyncio.gather(asker, *rest)
    assert done.batches == [[0], [1, 2, 3]]


async def test_nobody_waits_for_those_who_are_not_yet_at_the_door(
    lane: Lane[int, int], done: Transactions
) -> None:
    async def ask_after(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await lane.submit(turns)

    await asyncio.gather(*(ask_after(turns) for turns in (0, 1, 8)))
    assert done.batches == [[0, 1], [8]]


async def test_asks_about_the_same_subject_never_share_a_batch_and_keep_their_order(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    tasks = await queued(lane, [0])
    tasks += await queued(lane, [1, 2], "a")
    tasks += await queued(lane, [3, 4], "b")
    done.gate.set()
    await asyncio.gather(*tasks)
    assert done.batches == [[0], [1, 3], [2, 4]]
