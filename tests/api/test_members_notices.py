"""A notice is read by whom it is for, and by nobody else."""

import httpx
from fastapi import FastAPI

from tests.doings import NOWHERE, SUSPICIOUS, same_as_absent
from tests.town import JSON, Person, Town, good, refused


async def notices(person: Person, query: str = "") -> list[JSON]:
    return list(good(await person.get(f"/v1/notices{query}"))["items"])


async def read(person: Person, notice: JSON) -> httpx.Response:
    return await person.post(f"/v1/notices/{notice['id']}/read")


async def test_a_notice_is_read_once_and_stays_read(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    newest = (await notices(ana))[0]
    assert (newest["kind"], newest["subject_id"]) == ("exchange_changed", exchange["id"])
    assert not newest["is_read"]
    assert set(newest) == {"id", "kind", "subject_id", "at", "is_read"}  # and never a text
    assert good(await read(ana, newest)) == newest | {"is_read": True}
    assert good(await read(ana, newest)) == newest | {"is_read": True}
    assert (await notices(ana))[0]["is_read"]


async def test_somebody_elses_notice_looks_like_none_and_stays_unread(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.proposed(ana, bor)
    newest = (await notices(ana))[0]
    others = [bor, await town.staff("coordinator"), await other.member("Ana")]
    for person in others:
        absent = await person.post(f"/v1/notices/{NOWHERE}/read")
        same_as_absent(await read(person, newest), absent)
        assert newest["id"] not in [notice["id"] for notice in await notices(person)]
    assert not (await notices(ana))[0]["is_read"]


async def test_staff_read_those_of_their_role_and_bank(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    first, second = await town.staff("coordinator"), await town.staff("coordinator")
    await town.applicant()
    (waiting,) = await notices(first)
    assert await notices(second) == [waiting]
    strangers = [await town.staff("moderator"), await other.staff("coordinator")]
    for person in strangers:
        assert await notices(person) == []
        refused(await read(person, waiting), 404, "not-found")
    assert good(await read(second, waiting))["is_read"]
    assert (await notices(first))[0]["is_read"]


async def test_notices_come_newest_first_and_in_pages(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    subjects = [(await town.proposed(ana, bor))["id"] for _ in range(5)]
    first = good(await ana.get("/v1/notices?limit=3"))
    rest = good(await ana.get("/v1/notices", params={"cursor": first["next_cursor"]}))
    listed = [item["subject_id"] for item in (*first["items"], *rest["items"])]
    assert listed == [*subjects[::-1], str(ana.member_id)]
    assert rest["next_cursor"] is None


async def test_a_proposal_is_told_once_whatever_becomes_of_its_message(town: Town) -> None:
    admin = await town.staff("admin")
    change = {"screening": True, "reason": "So."}
    good(await admin.patch("/v1/bank/safety", change))
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(ana)
    for message in (None, "Would Tuesday suit you?", SUSPICIOUS):
        before = len(await notices(ana))
        body = {"listing_id": listing["id"], "minutes": 60, "message": message}
        good(await bor.post("/v1/exchanges", body))
        assert len(await notices(ana)) == before + 1, message
