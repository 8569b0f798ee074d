"""Migrations carry filled books: down to the oldest schema and up again, and the proof is clean.

Seals are not carried: those of a chain that is linked anew would prove nothing (0073). Nor is with
which bank an account clears, below 0010: up again, it is a member's account that nobody has.
"""

from uuid import UUID

from app.ledger.verifying import prove
from app.store import migrate
from tests.architecture.test_migrations import REVISIONS
from tests.doings import disputed, resolved, sealed, sql
from tests.life import Life
from tests.town import Town, good

OURS = "SELECT * FROM posting ORDER BY posting_id"
CLEARING = "SELECT account_id FROM account WHERE kind = 'clearing' AND bank_id = $1"
HEADS = "SELECT account_id, head FROM account ORDER BY account_id"


async def test_filled_books_stay_proved_through_all_migrations_down_and_up(
    town: Town, urls: migrate.Urls
) -> None:
    life = await Life.of(town, "Bread")
    ana, bor = life.people["member"], life.people["other"]
    good(await ana.post("/v1/donations", {"minutes": 30}, key="gift"))
    dispute = await disputed(bor, await town.settled(ana, bor))
    good(await resolved(life.people["moderator"], dispute, "adjusted", 20))
    await sealed(town)
    before, heads = await sql(town, OURS), await sql(town, HEADS)
    nobodys = [("V17", one["account_id"]) for one in await sql(town, CLEARING, town.bank_id)]
    assert len(before) > 4

    await town.ground.database.close()  # what its connections know of the schema ends
    await migrate.downgrade(urls, REVISIONS[-1])
    await migrate.upgrade(urls)

    assert await sql(town, OURS) == before
    assert await sql(town, HEADS) == heads
    assert await _found(town) == nobodys
    await town.settled(ana, bor)
    seal = await sealed(town)
    assert (seal.seal_no, seal.postings) == (1, len(before) + 1)
    assert await _found(town) == nobodys


async def _found(town: Town) -> list[tuple[str, UUID]]:
    findings = await prove(town.ground, town.bank_id, town.app.state.sealer)
    return [(one.check, one.subject_id) for one in findings]
