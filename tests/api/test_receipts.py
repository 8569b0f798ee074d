import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import sealer_of
from tests.town import Town, good, refused

CHECKER = re.search(
    r"```python\n(.*?)```", Path("docs/ledger.md").read_text(encoding="utf-8"), re.DOTALL
)


async def seal(town: Town) -> None:
    sealer = sealer_of(town.ground.settings)
    assert sealer is not None
    async with town.ground.database.begin() as session:
        await take_seal(town.ground.work(session), town.bank_id, sealer)


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
    await seal(town)
    for minutes in (10, 20, 30):
        await town.settled(bor, ana, minutes)
        await town.settled(cene, ana, minutes)
    await seal(town)
    for person in (ana, bor):
        for line in await person.statement():
            path = f"/v1/me/account/postings/{line['id']}/receipt"
            done = checked(good(await person.get(path)))
            assert done.returncode == 0, done.stderr
            assert "This posting is in the books of seal" in done.stdout


async def test_the_documented_program_refuses_a_receipt_that_was_changed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor)
    await seal(town)
    (line,) = await ana.statement()
    receipt = good(await ana.get(f"/v1/me/account/postings/{line['id']}/receipt"))
    posting = receipt["posting"]
    for part, name, value in (
        (posting, "minutes", 61),
        (receipt["seal"], "root", "00" * 32),
        (receipt["seal"], "postings", 2),
        (receipt, "start_head", "00" * 32),
    ):
        kept = part[name]
        part[name] = value
        assert checked(receipt).returncode != 0, name
        part[name] = kept
    assert checked(receipt).returncode == 0


async def test_a_posting_after_the_newest_seal_has_no_receipt_yet(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await seal(town)
    await town.settled(ana, bor)
    (line,) = await ana.statement()
    path = f"/v1/me/account/postings/{line['id']}/receipt"
    refused(await ana.get(path), 409, "not-sealed-yet")
    await seal(town)
    assert checked(good(await ana.get(path))).returncode == 0


async def test_nobody_gets_a_receipt_of_others_postings(town: Town) -> None:
    ana, bor, cene = [await town.member(name) for name in ("Ana", "Bor", "Cene")]
    await town.settled(ana, bor)
    await seal(town)
    (line,) = await ana.statement()
    path = f"/v1/me/account/postings/{line['id']}/receipt"
    refused(await cene.get(path), 404, "not-found")
