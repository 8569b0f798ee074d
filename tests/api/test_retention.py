"""Nothing is kept longer than its period, and nothing less long that is still needed."""

from app.kit.envelopes import owner_of
from app.kit.keys import keystore_of
from app.kit.trying import Sweep
from app.rights import retention
from app.rights.periods import Period
from tests.doings import again, block, sql
from tests.town import Person, Town, good


async def sweep(town: Town) -> None:
    """Every sweep, as the worker does it: batch after batch until none is left."""
    for one in [*retention.SWEEPS.values(), Sweep("", retention.sweep_keys)]:
        while True:
            async with town.ground.database.begin() as session:
                if not await one.batch(town.ground.work(session)):
                    break


async def written(town: Town, ana: Person, exchange_id: str) -> None:
    good(await ana.post(f"/v1/exchanges/{exchange_id}/messages", {"text": "At six?"}))


async def messages(town: Town) -> set[str]:
    return {str(row["exchange_id"]) for row in await sql(town, "SELECT exchange_id FROM message")}


async def test_messages_go_when_their_time_is_over_unless_something_is_open(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    over, open_, disputed = [await town.accepted(ana, bor) for _ in range(3)]
    for one in (over, open_, disputed):
        await written(town, ana, one["id"])
    good(await ana.post(f"/v1/exchanges/{over['id']}/cancellation", {"reason": "ill"}))
    good(await ana.post(f"/v1/exchanges/{disputed['id']}/dispute", {"reason": "no"}))
    await town.step_on(Period.MESSAGE.days - 1)
    await sweep(town)
    assert len(await messages(town)) == 3
    await town.step_on(2)
    await sweep(town)
    assert await messages(town) == {open_["id"], disputed["id"]}
    moderator = await town.staff("moderator")
    (case,) = good(await moderator.get("/v1/disputes"))["items"]
    outcome = {"outcome": "void", "reason": "Nobody came."}
    good(await moderator.post(f"/v1/disputes/{case['id']}/resolution", outcome))
    await sweep(town)
    assert disputed["id"] in await messages(town), "whoever appeals needs them"
    await town.step_on(Period.MESSAGE.days + 1)
    await sweep(town)
    assert disputed["id"] not in await messages(town)


async def test_what_was_kept_of_the_others_words_goes_by_the_same_rule(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=600)
    exchange = await town.settled(ana, bor)
    await written(town, bor, exchange["id"])
    await block(ana, bor)
    kept = "SELECT exchange_id FROM kept_words"
    for days, count in ((Period.MESSAGE.days - 1, 1), (2, 0)):
        await town.step_on(days)
        await sweep(town)
        assert len(await messages(town)) == len(await sql(town, kept)) == count
    path = f"/v1/exchanges/{exchange['id']}/messages"
    assert good(await (await again(town, ana)).get(path))["items"] == []


async def test_reasons_and_the_words_of_cases_are_emptied_and_the_facts_stay(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    over, disputed = await town.accepted(ana, bor), await town.accepted(ana, bor)
    good(await ana.post(f"/v1/exchanges/{over['id']}/cancellation", {"reason": "ill"}))
    good(await ana.post(f"/v1/exchanges/{disputed['id']}/dispute", {"reason": "no"}))
    moderator = await town.staff("moderator")
    (case,) = good(await moderator.get("/v1/disputes"))["items"]
    outcome = {"outcome": "void", "reason": "Nobody came."}
    good(await moderator.post(f"/v1/disputes/{case['id']}/resolution", outcome))
    await town.step_on(Period.REASON.days + 1)
    await sweep(town)
    assert not await sql(town, "SELECT FROM exchange WHERE reason_sealed IS NOT NULL")
    ana = await again(town, ana)
    assert good(await ana.get(f"/v1/disputes/{case['id']}"))["resolution_reason"]
    assert good(await ana.get("/v1/notices"))["items"] == []
    await town.step_on(Period.CASE.days)
    await sweep(town)
    ana = await again(town, ana)
    shown = good(await ana.get(f"/v1/disputes/{case['id']}"))
    assert (shown["reason"], shown["resolution_reason"]) == (None, None)
    assert shown["outcome"] == "void"


async def test_who_was_declined_is_forgotten_and_their_key_stays_destroyed(town: Town) -> None:
    eva, coordinator = await town.applicant("Eva"), await town.staff("coordinator")
    path = f"/v1/applications/{eva.member_id}/rejection"
    good(await coordinator.post(path, {"reason": "Not from here."}))
    (row,) = await sql(town, "SELECT decision_reason_sealed AS sealed FROM member")
    assert owner_of(row["sealed"]) == eva.member_id
    keystore, name = keystore_of(town.ground.settings), str(eva.member_id)
    copied = keystore.read(name)
    assert copied
    await town.step_on(Period.REJECTED.days + 1)
    await sweep(town)
    assert keystore.read(name) is None
    keystore._path(name).write_bytes(copied)  # an older copy of the keystore is put back
    await sweep(town)
    assert keystore.read(name) is None
