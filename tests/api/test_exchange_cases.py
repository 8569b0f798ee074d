"""What a coordinator is told of can be read, by coordinators alone, and both people see it."""

from uuid import UUID

from app.worker import SWEEPS
from tests.doings import NOWHERE, again, disputed, notices, same_as_absent, sql, take
from tests.town import JSON, Person, Town, good

CONFIRMATION_DAYS = 14
OVER_THE_FLOOR = 721
SIDES = ("giver", "receiver")
TOLD = {"confirmation_awaited", "exchange_settled_short"}


def case_of(exchange: JSON) -> str:
    return f"/v1/exchanges/{exchange['id']}/case"


async def settled_short(town: Town, giver: Person, receiver: Person) -> JSON:
    exchange = await town.accepted(giver, receiver, minutes=60)
    good(await take(giver, exchange, "delivery", {"minutes": OVER_THE_FLOOR}))
    return good(await take(receiver, exchange, "confirmation"))


def whole(case: JSON) -> tuple[str | UUID | int | None, ...]:
    minutes = [case[f"{name}_minutes"] for name in ("agreed", "delivered", "settled")]
    return (case["status"], *(UUID(case[side]["id"]) for side in SIDES), *minutes)


async def looks_seen(person: Person) -> list[tuple[str, str, str | None]]:
    items = good(await person.get("/v1/me/access-log"))["items"]
    return [(one["kind"], one["role"], one["reason"]) for one in items[:-1]]  # without the approval


async def test_a_notice_leads_a_coordinator_to_the_exchange_and_both_see_that_it_was_read(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    desk = await town.staff("coordinator")
    short, silent = await settled_short(town, ana, bor), await town.delivered(bor, ana, 30)
    await town.step_on(CONFIRMATION_DAYS)
    sweep = SWEEPS["tell_of_silence"].sizes(town.ground, "tell_of_silence")
    assert [size async for size in sweep if size] == [1]
    ana, bor, desk = [await again(town, one) for one in (ana, bor, desk)]
    told = {kind: subject for kind, subject in await notices(desk) if kind in TOLD}
    assert told == {"exchange_settled_short": short["id"], "confirmation_awaited": silent["id"]}
    shown = [good(await desk.get(case_of({"id": one}))) for one in told.values()]
    assert {one["id"]: whole(one) for one in shown} == {
        short["id"]: ("settled", ana.member_id, bor.member_id, 60, OVER_THE_FLOOR, 60),
        silent["id"]: ("delivered", bor.member_id, ana.member_id, 30, 30, None),
    }
    times = {one["id"]: (one["delivered_at"] is None, one["settled_at"]) for one in shown}
    assert times == {short["id"]: (False, short["settled_at"]), silent["id"]: (False, None)}
    assert {one[side]["alias"] for one in shown for side in SIDES} == {"Ana", "Bor"}
    assert [await looks_seen(one) for one in (ana, bor)] == [[("exchange", "staff", None)] * 2] * 2


async def test_a_coordinator_reads_what_is_disputed_before_and_after_it_was_delivered(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    desk = await town.staff("coordinator")
    for exchange, delivered in (
        (await town.accepted(ana, bor), None),
        (await town.delivered(ana, bor), 60),
        (await town.settled(ana, bor), 60),
    ):
        await disputed(bor, exchange)
        case = good(await desk.get(case_of(exchange)))
        assert (case["status"], case["delivered_minutes"]) == ("disputed", delivered)


async def test_a_coordinator_reads_none_that_staff_are_not_told_of(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    desk = await town.staff("coordinator")
    absent = await desk.get(case_of({"id": NOWHERE}))
    declined, cancelled, expired = [await town.proposed(ana, bor) for _ in range(3)]
    good(await take(ana, declined, "decline"))
    good(await take(bor, cancelled, "cancellation"))
    await sql(town, "UPDATE exchange SET status = 'expired' WHERE exchange_id = $1", expired["id"])
    others = [await getattr(town, one)(ana, bor) for one in ("proposed", "accepted", "settled")]
    for exchange in (declined, cancelled, expired, *others):
        same_as_absent(await desk.get(case_of(exchange)), absent)
    assert [await looks_seen(one) for one in (ana, bor)] == [[], []]


async def test_to_everybody_else_no_case_exists(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    abroad = await Town.founded(town.app, town.client, "druga")
    staff = [await town.staff(one) for one in ("admin", "auditor", "case_worker", "moderator")]
    for person in (ana, bor, await town.member("Cene"), *staff, await abroad.staff("coordinator")):
        absent = await person.get(case_of({"id": NOWHERE}))
        same_as_absent(await person.get(case_of(exchange)), absent)
    assert [await looks_seen(one) for one in (ana, bor)] == [[], []]
