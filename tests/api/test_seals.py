from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from app.ledger.chain import genesis, link
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.queries import stream_legs
from app.ledger.sealing.signing import Sealer, sealer_of
from app.ledger.tables import Seal
from app.ledger.verifying import prove
from tests.databases import Cluster
from tests.town import Town, good


def sealer(town: Town) -> Sealer:
    found = sealer_of(town.ground.settings)
    assert found is not None
    return found


async def sealed(town: Town) -> Seal:
    async with town.ground.database.begin() as session:
        return await take_seal(town.ground.work(session), town.bank_id, sealer(town))


async def findings(town: Town) -> set[str]:
    found = await prove(town.ground, town.bank_id, sealer(town))
    return {finding.check for finding in found}


async def busy(town: Town) -> None:
    """Three exchanges, a seal, two more exchanges, a seal, one more."""
    ana, bor = await town.member("Ana"), await town.member("Bor")
    for _ in range(3):
        await town.settled(ana, bor)
    await sealed(town)
    await town.settled(bor, ana, 30)
    await town.settled(bor, ana, 15)
    await sealed(town)
    await town.settled(ana, bor, 5)


async def test_sealed_books_prove_themselves_while_deeds_go_on(town: Town) -> None:
    await busy(town)
    assert await findings(town) == set()


async def test_seals_follow_each_other_and_are_published(town: Town) -> None:
    await busy(town)
    ana = await town.member("Cene")
    newest, first = good(await ana.get("/v1/ledger/seals"))["items"]
    assert (newest["seal_no"], first["seal_no"]) == (2, 1)
    assert newest["previous_hash"] == first["hash"]
    assert (newest["postings"], first["postings"]) == (5, 3)
    assert newest["public_key"]


async def test_an_empty_bank_can_be_sealed(town: Town) -> None:
    seal = await sealed(town)
    assert (seal.seal_no, seal.postings, seal.accounts) == (1, 0, 2)
    assert await findings(town) == set()


async def test_a_seal_of_another_key_is_not_believed(town: Town) -> None:
    await busy(town)
    stranger = Sealer(Ed25519PrivateKey.generate(), {})
    found = await prove(town.ground, town.bank_id, stranger)
    assert {finding.check for finding in found} == {"V7"}


