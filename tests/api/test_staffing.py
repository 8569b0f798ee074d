"""Who is staff can change: a role that is taken away is gone with the next request."""

from collections.abc import Awaitable, Callable

import pytest

from app import founding
from app.identity.rules import Role
from app.identity.staffing import operations, queries
from app.kit.errors import NotFound
from app.kit.ground import Work
from tests.contract import sign_in
from tests.doings import recovered, sql
from tests.town import Person, Town, good, refused


async def done(town: Town, deed: Callable[[Work], Awaitable[object]]) -> None:
    """What an operator does."""
    async with town.ground.database.begin() as session:
        await deed(town.ground.work(session))


async def remove(town: Town, person: Person) -> None:
    await done(town, lambda work: founding.remove_staff(work, town.bank_id, person.email))


async def test_who_is_removed_is_out_at_once_and_answered_like_nobody(town: Town) -> None:
    worker, other = await town.staff("case_worker"), await town.staff("case_worker")
    await recovered(worker)
    again = await town.signed_in(worker.email)
    await remove(town, worker)
    for session in (worker, again):
        refused(await session.get("/v1/emergencies"), 401, "not-authenticated")
    good(await other.get("/v1/emergencies"))
    gone, nobody = await sign_in(town, worker.email), await sign_in(town, "nobody@example.org")
    assert (gone.status_code, gone.content) == (nobody.status_code, nobody.content)
    assert await sql(town, "SELECT 1 FROM recovery_code") == []
    await town.member("Ana", email=worker.email)
    with pytest.raises(NotFound):
        await remove(town, worker)


async def test_another_role_holds_from_the_next_sign_in_and_the_session_ends(town: Town) -> None:
    desk = await town.staff("coordinator")
    roles = [Role.AUDITOR, Role.ADMIN]
    await done(town, lambda work: operations.give_roles(work, town.bank_id, desk.email, roles))
    refused(await desk.get("/v1/applications"), 401, "not-authenticated")
    desk = await town.signed_in(desk.email)
    refused(await desk.get("/v1/applications"), 404, "not-found")
    good(await desk.get("/v1/ledger/verification"))
    await done(town, lambda work: operations.sign_out(work, town.bank_id, desk.email))
    refused(await desk.get("/v1/me"), 401, "not-authenticated")
    good(await (await town.signed_in(desk.email)).get("/v1/ledger/verification"))


async def test_a_member_becomes_staff_and_stays_a_member_all_along(town: Town) -> None:
    ana, nova = await town.member("Ana"), await town.applicant()
    roles = [Role.MODERATOR]
    await done(town, lambda work: operations.give_roles(work, town.bank_id, ana.email, roles))
    ana = await town.signed_in(ana.email)
    good(await ana.get("/v1/screenings"))
    refused(await ana.delete("/v1/me"), 409, "still-staff")
    await remove(town, ana)
    refused(await ana.get("/v1/me"), 401, "not-authenticated")
    ana = await town.signed_in(ana.email)
    refused(await ana.get("/v1/screenings"), 404, "not-found")
    good(await ana.get("/v1/listings"))
    assert (await ana.delete("/v1/me")).status_code == 204
    for deed in (
        lambda work: operations.give_roles(work, town.bank_id, nova.email, roles),
        lambda work: operations.sign_out(work, town.bank_id, nova.email),
    ):
        with pytest.raises(NotFound):
            await done(town, deed)


async def test_a_list_of_staff_has_no_members_and_keeps_who_was_removed(town: Town) -> None:
    desk, judge = await town.staff("coordinator"), await town.staff("moderator")
    await town.member("Ana")
    await remove(town, judge)
    async with town.ground.database.begin() as session:
        rows = await queries.list_staff(session, town.bank_id)
    assert [(row.login_id, row.roles) for row in rows] == [
        (desk.login_id, ["coordinator"]),
        (judge.login_id, []),
    ]
