"""Seals say what is so, and follow each other: whoever signed them, and whoever came first."""

import asyncio
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import SealText
from app.ledger.verifying import prove
from tests.api.test_seals import busy, findings
from tests.doings import sealed, sql
from tests.town import Town


async def test_a_seal_must_say_what_is_so_whoever_signed_it(town: Town) -> None:
    """Of each thing that it says the proof asks the books, not the signature."""
    await busy(town)
    for _ in range(2):
        newest = await sealed(town)  # the second time nothing has moved
    sealer, wrong = town.app.state.sealer, sha256(b"wrong").digest()
    (row,) = await sql(town, "SELECT * FROM seal WHERE hash = $1", newest.hash)
    true = SealText(**{one.name: row[one.name] for one in fields(SealText)})
    write = "UPDATE seal SET {} = $1, hash = $2, signature = $3 WHERE salt = $4"
    lies: tuple[tuple[str, Any], ...] = (
        ("root", wrong),
        ("contents", wrong),
        ("previous_hash", wrong),
        ("taken_at", true.taken_at - timedelta(days=1)),
        ("seal_no", true.seal_no + 1),
    )
    for name, lie in lies:
        said = replace(true, **{name: lie})
        signed = sealer.signed(said)
        await sql(town, write.format(name), lie, signed["hash"], signed["signature"], row["salt"])
        assert await findings(town) == {"V7"}, name
        put_back = row[name], row["hash"], row["signature"], row["salt"]
        await sql(town, write.format(name), *put_back)
    assert await findings(town) == set()


async def test_without_a_key_nobody_says_that_seals_are_proved(town: Town) -> None:
    await busy(town)
    found = await prove(town.ground, town.bank_id, None)
    assert {finding.check for finding in found} == {"V7"}


async def test_seals_of_two_at_once_follow_each_other_and_their_times(town: Town) -> None:
    """Whoever waited for the other one's seal takes theirs later, whatever their clock said."""
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor)
    async with town.ground.database.begin() as slow:
        work = town.ground.work(slow)
        before = work.now
        first = await sealed(town)
        second = await take_seal(work, town.bank_id, town.app.state.sealer)
    assert before < first.taken_at <= second.taken_at
    taken = await asyncio.gather(*(sealed(town) for _ in range(4)))
    assert sorted(one.seal_no for one in taken) == [3, 4, 5, 6]
    await town.step_on(days=-1 / 24)
    assert (await sealed(town)).taken_at == max(one.taken_at for one in taken)
    assert await findings(town) == set()
