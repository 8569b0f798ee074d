"""Refresh tokens rotate; a copy in two hands ends the session, a lost reply does not."""

import asyncio

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from app.identity.jobs import TELL_ENDED
from app.identity.refresh import LOST_REPLY_SECONDS, make_refresh
from app.kit.ids import new_id
from app.worker import JOBS
from tests.api.test_ledger_metrics import numbers
from tests.contract import refresh, sign_in, status_with
from tests.doings import notices, sql
from tests.town import JSON, Town, good, refused
from tests.workers import all_done, working

SECOND = 1 / 86_400


async def signed_in(town: Town) -> JSON:
    return good(await sign_in(town, (await town.member()).email))


async def counters(town: Town) -> list[int]:
    rows = await sql(town, "SELECT max(refresh_counter) AS counter FROM session")
    return [row["counter"] for row in rows]


async def test_a_refresh_token_gets_the_next_pair(town: Town) -> None:
    first = await signed_in(town)
    second = good(await refresh(town.client, first["refresh_token"]))
    third = good(await refresh(town.client, second["refresh_token"]))
    assert len({pair["refresh_token"] for pair in (first, second, third)}) == 3
    assert await status_with(town, third["access_token"]) == 200
    assert await counters(town) == [2]


async def test_a_lost_reply_is_repeated_with_the_same_successor(town: Town) -> None:
    first = await signed_in(town)
    lost = good(await refresh(town.client, first["refresh_token"]))
    await town.step_on(days=(LOST_REPLY_SECONDS - 1) * SECOND)
    again = good(await refresh(town.client, first["refresh_token"]))
    assert again["refresh_token"] == lost["refresh_token"]
    assert await counters(town) == [1]
    assert await status_with(town, again["access_token"]) == 200
    good(await refresh(town.client, again["refresh_token"]))


async def test_a_later_reuse_ends_the_session_for_both_hands(town: Town) -> None:
    first = await signed_in(town)
    second = good(await refresh(town.client, first["refresh_token"]))
    await town.step_on(days=(LOST_REPLY_SECONDS + 1) * SECOND)
    assert await status_with(town, second["access_token"]) == 200
    reuse = refused(await refresh(town.client, first["refresh_token"]), 401, "refresh-refused")
    assert reuse["error"] == "invalid_grant"
    # The refusal was answered and its trace is committed: the session is over at once.
    assert await status_with(town, second["access_token"]) == 401
    refused(await refresh(town.client, second["refresh_token"]), 401, "refresh-refused")


