"""A base backup gives nothing without the keys, and after an erasure nothing of her with them (T6).

The backup is of the whole server, as an operator would take it, and is brought to life again.
"""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.kit.embedded import lease
from app.kit.settings import Settings
from app.main import create_app
from app.store.migrate import embedded_urls
from tests.api.test_rights import DISPUTE_DAYS, forget, leave
from tests.canaries import Canaries, columns, left_open, plant
from tests.conftest import FakeClock
from tests.contract import client_of
from tests.databases import Cluster
from tests.doings import sql
from tests.stealing import backup_of, contents_of, found
from tests.town import Town


@pytest.mark.deep
async def test_a_backup_gives_nothing_without_the_keys_nor_of_the_forgotten_with_them(
    cluster: Cluster,
    database: str,
    settings: Settings,
    clock: FakeClock,
    town: Town,
    tmp_path: Path,
) -> None:
    if "TIMEBANK_TEST_DATABASE_URL" in os.environ:
        return  # its backups are on another machine
    canaries, folder = Canaries(), tmp_path / "restored"
    eva = await plant(town, canaries)
    folder.mkdir()
    backup_of(cluster, folder / "postgres")
    stolen = contents_of(folder)
    assert found(canaries.plain, *stolen), "the search would find what is there"
    assert not found(canaries.sealed, *stolen)
    await town.step_on(DISPUTE_DAYS)
    await leave(await town.signed_in(eva.email))
    assert await forget(town, eva)
    with lease(folder) as server:
        urls = embedded_urls(server, database)
        there = {
            "database_url": SecretStr(urls.application),
            "owner_database_url": SecretStr(urls.owner),
        }
        app = create_app(settings.model_copy(update=there), clock)
        async with client_of(app) as client:
            restored = Town(app, client, town.slug, town.bank_id)
            for column in sorted(columns()):
                table, _, name = column.partition(".")
                assert await sql(restored, f"SELECT FROM {table} WHERE {name} <> ''"), column
            assert await left_open(restored, canaries) == {}
