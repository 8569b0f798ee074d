import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.doings import NOWHERE, account_id, sealed, sql
from tests.town import Town, good, refused

CHECKER = re.search(
    r"```python\n(.*?)```", Path("docs/ledger.md").read_text(encoding="utf-8"), re.DOTALL
)


def checked(receipt: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """What the program printed in the documentation says of a receipt."""
    assert CHECKER is not None
    return subprocess.run(
        [sys.executable, "-c", CHECKER[1]],
        input=json.dumps(receipt),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def test_a_member_can_check_every_posting_with_the_documented_program(town: Town) -> None:
    ana, bor, cene = [await town.member(name) for name in ("Ana", "Bor", "Cene")]
    await town.settled(ana, bor)
    await sealed(town)
    for minutes in (10, 20, 30):
        await town.settled(bor, ana, minutes)
        await town.settled(cene, ana, minutes)
    await sealed(town)
    for person in (ana, bor):
        for line in await person.statement():
            path = f"/v1/me/account/postings/{line['id']}/receipt"
            done = checked(good(await person.get(path)))
            assert done.returncode == 0, done.stderr
            assert "This posting is in the books of seal" in done.stdout


async def test_the_documented_program_refuses_a_receipt_that_was_changed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor)
    await sealed(town)
    (line,) = await ana.statement()
    receipt = good(await ana.get(f"/v1/me/account/postings/{line['id']}/receipt"))
    posting = receipt["posting"]
    for part, name, value in (
        *((posting, name, str(NOWHERE)) for name in posting if name.endswith("_id")),
        (posting, "kind", "gift"),
        (posting, "change_minutes", 61),
        (posting, "seq", 2),
        (posting, "balance_minutes", 61),
        *((posting, name, "2026-03-01T10:00:00Z") for name in ("posted_at", "effective_at")),
        (receipt["seal"], "root", "00" * 32),
        (receipt["seal"], "contents", "00" * 32),
        (receipt["seal"], "seal_no", 2),
        (receipt, "leaf_salt", "00" * 32),
        (receipt, "start_head", "00" * 32),
    ):
        kept = part[name]
        part[name] = value
        assert checked(receipt).returncode != 0, name
        part[name] = kept
    assert checked(receipt).returncode == 0


async def test_a_posting_after_the_newest_seal_has_no_receipt_yet(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await sealed(town)
    await town.settled(ana, bor)
    (line,) = await ana.statement()
    path = f"/v1/me/account/postings/{line['id']}/receipt"
    refused(await ana.get(path), 409, "not-sealed-yet")
    await sealed(town)
    assert checked(good(await ana.get(path))).returncode == 0
    await town.settled(ana, bor)
    await sealed(town)
    newest = (await ana.statement())[0]["id"]
    receipt = good(await ana.get(f"/v1/me/account/postings/{newest}/receipt"))
    assert (receipt["start_seq"], len(receipt["digests"])) == (1, 1), "since the seal before"


async def test_nobody_gets_a_receipt_of_others_postings(town: Town) -> None:
    ana, bor, cene = [await town.member(name) for name in ("Ana", "Bor", "Cene")]
    await town.settled(ana, bor)
    await sealed(town)
    (line,) = await ana.statement()
    path = f"/v1/me/account/postings/{line['id']}/receipt"
    refused(await cene.get(path), 404, "not-found")


async def test_a_receipt_shows_nothing_of_the_other_side_nor_how_large_the_bank_is(
    town: Town,
) -> None:
    """Bor's numbers and balances differ much from Ana's, and there are ever more people."""
    ana, bor, cene = [await town.member(name) for name in ("Ana", "Bor", "Cene")]
    for minutes in (111, 113):
        await town.settled(cene, bor, minutes)
    await town.settled(ana, bor, 17)
    await sealed(town)
    (line,) = await ana.statement()
    path = f"/v1/me/account/postings/{line['id']}/receipt"
    receipt = good(await ana.get(path))
    (row,) = await sql(town, "SELECT * FROM posting WHERE posting_id = $1", UUID(line["id"]))
    mine = await account_id(town, ana)
    side, other = ("debit", "credit") if row["debit_account_id"] == mine else ("credit", "debit")
    assert receipt["posting"]["account_id"] == str(row[f"{side}_account_id"])
    assert (receipt["posting"]["seq"], receipt["posting"]["balance_minutes"]) == (
        row[f"{side}_seq"],
        row[f"{side}_balance_minutes"],
    )
    said = json.dumps(receipt)
    assert str(row[f"{other}_account_id"]) not in said
    assert str(row[f"{other}_balance_minutes"]) not in re.findall(r"[-\w]+", said)
    assert receipt["posting"].keys() == {
        *("bank_id", "account_id", "posting_id", "deed_id", "kind", "subject_id"),
        *("change_minutes", "seq", "balance_minutes", "posted_at", "effective_at"),
        "reverses_posting_id",
    }
    assert len(receipt["merkle_path"]) == 8, "of 256 leaves, whoever they stand for"


async def test_a_neighbour_in_the_tree_cannot_be_found_by_who_knows_their_head(
    town: Town,
) -> None:
    """Not even an account to which nothing ever happened is met again in another seal."""
    ana, bor = await town.member("Ana"), await town.member("Bor")
    steps = []
    for _ in range(2):
        await town.settled(ana, bor, 5)
        await sealed(town)
        newest = (await ana.statement())[0]["id"]
        receipt = good(await ana.get(f"/v1/me/account/postings/{newest}/receipt"))
        steps.append({step["hash"] for step in receipt["merkle_path"]})
    assert not steps[0] & steps[1]
