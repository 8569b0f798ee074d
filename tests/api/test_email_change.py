"""Another e-mail to sign in with: in three days, unless it is stopped. Nobody can tell whose."""

import asyncio

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.credentials.emails.jobs import TAKE_EMAIL
from app.rights import operations as rights
from app.worker import JOBS
from tests.contract import sign_in
from tests.doings import leaves, notices, sql, status_of, varying
from tests.town import PASSWORD, Person, Town, good, refused
from tests.watching import watched
from tests.workers import all_are_due, all_done, working

PATH = "/v1/me/email"
NEW = "zala@example.org"
OTHER = "four quite plain words"


async def ask(person: Person, email: str = NEW, password: str = PASSWORD) -> httpx.Response:
    return await person.post(PATH, {"email": email, "password": password})


async def take(town: Town, person: Person) -> None:
    """Do what the timer does."""
    ids = {"bank_id": town.bank_id, "login_id": person.login_id}
    async with town.ground.database.begin() as session:
        await JOBS[TAKE_EMAIL](town.ground.work(session), ids)


async def test_in_three_days_one_signs_in_with_the_new_address_and_not_with_the_old(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    refused(await ask(ana, password=OTHER), 401, "wrong-credentials")
    assert good(await ana.get(PATH)) == {"ready_at": None}
    answer = good(await ask(ana, " Zala@Example.org "))
    assert answer == {"status": "received", **good(await ana.get(PATH))}
    assert (await notices(ana))[0] == ("email_change_begun", str(ana.member_id))
    await town.step_on(days=3 - 1 / 86_400)
    await take(town, ana)
    good(await sign_in(town, ana.email))
    await town.step_on(days=2 / 86_400)
    await all_are_due(town)
    async with working(town):
        await all_done(town)
    refused(await sign_in(town, ana.email), 401, "wrong-credentials")
    again = await town.signed_in(NEW)
    assert again.member_id == ana.member_id
    assert good(await again.get(PATH)) == {"ready_at": None}
    assert (await notices(again))[0] == ("email_changed", str(ana.member_id))
    held = good(await again.get("/v1/me/export"))["held"]
    assert [row["email"] for row in held["login"]] == ["Zala@Example.org"]
    before = len(await notices(again))
    await take(town, ana)
    assert len(await notices(again)) == before


async def test_whoever_is_signed_in_stops_it_and_so_do_a_new_password_and_leaving(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    assert (await ana.delete(PATH)).status_code == 204
    good(await ask(ana))
    phone = await town.signed_in(ana.email)
    await town.step_on(days=1 / 200)
    assert (await phone.delete(PATH)).status_code == 204
    phone = await town.signed_in(ana.email)
    good(await ask(phone))
    body = {"current_password": PASSWORD, "password": OTHER}
    assert (await phone.post("/v1/me/password", body)).status_code == 204
    await town.step_on(days=3)
    await take(town, ana)
    refused(await sign_in(town, NEW, OTHER), 401, "wrong-credentials")
    phone = await town.signed_in(ana.email, OTHER)
    good(await ask(phone, password=OTHER))
    assert phone.member_id is not None
    await leaves(town, phone)
    async with town.ground.database.begin() as session:
        assert await rights.forget(town.ground.work(session), town.bank_id, phone.member_id)
    assert await sql(town, "SELECT 1 FROM email_change") == []


async def test_whether_an_address_is_known_shows_nowhere(town: Town, app: FastAPI) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    nova, gone = await town.applicant(), await town.member("Gal")
    await leaves(town, gone)
    seen = set()
    for email in (NEW, bor.email, nova.email, gone.email, ana.email):
        with watched(app) as watch:
            answer = await ask(ana, email)
        body = good(answer)
        assert body.pop("ready_at")
        headers = {name: one for name, one in varying(answer).items() if name != "content-length"}
        seen.add((answer.status_code, str(body), str(headers), watch.all))
    assert len(seen) == 1


async def test_two_who_get_an_address_at_once_both_sign_in_with_it_and_the_desk_is_told(
    town: Town,
) -> None:
    coordinator, ana = await town.staff("coordinator"), await town.member("Ana")
    good(await ask(ana, password=PASSWORD))
    await town.step_on(days=3)
    coordinator = await town.signed_in(coordinator.email)
    nova = await town.applicant(email=NEW, password=OTHER)
    path = f"/v1/applications/{nova.member_id}/approval"
    answer, _ = await asyncio.gather(coordinator.post(path), take(town, ana))
    assert (await town.signed_in(NEW)).member_id == ana.member_id
    if answer.is_success:
        assert ("email_shared", str(ana.member_id)) in await notices(coordinator)
        good(await sign_in(town, NEW, OTHER))
    else:
        refused(answer, 409, "email-taken")


async def test_nobody_finds_out_by_a_change_whether_an_address_is_somebodys(town: Town) -> None:
    desk = await town.staff("coordinator")
    seen = []
    for number, hers in enumerate((None, "hers1@example.org")):
        new, own = f"hers{number}@example.org", f"own{number}@example.org"
        zala = await town.member("Zala", email=hers, password=OTHER) if hers else None
        vid = await town.member("Vid", email=own)
        good(await ask(vid, new))
        await town.step_on(days=3)
        await take(town, vid)
        refused(await sign_in(town, own), 401, "wrong-credentials")
        vid = await town.signed_in(new)
        told = [kind for kind, _ in await notices(vid)]
        held = good(await vid.get("/v1/me/export"))["held"]["login"]
        seen.append((told, [row.keys() for row in held], held[0]["roles"]))
        desk = await town.signed_in(desk.email)
        shared = ("email_shared", str(vid.member_id)) in await notices(desk)
        assert shared == bool(hers), "the desk may know, and can talk with both"
        if zala:
            again = await town.signed_in(new, OTHER)
            assert again.member_id == zala.member_id, "hers opens with her own password, as before"
    assert seen[0] == seen[1]


async def test_staff_do_not_share_an_address(town: Town) -> None:
    desk, admin = await town.staff("coordinator"), await town.staff("admin")
    good(await ask(admin, desk.email))
    await town.step_on(days=3)
    await take(town, admin)
    good(await sign_in(town, admin.email))
    desk = await town.signed_in(desk.email)
    assert (await notices(desk))[0] == ("email_not_changed", str(admin.login_id))
    with pytest.raises(asyncpg.CheckViolationError, match="staff_share_none"):
        await sql(town, "UPDATE login SET shares_email = true WHERE login_id = $1", desk.login_id)


async def test_who_blocks_the_new_address_is_hidden_from_its_owner_then(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=60)
    worker = await town.staff("case_worker")
    exchange, offer = await town.accepted(ana, bor), await town.listing(bor)
    good(await ask(ana))
    assert (await bor.post("/v1/me/blocks", {"email": NEW})).status_code == 204
    good(await ana.get(f"/v1/listings/{offer['id']}"))
    await town.step_on(days=3)
    await take(town, ana)
    ana, bor = await town.signed_in(NEW), await town.signed_in(bor.email)
    refused(await ana.get(f"/v1/listings/{offer['id']}"), 404, "not-found")
    good(await bor.get(f"/v1/listings/{exchange['listing_id']}"))
    assert await status_of(bor, exchange) == "accepted", "what is in progress goes on"
    worker = await town.signed_in(worker.email)
    assert ("safeguarding_alert", str(ana.member_id)) in await notices(worker)


async def test_signing_in_costs_the_same_after_the_change_as_before(
    town: Town, app: FastAPI
) -> None:
    ana = await town.member("Ana")
    body = {"alias": "Nova", "email": NEW, "languages": ["sl"], "password": OTHER}
    good(await town.client.post("/v1/members", json=body))
    good(await ask(ana))
    await town.step_on(days=3)
    await take(town, ana)
    with watched(app) as seen:
        good(await sign_in(town, NEW))
        good(await sign_in(town, NEW, OTHER))
    assert seen.hashes == 2
