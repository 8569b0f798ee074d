import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DBAPIError

from app.kit.errors import AppError, Busy, Conflict
from app.kit.lane import BATCH_MAX, WAITING_MAX, Lane, Lanes
from app.kit.retrying import TRIES_MAX, CommitUnsure


class Poisoned(Exception):
    pass


class Held(Exception):
    sqlstate = "55P03"


class Gone(Exception):
    sqlstate = "57P01"


class Transactions:
    """Answers every ask with itself, doubled; remembers its batches, and waits at a gate."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.poison: set[int] = set()
        self.held: set[int] = set()
        self.losses: list[DBAPIError] = []
        self.unsure: set[int] = set()

    async def do_many(self, asks: Sequence[int]) -> list[int | AppError]:
        self.batches.append(list(asks))
        await self.gate.wait()
        if self.losses:
            raise self.losses.pop()
        if self.unsure & set(asks) and len(asks) > 1:
            raise CommitUnsure
        if self.poison & set(asks):
            raise Poisoned
        if self.held & set(asks) and len(asks) > 1:
            raise DBAPIError("select", None, Held())
        return [Conflict() if ask < 0 else ask * 2 for ask in asks]


@pytest.fixture
def done() -> Transactions:
    return Transactions()


@pytest.fixture
def lane(done: Transactions) -> Lane[int, int]:
    return Lane("test", done.do_many)


async def queued(
    lane: Lane[int, int], asks: Sequence[int], subject: str | None = None
) -> list["asyncio.Task[int]"]:
    subjects = frozenset({subject} if subject else ())
    tasks = [asyncio.create_task(lane.submit(ask, subjects)) for ask in asks]
    await asyncio.sleep(0.01)
    return tasks


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
