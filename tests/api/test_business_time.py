"""When something happened stands beside when it was posted: shown and hashed, decides nothing."""

import csv
import io
import json

import pytest
from asyncpg import CheckViolationError
from beancount import loader
from beancount.core.data import Transaction

from tests.doings import again, books_are_whole, disputed, proof, resolved, sealed, sql, take
from tests.partnership import partners
from tests.town import JSON, Person, Town, good

DAY = 1


async def times(person: Person) -> dict[str, tuple[str, str]]:
    """When each kind of posting of the person's happened and was posted, as days."""
    lines = await person.statement()
    return {one["kind"]: (one["effective_at"][:10], one["at"][:10]) for one in lines}


async def day(town: Town) -> str:
    return town.ground.clock().date().isoformat()


async def slow(town: Town, giver: Person, receiver: Person) -> JSON:
    """An exchange whose receiver confirms a day after it was delivered."""
    exchange = await town.delivered(giver, receiver)
    await town.step_on(DAY)
    return good(await take(await again(town, receiver), exchange, "confirmation"))


async def test_an_exchange_happened_when_it_was_given_whoever_settles_it(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    delivered = await day(town)
    confirmed = await slow(town, ana, bor)
    ana, bor = await again(town, ana), await again(town, bor)
    settled = await day(town)
    assert await times(ana) == await times(bor) == {"settlement": (delivered, settled)}
    receiver = await town.member("Cene")
    dispute = await disputed(receiver, await town.delivered(ana, receiver))
    await town.step_on(DAY)
    good(await resolved(await town.staff("moderator"), dispute, "adjusted", 20))
    cene = await again(town, receiver)
    assert await times(cene) == {"settlement": (settled, await day(town))}
    dispute = await disputed(await again(town, bor), confirmed)
    await town.step_on(DAY)
    good(await resolved(await town.staff("moderator"), dispute, "adjusted", 30))
    lines = await (await again(town, bor)).statement()
    corrected = [one for one in lines if one["kind"] == "correction"]
    assert len(corrected) == 2
    assert all(one["effective_at"] == one["at"] for one in corrected), "a mistake is put right now"
    await books_are_whole(town)


async def test_whatever_else_is_posted_happened_as_it_was_posted(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=60), await town.member("Bor")
    good(await ana.post("/v1/donations", {"minutes": 20}))
    coordinator = await town.staff("coordinator")
    body = {"member_id": str(bor.member_id), "minutes": 5, "reason": "To begin with."}
    good(await coordinator.post("/v1/grants", body))
    lines = [*await ana.statement(), *await bor.statement()]
    assert {one["kind"] for one in lines} == {"opening", "donation", "grant"}
    assert all(one["effective_at"] == one["at"] for one in lines)
    deeds = await sql(town, "SELECT kind FROM deed WHERE effective_at <> posted_at")
    assert deeds == []


async def test_both_halves_of_a_transfer_happened_when_it_was_sent(town: Town) -> None:
    here, there = await partners(town)
    sent = await day(town)
    transfer = await here.sent(there)
    await town.step_on(DAY)
    await here.deliver(transfer)
    await here.conclude(transfer)
    payer, giver = await again(town, here.member), await again(there.town, there.member)
    assert (await times(payer))["transfer"] == (sent, sent)
    assert (await times(giver))["transfer_in"] == (sent, await day(town))
    moments = "SELECT DISTINCT effective_at FROM deed WHERE kind IN ('transfer', 'transfer_in')"
    assert len(await sql(town, moments)) == 1
    assert await here.findings() | await there.findings() == set()


async def test_every_form_shows_both_times_and_every_chain_has_them(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    given = await day(town)
    await slow(town, ana, bor)
    posted, ana = await day(town), await again(town, ana)
    (line,) = await ana.statement()
    answer = await ana.get("/v1/me/account/postings", params={"format": "csv"})
    row, _ = csv.DictReader(io.StringIO(answer.text))
    assert (row["effective_at"], row["at"]) == (line["effective_at"], line["at"])
    auditor = await town.staff("auditor")

    async def journal(form: str) -> str:
        return (await auditor.get("/v1/ledger/journal", params={"format": form})).text

    (posting,) = json.loads(await journal("json"))["postings"]
    row, _ = csv.DictReader(io.StringIO(await journal("csv")))
    for one in (posting, row):
        assert (one["effective_at"], one["posted_at"]) == (line["effective_at"], line["at"])
    assert f"\n{posted}={given} * settlement" in await journal("hledger")
    entries, errors, _ = loader.load_string(await journal("beancount"))
    (entry,) = [one for one in entries if isinstance(one, Transaction)]
    assert not errors
    assert (entry.date.isoformat(), entry.meta["effective"].isoformat()) == (posted, given)
    await sealed(town)
    receipt = good(await ana.get(f"/v1/me/account/postings/{line['id']}/receipt"))
    assert receipt["posting"]["effective_at"] == line["effective_at"]
    await sql(town, "UPDATE deed SET effective_at = posted_at WHERE kind = 'settlement'")
    assert {one["check"] for one in (await proof(town))["findings"]} == {"V6"}


async def test_nothing_can_be_said_to_have_happened_after_it_was_posted(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    ahead = "UPDATE exchange SET delivered_at = delivered_at + interval '1 hour'"
    await sql(town, ahead)  # as by another process whose clock is ahead
    good(await take(bor, exchange, "confirmation"))
    (line,) = await ana.statement()
    assert line["effective_at"] == line["at"]
    with pytest.raises(CheckViolationError, match="ck_deed_effective"):
        await sql(town, "UPDATE deed SET effective_at = posted_at + interval '1 us'")
    await books_are_whole(town)
