import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import realization
from sqlalchemy import text

from app.kit.ground import Ground
from app.ledger.journal.formats import stream_journal
from app.ledger.journal.forms import JournalFormat
from app.ledger.journal.queries import JOURNAL_PAGE
from tests.conftest import FakeClock
from tests.partnership import partners
from tests.property.books import Asked, Books, Move
from tests.town import Town, good, refused

ISSUER, MEMBER = 1, 4
"""Accounts of `Books`."""


async def told(town: Town) -> dict[str, int]:
    """Some of everything that moves minutes; gives the balance of each account in the database."""
    ana, bor = await town.member("Ana", minutes=90), await town.member("=Bor")
    await town.settled(ana, bor, 60)
    exchange = await town.settled(bor, ana, 30)
    dispute = good(await ana.post(f"/v1/exchanges/{exchange['id']}/dispute", {"reason": "Late."}))
    moderator = await town.staff("moderator")
    outcome = {"outcome": "adjusted", "minutes": 20, "reason": "As both say."}
    good(await moderator.post(f"/v1/disputes/{dispute['id']}/resolution", outcome))
    good(await ana.post("/v1/donations", {"minutes": 45}))
    async with town.ground.database.begin() as session:
        rows = await session.execute(text("SELECT account_id, balance_minutes FROM account"))
        return {str(account_id): balance for account_id, balance in rows}


async def journal(town: Town, form: str) -> str:
    auditor = await town.staff("auditor")
    answer = await auditor.get("/v1/ledger/journal", params={"format": form})
    assert answer.is_success, answer.text
    return answer.text


async def test_beancount_accepts_the_journal_and_finds_the_same_balances(town: Town) -> None:
    balances = await told(town)
    entries, errors, _ = loader.load_string(await journal(town, "beancount"))
    assert not errors
    found: dict[str, int] = {}
    for account in realization.iter_children(realization.realize(entries)):
        number = account.balance.get_currency_units("MIN").number
        if account.account.count(":") > 1:
            found[account.account.rsplit(":")[-1].lower()] = int(number)
    assert found == balances


async def test_beancount_would_notice_a_journal_that_does_not_add_up(town: Town) -> None:
    await told(town)
    broken = (await journal(town, "beancount")).replace("  45 MIN", "  46 MIN", 1)
    _, errors, _ = loader.load_string(broken)
    assert errors


async def test_the_json_journal_gives_the_same_balances(town: Town) -> None:
    balances = await told(town)
    document: dict[str, Any] = json.loads(await journal(town, "json"))
    found = {account["id"]: 0 for account in document["accounts"]}
    for posting in document["postings"]:
        found[posting["debit_account"]] -= posting["minutes"]
        found[posting["credit_account"]] += posting["minutes"]
    assert found == document["balances"] == balances


async def test_the_csv_journal_has_a_line_for_every_posting(town: Town) -> None:
    await told(town)
    *rows, end = csv.DictReader(io.StringIO(await journal(town, "csv")))
    assert set(end.values()) == {"end of 6 postings", ""}, "a journal that was cut off has no end"
    assert sorted(row["kind"] for row in rows) == [
        "correction",
        "correction",
        "donation",
        "opening",
        "settlement",
        "settlement",
    ]
    assert sum(1 for row in rows if row["reverses_posting_id"]) == 1


async def test_the_journal_names_the_deed_and_tells_exchanges_from_transfers(town: Town) -> None:
    here, there = await partners(town)
    transfer = await here.sent(there)
    exchange = await town.settled(here.member, await town.member("Bor"))
    postings = {one["kind"]: one for one in json.loads(await journal(town, "json"))["postings"]}
    subjects = {kind: (one["exchange_id"], one["transfer_id"]) for kind, one in postings.items()}
    assert subjects == {
        "opening": (None, None),
        "transfer": (None, transfer["id"]),
        "settlement": (exchange["id"], None),
    }
    assert len({one["deed_id"] for one in postings.values()}) == 3


async def test_an_empty_bank_has_a_journal_that_beancount_accepts(town: Town) -> None:
    _, errors, _ = loader.load_string(await journal(town, "beancount"))
    assert not errors


