"""What becomes of a batch: errors, locks, lost connections, the end."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DBAPIError

from app.kit.errors import Busy, Conflict
from app.kit.lane import WAITING_MAX, Lane, Lanes
from app.kit.retrying import TRIES_MAX
from tests.lanes import Gone, Held, Poisoned, Transactions, queued


async def test_a_refusal_is_the_answer_of_its_own_ask_only(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    tasks = [*await queued(lane, [1]), *await queued(lane, [2, -1, 3])]
    done.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[:2] == [2, 4]
    assert isinstance(answers[2], Conflict)
    assert answers[3] == 6


async def test_a_poisoned_ask_fails_alone_and_its_neighbours_are_done_once(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    done.poison = {13}
    tasks = [*await queued(lane, [0]), *await queued(lane, range(1, 33))]
    done.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [n for n, answer in enumerate(answers) if answer != 2 * n] == [13]
    assert isinstance(answers[13], Poisoned)
    whole = [ask for batch in done.batches if 13 not in batch for ask in batch]
    assert sorted(whole) == [n for n in range(33) if n != 13]
    assert len(done.batches) <= 2 + 2 * 5


async def test_where_somebody_else_holds_a_lock_each_is_tried_again_alone(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    done.held = {2}
    tasks = [*await queued(lane, [0]), *await queued(lane, [1, 2, 3])]
    done.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]
    assert done.batches == [[0], [1, 2, 3], [1], [2], [3]]


async def test_a_batch_that_lost_its_connection_is_tried_again_as_it_is(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    tasks = [*await queued(lane, [0]), *await queued(lane, [1, 2])]
    done.losses = [DBAPIError("select", None, Gone())] * 2
    done.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4]
    assert done.batches == [[0], [0], [0], [1, 2]]
    done.gate.clear()
    tasks = [*await queued(lane, [3]), *await queued(lane, [4, 5])]
    done.losses = [DBAPIError("select", None, Gone())] * 2 * TRIES_MAX
    done.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in answers] == [Busy] * 3, "as long as the database is away"


async def test_after_a_commit_that_nobody_knows_of_only_what_is_known_again_is_tried(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    first = await queued(lane, [0])
    known = [asyncio.create_task(lane.submit(ask, is_repeatable=True)) for ask in (1, 2)]
    tasks = [*first, *known, *await queued(lane, [3])]
    done.unsure = {3}
    done.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[:3] == [0, 2, 4]
    assert isinstance(answers[3], Busy)
    assert done.batches == [[0], [1, 2, 3], [1], [2]]


async def test_asks_of_a_batch_that_was_cut_count_among_those_that_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.kit.lane.WAITING_MAX", 4)
    first_may, rest_may = asyncio.Event(), asyncio.Event()

    async def do_many(asks: Sequence[int]) -> Sequence[int]:
        if len(asks) > 1:
            raise DBAPIError("select", None, Held())
        await (first_may if asks[0] == 0 else rest_may).wait()
        return asks

    lane = Lane[int, int]("test", do_many)
    tasks = [*await queued(lane, [0]), *await queued(lane, [1, 2, 3])]
    first_may.set()
    await tasks[0]  # and the batch of the others is cut
    tasks += [*await queued(lane, [4]), *await queued(lane, [5])]  # under way, and waiting
    with pytest.raises(Busy):
        await lane.submit(6)
    rest_may.set()
    assert await asyncio.gather(*tasks) == [0, 1, 2, 3, 4, 5]


async def test_a_client_that_goes_away_takes_neither_its_neighbours_nor_its_deed_along(
    lane: Lane[int, int], done: Transactions
) -> None:
    done.gate.clear()
    under_way = await queued(lane, [0])
    gone, stays = await queued(lane, [1, 2])
    under_way[0].cancel()
    gone.cancel()
    await asyncio.sleep(0)
    done.gate.set()
    assert await stays == 4
    assert done.batches == [[0], [1, 2]]


async def test_a_full_lane_refuses_at_once(lane: Lane[int, int], done: Transactions) -> None:
    done.gate.clear()
    tasks = [*await queued(lane, [0]), *await queued(lane, range(WAITING_MAX))]
    with pytest.raises(Busy):
        await lane.submit(1)
    done.gate.set()
    assert len(await asyncio.gather(*tasks)) == WAITING_MAX + 1


async def test_closing_does_what_waits_and_takes_nothing_more(done: Transactions) -> None:
    lanes = Lanes()
    lane = lanes.find("test", "bank", done.do_many)
    done.gate.clear()
    tasks = [*await queued(lane, [0]), *await queued(lane, [1, 2])]
    closing = asyncio.create_task(lanes.close())
    await asyncio.sleep(0.01)
    with pytest.raises(Busy):
        await lane.submit(3)
    done.gate.set()
    await closing
    assert [task.result() for task in tasks] == [0, 2, 4]


async def test_a_bank_always_has_the_same_lane(done: Transactions) -> None:
    lanes = Lanes()
    assert lanes.find("test", "a", done.do_many) is lanes.find("test", "a", done.do_many)
    assert lanes.find("test", "a", done.do_many) is not lanes.find("other", "a", done.do_many)
