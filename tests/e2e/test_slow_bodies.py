"""A body may be as slow as its sender likes: nobody else waits, and no old admission counts."""

import asyncio
from collections.abc import AsyncIterator

from tests.town import Town, good, refused

PATIENCE = 3.0


async def test_many_half_sent_bodies_keep_nobody_waiting(town: Town) -> None:
    ana = await town.member("Ana")
    never = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    headers = {"Content-Type": "application/json"}
    many = 2 * town.ground.settings.database_pool_max
    senders = [
        asyncio.create_task(ana.ask("PATCH", "/v1/me", content=slow(), headers=headers))
        for _ in range(many)
    ]
    await asyncio.sleep(0.2)
    try:
        good(await asyncio.wait_for(ana.get("/v1/me"), PATIENCE))
    finally:
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)


async def test_a_body_that_ends_after_the_session_is_refused(town: Town) -> None:
    ana = await town.member("Ana", minutes=60)
    signed_out = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'{"alias": '
        await signed_out.wait()
        yield b'"Changed"}'

    headers = {"Content-Type": "application/json"}
    late = asyncio.create_task(ana.ask("PATCH", "/v1/me", content=slow(), headers=headers))
    await asyncio.sleep(0.1)
    assert (await ana.delete("/v1/sessions")).status_code == 204
    signed_out.set()
    refused(await late, 401, "not-authenticated")


async def test_many_proofs_at_once_do_not_wait_for_each_other(town: Town) -> None:
    auditor, ana = await town.staff("auditor"), await town.member("Ana")
    many = 3 * town.ground.settings.database_pool_max
    proofs = [auditor.get("/v1/ledger/verification") for _ in range(many)]
    answers = await asyncio.gather(*proofs, ana.get("/v1/me"))
    assert {answer.status_code for answer in answers} == {200}


async def test_an_exchange_in_the_far_future_can_be_accepted(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    offer = await town.listing(ana)
    body = {"listing_id": offer["id"], "minutes": 60, "starts_at": "2199-12-31T00:00:00Z"}
    exchange = good(await bor.post("/v1/exchanges", body))
    good(await ana.post(f"/v1/exchanges/{exchange['id']}/acceptance"))


async def test_countering_counts_as_proposing(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    offer = await town.listing(ana)
    wanted = await town.listing(bor, "request")
    for _ in range(town.ground.settings.open_proposals_max):
        good(await bor.post("/v1/exchanges", {"listing_id": offer["id"], "minutes": 60}))
    asked = good(await ana.post("/v1/exchanges", {"listing_id": wanted["id"], "minutes": 60}))
    path = f"/v1/exchanges/{asked['id']}/counterproposal"
    refused(await bor.post(path, {"minutes": 30}), 429, "too-many-proposals")


async def test_nobody_is_written_to_after_a_no(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    path = f"/v1/exchanges/{(await town.proposed(ana, bor))['id']}"
    good(await ana.post(f"{path}/decline", {"reason": "Not now."}))
    refused(await bor.post(f"{path}/messages", {"text": "Why?"}), 409, "conversation-over")
