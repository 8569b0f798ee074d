"""Asking to join tells nobody who is known here already."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import places
from tests.doings import notices, sql, varying
from tests.town import JSON, PASSWORD, Town, good, refused

NEW_PASSWORD = "four quite plain words"
BADLY_NAMED: list[tuple[str, Any]] = [
    ("alias", ""),
    ("alias", "   "),
    ("alias", "a" * 41),
    ("alias", "Ana\nBor"),
    ("alias", None),
    ("email", "nobody"),
    ("email", "a b@example.org"),
    ("email", "a@b@example.org"),
    ("email", f"{'a' * 250}@b.si"),
    ("password", "x" * 513),
    ("languages", []),
    ("languages", ["sl"] * 13),
    ("languages", "sl"),
    ("bank", "No Such Slug"),
    ("terms_version", 0),
    ("terms_version", 10**30),
    ("terms_version", "one"),
    ("role", "coordinator"),
    ("status", "active"),
]


def newcomer(**changes: Any) -> JSON:
    whole = {
        "alias": "Nova",
        "email": "nova@example.org",
        "password": PASSWORD,
        "languages": ["sl", "en"],
    }
    return whole | changes


async def ask(town: Town, **changes: Any) -> httpx.Response:
    return await town.client.post("/v1/members", json=newcomer(**changes))


async def applicants(town: Town) -> list[str]:
    rows = await sql(town, "SELECT alias FROM member ORDER BY alias")
    return [row["alias"] for row in rows]


async def test_a_newcomer_is_an_applicant_who_can_sign_in(town: Town) -> None:
    answer = await ask(town)
    assert (answer.status_code, good(answer)) == (202, {"status": "received"})
    nova = await town.signed_in("nova@example.org")
    me = good(await nova.get("/v1/me"))
    assert (me["alias"], me["status"], me["roles"]) == ("Nova", "applicant", [])
    assert me["languages"] == ["sl", "en"]


async def test_the_answer_is_the_same_for_a_known_address(town: Town) -> None:
    member, coordinator = await town.member("Ana"), await town.staff("coordinator")
    first = await ask(town)
    known = [await ask(town)]
    for address in ("NOVA@Example.ORG", " nova@example.org ", member.email, coordinator.email):
        known += [await ask(town, email=address, alias="Twin")]
    assert {answer.status_code for answer in known} == {202}
    assert {answer.content for answer in known} == {first.content}
    assert all(varying(answer) == varying(first) for answer in known)
    # The same address and password is the same person; staff are no applicants till they ask.
    assert await applicants(town) == ["Ana", "Nova"]


async def test_asking_again_changes_neither_password_nor_record(town: Town) -> None:
    good(await ask(town))
    good(await ask(town, alias="Twin", password=NEW_PASSWORD))
    nova = await town.signed_in("nova@example.org")
    assert good(await nova.get("/v1/me"))["alias"] == "Nova"
    twin = await town.signed_in("nova@example.org", NEW_PASSWORD)
    assert good(await twin.get("/v1/me"))["alias"] == "Twin"


async def test_asking_twice_at_once_makes_one_application(town: Town) -> None:
    answers = await asyncio.gather(*(ask(town) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert await applicants(town) == ["Nova"]
    logins = await sql(town, "SELECT login_id FROM login WHERE member_id IS NOT NULL")
    assert len(logins) == 1


async def test_coordinators_are_told_of_a_newcomer_and_not_of_a_twin(town: Town) -> None:
    coordinator = await town.staff("coordinator")
    good(await ask(town))
    good(await ask(town))
    nova = await town.signed_in("nova@example.org")
    assert await notices(coordinator) == [("application_waiting", str(nova.member_id))]


async def test_an_alias_may_be_taken_by_many(town: Town) -> None:
    good(await ask(town, alias="č" * 40))
    good(await ask(town, alias="č" * 40, email="other@example.org"))
    assert await applicants(town) == ["č" * 40] * 2


async def test_one_address_may_join_several_banks(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    good(await ask(town))
    good(await ask(town, bank=other.slug, alias="Other"))
    assert (await other.signed_in("nova@example.org")).member_id is not None
    assert await applicants(town) == ["Nova", "Other"]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("x" * 129, "too_long"),
        ("aaaaaaaaaaaa", "one_character"),
        ("1234567890", "common"),
        ("QWERTYUIOP", "common"),
    ],
)
async def test_a_weak_password_is_refused_with_its_reason(
    town: Town, password: str, reason: str
) -> None:
    answer = refused(await ask(town, password=password), 422, "weak-password")
    assert answer["reason"] == reason
    assert await applicants(town) == []


async def test_terms_that_are_not_current_are_refused_and_named(town: Town) -> None:
    admin = await town.staff("admin")
    for _ in range(2):
        published = {"texts": {"en": "An hour is an hour."}, "reason": "The assembly decided so."}
        good(await admin.post("/v1/bank/terms", published))
    for old in (1, 2, 4):
        answer = refused(await ask(town, terms_version=old), 422, "terms-not-current")
        assert answer["terms_version"] == 3
    assert await applicants(town) == []
    good(await ask(town, terms_version=3))
    good(await ask(town, terms_version=None, email="other@example.org"))
    rows = await sql(town, "SELECT DISTINCT terms_version FROM member")
    assert [row["terms_version"] for row in rows] == [3]


async def test_an_unknown_bank_cannot_be_joined(town: Town) -> None:
    refused(await ask(town, bank="nowhere"), 404, "not-found")
    assert await applicants(town) == []


async def test_what_does_not_fit_is_refused_with_its_place(town: Town) -> None:
    for name, value in BADLY_NAMED:
        found = places(await ask(town, **{name: value}))
        assert found == [f"/body/{name}"], (name, value)
    assert await applicants(town) == []


async def test_everything_that_is_missing_is_named_at_once(town: Town) -> None:
    answer = await town.client.post("/v1/members", json={})
    assert places(answer) == ["/body/alias", "/body/email", "/body/password", "/body/languages"]


async def test_neither_address_nor_password_lies_open_in_the_database(town: Town) -> None:
    good(await ask(town, email="secret.address@example.org", password=NEW_PASSWORD))
    tables = await sql(town, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'")
    rows = [await sql(town, f"SELECT t::text FROM {table['relname']} t") for table in tables]
    dump = str(rows).lower()
    assert "nova" in dump  # the alias is no secret, and shows that the dump is one
    for secret in ("secret.address", NEW_PASSWORD, b"secret.address".hex()):
        assert secret not in dump
