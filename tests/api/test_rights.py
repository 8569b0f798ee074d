"""Leaving, being forgotten, and seeing everything that is held."""

import json
from typing import Final

import pytest
from sqlalchemy import text

from app.kit.envelopes import owner_of
from app.kit.keys import keystore_of
from app.rights import operations as rights
from app.rights.data_map import DATA_MAP
from app.rights.rules import FORGOTTEN_ALIAS
from tests.doings import block, disputed, sql
from tests.town import JSON, Person, Town, good, refused

DISPUTE_DAYS: Final = 15


async def forget(town: Town, person: Person) -> bool:
    """What the worker does when the job of leaving is due; the key goes in a job of its own."""
    assert person.member_id is not None
    async with town.ground.database.begin() as session:
        done = await rights.forget(town.ground.work(session), town.bank_id, person.member_id)
    async with town.ground.database.begin() as session:
        await rights.destroy_key(town.ground.work(session), town.bank_id, person.member_id)
    return done


async def leave(person: Person) -> None:
    answer = await person.delete("/v1/me")
    assert (answer.status_code, answer.content) == (204, b"")


async def test_who_leaves_is_hidden_and_signed_out_at_once(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(ana)
    again = await town.signed_in(ana.email)
    await leave(ana)
    refused(await bor.get(f"/v1/listings/{listing['id']}"), 404, "not-found")
    for one in (ana, again):
        refused(await one.get("/v1/me"), 401, "not-authenticated")
    back = await town.signed_in(ana.email)
    assert good(await back.get("/v1/me"))["status"] == "left"
    refused(await back.get("/v1/listings"), 403, "not-a-member")


async def test_what_is_open_ends_and_what_was_delivered_goes_to_a_moderator(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=300), await town.member("Bor", minutes=300)
    proposed, accepted = await town.proposed(ana, bor), await town.accepted(bor, ana)
    delivered, settled = await town.delivered(ana, bor), await town.settled(bor, ana)
    moderator = await town.staff("moderator")
    await leave(ana)
    states = {
        one["id"]: (one["status"], one["giver"], one["receiver"])
        for one in good(await bor.get("/v1/exchanges"))["items"]
    }
    former = {"id": None, "alias": "former member"}
    ended = {proposed["id"]: "cancelled", accepted["id"]: "cancelled"}
    ended |= {delivered["id"]: "disputed", settled["id"]: "settled"}
    assert {key: status for key, (status, *_) in states.items()} == ended
    assert all(former in sides for _, *sides in states.values())
    assert (await bor.account())["held_minutes"] == 60, "only the delivered hour waits"
    assert not await forget(town, ana), "a case is open"
    (case,) = good(await moderator.get("/v1/disputes"))["items"]
    outcome = {"outcome": "as_agreed", "reason": "It was done."}
    good(await moderator.post(f"/v1/disputes/{case['id']}/resolution", outcome))
    assert not await forget(town, ana), "it may still be disputed"
    await town.step_on(DISPUTE_DAYS)
    assert await forget(town, ana)


async def test_forgetting_keeps_the_books_of_everybody_whole(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=100)
    await town.settled(ana, bor)
    eva = await town.member("Eva", minutes=-90)
    lines = await bor.statement()
    for one in (ana, eva):
        await leave(one)
    await town.step_on(DISPUTE_DAYS)
    assert await forget(town, ana)
    assert await forget(town, eva)
    assert await forget(town, ana), "again is the same"
    bor = await town.signed_in(bor.email)
    after = await bor.statement()
    assert {line.pop("counterpart_alias") for line in after} == {"former member", None}
    assert after == [{k: v for k, v in one.items() if k != "counterpart_alias"} for one in lines]
    kinds = await sql(town, "SELECT kind FROM deed WHERE kind LIKE 'closing%' ORDER BY kind")
    assert [row["kind"] for row in kinds] == ["closing", "closing_cover"]
    auditor = await town.staff("auditor")
    assert good(await auditor.get("/v1/ledger/verification"))["proved"] is True


async def test_nothing_of_a_forgotten_person_opens_again(town: Town) -> None:
    ana, bor, eva = [await town.member(name, minutes=100) for name in ("Canary", "Bor", "Eva")]
    paths = [await canaries(town, ana, one) for one in (bor, eva)]
    await block(eva, ana)
    sealed = await sealed_of(town, ana)
    assert len(sealed) >= 5
    await leave(ana)
    assert await forget(town, ana)
    bor, eva = await town.signed_in(bor.email), await town.signed_in(eva.email)
    assert await said(bor, paths[0]) == ["Fine."]
    assert await said(eva, paths[1]) == ["Canary one", "Fine."], "who blocked her has kept it"
    (blocked,) = good(await eva.get("/v1/me/blocks"))["items"]
    assert blocked["alias"] == "Canary"
    assert {town.ground.envelopes.open(text, "whatever") for text in sealed} == {None}
    records = await sql(town, "SELECT FROM sealed_record WHERE member_id = $1", ana.member_id)
    assert records == [], "its key is the installation's, and goes with nobody"
    for table in await tables(town):
        rows = json.dumps(
            [dict(row) for row in await sql(town, f"SELECT * FROM {table}")], default=str
        )
        assert "Canary" not in rows, table
        assert ana.email not in rows, table
    (row,) = await sql(town, "SELECT alias FROM member WHERE forgotten_at IS NOT NULL")
    assert row["alias"] == FORGOTTEN_ALIAS
    assert keystore_of(town.ground.settings).read(str(ana.member_id)) is None
    await town.member("Ana again", email=ana.email)


async def canaries(town: Town, ana: Person, other: Person) -> str:
    """The path of an exchange in which Ana wrote this and that."""
    path = f"/v1/exchanges/{(await town.accepted(ana, other))['id']}"
    good(await ana.post(f"{path}/messages", {"text": "Canary one"}, key=path))
    good(await other.post(f"{path}/messages", {"text": "Fine."}))
    good(await ana.post(f"{path}/cancellation", {"reason": "Canary two"}))
    return path


async def said(person: Person, path: str) -> list[str]:
    """The messages of an exchange, as this party reads them."""
    return [one["text"] for one in good(await person.get(f"{path}/messages"))["items"]]


async def sealed_of(town: Town, person: Person) -> list[bytes]:
    """Everything in the database that is sealed with this person's key."""
    found = []
    for table, held in DATA_MAP.items():
        for column in held.labels:
            rows = await sql(town, f"SELECT {column} AS sealed FROM {table} WHERE {column} <> ''")
            found += [row["sealed"] for row in rows if owner_of(row["sealed"]) == person.member_id]
    return found


async def test_staff_hand_on_their_roles_before_they_leave(town: Town) -> None:
    ana = await town.member()
    await sql(
        town, "UPDATE login SET roles = '{coordinator,member}' WHERE login_id = $1", ana.login_id
    )
    refused(await ana.delete("/v1/me"), 409, "still-staff")
    refused(await (await town.staff("moderator")).delete("/v1/me"), 404, "not-found")


async def test_everything_held_about_me_is_in_my_export_and_nothing_of_others(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=200), await town.member("Bor", minutes=200)
    exchange = await town.delivered(ana, bor)
    path = f"/v1/exchanges/{exchange['id']}"
    good(await ana.post(f"{path}/messages", {"text": "mine"}, key="once"))
    good(await bor.post(f"{path}/messages", {"text": "theirs"}))
    good(await ana.post(f"{path}/dispute", {"reason": "too short"}))
    ended = await town.accepted(ana, bor)
    good(await bor.post(f"/v1/exchanges/{ended['id']}/cancellation", {"reason": "theirs"}))
    await block(bor, ana)
    found = good(await ana.get("/v1/me/export"))
    held: JSON = found["held"]
    assert found["cut"] == []
    assert set(held) == {table for table, one in DATA_MAP.items() if one.of}
    assert held["login"][0]["email"] == ana.email
    assert [one["text"] for one in held["message"]] == ["mine"]
    assert held["dispute"][0]["reason"] == "too short"
    assert held["block"] == []
    words = json.dumps(held)
    for hidden in ("theirs", bor.email, str(bor.member_id), str(bor.login_id), "argon2", "sealed"):
        assert hidden not in words, hidden
    mine = {str(ana.member_id), str(ana.login_id)}
    for table in held:
        if "member_id" in DATA_MAP[table].of.split():
            assert all(row["member_id"] in mine for row in held[table]), table


async def test_every_row_that_names_me_is_in_my_export(town: Town) -> None:
    """Whatever column holds one of my ids: the row is in the export, or is staff's or another's."""
    ana, bor = await town.member("Ana", minutes=200), await town.member("Bor", minutes=200)
    await town.settled(ana, bor)
    await town.accepted(bor, ana)
    held = good(await ana.get("/v1/me/export"))["held"]
    (account,) = [one["account_id"] for one in held["member"]]
    mine = (str(ana.member_id), str(ana.login_id), account)
    for table in await tables(town):
        asked = f"SELECT to_jsonb(t)::text AS row FROM {table} t"
        rows = [row["row"] for row in await sql(town, asked)]
        naming = [row for row in rows if any(one in row for one in mine)]
        expected = len(held.get(table, []))
        assert len(naming) == expected or table in NAMED_ELSEWHERE, table


@pytest.mark.parametrize("blocks", [False, True])
async def test_what_moderators_wrote_to_me_is_in_my_export_whoever_asked_them(
    town: Town, blocks: bool
) -> None:
    ana, bor, eva = [await town.member(one, minutes=100) for one in ("Ana", "Bor", "Eva")]
    one, other = [await town.staff("moderator") for _ in range(2)]
    case = await disputed(bor, await town.delivered(ana, bor))
    path = f"/v1/disputes/{case['id']}"
    good(await one.post(f"{path}/statements", {"text": "Asked."}))
    good(await bor.post(f"{path}/statements", {"text": "Theirs."}))
    decision = {"outcome": "adjusted", "minutes": 30, "reason": "Decided."}
    good(await one.post(f"{path}/resolution", decision))
    good(await bor.post(f"{path}/appeal", {"reason": "Theirs."}))
    good(await other.post(f"{path}/resolution", decision | {"reason": "Decided again."}))
    if blocks:
        await block(bor, ana)
    for me, column in ((ana, "resolution_other"), (bor, "resolution")):
        held: JSON = good(await me.get("/v1/me/export"))["held"]
        (read,) = good(await me.get("/v1/disputes"))["items"]
        (found,), (appeal,) = held["dispute"], held["appeal"]
        assert (found[column], found["minutes"]) == ("Decided.", 30)
        assert found[column] == read["resolution_reason"]
        assert appeal[column] == "Decided again." == read["appeal"]["resolution_reason"]
        asked = [row for row in held["statement"] if "Asked." in row.values()]
        assert len(asked) == 1
    held = good(await ana.get("/v1/me/export"))["held"]
    assert "Theirs." not in json.dumps(held), "what the other side wrote is theirs"
    assert str(bor.member_id) not in json.dumps(held)
    strangers = good(await eva.get("/v1/me/export"))["held"]
    assert [strangers[one] for one in ("dispute", "appeal", "statement")] == [[], [], []]


NAMED_ELSEWHERE: Final = {
    "notice",  # of the staff about me, and mine about others
    "sealed_head",  # hashes of the books
    "sealed_record",  # opened by case workers only
    "sealed_opening",
    "deed",  # `reference` names the account when it is closed
}


async def tables(town: Town) -> list[str]:
    asked = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
    async with town.ground.database.begin() as session:
        names = (await session.scalars(asked)).all()
    return [name for name in names if not name.startswith(("pgqueuer", "alembic"))]