NEWEST = "(SELECT posting_id FROM posting ORDER BY posting_id DESC LIMIT 1)"
OLDEST = "(SELECT posting_id FROM posting ORDER BY posting_id LIMIT 1)"
TAMPERINGS = {
    "the time of a posting is altered": (
        f"UPDATE posting SET posted_at = posted_at + interval '1 us' WHERE posting_id = {OLDEST}",
        "V6",
    ),
    "the exchange of a posting is altered": (
        "UPDATE deed SET subject_id = gen_random_uuid() WHERE kind = 'settlement'",
        "V6",
    ),
    "two postings are swapped": (
        """UPDATE posting SET minutes = CASE minutes WHEN 30 THEN 15 ELSE 30 END
             WHERE minutes IN (15, 30)""",
        "V6",
    ),
    "the head of an account is altered": (
        "UPDATE account SET head = sha256('forged') WHERE kind = 'member'",
        "V6",
    ),
    "a sealed head is altered": (
        "UPDATE sealed_head SET head = sha256('forged') WHERE seal_no = 1 AND seq > 0",
        "V6",
    ),
    "the newest sealed head is altered": (
        "UPDATE sealed_head SET head = sha256('forged') WHERE seal_no = 2",
        "V7",
    ),
    "a sealed head is deleted": ("DELETE FROM sealed_head WHERE seq > 0", "V7"),
    "a seal is altered": ("UPDATE seal SET postings = postings + 1 WHERE seal_no = 1", "V7"),
    "a signature is forged": (
        "UPDATE seal SET signature = decode(repeat('00', 64), 'hex') WHERE seal_no = 2",
        "V7",
    ),
    "the first seal is deleted": (
        "DELETE FROM sealed_head WHERE seal_no = 1; DELETE FROM seal WHERE seal_no = 1",
        "V7",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_the_proof_notices_when(
    what: str, town: Town, cluster: Cluster, database: str
) -> None:
    await busy(town)
    statement, check = TAMPERINGS[what]
    await cluster.run(f"SET session_replication_role = replica; {statement}", database)
    assert check in await findings(town)


async def test_the_proof_notices_when_the_tail_is_cut_and_the_books_look_whole(
    town: Town, cluster: Cluster, database: str
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor)
    before = await heads(town)
    await town.settled(ana, bor, 30)
    await sealed(town)
    await cluster.run(
        f"""SET session_replication_role = replica;
            DELETE FROM hold_end WHERE deed_id = (SELECT deed_id FROM posting
                                                   WHERE posting_id = {NEWEST});
            DELETE FROM hold WHERE minutes = 30;
            DELETE FROM posting WHERE posting_id = {NEWEST}""",
        database,
    )
    for account_id, head in before.items():
        await cluster.run(
            f"""UPDATE account SET seq = 1, head = '\\x{head.hex()}',
                       balance_minutes = balance_minutes - sign(balance_minutes) * 30
                 WHERE account_id = '{account_id}' AND seq = 2""",
            database,
        )
    await cluster.run(
        "DELETE FROM deed WHERE deed_id NOT IN "
        "(SELECT deed_id FROM posting UNION SELECT deed_id FROM hold"
        " UNION SELECT deed_id FROM hold_end)",
        database,
    )
    found = await findings(town)
    assert "V1" not in found
    assert "V2" not in found
    assert "V6" in found


async def test_the_proof_notices_when_an_account_and_all_that_it_posted_is_deleted(
    town: Town, cluster: Cluster, database: str
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor)
    await sealed(town)
    await cluster.run(
        """SET session_replication_role = replica;
           DELETE FROM posting; DELETE FROM hold_end; DELETE FROM hold; DELETE FROM deed;
           DELETE FROM account WHERE kind = 'member'""",
        database,
    )
    assert await findings(town) == {"V6"}


async def test_the_proof_notices_books_that_were_written_anew_from_the_beginning(
    town: Town, cluster: Cluster, database: str
) -> None:
    """All of it an hour later, with every chain made anew; then with seals of another key."""
    await busy(town)
    moved = "SET posted_at = posted_at + interval '1 hour'"
    rewritten = "; ".join(f"UPDATE {table} {moved}" for table in ("deed", "posting", "account"))
    await cluster.run(rewritten, database)
    for account_id, head in (await chained_anew(town)).items():
        update = f"UPDATE account SET head = '\\x{head.hex()}' WHERE account_id = '{account_id}'"
        await cluster.run(update, database)
    assert await findings(town) == {"V6"}
    await cluster.run("DELETE FROM sealed_head; DELETE FROM seal", database)
    stranger = Sealer(Ed25519PrivateKey.generate(), {})
    async with town.ground.database.begin() as session:
        await take_seal(town.ground.work(session), town.bank_id, stranger)
    assert await findings(town) == {"V7"}


async def chained_anew(town: Town) -> dict[Any, bytes]:
    """The heads that the postings lead to as they are now."""
    anew: dict[Any, bytes] = {}
    async with town.ground.database.begin() as session:
        async for account_id, _, posting in stream_legs(session, town.bank_id):
            head = anew.get(account_id) or genesis(town.bank_id, account_id)
            anew[account_id] = link(head, posting.digest())
    return anew


async def heads(town: Town) -> dict[Any, bytes]:
    async with town.ground.database.begin() as session:
        rows = await session.execute(
            text("SELECT account_id, head FROM account WHERE kind = 'member'")
        )
        return {account_id: bytes(head) for account_id, head in rows}
