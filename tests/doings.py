"""What tests about exchanges and the books do again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import httpx

from app.alerts import operations as alerts
from app.alerts.rules import AlertKind, Facts, Found
from app.kit.ground import Ground
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import sealer_of
from app.ledger.sealing.tables import Seal
from app.members.accounts import queries as purses
from app.openings.reasons import HEADER
from tests.databases import Cluster
from tests.town import JSON, Person, Town, good, refused

WAIT_SECONDS_MAX = 5.0
_PAUSE_SECONDS = 0.01
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")
"""An id that nothing has."""


def why(reason: str) -> dict[str, str]:
    """The header that says why staff look at somebody."""
    return {HEADER: quote(reason)}


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    """Wait until this is so.

    Raises:
        TimeoutError: when it is not so for `WAIT_SECONDS_MAX`.
    """
    for _ in range(int(WAIT_SECONDS_MAX / _PAUSE_SECONDS)):
        if await there():
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    raise TimeoutError


async def sql(town: Town, statement: str, *arguments: Any) -> list[JSON]:
    """Run SQL on the test's database as its owner, past the application."""
    url = town.ground.settings.owner_database_url
    assert url is not None
    plain = url.get_secret_value().replace("+asyncpg", "")
    connection = await asyncpg.connect(plain, timeout=10)
    try:
        return [dict(row) for row in await connection.fetch(statement, *arguments)]
    finally:
        await connection.close()


async def sealed(town: Town) -> Seal:
    """Seal the bank's books as they are."""
    sealer = sealer_of(town.ground.settings)
    assert sealer is not None, "outside production there is a key to seal with"
    async with town.ground.database.begin() as session:
        return await take_seal(town.ground.work(session), town.bank_id, sealer)


async def take(
    person: Person, exchange: JSON, step: str, json: object = None, *, key: str | None = None
) -> httpx.Response:
    """Take a step of an exchange, named by the noun of its URL."""
    return await person.post(f"/v1/exchanges/{exchange['id']}/{step}", json, key=key)


async def status_of(person: Person, exchange: JSON) -> str:
    """Where the exchange stands, as this party reads it."""
    return str(good(await person.get(f"/v1/exchanges/{exchange['id']}"))["status"])


async def steps_of(person: Person, exchange: JSON) -> list[str]:
    """The steps that this party is told to be open to them."""
    steps: list[str] = good(await person.get(f"/v1/exchanges/{exchange['id']}"))["my_steps"]
    return steps


async def disputed(person: Person, exchange: JSON) -> JSON:
    """The dispute that this party opens."""
    return good(await take(person, exchange, "dispute", {"reason": "It was shorter."}))


async def resolved(
    moderator: Person, dispute: JSON, outcome: str, minutes: int | None = None
) -> httpx.Response:
    """A moderator's decision."""
    body = {"outcome": outcome, "minutes": minutes, "reason": "Both were heard."}
    return await moderator.post(f"/v1/disputes/{dispute['id']}/resolution", body)


async def again(town: Town, person: Person) -> Person:
    """The same person signed in anew, after the clock has moved past their token."""
    return await town.signed_in(person.email)


async def stand(person: Person) -> tuple[int, int, int]:
    """Balance, held and available minutes."""
    account = await person.account()
    return account["balance_minutes"], account["held_minutes"], account["available_minutes"]


async def account_id(town: Town, person: Person) -> UUID:
    """The ledger account of a member."""
    assert person.member_id is not None
    async with town.ground.database.begin() as session:
        return await purses.get_account_id(session, town.bank_id, person.member_id)


async def block(person: Person, other: Person) -> None:
    """Block somebody by their id."""
    answer = await person.ask("PUT", f"/v1/me/blocks/{other.member_id}")
    assert (answer.status_code, answer.content) == (204, b"")


async def leaves(town: Town, person: Person) -> None:
    """The member has left: nobody else can see them any more."""
    statement = "UPDATE member SET status = 'left' WHERE member_id = $1"
    await sql(town, statement, person.member_id)