async def test_whose_session_was_ended_is_told_once_and_the_operator_reads_a_number(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    before = await numbers(town)
    first = good(await sign_in(town, ana.email))
    good(await refresh(town.client, first["refresh_token"]))
    await town.step_on(days=(LOST_REPLY_SECONDS + 1) * SECOND)
    for _ in range(2):
        refused(await refresh(town.client, first["refresh_token"]), 401, "refresh-refused")
    async with working(town):
        await all_done(town)
    access = town.tools.verifier.read_however_old(first["access_token"])
    told = ("session_ended", str(access.session_id))
    assert (await notices(ana))[0] == told
    ids = {name: getattr(access, name) for name in ("bank_id", "login_id", "session_id")}
    async with town.ground.database.begin() as session:
        await JOBS[TELL_ENDED](town.ground.work(session), ids)  # a job may come twice
    assert (await notices(ana)).count(told) == 1
    assert "session_ended" not in str(await notices(bor))
    assert (await numbers(town) - before)["timebank_refresh_reuses_total"] == 1


async def test_a_token_before_the_last_one_ends_the_session_even_within_seconds(
    town: Town,
) -> None:
    first = await signed_in(town)
    second = good(await refresh(town.client, first["refresh_token"]))
    third = good(await refresh(town.client, second["refresh_token"]))
    refused(await refresh(town.client, first["refresh_token"]), 401, "refresh-refused")
    assert await status_with(town, third["access_token"]) == 401


async def test_the_end_of_one_session_leaves_the_others(town: Town) -> None:
    ana = await town.member()
    stolen = good(await sign_in(town, ana.email))
    good(await refresh(town.client, stolen["refresh_token"]))
    await town.step_on(days=(LOST_REPLY_SECONDS + 1) * SECOND)
    refused(await refresh(town.client, stolen["refresh_token"]), 401, "refresh-refused")
    assert await status_with(town, ana.token) == 200


async def test_twenty_uses_at_once_give_one_successor_and_the_session_lives(town: Town) -> None:
    first = await signed_in(town)
    answers = await asyncio.gather(
        *(refresh(town.client, first["refresh_token"]) for _ in range(20))
    )
    pairs = [good(answer) for answer in answers]
    assert len({pair["refresh_token"] for pair in pairs}) == 1
    assert await counters(town) == [1]
    assert {await status_with(town, pair["access_token"]) for pair in pairs} == {200}
    good(await refresh(town.client, pairs[0]["refresh_token"]))


async def test_a_token_is_judged_on_the_session_as_it_is_once_others_are_done_with_it(
    town: Town,
) -> None:
    first = await signed_in(town)
    async with town.ground.database.begin() as session:
        await session.execute(text("UPDATE session SET refresh_counter = 5"))
        late = asyncio.create_task(refresh(town.client, first["refresh_token"]))
        done, _ = await asyncio.wait([late], timeout=0.2)
        assert not done
    refused(await late, 401, "refresh-refused")
    assert await counters(town) == [5]


async def test_an_unused_session_ends_and_a_used_one_goes_on(town: Town) -> None:
    ana = await town.member()
    kept, unused = [good(await sign_in(town, ana.email)) for _ in range(2)]
    await town.step_on(days=29)
    kept = good(await refresh(town.client, kept["refresh_token"]))
    await town.step_on(days=2)
    refused(await refresh(town.client, unused["refresh_token"]), 401, "refresh-refused")
    good(await refresh(town.client, kept["refresh_token"]))


async def test_a_session_that_is_over_ends_an_access_token_that_is_not(town: Town) -> None:
    first = await signed_in(town)
    await sql(town, "UPDATE session SET expires_at = $1", town.ground.clock())
    assert await status_with(town, first["access_token"]) == 401
    refused(await refresh(town.client, first["refresh_token"]), 401, "refresh-refused")


async def test_a_refresh_token_stays_in_its_bank_whatever_the_form_names(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    await Town.founded(app, client, "drugi")
    first = await signed_in(town)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": first["refresh_token"],
        "bank": "drugi",
    }
    pair = good(await client.post("/v1/token", data=form))
    read = town.tools.verifier.read(pair["access_token"], town.ground.clock())
    assert read.bank_id == town.bank_id


async def test_a_text_that_is_no_refresh_token_is_refused(town: Town) -> None:
    good_one = (await town.member()).refresh_token
    for token in ("x", " ", "A" * 91, "A" * 92, "č" * 20, "A" * 512, good_one[:-1], f"{good_one}="):
        answer = refused(await refresh(town.client, token), 401, "refresh-refused")
        assert answer["error"] == "invalid_grant"
    good(await refresh(town.client, good_one))


async def test_a_refresh_token_of_another_key_or_of_no_session_is_refused(town: Town) -> None:
    ana = await town.member()
    session_id = town.tools.verifier.read(ana.token, town.ground.clock()).session_id
    foreign = make_refresh(bytes(range(32)), town.bank_id, session_id, 0)
    refused(await refresh(town.client, foreign), 401, "refresh-refused")
    nobodys = make_refresh(town.tools.refresh_key, town.bank_id, new_id(), 0)
    refused(await refresh(town.client, nobodys), 401, "refresh-refused")
    assert await status_with(town, ana.token) == 200


async def test_an_access_token_is_no_refresh_token_and_the_reverse(town: Town) -> None:
    first = await signed_in(town)
    refused(await refresh(town.client, first["access_token"]), 422, "unfit")  # it is too long
    assert await status_with(town, first["refresh_token"]) == 401
