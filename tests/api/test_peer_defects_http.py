"""What went wrong in other ledgers over their interfaces, each under the name of its engine.

As in `test_peer_defects`, here over HTTP.
"""

import asyncio
from itertools import product

import pytest

from app.kit.values import REASON_MAX
from tests.api.test_transactions import ALWAYS, stumbling
from tests.doings import books_are_whole, disputed, resolved, sql, stand, status_of, take
from tests.town import Town, good, refused


async def test_blnk_large_metadata(town: Town) -> None:
    """Its trigger notifies with the whole row: above 8,000 bytes of metadata the insert fails."""
    ana, bor = await town.member("Ana"), await town.member("Bor")
    reason = "🕰" * REASON_MAX  # four bytes each
    exchange = await town.settled(ana, bor)
    dispute = good(await take(bor, exchange, "dispute", {"reason": reason}))
    assert good(await bor.get(f"/v1/disputes/{dispute['id']}"))["reason"] == reason
    longer = {"text": reason + "🕰"}
    refused(await take(ana, exchange, "messages", longer), 422, "unfit")
    assert good(await ana.get(f"/v1/exchanges/{exchange['id']}/messages"))["items"] == []
    assert good(await take(ana, exchange, "messages", {"text": reason}))["text"] == reason
    ours = "tgrelid::regclass::text NOT LIKE 'pgqueuer%' AND NOT tgisinternal"
    assert await sql(town, f"SELECT tgname FROM pg_trigger WHERE {ours}") == []


async def test_blnk_second_refund(town: Town) -> None:
    """A second refund answers 409 and is done all the same (issues 152, 374)."""
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.settled(ana, bor))
    moderator = await town.staff("moderator")
    answers = await asyncio.gather(*(resolved(moderator, dispute, "void") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    refused(await resolved(moderator, dispute, "adjusted", 30), 409, "dispute-resolved")
    assert (await stand(ana), await stand(bor)) == ((0, 0, 0), (0, 0, 0))
    assert len(await sql(town, "SELECT FROM posting")) == 2
    await books_are_whole(town)


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
async def test_five_bells_serialization_is_not_insufficient_funds(town: Town, state: str) -> None:
    """There a serialization failure reached the client as insufficient funds (issues 323, 402)."""
    ana, bor = await town.member("Ana", minutes=60), await town.member("Bor", minutes=60)
    accepting, confirming = await town.proposed(ana, bor), await town.delivered(ana, bor)
    await stumbling(town, state=state, times=ALWAYS, table="deed")
    for answer in (
        await take(ana, accepting, "acceptance", key="hold"),
        await take(bor, confirming, "confirmation", key="settle"),
        await bor.post("/v1/donations", {"minutes": 1}, key="give"),
    ):
        refused(answer, 503, "busy")
    assert await stand(bor) == (60, 60, 0)
    await sql(town, "DROP TRIGGER stumble ON deed")
    good(await take(bor, confirming, "confirmation", key="settle"))
    assert await status_of(bor, confirming) == "settled"
    assert await stand(bor) == (0, 0, 0)


async def test_tigerbeetle_a_refusal_burns_the_id(town: Town) -> None:
    """There an id whose transfer was refused for a passing reason is refused for ever (2335)."""
    person = await town.member(minutes=30)
    over = {"minutes": 800}
    refused(await person.post("/v1/donations", over, key="gift"), 409, "not-enough-hours")
    await town.give(person, 600)
    first = await person.post("/v1/donations", over, key="gift")
    again = await person.post("/v1/donations", over, key="gift")
    assert good(first) == good(again)
    assert (await person.account())["balance_minutes"] == -170
    refused(await person.post("/v1/donations", {"minutes": 1}, key="gift"), 422, "key-reused")


async def test_blnk_a_rejected_hold_is_applied(town: Town) -> None:
    """A rejected hold can be committed there (issue 182), and for more than was held (62)."""
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor, minutes=700)
    good(await take(bor, exchange, "cancellation"))
    for person, step in product((ana, bor), ("delivery", "confirmation")):
        refused(await take(person, exchange, step), 409, "step-not-open")
    over = await town.accepted(ana, bor, minutes=700)
    good(await take(ana, over, "delivery", {"minutes": 721}))
    settled = good(await take(bor, over, "confirmation"))
    assert settled["settled_minutes"] == 700, "what was held, as the floor allows no more"