async def recovered(person: Person) -> tuple[str, str]:
    """The id and the code of a recovery of this person's login that was begun."""
    codes = good(await person.post("/v1/me/recovery-codes"))["codes"]
    body = {"bank": person.bank, "email": person.email, "code": codes[0]}
    good(await person.client.post("/v1/recovery", json=body))
    (item,) = good(await person.get("/v1/me/recovery"))["items"]
    return str(item["id"]), str(codes[0])


async def emergency_of(coordinator: Person, person: Person) -> str:
    """An emergency about this member, which this coordinator asked for."""
    body = {"member_id": str(person.member_id), "reason": "A flood at the meeting place."}
    return str(good(await coordinator.post("/v1/emergencies", body))["id"])


async def place_of(admin: Person, kind: str, slug: str) -> str:
    """A place on one of the bank's lists: `areas` or `meeting-points`."""
    body = {"slug": slug, "labels": {"sl": slug, "en": slug}}
    return str(good(await admin.post(f"/v1/{kind}", body))["slug"])


async def flag_of(person: Person, listing: JSON) -> str:
    """A flag of this member's on somebody's listing."""
    body = {"subject": "listing", "subject_id": listing["id"], "reason": "It asks for papers."}
    return str(good(await person.post("/v1/flags", body))["id"])


SUSPICIOUS = "Live-in help, free room, I keep your passport. Urgent."


async def screening_of(town: Town, author: Person) -> str:
    """A listing of this member that is held for a moderator."""
    statement = "UPDATE bank_safety SET screening = $1 WHERE bank_id = $2"
    await sql(town, statement, True, town.bank_id)
    listing = await town.listing(author, title=SUSPICIOUS)
    await sql(town, statement, False, town.bank_id)
    asked = "SELECT screening_id FROM screening WHERE subject_id = $1"
    (row,) = await sql(town, asked, UUID(listing["id"]))
    return str(row["screening_id"])


async def alert_of(town: Town, person: Person) -> str:
    """An alert about this member that waits for a case worker."""
    assert person.member_id is not None
    found = Found(person.member_id, AlertKind.LONG_HOURS, Facts(minutes=800))
    async with town.ground.database.begin() as session:
        await alerts.raise_alerts(town.ground.work(session), town.bank_id, [found])
    asked = "SELECT alert_id FROM alert WHERE member_id = $1 AND closed_at IS NULL"
    (row,) = await sql(town, asked, person.member_id)
    return str(row["alert_id"])


async def waiting_for_staff(town: Town, coordinator: Person, person: Person) -> dict[str, str]:
    """Something of each kind about this member that waits for some of the staff, by its name."""
    return {
        "emergency_id": await emergency_of(coordinator, person),
        "screening_id": await screening_of(town, person),
        "alert_id": await alert_of(town, person),
    }


async def notices(person: Person) -> list[tuple[str, str]]:
    """Kind and subject of a person's notices, newest first."""
    items = good(await person.get("/v1/notices?limit=100"))["items"]
    return [(item["kind"], item["subject_id"]) for item in items]


async def proof(town: Town) -> JSON:
    """The proof of the books, as an auditor reads it."""
    auditor = await town.staff("auditor")
    return good(await auditor.get("/v1/ledger/verification"))


async def books_are_whole(town: Town) -> None:
    """Assert that the books prove themselves and sum to zero."""
    found = await proof(town)
    assert (found["findings"], found["sum_minutes"]) == ([], 0)
    assert found["proved"]


async def deadlocks(ground: Ground, cluster: Cluster, database: str) -> int:
    """How many deadlocks the server has resolved in this database."""
    await ground.database.close()  # a connection reports its numbers when it ends
    connected = """
        SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = $1 AND usename <> current_user
    """
    counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = $1"
    connection = await cluster.connect()
    try:
        await until(lambda: connection.fetchval(connected, database))
        return int(await connection.fetchval(counted, database))
    finally:
        await connection.close()


def same_as_absent(hidden: httpx.Response, absent: httpx.Response) -> None:
    """Assert that what may not be seen is answered byte for byte like what does not exist."""
    refused(hidden, 404, "not-found")
    assert hidden.content == absent.content
    assert varying(hidden) == varying(absent)


def varying(response: httpx.Response) -> dict[str, str]:
    """The headers that could tell two answers apart; the id of a request is always its own."""
    return {name: value for name, value in response.headers.items() if name != "x-request-id"}
