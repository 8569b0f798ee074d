"""The town that the ledger's benchmark writes in bulk is one that the program works with."""

import httpx
from fastapi import FastAPI

from app.ledger.verifying import prove
from benchmarks.asks import DONATION, tokens
from benchmarks.town import deliver, found
from tests.town import good


async def test_its_people_give_and_confirm_and_its_books_prove(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    ground = app.state.ground
    town = await found(ground, members=3, signed_in=1)
    (delivered,) = await deliver(ground, town, 1, 1)
    (token,) = tokens(ground, town, town.people[:1])
    client.headers.update({"Authorization": f"Bearer {token}", "Idempotency-Key": "one"})
    json = {"Content-Type": "application/json"}
    good(await client.post("/v1/donations", content=DONATION, headers=json))
    client.headers["Idempotency-Key"] = "two"
    settled = await client.post(f"/v1/exchanges/{delivered.exchange_id}/confirmation")
    assert good(settled)["status"] == "settled"
    assert len(good(await client.get("/v1/me/account/postings"))["items"]) == 3
    assert await prove(ground, town.bank_id, None) == []
