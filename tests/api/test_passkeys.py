"""A key in one's own device beside the password; what is not its answer to us opens nothing."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import httpx
from fastapi import FastAPI

from tests.api.test_second_factor import code_of, enrolled
from tests.authenticator import PATH, Authenticator, begun, enrolled_passkey, text_of
from tests.contract import sign_in
from tests.doings import same_as_absent, sql
from tests.town import JSON, PASSWORD, Person, Town, good, refused

MINUTE = 1 / 1440


async def asked(town: Town, person: Person) -> JSON:
    """What signing in asks the person's passkeys, once the password is right."""
    answer = refused(await sign_in(town, person.email, bank=person.bank), 401, NEEDED)
    found: JSON = answer["public_key"]
    return found


NEEDED = "second-factor-needed"


async def answered(town: Town, person: Person, answer: JSON) -> httpx.Response:
    return await sign_in(town, person.email, bank=person.bank, passkey=json.dumps(answer))


async def test_signing_in_and_proving_again_ask_for_a_passkey_once_there_is_one(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    passkey_id, device = await enrolled_passkey(ana)
    refused(await sign_in(town, ana.email, "four quite plain words"), 401, "wrong-credentials")
    problem = refused(await sign_in(town, ana.email), 401, NEEDED)
    assert (problem["error"], problem["has_code"]) == ("invalid_grant", False)
    question = problem["public_key"]
    assert [one["id"] for one in question["allowCredentials"]] == [text_of(device.id)]
    assert question["rpId"] == "localhost"
    tokens = good(await answered(town, ana, device.get(question)))
    phone = replace(ana, token=tokens["access_token"])
    body = {"password": PASSWORD}
    question = refused(await phone.post("/v1/me/confirmation", body), 401, NEEDED)["public_key"]
    proved = body | {"passkey": device.get(question)}
    assert (await phone.post("/v1/me/confirmation", proved)).status_code == 204
    (item,) = good(await phone.get(PATH))["items"]
    today = town.ground.clock().date().isoformat()
    assert item == {"id": passkey_id, "device": "other", "day": today, "used_on": today}
    rows = await sql(town, "SELECT sign_count, p::text AS text FROM passkey p")
    assert [row["sign_count"] for row in rows] == [2]
    assert device.id.hex() not in rows[0]["text"]
    means = await sql(town, "SELECT DISTINCT means FROM session")
    assert [row["means"] for row in means] == ["passkey"]


Spoil = Callable[[Authenticator, JSON], JSON]
WRONG: dict[str, Spoil] = {
    "a page of somebody else's": lambda device, question: replace(
        device, origin="http://localhost:8001"
    ).get(question),
    "another domain": lambda device, question: replace(device, rp_id="example.org").get(question),
    "another challenge": lambda device, question: device.get(
        question | {"challenge": text_of(bytes(32))}
    ),
    "another key": lambda device, question: replace(Authenticator(), id=device.id, count=50).get(
        question
    ),
    "another passkey": lambda _, question: Authenticator(count=50).get(question),
    "a count that has not gone on": lambda device, question: replace(device, count=0).get(question),
    "an answer to something else": lambda device, question: device.create(question),
    "nothing": lambda _, __: {},
    "nonsense": lambda device, question: device.get(question) | {"response": {"signature": "č"}},
    "no text": lambda device, question: device.get(question) | {"rawId": ["x"], "id": 1},
}


async def test_an_answer_that_is_not_to_our_question_opens_nothing(town: Town) -> None:
    ana = await town.member("Ana")
    _, device = await enrolled_passkey(ana)
    good(await answered(town, ana, device.get(await asked(town, ana))))
    for wrong in WRONG.values():
        question = await asked(town, ana)
        refused(await answered(town, ana, wrong(device, question)), 401, "wrong-passkey")
        # What was asked is used up, even by an answer that is not good.
        refused(await answered(town, ana, device.get(question)), 401, "wrong-passkey")
    for text in ("{", "[]", "null", '"x"', "[" * 4_000, " "):
        answer = await sign_in(town, ana.email, passkey=text)
        refused(answer, 401, "wrong-passkey")
    good(await answered(town, ana, device.get(await asked(town, ana))))


async def test_a_question_is_answered_once_even_at_once_and_within_five_minutes(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    _, device = await enrolled_passkey(ana)
    answer = device.get(await asked(town, ana))
    found = await asyncio.gather(*(answered(town, ana, answer) for _ in range(4)))
    assert sorted(one.status_code for one in found) == [200, 401, 401, 401]
    question = await asked(town, ana)
    await town.step_on(days=5 * MINUTE)
    refused(await answered(town, ana, device.get(question)), 401, "wrong-passkey")
    question = await asked(town, ana)
    newer = await asked(town, ana)
    refused(await answered(town, ana, device.get(question)), 401, "wrong-passkey")
    assert newer["challenge"] != question["challenge"]


async def test_a_passkey_proves_its_own_login_only(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    ana, bor = await town.member("Ana"), await town.member("Bor")
    twin = await other.member("Ana", email=ana.email)
    devices = {one.login_id: (await enrolled_passkey(one))[1] for one in (ana, bor, twin)}
    for one in (ana, bor, twin):
        for device in devices.values():
            answer = await answered(town, one, device.get(await asked(town, one)))
            assert answer.is_success is (device is devices[one.login_id])
    refused(await answered(town, bor, devices[bor.login_id].get(await asked(town, ana))), 401, GONE)


GONE = "wrong-passkey"


async def test_a_passkey_is_made_from_what_was_begun_here_lately_and_once(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    device = Authenticator()
    path = f"{PATH}/confirmation"

    async def finished(person: Person, answer: JSON) -> httpx.Response:
        return await person.post(path, {"passkey": answer})

    refused(await finished(ana, device.create({"challenge": text_of(bytes(32))})), 401, GONE)
    refused(await finished(ana, device.create(await begun(bor))), 401, GONE)
    for wrong in (
        replace(device, origin="https://localhost.example"),
        replace(device, rp_id="example"),
    ):
        refused(await finished(ana, wrong.create(await begun(ana))), 401, GONE)
    question = await begun(ana)
    refused(await finished(ana, device.get(question)), 401, GONE)
    refused(await finished(ana, device.create(question)), 401, GONE)
    answer = device.create(await begun(ana))
    found = await asyncio.gather(*(finished(ana, answer) for _ in range(3)))
    assert sorted(one.status_code for one in found) == [201, 401, 401]
    question = await begun(ana)
    assert [one["id"] for one in question["excludeCredentials"]] == [text_of(device.id)]
    await town.step_on(days=5 * MINUTE)
    refused(await finished(ana, Authenticator().create(question)), 401, GONE)
    refused(await ana.post(PATH), 401, "confirm-first")
    assert len(good(await ana.get(PATH))["items"]) == 1


async def test_a_removed_passkey_proves_nothing_and_nobody_removes_anothers(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    gone, first = await enrolled_passkey(ana)
    _, second = await enrolled_passkey(ana)
    absent = await bor.delete(f"{PATH}/{bor.login_id}")
    same_as_absent(await bor.delete(f"{PATH}/{gone}"), absent)
    question = await asked(town, ana)
    assert (await ana.delete(f"{PATH}/{gone}")).status_code == 204
    refused(await answered(town, ana, first.get(question)), 401, GONE)
    good(await answered(town, ana, second.get(await asked(town, ana))))


async def test_a_code_or_a_passkey_opens_where_there_are_both(town: Town) -> None:
    ana = await town.member("Ana")
    seed = await enrolled(town, ana)
    _, device = await enrolled_passkey(ana)
    problem = refused(await sign_in(town, ana.email), 401, NEEDED)
    assert problem["has_code"] is True
    good(await answered(town, ana, device.get(problem["public_key"])))
    good(await sign_in(town, ana.email, code=code_of(town, seed)))


async def test_one_has_ten_passkeys_at_the_most(town: Town) -> None:
    ana = await town.member("Ana")
    pending = Authenticator().create(await begun(ana))
    row = (await enrolled_passkey(ana))[0]
    more = (
        "INSERT INTO passkey SELECT bank_id, gen_random_uuid(), login_id, credential_sealed,"
        " sign_count, device, created_at FROM passkey, generate_series(1, 9) WHERE passkey_id = $1"
    )
    await sql(town, more, row)
    refused(await ana.post(PATH), 409, "too-many-passkeys")
    refused(await ana.post(f"{PATH}/confirmation", {"passkey": pending}), 409, "too-many-passkeys")
