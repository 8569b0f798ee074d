from tests.town import Town, good


async def test_two_strangers_find_each_other_and_an_hour_moves_in_the_books(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    offer = await town.listing(ana)
    request = await town.listing(bor, "request", language="en", languages=["en", "sl"])

    found = good(await bor.get(f"/v1/listings/{request['id']}/matches"))["items"]
    assert [match["listing"]["id"] for match in found] == [offer["id"]]
    assert found[0]["reasons"][0]["code"] == "same_service"

    proposal = {"listing_id": offer["id"], "minutes": 60, "meeting_point_id": "library"}
    exchange = good(await bor.post("/v1/exchanges", proposal))
    path = f"/v1/exchanges/{exchange['id']}"
    assert good(await ana.post(f"{path}/acceptance"))["status"] == "accepted"
    assert (await bor.account())["available_minutes"] == -60
    good(await ana.post(f"{path}/delivery"))
    assert good(await bor.post(f"{path}/confirmation"))["status"] == "settled"

    assert (await ana.account())["balance_minutes"] == 60
    assert (await bor.account())["balance_minutes"] == -60
    (given,), (received,) = await ana.statement(), await bor.statement()
    assert (given["direction"], given["counterpart_alias"]) == ("in", "Bor")
    assert (received["direction"], received["counterpart_alias"]) == ("out", "Ana")

    auditor = await town.staff("auditor")
    proof = good(await auditor.get("/v1/ledger/verification"))
    assert proof["proved"]
    assert proof["sum_minutes"] == 0