async def test_a_journal_longer_than_a_page_is_whole(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.ledger.journal.queries.JOURNAL_PAGE", 2)
    balances = await told(town)
    assert JOURNAL_PAGE > 2
    document = json.loads(await journal(town, "json"))
    assert document["balances"] == balances
    assert len(document["postings"]) == 6


async def test_a_journal_is_of_one_moment_whatever_is_posted_while_it_is_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ledger.journal.queries.JOURNAL_PAGE", 2)
    balances = await told(town)
    pieces = stream_journal(town.ground, town.bank_id, JournalFormat.JSON)
    read = [await anext(pieces), await anext(pieces)]
    await town.member("Cene", minutes=30)
    read += [piece async for piece in pieces]
    document = json.loads("".join(read))
    assert document["balances"] == balances
    assert len(document["postings"]) == 6
    assert json.loads(await journal(town, "json"))["balances"] != balances


async def test_the_journal_is_in_the_order_of_posting_whatever_the_clock_says(
    ground: Ground, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each account's postings in the order of its numbers, and a deed's in that of its legs."""
    monkeypatch.setattr("app.ledger.journal.queries.JOURNAL_PAGE", 7)
    books = await Books.opened(ground)
    await books.settle([given(100)])
    clock.advance(days=-1)
    for minutes in range(1, 5):
        await books.settle([given(minutes)])
    await books.settle([given(5), given(6), given(7)])
    clock.advance(days=-1)
    await books.settle([given(*range(11, 21)), given(30, 31)])
    pieces = stream_journal(ground, books.bank_id, JournalFormat.CSV)
    text = "".join([piece async for piece in pieces])
    *rows, _ = csv.DictReader(io.StringIO(text))
    assert [int(row["minutes"]) for row in rows] == [100, *range(1, 8), *range(11, 21), 30, 31]
    numbers = [str(number) for number in range(1, len(rows) + 1)]
    assert [row["debit_seq"] for row in rows] == [row["credit_seq"] for row in rows] == numbers
    assert [int(row["leg"]) for row in rows] == [1] * 8 + [*range(1, 11), 1, 2]
    times = [row["posted_at"] for row in rows]
    assert times == sorted(times)
    assert len(set(times)) == len({row["deed_id"] for row in rows})


def given(*minutes: int) -> Asked:
    """One deed with a posting for each of these minutes, between the same two accounts."""
    return Asked(tuple(Move(ISSUER, MEMBER, one) for one in minutes), None, None, passes=False)


async def test_only_auditors_and_admins_read_the_journal(town: Town) -> None:
    ana, coordinator = await town.member("Ana"), await town.staff("coordinator")
    for person in (ana, coordinator):
        refused(await person.get("/v1/ledger/journal"), 404, "not-found")
    refused(await town.client.get("/v1/ledger/journal"), 401, "not-authenticated")
    admin = await town.staff("admin")
    refused(await admin.get("/v1/ledger/journal", params={"format": "xml"}), 422, "unfit")


async def test_a_statement_as_csv_cannot_be_taken_for_a_formula(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("=1+1")
    await town.settled(ana, bor)
    answer = await ana.get("/v1/me/account/postings", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    row, end = csv.DictReader(io.StringIO(answer.text))
    assert set(end.values()) == {"end of 1 postings", ""}
    assert (row["counterpart_alias"], row["minutes"], row["direction"]) == ("'=1+1", "60", "in")


async def test_a_statement_as_csv_is_whole_however_long_it_is(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.members.accounts.statement_csv.PAGE", 2)
    ana = await town.member("Ana")
    for minutes in range(1, 6):
        await town.give(ana, minutes)
    answer = await ana.get("/v1/me/account/postings", params={"format": "csv"})
    *lines, end = csv.DictReader(io.StringIO(answer.text))
    shown = await ana.statement()
    assert [line["id"] for line in lines] == [line["id"] for line in shown]
    assert [int(line["balance_after_minutes"]) for line in lines] == [15, 10, 6, 3, 1]
    assert end["id"] == "end of 5 postings"


@pytest.mark.books
async def test_hledger_accepts_the_journal_and_finds_the_same_balances(
    town: Town, tmp_path: Path
) -> None:
    balances = await told(town)
    path = tmp_path / "timebank.journal"
    path.write_text(await journal(town, "hledger"))
    assert hledger("check", "--strict", file=path) == ""
    lines = hledger("balance", "--flat", "--empty", "--output-format=csv", file=path)
    found = {
        row["account"].rsplit(":")[-1].lower(): int(row["balance"].split(" ")[0])
        for row in csv.DictReader(io.StringIO(lines))
        if ":" in row["account"]
    }
    assert found == balances


def hledger(*arguments: str, file: Path) -> str:
    """What hledger says; fails when it refuses."""
    command = ["hledger", *arguments, f"--file={file}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
