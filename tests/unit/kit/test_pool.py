import asyncio

import pytest

from app.kit.pool import HandedOver


async def waiting(
    free: HandedOver, got: list[tuple[str, str]], *names: str
) -> "list[asyncio.Task[None]]":
    async def wait(name: str) -> None:
        got.append((name, await free.get()))

    tasks = [asyncio.create_task(wait(name)) for name in names]
    await asyncio.sleep(0)
    return tasks


async def test_nobody_overtakes_who_waits() -> None:
    free, got = HandedOver(), list[tuple[str, str]]()
    tasks = await waiting(free, got, "first", "second")
    free.put_nowait("a connection")
    with pytest.raises(asyncio.QueueEmpty):
        free.get_nowait()  # before the first has even woken
    free.put_nowait("another")
    await asyncio.gather(*tasks)
    assert got == [("first", "a connection"), ("second", "another")]


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
async def test_what_comes_for_who_has_gone_goes_to_the_next(*, is_late: bool) -> None:
    free, got = HandedOver(), list[tuple[str, str]]()
    gone, stays = await waiting(free, got, "gone", "stays")
    if is_late:
        free.put_nowait("a connection")
    gone.cancel()
    if not is_late:
        await asyncio.sleep(0)
        free.put_nowait("a connection")
    await stays
    assert got == [("stays", "a connection")]


async def test_what_nobody_waits_for_is_kept() -> None:
    free, got = HandedOver(1), list[tuple[str, str]]()
    (gone,) = await waiting(free, got, "gone")
    free.put_nowait("a connection")
    gone.cancel()
    await asyncio.sleep(0)
    assert free.full()
    assert await free.get() == "a connection"
