"""Seals: they are published and tell no counts, and the proof by hashing finds every tampering.

A tampering is done by a superuser with foreign keys off, in a transaction that is rolled back.
"""

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.chain import genesis, link
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.queries import stream_legs
from app.ledger.sealing.signing import Sealer
from app.ledger.verifying import prove, prove_in
from tests.databases import Cluster
from tests.doings import sealed
from tests.tampering_with_chains import NEWEST, TAMPERINGS
from tests.town import Town, good, refused

SEALS = "/v1/ledger/seals"


async def findings(town: Town) -> set[str]:
    found = await prove(town.ground, town.bank_id, town.app.state.sealer)
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


async def test_seals_follow_each_other_and_are_published_page_by_page(town: Town) -> None:
    taken = [await sealed(town) for _ in range(3)]
    cene = await town.member("Cene")
    page = good(await cene.get(f"{SEALS}?limit=2"))
    rest = good(await cene.get(f"{SEALS}?limit=2&cursor={page['next_cursor']}"))
    seals = [*rest["items"][::-1], *page["items"][::-1]]
    assert rest["next_cursor"] is None
    assert [one["seal_no"] for one in seals] == [1, 2, 3]
    assert [one["hash"] for one in seals] == [one.hash.hex() for one in taken]
    assert [one["previous_hash"] for one in seals[1:]] == [one["hash"] for one in seals[:-1]]
    for one in seals:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["public_key"]))
        key.verify(bytes.fromhex(one["signature"]), bytes.fromhex(one["hash"]))


async def test_a_kept_hash_is_found_again_or_was_never_sealed(town: Town) -> None:
    kept = (await sealed(town)).hash.hex()
    await sealed(town)
    cene = await town.member("Cene")
    found = good(await cene.get(f"{SEALS}/{kept}"))
    assert found == good(await cene.get(SEALS))["items"][1]
    for other in ("00" * 32, "no hash", kept[:-2]):
        refused(await cene.get(f"{SEALS}/{other}"), 404, "not-found")


async def test_a_published_seal_is_alike_whatever_there_is(town: Town) -> None:
    """Neither the number of accounts nor that of postings shows, nor that nothing has moved."""
    before = await sealed(town)
    idle = await sealed(town)
    await busy(town)
    cene = await town.member("Cene")
    seals = good(await cene.get(SEALS))["items"]
    shown = {"seal_no", "taken_at", "root", "contents", "previous_hash", "hash", "key_id"}
    assert all(one.keys() == shown | {"signature", "public_key", "bank_id"} for one in seals)
    assert len({len(one[name]) for one in seals for name in ("root", "contents")}) == 1
    assert (before.accounts, before.postings) == (idle.accounts, idle.postings)
    assert (before.root, before.contents) != (idle.root, idle.contents)
    assert not {before.root, before.contents} & {idle.root, idle.contents}


async def test_an_empty_bank_can_be_sealed(town: Town) -> None:
    seal = await sealed(town)
    assert (seal.seal_no, seal.postings, seal.accounts) == (1, 0, 2)
    assert await findings(town) == set()


async def test_a_seal_of_another_key_is_not_believed(town: Town) -> None:
    await busy(town)
    stranger = Sealer(Ed25519PrivateKey.generate(), {})
    found = await prove(town.ground, town.bank_id, stranger)
    assert {finding.check for finding in found} == {"V7"}


async def test_the_proof_notices_every_tampering(town: Town, superuser: AsyncSession) -> None:
    await busy(town)
    missed: dict[str, set[str]] = {}
    for name, (check, statements) in TAMPERINGS.items():
        await superuser.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements.split(";"):
            await superuser.execute(text(statement))
        sealer = town.app.state.sealer
        found = {one.check for one in await prove_in(superuser, town.bank_id, sealer)}
        await superuser.rollback()
        if check not in found:
            missed[name] = found
    assert missed == {}
    assert await findings(town) == set()


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
    assert await findings(town) == {"V6", "V17"}  # and whose it was stands there still


async def test_the_proof_notices_books_that_were_written_anew_from_the_beginning(
    town: Town, cluster: Cluster, database: str
) -> None:
    """All of it an hour later, with every chain made anew; then with seals of another key."""
    await busy(town)
    moved = [(table, "posted_at") for table in ("deed", "posting", "account", "hold")]
    for table, when in (*moved, ("hold_end", "ended_at"), ("account", "created_at")):
        later = f"UPDATE {table} SET {when} = {when} + interval '1 hour'"
        await cluster.run(later, database)
    for account_id, head in (await chained_anew(town)).items():
        update = f"UPDATE account SET head = '\\x{head.hex()}' WHERE account_id = '{account_id}'"
        await cluster.run(update, database)
    assert await findings(town) == {"V6"}
    await cluster.run("DELETE FROM sealed_head; DELETE FROM seal", database)
    stranger = Sealer(Ed25519PrivateKey.generate(), {})
    async with town.ground.database.begin() as session:
        await take_seal(town.ground.work(session), town.bank_id, stranger)
    assert await findings(town) == {"V7"}


async def chained_anew(town: Town) -> dict[UUID, bytes]:
    """The heads that the postings lead to as they are now."""
    anew: dict[UUID, bytes] = {}
    async with town.ground.database.begin() as session:
        async for posting, leg in stream_legs(session, town.bank_id):
            head = anew.get(leg.account_id) or genesis(town.bank_id, leg.account_id)
            anew[leg.account_id] = link(head, leg.digest(posting.packed()))
    return anew


async def heads(town: Town) -> dict[UUID, bytes]:
    async with town.ground.database.begin() as session:
        rows = await session.execute(
            text("SELECT account_id, head FROM account WHERE kind = 'member'")
        )
        return {account_id: bytes(head) for account_id, head in rows}
