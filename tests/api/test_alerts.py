"""Alerts: patterns in the real books reach the case worker once, and nobody else at all."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from app.rights import retention
from app.rights.periods import Period
from app.watch import queries as watch
from app.worker import SWEEPS
from tests.doings import notices, sql, why
from tests.moving import BUSY, DAY, HOURS_MAX, Paid, Village, weekly
from tests.town import JSON, Person, Town, good, refused

WHY = {"reason": "The meeting decided it."}
PLANTED = {
    "long_hours": ("Xena", BUSY),
    "one_counterpart": ("Olga", [*weekly("Olga", "a", 90, 7), *weekly("Olga", "b", 60, 3, 20)]),
    "never_spends": ("Nada", weekly("Nada", "a b c d", 120, 10)),
    "always_same": ("p", []),
    "collector": (
        "Yuri",
        [
            one
            for worker in ("p", "q", "r")
            for one in (*weekly(worker, "a b c d", 90, 8), *weekly("Yuri", worker, 100, 7, 20))
        ],
    ),
    "organisation_takes": ("Guild", weekly("a", "Guild", 700, 4)),
    "fast_ring": (
        "u",
        [
            Paid(HOURS_MAX + turn / 10 + place / 40, *pair)
            for turn in range(3)
            for place, pair in enumerate((("u", "v"), ("v", "w"), ("w", "u")))
        ],
    ),
}
"""For each pattern who is found, and what they did; Yuri collects what three others earned."""
EVERYDAY = [
    *weekly("a", "b c d", 60, 6, 11),
    *weekly("b", "c d a", 45, 6, 13),
    *weekly("c", "d a b", 60, 6, 15),
    *weekly("d", "a b c", 90, 6, 17),
]


async def test_planted_patterns_are_found_in_one_round_and_the_everyday_is_not(town: Town) -> None:
    village = await Village.of(town, "Xena Olga Nada Yuri Guild p q r u v w a b c d")
    await sql(town, "UPDATE member SET kind = 'organisation' WHERE alias = 'Guild'")
    await village.move([*EVERYDAY, *(one for _, plan in PLANTED.values() for one in plan)])
    await village.round()
    found = await village.found()
    assert found >= {(name, kind) for kind, (name, _) in PLANTED.items()}
    innocent = {(name, kind) for name, kind in found if name in set("bcd")}
    assert innocent == set(), "and whoever works for Guild is found to work long"


async def test_who_gives_at_night_on_the_clocks_of_the_bank_is_found(town: Town) -> None:
    village = await Village.of(town, "")
    xena, other = await town.member("Xena"), await town.member("a", minutes=600)
    offer = await town.listing(xena)
    late = village.begins.replace(hour=23, minute=30)  # half past midnight in Ljubljana
    for night in range(3):
        at = (late + timedelta(days=night)).isoformat()
        body = {"listing_id": offer["id"], "minutes": 60, "starts_at": at}
        exchange = good(await other.post("/v1/exchanges", body))
        for who, step in ((xena, "acceptance"), (xena, "delivery"), (other, "confirmation")):
            good(await who.post(f"/v1/exchanges/{exchange['id']}/{step}"))
    await village.round()
    rows = await sql(town, "SELECT member_id, kind, minutes, times FROM alert")
    assert rows == [
        {"member_id": xena.member_id, "kind": "night_hours", "minutes": 180, "times": 3}
    ]


async def test_rounds_come_daily_and_alert_once_until_somebody_looked(town: Town) -> None:
    village = await Village.of(town, "Xena a b c d")
    await village.move(BUSY)
    for day in range(3):
        village.at(HOURS_MAX + DAY * day)
        await village.round()
        await village.round()
    assert await village.found() == {("Xena", "long_hours")}
    worker = await town.staff("case_worker")
    assert [kind for kind, _ in await notices(worker)] == ["alert_waiting"]
    (alert,) = good(await worker.get("/v1/alerts"))["items"]
    assert (alert["minutes"], alert["people"], alert["days"]) == (800, 4, 7)
    assert alert["member_id"] == str(village.ids["Xena"])
    closed = good(await close(worker, alert))
    assert (closed["status"], closed["reason"]) == ("closed", "She likes to.")
    refused(await close(worker, alert), 409, "alert-closed")
    begun_anew = "UPDATE watch_round SET moved_since = $1, is_done = false, after_id = $2"
    await sql(town, begun_anew, village.begins, UUID(int=0))
    await village.round()
    assert good(await worker.get("/v1/alerts"))["items"] == [], "it was looked at"
    assert [one["id"] for one in good(await worker.get("/v1/alerts?status=closed"))["items"]] == [
        alert["id"]
    ]
    await town.step_on(Period.ALERT.days + 1)
    async with town.ground.database.begin() as session:
        assert await retention.sweep_alerts(town.ground.work(session)) == 1


async def close(person: Person, alert: JSON) -> httpx.Response:
    return await person.post(f"/v1/alerts/{alert['id']}/closure", {"reason": "She likes to."})


async def test_a_killed_worker_and_two_at_once_alert_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "ACCOUNTS_MAX", 2)
    village = await Village.of(town, "Xena a b c d")
    await village.move(BUSY)
    while await village.batch():
        await village.batch(killed=True)
        await asyncio.gather(village.batch(), village.batch())
    assert await village.found() == {("Xena", "long_hours")}
    assert len(await sql(town, "SELECT FROM notice WHERE kind = 'alert_waiting'")) == 1


async def test_where_a_bank_wants_no_alerts_nobody_looks(town: Town) -> None:
    village = await Village.of(town, "Xena a b c d", alerts=False)
    await village.move(BUSY)
    await village.round()
    assert await village.found() == set()
    assert await sql(town, "SELECT FROM watch_round") == []


async def test_whoever_is_concerned_neither_sees_nor_closes_an_alert(town: Town) -> None:
    village = await Village.of(town, "Xena Yuri a b c d")
    await village.move(BUSY)
    await village.round()
    admin, other = await town.staff("admin"), await town.staff("case_worker")
    (alert,) = good(await other.get("/v1/alerts"))["items"]
    for name, column in (("Xena", "member_id"), ("Yuri", "with_id")):
        await sql(town, f"UPDATE alert SET {column} = $1", village.ids[name])
        promoted = "UPDATE login SET roles = roles || '{case_worker}' WHERE member_id = $1"
        await sql(town, promoted, village.ids[name])
        concerned = await town.signed_in(f"{name}@example.org")
        assert good(await concerned.get("/v1/alerts"))["items"] == []
        refused(await close(concerned, alert), 404, "not-found")
    assert [kind for kind, _ in await notices(admin)] == []
    await sql(town, "DELETE FROM alert")
    begun_anew = "UPDATE watch_round SET moved_since = $1, is_done = false, after_id = $2"
    await sql(town, begun_anew, village.begins, UUID(int=0))
    await village.round()
    assert [kind for kind, _ in await notices(admin)] == ["alert_waiting"], "not those of her role"
    assert len(await notices(other)) == 1


async def test_each_bank_sets_its_own_numbers(town: Town) -> None:
    village = await Village.of(town, "Xena a b c d")
    worker = await town.staff("case_worker")
    first = await worker.get("/v1/alerts/thresholds")
    assert good(first)["week_minutes"] == 720
    tag = {"If-Match": first.headers["etag"]}
    changed = await worker.patch("/v1/alerts/thresholds", WHY | {"week_minutes": 900}, headers=tag)
    assert (good(changed)["week_minutes"], good(changed)["night_times"]) == (900, 3)
    refused(
        await worker.patch("/v1/alerts/thresholds", WHY | {"contacts": 4}, headers=tag),
        412,
        "stale",
    )
    again = await worker.get("/v1/alerts/thresholds")
    assert (good(again), again.headers["etag"]) == (good(changed), changed.headers["etag"])
    (kept,) = await sql(town, "SELECT before, after FROM bank_change")
    assert [json.loads(kept[one]) for one in kept] == [{"week_minutes": n} for n in (720, 900)]
    await village.move(BUSY)
    await village.round()
    assert await village.found() == set()


async def look(town: Town) -> int:
    sizes = SWEEPS["look_at_staff"].sizes(town.ground, "look_at_staff")
    return sum([size async for size in sizes])


async def test_who_opens_the_records_of_many_in_a_day_is_told_of_to_others(town: Town) -> None:
    people = [await town.member(f"M{number}") for number in range(12)]
    desk, other = await town.staff("coordinator"), await town.staff("case_worker")
    admin, curious = await town.staff("admin"), await town.staff("case_worker")
    both = "UPDATE login SET roles = '{case_worker,coordinator}' WHERE login_id = $1"
    await sql(town, both, desk.login_id)
    for one in people[:10] * 2:
        good(await desk.get(f"/v1/members/{one.member_id}", headers=why("She asked.")))
    assert await look(town) == 0, "ten people, however often"
    good(await desk.post("/v1/members/lookup", WHY | {"email": people[10].email}))
    good(await other.get(f"/v1/members/{people[11].member_id}", headers=why("She asked.")))
    assert (await look(town), await look(town)) == (1, 0), "the eleventh, and once"
    assert await notices(admin) == [("alert_waiting", await alerts_of(curious))]
    assert good(await desk.get("/v1/alerts"))["items"] == [], "not to whom it is about"
    alert: JSON = good(await curious.get("/v1/alerts"))["items"][0]
    shown = (alert["kind"], alert["login_id"], alert["member_id"], alert["people"], alert["days"])
    assert shown == ("many_records", str(desk.login_id), None, 11, 1)
    refused(await close(desk, alert), 404, "not-found")
    assert good(await close(curious, alert))["reason"] == "She likes to."
    assert await look(town) == 0, "somebody looked at it"
    good(await desk.get(f"/v1/members/{people[11].member_id}", headers=why("She asked.")))
    assert await look(town) == 0
    await town.step_on(days=1.1)
    assert await look(town) == 0


async def alerts_of(worker: Person) -> str:
    (alert,) = good(await worker.get("/v1/alerts"))["items"]
    return str(alert["id"])


async def test_from_how_many_people_on_each_bank_sets_and_queues_do_not_count(town: Town) -> None:
    worker, desk = await town.staff("case_worker"), await town.staff("coordinator")
    good(await worker.patch("/v1/alerts/thresholds", WHY | {"staff_people": 2}))
    ana = await town.member("Ana")
    for number in range(4):
        await town.applicant(f"N{number}")
    assert len(good(await desk.get("/v1/applications"))["items"]) == 4
    desk_too = "UPDATE login SET roles = '{coordinator,member}' WHERE login_id = $1"
    await sql(town, desk_too, ana.login_id)
    assert await look(town) == 0, "who waits comes to them"
    for number in range(3):
        one = await town.member(f"M{number}")
        good(await ana.get(f"/v1/members/{one.member_id}", headers=why("She asked.")))
    assert await look(town) == 1
    (alert,) = good(await worker.get("/v1/alerts"))["items"]
    assert (alert["member_id"], alert["people"]) == (str(ana.member_id), 3)
    assert [kind for kind, _ in await notices(worker)] == ["alert_waiting"]
    held = str(good(await ana.get("/v1/me/export")))
    assert alert["id"] not in held
    assert "alert_waiting" not in str(await notices(ana))
