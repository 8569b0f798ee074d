"""Nothing is kept longer than its period, and nothing less long that is still needed."""

from uuid import UUID

from app.credentials.rules import CODES, OPEN_DAYS
from app.kit.envelopes import owner_of
from app.kit.keys import keystore_of
from app.kit.trying import Sweep
from app.rights import retention
from app.rights.periods import Period
from tests.doings import (
    SUSPICIOUS,
    again,
    block,
    emergency_of,
    recovered,
    screening_of,
    sql,
)
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


async def test_held_texts_are_emptied_after_the_decision_and_go_with_their_message(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    moderator, exchange = await town.staff("moderator"), await town.accepted(ana, bor)
    held = await screening_of(town, ana)
    await sql(town, "UPDATE bank_safety SET screening = true")
    path = f"/v1/exchanges/{exchange['id']}"
    good(await ana.post(f"{path}/messages", {"text": SUSPICIOUS}))
    decision = {"outcome": "kept", "reason": "Nobody offers that here."}
    good(await moderator.post(f"/v1/screenings/{held}/resolution", decision))
    good(await ana.post(f"{path}/cancellation", {"reason": "ill"}))
    await town.step_on(Period.HELD.days - 1)
    await sweep(town)
    assert len(await words_held(town)) == 2
    await town.step_on(2)
    await sweep(town)
    assert await messages(town) == set()
    assert await words_held(town) == [(b"", b"", "kept")], "it stays hidden, without its words"


async def words_held(town: Town) -> list[tuple[bytes, bytes | None, str]]:
    rows = await sql(town, "SELECT text_sealed, reason_sealed, status FROM screening")
    return [(row["text_sealed"], row["reason_sealed"], row["status"]) for row in rows]


async def test_recovery_codes_go_when_they_open_nothing_any_more(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    stopped, _ = await recovered(ana)
    await recovered(bor)  # and never ended
    assert (await ana.delete(f"/v1/me/recovery/{stopped}")).status_code == 204
    await town.step_on(Period.CODE.days + 1)
    await sweep(town)
    assert await codes_begun(town) == {bor.login_id}
    await town.step_on(OPEN_DAYS)
    await sweep(town)
    assert await codes_begun(town) == set()
    (left,) = await sql(town, "SELECT count(*) AS codes FROM recovery_code")
    assert left["codes"] == 2 * (CODES - 1), "those that were never used still open"


async def codes_begun(town: Town) -> set[UUID]:
    asked = "SELECT login_id FROM recovery_code WHERE begun_at IS NOT NULL"
    return {row["login_id"] for row in await sql(town, asked)}


async def test_the_words_of_an_emergency_go_and_who_looked_stays(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    asker, releaser, admin = [
        await town.staff(one) for one in ("coordinator", "case_worker", "admin")
    ]
    reviewed, open_ = await emergency_of(asker, ana), await emergency_of(releaser, bor)
    path = f"/v1/emergencies/{reviewed}"
    good(await releaser.post(f"{path}/release"))
    good(await asker.post(f"{path}/contact"))
    good(await admin.post(f"{path}/review", {"finding": "There was a flood."}))
    await town.step_on(Period.EMERGENCY.days - 1)
    await sweep(town)
    assert {bool(one) for one, _ in (await of_emergencies(town)).values()} == {True}
    await town.step_on(2)
    await sweep(town)
    assert await of_emergencies(town) == {reviewed: (b"", b""), open_: (b"", None)}
    assert await sql(town, "SELECT FROM opening WHERE kind = 'contact'")


async def of_emergencies(town: Town) -> dict[str, tuple[bytes, bytes | None]]:
    rows = await sql(town, "SELECT emergency_id, reason_sealed, finding_sealed FROM emergency")
    return {str(row["emergency_id"]): (row["reason_sealed"], row["finding_sealed"]) for row in rows}
