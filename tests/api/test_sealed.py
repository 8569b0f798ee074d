"""The sealed record: everybody has one, all look alike, and only a case worker opens one."""

from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.kit.vault import Tampered
from app.sealed.box import REASON_BYTES_MAX, seal, seal_trace, unseal, unseal_trace
from app.sealed.rules import AgeBand, Cohort, Deed, Record, Trace
from app.store.migrate import Urls
from tests.doings import NOWHERE, same_as_absent, sql, why
from tests.town import JSON, Person, Town, good, refused

WRITTEN = {"cohort": "programme", "age_band": "15-17", "reason": "She told us today."}
BLANK = {"cohort": "public", "age_band": "18+"}


async def boxes(town: Town) -> dict[str, bytes]:
    rows = await sql(town, "SELECT member_id, box FROM sealed_record")
    return {str(row["member_id"]): row["box"] for row in rows}


async def opened(worker: Person, member: Person) -> JSON:
    return good(await worker.get(f"/v1/sealed/{member.member_id}", headers=why("A month later.")))


async def told(worker: Person, member: Person) -> list[tuple[str, str, str]]:
    """What a case worker reads out to a member who asks in person, newest first."""
    answer = await worker.get(f"/v1/sealed/{member.member_id}/openings", headers=why("She asks."))
    return [(one["deed"], one["login_id"], one["reason"]) for one in good(answer)["items"]]


async def test_everybody_gets_one_of_one_length_with_the_approval_and_no_applicant(
    town: Town,
) -> None:
    people = [await town.member(f"M{number}") for number in range(3)]
    await town.applicant()
    found = await boxes(town)
    assert set(found) == {str(one.member_id) for one in people}
    assert {len(box) for box in found.values()} == {60}
    assert len(set(found.values())) == len(people)


async def test_a_case_worker_reads_and_writes_it_and_each_opening_leaves_a_trace(
    town: Town,
) -> None:
    worker, ana, bor = await town.staff("case_worker"), await town.member(), await town.member()
    assert await opened(worker, ana) == BLANK
    path = f"/v1/sealed/{ana.member_id}"
    written = good(await worker.ask("PUT", path, json=WRITTEN))
    assert written == await opened(worker, ana) == {"cohort": "programme", "age_band": "15-17"}
    assert await opened(worker, bor) == BLANK
    me, desk = str(worker.login_id), str(ana.login_id)
    assert await told(worker, ana) == [
        ("read_out", me, "She asks."),
        ("read", me, "A month later."),
        ("written", me, "She told us today."),
        ("read", me, "A month later."),
        ("begun", desk, ""),
    ]
    assert [deed for deed, *_ in await told(worker, bor)] == ["read_out", "read", "begun"]
    refused(await worker.get(path), 422, "unfit")
    refused(await worker.get(f"{path}/openings"), 422, "unfit")


async def test_the_trace_names_nobody_and_cannot_be_changed(town: Town) -> None:
    worker, ana, bor = await town.staff("case_worker"), await town.member(), await town.member()
    good(await worker.ask("PUT", f"/v1/sealed/{ana.member_id}", json=WRITTEN))
    await opened(worker, ana)
    rows = await sql(town, "SELECT * FROM sealed_opening ORDER BY seq")
    assert [row["seq"] for row in rows] == [1, 2, 3, 4], "two approvals, one written, one read"
    assert {(row["bank_id"], len(row["box"]), len(row["digest"])) for row in rows} == {
        (town.bank_id, 2071, 32)
    }
    assert rows[0].keys() == {"bank_id", "seq", "box", "digest"}
    kinds = await sql(town, "SELECT DISTINCT kind FROM opening")
    assert [row["kind"] for row in kinds] == ["application"]
    for person in (ana, bor):
        seen = good(await person.get("/v1/me/access-log"))
        assert [one["kind"] for one in seen["items"]] == ["application"]
        month = {"month": "2026-03-01", "role": "staff", "reason": "support"}
        assert seen["everybody"] == [month]
    for change in ("UPDATE sealed_opening SET seq = 9", "DELETE FROM sealed_opening"):
        async with town.ground.database.begin() as session:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await session.execute(text(change))
            await session.rollback()
    auditor = await town.staff("auditor")
    assert good(await auditor.get("/v1/openings/verification"))["proved"]
    box = "UPDATE sealed_opening SET box = set_byte(box, 40, 255 - get_byte(box, 40)) WHERE seq = 3"
    await sql(town, box)
    proof = good(await auditor.get("/v1/openings/verification"))
    assert (proof["proved"], proof["sealed"]["proved"]) == (False, False)
    assert proof["entries"] == 2


