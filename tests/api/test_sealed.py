"""The sealed record: everybody has one, all look alike, and only a case worker opens one."""

import asyncpg
import pytest

from app.kit.vault import Tampered
from app.sealed.box import seal, unseal
from app.sealed.rules import AgeBand, Cohort, Record
from app.store.migrate import Urls
from tests.doings import NOWHERE, same_as_absent, sql
from tests.town import JSON, Person, Town, good, refused

WRITTEN = {"cohort": "programme", "age_band": "15-17", "reason": "She told us today."}
BLANK = {"cohort": "public", "age_band": "18+"}


async def boxes(town: Town) -> dict[str, bytes]:
    rows = await sql(town, "SELECT member_id, box FROM sealed_record")
    return {str(row["member_id"]): row["box"] for row in rows}


async def opened(worker: Person, member: Person) -> JSON:
    reason = {"reason": "Preparing the month."}
    return good(await worker.get(f"/v1/sealed/{member.member_id}", params=reason))


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
    told = good(await worker.ask("PUT", path, json=WRITTEN))
    assert told == await opened(worker, ana) == {"cohort": "programme", "age_band": "15-17"}
    assert await opened(worker, bor) == BLANK
    rows = await sql(town, "SELECT * FROM sealed_opening ORDER BY opened_at")
    of_ana = [row for row in rows if row["member_id"] == ana.member_id]
    assert [row["opening"] for row in of_ana] == ["read", "written", "read"]
    assert {row["login_id"] for row in rows} == {worker.login_id}
    refused(await worker.get(path), 422, "unfit")


async def test_a_change_seals_others_anew_so_that_nobody_sees_whose_it_was(town: Town) -> None:
    worker = await town.staff("case_worker")
    people = [await town.member(f"M{number}") for number in range(5)]
    before = await boxes(town)
    good(await worker.ask("PUT", f"/v1/sealed/{people[0].member_id}", json=WRITTEN))
    after = await boxes(town)
    assert [name for name in before if before[name] == after[name]] == []
    assert {len(box) for box in after.values()} == {60}
    assert [await opened(worker, one) for one in people[1:]] == [BLANK] * 4


async def test_to_everybody_else_and_about_oneself_it_is_not_there(town: Town) -> None:
    ana = await town.member()
    worker, reason = await town.staff("case_worker"), {"reason": "Looking."}
    for role in ("coordinator", "moderator", "auditor", "admin"):
        other = await town.staff(role)
        answer = await other.get(f"/v1/sealed/{ana.member_id}", params=reason)
        same_as_absent(answer, await other.get("/v1/nothing-here"))
    same_as_absent(
        await ana.get(f"/v1/sealed/{ana.member_id}", params=reason),
        await ana.get("/v1/nothing-here"),
    )
    roles = ["member", "case_worker"]
    await sql(town, "UPDATE login SET roles = $2 WHERE login_id = $1", ana.login_id, roles)
    absent = await ana.get(f"/v1/sealed/{NOWHERE}", params=reason)
    same_as_absent(await ana.get(f"/v1/sealed/{ana.member_id}", params=reason), absent)
    refused(await worker.ask("PUT", f"/v1/sealed/{NOWHERE}", json=WRITTEN), 404, "not-found")
    assert await sql(town, "SELECT 1 FROM sealed_opening") == []


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
