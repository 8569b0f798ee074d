import pytest

from tests.doings import (
    NOWHERE,
    again,
    disputed,
    notices,
    resolved,
    same_as_absent,
    sql,
    stand,
    status_of,
    take,
)
from tests.town import JSON, Person, Town, good, refused

WRONG = {"reason": "We met for half an hour."}


async def _listed(person: Person, query: str = "") -> list[str]:
    return [one["id"] for one in good(await person.get(f"/v1/disputes?{query}"))["items"]]


@pytest.mark.parametrize("since", ["accepted", "delivered", "settled"])
async def test_either_side_may_dispute_and_the_books_wait(town: Town, since: str) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator = await town.staff("moderator")
    for who, other in ((ana, bor), (bor, ana)):
        exchange = await getattr(town, since)(ana, bor)
        before = await stand(ana), await stand(bor)
        dispute = good(await take(who, exchange, "dispute", WRONG))
        assert (dispute["status"], dispute["reason"]) == ("open", WRONG["reason"])
        assert dispute["exchange_id"] == exchange["id"]
        assert [dispute[name] for name in ("outcome", "minutes", "resolved_at")] == [None] * 3
        assert await status_of(other, exchange) == "disputed"
        assert (await stand(ana), await stand(bor)) == before, "a hold stays"
        for told in (moderator, other):
            assert (await notices(told))[0] == ("dispute_opened", dispute["id"])
        for step in ("confirmation", "delivery", "cancellation"):
            refused(await take(who, exchange, step), 409, "step-not-open")