async def test_a_change_seals_others_anew_so_that_nobody_sees_whose_it_was(town: Town) -> None:
    worker = await town.staff("case_worker")
    people = [await town.member(f"M{number}") for number in range(5)]
    before = await boxes(town)
    good(await worker.ask("PUT", f"/v1/sealed/{people[0].member_id}", json=WRITTEN))
    after = await boxes(town)
    assert [name for name in before if before[name] == after[name]] == []
    assert {len(box) for box in after.values()} == {60}
    assert [await opened(worker, one) for one in people[1:]] == [BLANK] * 4


async def test_to_everybody_but_case_workers_it_is_not_there(town: Town) -> None:
    ana = await town.member()
    worker, reason = await town.staff("case_worker"), why("Looking.")
    for role in ("coordinator", "moderator", "auditor", "admin"):
        other = await town.staff(role)
        answer = await other.get(f"/v1/sealed/{ana.member_id}", headers=reason)
        same_as_absent(answer, await other.get("/v1/nothing-here"))
    same_as_absent(
        await ana.get(f"/v1/sealed/{ana.member_id}", headers=reason),
        await ana.get("/v1/nothing-here"),
    )
    refused(await worker.ask("PUT", f"/v1/sealed/{NOWHERE}", json=WRITTEN), 404, "not-found")
    assert len(await sql(town, "SELECT 1 FROM sealed_opening")) == 1, "the approval's"


@pytest.mark.parametrize("deed", ["SELECT box FROM", "UPDATE", "DELETE FROM"])
async def test_the_applications_own_role_can_add_a_record_and_do_nothing_else_with_it(
    town: Town, urls: Urls, deed: str
) -> None:
    await town.member()
    statement = f"{deed} sealed_record" + (" SET box = box" if deed == "UPDATE" else "")
    connection = await asyncpg.connect(urls.application.replace("+asyncpg", ""), timeout=10)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_record_opens_for_its_own_member_and_untouched_only(town: Town) -> None:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
    one, other = NOWHERE, town.bank_id
    for cohort in Cohort:
        for band in AgeBand:
            box = seal(work, town.bank_id, one, Record(cohort, band))
            assert unseal(work, town.bank_id, one, box) == Record(cohort, band)
    for bank_id, member_id, bad in (
        (town.bank_id, other, box),
        (other, other, box),
        (town.bank_id, one, box[:-1] + bytes([box[-1] ^ 1])),
    ):
        with pytest.raises(Tampered):
            unseal(work, bank_id, member_id, bad)


async def test_a_trace_opens_in_its_own_place_only_however_long_its_reason(town: Town) -> None:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
    at = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
    for deed in Deed:
        for reason in ("", "č", "\U0001f54a" * (REASON_BYTES_MAX // 4)):
            trace = Trace(deed, NOWHERE, town.bank_id, at, reason)
            box = seal_trace(work, town.bank_id, 7, trace)
            assert unseal_trace(work, town.bank_id, 7, box) == trace
    for bank_id, seq in ((NOWHERE, 7), (town.bank_id, 8)):
        with pytest.raises(Tampered):
            unseal_trace(work, bank_id, seq, box)
    with pytest.raises(ValueError, match="does not fit"):
        seal_trace(work, town.bank_id, 7, Trace(deed, NOWHERE, NOWHERE, at, reason + "."))
