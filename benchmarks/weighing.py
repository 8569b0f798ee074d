"""Costs that do not depend on the machine's mood: log bytes by table, statements by request."""

import time
from collections.abc import Callable
from typing import Any, Final

import httpx
from sqlalchemy import event

from app.kit.clock import system_clock
from app.kit.ids import new_id
from app.ledger.chain import ChainedLeg, ChainedPosting, link
from app.main import create_app
from benchmarks.asks import PLANS, Means
from benchmarks.costs import COMMIT, OTHER, read, wal_by_table
from benchmarks.engine import Poster
from benchmarks.measuring import Figures
from benchmarks.place import Place
from benchmarks.town import Town

DATABASE: Final = "bench_weighing"
CHAINED: Final = 5_000
_CORE: Final = ("posting", "account", COMMIT)
_EVENTS: Final = ("before_cursor_execute", "begin", "commit", "rollback")


async def weigh_log(place: Place, town: Town, template: str, postings: int) -> Figures:
    """Bytes of log records for each posting, one by one, by table, full-page images left out.

    The core is the posting, its two accounts with their chains, and the commit.
    """
    await place.create(DATABASE, template)
    ground = place.ground(DATABASE)
    try:
        poster = Poster(ground, town, is_hot=False)
        before = await read(place, DATABASE, checkpoint=True)
        for _ in range(postings):
            await poster.once(0)
        after = await read(place, DATABASE)
    finally:
        await ground.database.close()
    found = await wal_by_table(place, before, after)
    found.pop(OTHER, None)
    each = {f"{name}_wal_bytes": size / postings for name, size in found.items()}
    await place.drop(DATABASE)
    return each | {
        "core_wal_bytes": sum(found.get(name, 0.0) for name in _CORE) / postings,
        "whole_wal_bytes": sum(found.values()) / postings,
    }


async def count_statements(place: Place, template: str, means: Means) -> dict[str, Figures]:
    """Round trips to the database for one request of each kind, BEGIN and COMMIT included."""
    await place.create(DATABASE, template)
    app = create_app(place.ground(DATABASE).settings)
    trips = list[str]()
    engine = app.state.ground.database.engine
    for name in _EVENTS:
        event.listen(engine.sync_engine, name, _noting(trips, name))
    counted = dict[str, Figures]()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        for name, plan in PLANS.items():
            head, body = plan(means).asks[0]
            for _ in range(1 + (name == "replay")):
                trips.clear()
                await _ask(client, head, body, has_key="Idempotency-Key" in head)
            counted[name] = {"round_trips": float(len(trips))}
    await app.state.ground.database.close()
    await place.drop(DATABASE)
    return counted


def weigh_chain(town: Town) -> Figures:
    """Processor time of the chain for each posting: two digests, two links."""
    said = ChainedPosting(
        bank_id=town.bank_id,
        posting_id=new_id(),
        deed_id=new_id(),
        kind="donation",
        posted_at=(at := system_clock()),
        effective_at=at,
        subject_id=None,
        reverses_posting_id=None,
    )
    leg = ChainedLeg(town.fund, 1, CHAINED, CHAINED)
    began = time.process_time()
    head = bytes(32)
    for _ in range(CHAINED):
        packed = said.packed()
        head = link(link(head, leg.digest(packed)), leg.digest(packed))
    return {"cpu_us": (time.process_time() - began) / CHAINED * 1e6}


def _noting(trips: list[str], name: str) -> Callable[..., None]:
    def note(*_: Any) -> None:
        trips.append(name)

    return note


async def _ask(client: httpx.AsyncClient, head: str, body: str, *, has_key: bool) -> None:
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    if method == "POST" and not has_key:
        headers["Idempotency-Key"] = str(new_id())
    response = await client.request(method, path, headers=headers, content=body.encode())
    assert response.is_success, response.text
