"""What is unread is found by itself, counted up to an end, and marked at once."""

import asyncio
from uuid import UUID

from app.notices import operations
from tests.databases import Cluster
from tests.doings import sql, until
from tests.town import JSON, Person, Town, good, refused
from tests.watching import watched

UNREAD = "/v1/notices/unread"


async def unread(person: Person) -> list[JSON]:
    return list(good(await person.get("/v1/notices?unread=true&limit=100"))["items"])


async def count(person: Person) -> tuple[int, bool]:
    told = good(await person.get(UNREAD))
    return told["count"], told["more"]


async def reads(person: Person, until: str) -> tuple[int, bool]:
    told = good(await person.post("/v1/notices/read", {"until": until}))
    return told["count"], told["more"]


async def many_notices(town: Town, person: Person, number: int) -> None:
    statement = """
        INSERT INTO notice (bank_id, notice_id, member_id, kind, subject_id, created_at)
        SELECT $1, gen_random_uuid(), $2, 'exchange_changed', $2, $3 FROM generate_series(1, $4)
    """
    await sql(town, statement, town.bank_id, person.member_id, town.ground.clock(), number)


async def test_unread_notices_are_listed_alone_and_counted_up_to_an_end(town: Town) -> None:
    ana = await town.member("Ana")
    (joined,) = await unread(ana)
    assert await count(ana) == (1, False)
    good(await ana.post(f"/v1/notices/{joined['id']}/read"))
    assert (await unread(ana), await count(ana)) == ([], (0, False))
    assert [one["id"] for one in good(await ana.get("/v1/notices"))["items"]] == [joined["id"]]
    await many_notices(town, ana, 100)
    assert await count(ana) == (100, False)
    await many_notices(town, ana, 1)
    assert await count(ana) == (100, True)
    first = good(await ana.get("/v1/notices?unread=true"))
    whole = good(await ana.get("/v1/notices"))
    for one, other in ((first, ""), (whole, "&unread=true")):
        answer = await ana.get(f"/v1/notices?cursor={one['next_cursor']}{other}")
        refused(answer, 422, "unknown-cursor")
    path = f"/v1/notices?unread=true&limit=100&cursor={first['next_cursor']}"
    assert len(good(await ana.get(path))["items"]) == 81


async def test_who_reads_up_to_a_moment_reads_their_own_alone_and_nothing_later(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    desk, moderator = await town.staff("coordinator"), await town.staff("moderator")
    roles = ["member", "coordinator"]
    statement = "UPDATE login SET roles = $2 WHERE login_id = $1"
    await sql(town, statement, ana.login_id, roles)
    (joined,) = [one for one in await unread(ana) if one["kind"] == "application_approved"]
    good(await ana.post(f"/v1/notices/{joined['id']}/read"))
    asked = "SELECT read_at FROM notice WHERE notice_id::text = $1"
    was_read = await sql(town, asked, joined["id"])
    await town.applicant()
    await town.step_on(0.001)
    await town.proposed(ana, bor)
    (newest, *_) = await unread(ana)
    assert (newest["kind"], len(await unread(ana))) == ("exchange_changed", 4), "three of her role"
    await town.step_on(0.001)
    later = await town.proposed(ana, bor)
    waiting = [one["id"] for one in await unread(desk)]
    for staff in (desk, moderator):
        assert await reads(staff, town.later()) == await count(staff), "nothing is theirs alone"
    assert await reads(ana, newest["at"]) == (4, False)
    assert (await unread(ana))[0]["subject_id"] == later["id"]
    assert [one["id"] for one in await unread(desk)] == waiting, "a role's are everybody's of it"
    assert await count(bor) == (1, False)
    assert await sql(town, asked, joined["id"]) == was_read, "once read it stays so"
    refused(await ana.post("/v1/notices/read", {}), 422, "unfit")


async def test_one_that_is_read_meanwhile_was_read_then(town: Town) -> None:
    ana = await town.member("Ana")
    (joined,) = await unread(ana)
    caller = await town.caller_of(ana)

    async def is_waiting() -> bool:
        return bool(await sql(town, "SELECT FROM pg_locks WHERE NOT granted"))

    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await operations.read(work, caller, UUID(joined["id"]))
        await session.flush()
        await town.step_on(0.001)
        reading = asyncio.create_task(reads(ana, town.later()))
        await until(is_waiting)
    assert await reading == (0, False)
    asked = "SELECT read_at FROM notice WHERE member_id = $1"
    assert await sql(town, asked, ana.member_id) == [{"read_at": work.now}]


async def test_what_was_read_costs_nothing_to_pass_over(
    town: Town, cluster: Cluster, database: str
) -> None:
    ana = await town.member("Ana")
    await many_notices(town, ana, 3_000)
    assert await reads(ana, town.later()) == (100, True)
    for _ in range(2):
        told = await reads(ana, town.later())
    assert told == (1, False), "a thousand at once"
    with watched(town.app) as seen:
        good(await ana.get(UNREAD))
    (counted,) = [one for one in seen.statements if "FROM notice" in one]
    connection = await cluster.connect(database)
    try:
        await connection.execute("ANALYZE notice")
        values = (town.bank_id, ana.member_id, [ana.member_id], False, 101, "member")
        rows = await connection.fetch(f"EXPLAIN {counted}", *values)
    finally:
        await connection.close()
    plan = "\n".join(row[0] for row in rows)
    for recipient in ("member_id", "role"):
        assert f"ix_notice_unread_{recipient}" in plan, plan
    filters = [line for line in plan.splitlines() if "Filter:" in line]
    assert not any("read_at" in line for line in filters), plan
