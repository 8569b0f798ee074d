"""Knowing who is asking costs one read more, by its keys, whoever asks; nothing is remembered."""

import httpx
import pytest

from app.kit.ids import new_id
from app.kit.settings import Settings
from benchmarks.asked import PATH, application
from tests.contract import bearer, client_of
from tests.databases import Cluster
from tests.doings import sql
from tests.town import Town, good, refused
from tests.watching import watched


@pytest.mark.parametrize("way", ["signed-in", "member"])
async def test_an_authenticated_request_reads_once_more_than_an_open_one(
    town: Town, settings: Settings, cluster: Cluster, database: str, way: str
) -> None:
    ana = await town.member("Ana")
    app = application(settings)
    app.state.ground = town.ground

    async def statements(client: httpx.AsyncClient, path: str) -> tuple[str, ...]:
        with watched(app) as seen:
            good(await client.get(f"{PATH}/{path}", headers=bearer(ana.token)))
        return tuple(seen.statements)

    async with client_of(app) as client:
        plain = await statements(client, "public")
        first, again = await statements(client, way), await statements(client, way)
        assert first == again
        assert len(first) == len(plain) + 1
        (more,) = set(first) - set(plain)
        await sql(town, "UPDATE session SET ended_at = now()")
        over = await client.get(f"{PATH}/{way}", headers=bearer(ana.token))
        refused(over, 401, "not-authenticated")
    connection = await cluster.connect(database)
    try:
        await connection.execute("SET enable_seqscan = off")
        keys = ([town.bank_id], [new_id()], town.ground.clock())
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {more}", *keys))
    finally:
        await connection.close()
    assert plan.count("Index") >= 2, plan
    assert "Seq Scan" not in plan, plan
