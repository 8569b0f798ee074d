"""An `Idempotency-Key` makes one effect of one wish, however often it is sent."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from app.kit import idempotency
from tests.contract import offer, titles
from tests.doings import disputed, leaves, sql, stand, take
from tests.town import JSON, Person, Town, good, refused

KEY = "9e0c2f3a-wish"


async def post(person: Person, key: str = KEY, title: str = "Bread") -> httpx.Response:
    return await person.post("/v1/listings", offer(title=title), key=key)


async def kept(town: Town) -> list[tuple[str, int]]:
    rows = await sql(town, "SELECT key, status FROM idempotency_key ORDER BY key")
    return [(row["key"], row["status"]) for row in rows]


def replayed(answer: httpx.Response) -> bool:
    return "idempotency-replayed" in answer.headers


async def test_the_same_wish_gets_the_same_answer_and_one_effect(town: Town) -> None:
    ana = await town.member()
    first = await post(ana)
    again = [await post(ana) for _ in range(3)]
    assert (first.status_code, replayed(first)) == (201, False)
    assert all(replayed(answer) for answer in again)
    assert {answer.status_code for answer in again} == {201}
    assert {answer.content for answer in again} == {first.content}
    for answer in again:
        assert answer.headers["content-type"] == first.headers["content-type"]
        assert answer.headers["cache-control"] == "no-store"
    assert await titles(ana) == ["Bread"]


async def test_without_a_key_every_wish_counts(town: Town) -> None:
    ana = await town.member()
    await town.listing(ana)
    await town.listing(ana)
    assert len(await titles(ana)) == 2
    assert await kept(town) == []


async def test_the_replay_is_the_first_answer_and_not_the_present_state(town: Town) -> None:
    ana = await town.member()
    first = good(await post(ana))
    good(await ana.patch(f"/v1/listings/{first['id']}", {"title": "Cake"}))
    assert good(await post(ana)) == first
    assert await titles(ana) == ["Cake"]


async def test_the_same_key_for_another_wish_is_refused(town: Town) -> None:
    ana = await town.member()
    listing = good(await post(ana))
    refused(await post(ana, title="Cake"), 422, "key-reused")
    other_path = await ana.post("/v1/exchanges", offer(title="Bread"), key=KEY)
    refused(other_path, 422, "key-reused")
    other_query = await ana.post("/v1/listings?x=1", offer(title="Bread"), key=KEY)
    refused(other_query, 422, "key-reused")
    assert await titles(ana) == ["Bread"]
    assert good(await post(ana)) == listing


async def test_twins_at_the_same_time_have_one_effect_and_one_answer(town: Town) -> None:
    ana = await town.member()
    answers = await asyncio.gather(*(post(ana) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sorted(replayed(answer) for answer in answers) == [False] + [True] * 7
    assert await titles(ana) == ["Bread"]


async def test_different_wishes_at_the_same_time_with_one_key_have_one_effect(
    town: Town,
) -> None:
    ana = await town.member()
    answers = await asyncio.gather(*(post(ana, title=f"Bread {number}") for number in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422, 422]
    assert len(await titles(ana)) == 1


async def test_hours_move_once_however_often_it_is_confirmed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    confirmed = [take(bor, exchange, "confirmation", key=KEY) for _ in range(6)]
    answers = await asyncio.gather(*confirmed)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert (await stand(ana), await stand(bor)) == ((60, 0, 60), (-60, 0, -60))
    # Without the key it is another wish, and that step is no longer open.
    refused(await take(bor, exchange, "confirmation"), 409, "step-not-open")


async def test_a_refusal_is_not_kept_and_the_same_wish_may_succeed_later(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=-700), await town.member("Bor")
    exchange = await town.proposed(bor, ana)
    refused(await take(bor, exchange, "acceptance", key=KEY), 409, "not-enough-hours")
    assert await kept(town) == []
    await town.give(ana, 700)
    answer = await take(bor, exchange, "acceptance", key=KEY)
    assert good(answer)["status"] == "accepted"
    assert not replayed(answer)
    assert await kept(town) == [(KEY, 200)]


async def test_a_refusal_that_leaves_a_trace_uses_no_key_up(town: Town) -> None:
    """The attempt is committed and kept; the key is as if it had never been sent."""
    await sql(town, "UPDATE bank_safety SET contacts_max = 1, contacts_new_max = 1")
    bor = await town.member("Bor")
    known, stranger = [await town.listing(await town.member(name)) for name in ("Ana", "Cene")]

    async def propose(offer: JSON, key: str | None = None) -> httpx.Response:
        body = {"listing_id": offer["id"], "minutes": 60}
        return await bor.post("/v1/exchanges", body, key=key)

    good(await propose(known))
    refused(await propose(stranger, KEY), 429, "too-many-contacts")
    assert len(await sql(town, "SELECT attempt_id FROM contact_attempt WHERE refused")) == 1
    assert await kept(town) == []
    assert good(await propose(known, KEY))["status"] == "proposed"


async def test_a_body_that_does_not_fit_uses_no_key_up(town: Town) -> None:
    ana = await town.member()
    refused(await post(ana, title=""), 422, "unfit")
    broken = await ana.ask("POST", "/v1/listings", content=b"{", headers={"Idempotency-Key": KEY})
    refused(broken, 422, "unfit")
    assert (await post(ana)).status_code == 201


async def test_a_key_is_printable_and_not_longer_than_its_limit(town: Town) -> None:
    ana = await town.member()
    for key in (b"", b"x" * 256, b"\x7f", b"a\x00b", "ključ".encode(), b"\xff", b"a\tb"):
        headers = {b"Idempotency-Key": key}
        answer = await ana.client.post(
            "/v1/listings",
            json=offer(),
            headers=[(b"Authorization", f"Bearer {ana.token}".encode()), *headers.items()],
        )
        refused(answer, 422, "bad-key")
    assert await titles(ana) == []
    for number, key_text in enumerate(("x" * 255, "!", "a b ~", '"quoted"')):
        assert (await post(ana, key_text, f"Bread {number}")).status_code == 201
    assert len(await titles(ana)) == 4


async def test_the_keys_of_two_logins_do_not_meet(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    people = [await town.member("Ana"), await town.member("Bor"), await other.member("Ana")]
    answers = [await post(person) for person in people]
    assert [replayed(answer) for answer in answers] == [False] * 3
    assert len({good(answer)["id"] for answer in answers}) == 3
    again = await town.signed_in(people[0].email)
    assert (await post(again)).content == answers[0].content


async def test_a_key_is_looked_at_only_after_the_caller(town: Town) -> None:
    ana = await town.member()
    good(await post(ana))
    await sql(town, "UPDATE login SET roles = '{}' WHERE login_id = $1", ana.login_id)
    refused(await post(ana), 403, "not-a-member")
    assert (await ana.delete("/v1/sessions")).status_code == 204
    refused(await post(ana), 401, "not-authenticated")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
async def test_a_proposal_on_what_is_hidden_now_is_not_replayed(town: Town, encoding: str) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(ana)
    body = f'{{"listing_id": "{listing["id"]}", "minutes": 60}}'.encode(encoding)
    headers = {"Content-Type": "application/json", "Idempotency-Key": KEY}

    async def propose() -> httpx.Response:
        return await bor.ask("POST", "/v1/exchanges", content=body, headers=headers)

    first = await propose()
    assert (first.status_code, (await propose()).content) == (201, first.content)
    await leaves(town, ana)
    hidden = await propose()
    refused(hidden, 404, "not-found")
    assert not replayed(hidden)
    assert str(ana.member_id) not in hidden.text


async def test_a_step_with_somebody_hidden_now_is_not_replayed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    good(await take(ana, exchange, "acceptance", key=KEY))
    await leaves(town, bor)
    refused(await take(ana, exchange, "acceptance", key=KEY), 404, "not-found")


async def test_a_dispute_is_replayed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor)
    body = {"reason": "Nobody came."}
    first = await take(bor, exchange, "dispute", body, key=KEY)
    again = await take(bor, exchange, "dispute", body, key=KEY)
    assert (first.status_code, again.content, replayed(again)) == (201, first.content, True)
    good(first)
    assert len(await sql(town, "SELECT dispute_id FROM dispute")) == 1


async def test_kept_answers_lie_sealed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor)
    path = f"/v1/exchanges/{exchange['id']}/messages"
    good(await ana.post(path, {"text": "under the linden tree"}, key=KEY))
    (row,) = await sql(town, "SELECT answer FROM idempotency_key WHERE key = $1", KEY)
    assert b"linden" not in row["answer"]
    assert good(await ana.post(path, {"text": "under the linden tree"}, key=KEY))["is_mine"]
    await disputed(ana, exchange)


async def test_an_answer_that_was_kept_is_not_forgotten_by_a_twin(town: Town) -> None:
    """A request that pauses commits its key: a twin can be refused after it was answered."""
    ana = await town.member()
    await post(ana)
    use = idempotency.Use(town.bank_id, ana.login_id, KEY, bytes(32))
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await idempotency.forget_many(work, [idempotency.Key(use, None)])
    assert await kept(town) == [(KEY, 201)]