async def test_a_settled_exchange_may_be_disputed_for_fourteen_days_and_no_longer(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    early, late = await town.settled(ana, bor), await town.settled(ana, bor)
    await town.step_on(14 - 0.001)
    bor = await again(town, bor)
    assert good(await bor.get(f"/v1/exchanges/{late['id']}"))["my_steps"] == ["dispute"]
    assert await disputed(bor, early)
    await town.step_on(0.002)
    bor = await again(town, bor)
    problem = refused(await take(bor, late, "dispute", WRONG), 409, "too-late-to-dispute")
    assert problem["days"] == 14
    seen = good(await bor.get(f"/v1/exchanges/{late['id']}"))
    assert (seen["status"], seen["my_steps"]) == ("settled", [])


async def test_an_exchange_is_disputed_once(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor)
    dispute = await disputed(bor, exchange)
    refused(await take(ana, exchange, "dispute", WRONG), 409, "step-not-open")
    good(await resolved(await town.staff("moderator"), dispute, "as_agreed"))
    refused(await take(bor, exchange, "dispute", WRONG), 409, "already-disputed")
    assert await status_of(bor, exchange) == "settled"


async def test_a_dispute_is_decided_once_and_both_sides_are_told(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    moderator, second = await town.staff("moderator"), await town.staff("moderator")
    decision = good(await resolved(moderator, dispute, "adjusted", 30))
    assert (decision["status"], decision["outcome"], decision["minutes"]) == (
        "resolved",
        "adjusted",
        30,
    )
    assert decision["resolution_reason"] == "Both were heard."
    assert decision["resolved_at"] > decision["opened_at"]
    refused(await resolved(second, dispute, "void"), 409, "dispute-resolved")
    for party in (ana, bor):
        assert good(await party.get(f"/v1/disputes/{dispute['id']}")) == decision
        kinds = [kind for kind, subject in await notices(party) if subject == dispute["id"]]
        assert kinds.count("dispute_resolved") == 1
    assert await stand(ana) == (30, 0, 30)


async def test_a_moderator_who_is_a_party_decides_nothing(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    statement = "UPDATE login SET roles = '{member,moderator}' WHERE login_id = $1"
    for judge in (ana, bor):
        await sql(town, statement, judge.login_id)
        dispute = await disputed(bor, await town.delivered(ana, bor))
        refused(await resolved(judge, dispute, "void"), 409, "concerned")
    assert good(await bor.get(f"/v1/disputes/{dispute['id']}"))["status"] == "open"
    assert await stand(bor) == (0, 120, -120)
    stranger = await town.member("Cene")
    await sql(town, statement, stranger.login_id)
    assert good(await resolved(stranger, dispute, "void"))["status"] == "resolved"


async def test_members_see_their_own_disputes_and_moderators_all(town: Town) -> None:
    ana, bor, cene = await town.member("Ana"), await town.member("Bor"), await town.member("Cene")
    first = await disputed(bor, await town.delivered(ana, bor))
    second = await disputed(cene, await town.delivered(ana, cene))
    moderator = await town.staff("moderator")
    assert await _listed(moderator) == await _listed(ana) == [first["id"], second["id"]]
    assert (await _listed(bor), await _listed(cene)) == ([first["id"]], [second["id"]])
    path = f"/v1/disputes/{first['id']}"
    same_as_absent(await cene.get(path), await cene.get(f"/v1/disputes/{NOWHERE}"))
    good(await resolved(moderator, first, "void"))
    assert await _listed(moderator, "status=open") == [second["id"]]
    assert await _listed(ana, "status=resolved") == [first["id"]]
    page = good(await moderator.get("/v1/disputes?limit=1"))
    rest = await _listed(moderator, f"limit=1&cursor={page['next_cursor']}")
    assert [page["items"][0]["id"], *rest] == [first["id"], second["id"]]


async def test_to_all_but_moderators_there_is_no_such_thing_as_deciding(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    path = f"/v1/disputes/{dispute['id']}/resolution"
    body = {"outcome": "void", "reason": "I say so."}
    for person in (ana, bor, await town.staff("coordinator"), await town.staff("admin")):
        nothing = await person.post("/v1/no/such/thing", body)
        same_as_absent(await person.post(path, body), nothing)
    for role in ("coordinator", "auditor"):
        staff = await town.staff(role)
        refused(await staff.get(f"/v1/disputes/{dispute['id']}"), 403, "not-a-member")
    moderator = await town.staff("moderator")
    absent = await moderator.post(f"/v1/disputes/{NOWHERE}/resolution", body)
    refused(absent, 404, "not-found")


async def test_minutes_go_with_adjusted_and_only_then(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    moderator = await town.staff("moderator")
    for outcome, minutes in (("adjusted", None), ("as_agreed", 60), ("void", 60)):
        refused(await resolved(moderator, dispute, outcome, minutes), 422, "minutes-do-not-fit")
    for outcome, wrong in (("adjusted", 0), ("adjusted", 6_001), ("split", None)):
        refused(await resolved(moderator, dispute, outcome, wrong), 422, "unfit")
    assert await _listed(moderator, "status=open") == [dispute["id"]]
    assert await stand(bor) == (0, 60, -60)


async def test_the_reasons_of_both_are_kept_sealed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    good(await resolved(await town.staff("moderator"), dispute, "void"))
    rows = await sql(town, "SELECT reason_sealed, resolution_sealed FROM dispute")
    (sealed,) = [row["reason_sealed"] + row["resolution_sealed"] for row in rows]
    for word in (b"shorter", b"heard"):
        assert word not in sealed


async def test_opening_and_deciding_with_a_key_happen_once(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    opened = [await take(bor, exchange, "dispute", WRONG, key="open-1") for _ in range(2)]
    assert opened[0].content == opened[1].content
    dispute: JSON = good(opened[0])
    body = {"outcome": "as_agreed", "reason": "Both were heard."}
    moderator, path = await town.staff("moderator"), f"/v1/disputes/{dispute['id']}/resolution"
    decided = [await moderator.post(path, body, key="decide-1") for _ in range(2)]
    assert decided[0].content == decided[1].content
    assert decided[1].headers["Idempotency-Replayed"] == "true"
    assert await stand(ana) == (60, 0, 60)
