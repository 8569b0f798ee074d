"""Whoever has the database and not the keys can read nothing that was entrusted (T6).

Every column that people write has a canary of its own, see `tests.canaries`. What is quick is done
here; copies of a whole cluster, and a cluster made from one, are in `test_stolen_copies.py`.
"""

import os
from typing import Final

import pytest

from app.kit.envelopes import Envelopes, KeysAway
from app.kit.keystore import KeyFolder
from app.kit.vault import Vault
from app.kit.wrapping import Wrapping
from tests.api.test_retention import sweep
from tests.api.test_rights import DISPUTE_DAYS, forget, leave
from tests.canaries import PLAIN, Canaries, columns, left_open, opened, plant
from tests.databases import Cluster
from tests.doings import sql
from tests.stealing import copied_from, dump_of, files_of, found
from tests.town import Town

YEAR: Final = 366


async def test_every_column_that_people_write_has_its_canary(town: Town) -> None:
    canaries = Canaries()
    await plant(town, canaries)
    told = {one: await opened(town, one) for one in columns()}
    missing = [one for one in told if not any(canaries.of(one) in text for text in told[one])]
    assert missing == [], f"plant a canary in tests/canaries.py: {missing}"
    assert PLAIN.keys() <= columns()


async def test_a_stolen_database_gives_nothing_without_the_keys(
    cluster: Cluster, database: str, town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    if "TIMEBANK_TEST_DATABASE_URL" in os.environ:
        return  # its files are on another machine
    canaries, begins = Canaries(), await copied_from(cluster)
    await plant(town, canaries)
    stolen = [dump_of(cluster, database), *await files_of(cluster, database, begins)]
    assert found(canaries.plain, stolen[0]), "the search would find what is there"
    assert found(canaries.plain, *stolen[1:])
    assert not found(canaries.sealed, *stolen)
    logged = capfd.readouterr()
    assert not found(canaries.sealed, (logged.out + logged.err).encode())


async def test_what_was_written_of_somebody_forgotten_opens_nowhere_again(
    cluster: Cluster, database: str, town: Town
) -> None:
    canaries = Canaries()
    eva = await plant(town, canaries)
    await town.step_on(DISPUTE_DAYS)
    await leave(await town.signed_in(eva.email))
    assert await forget(town, eva)
    assert await left_open(town, canaries) == {}
    await town.step_on(YEAR)
    await sweep(town)
    left = dump_of(cluster, database)
    assert not found(canaries.sealed, left)
    hers = [canaries.of(column) for column in PLAIN if column != "block.alias_sealed"]
    assert [word for word in hers if found(word, left)] == []


async def test_the_keystore_without_its_master_key_gives_nothing_either(town: Town) -> None:
    await town.member()
    stolen = Envelopes(_keystore(town), Wrapping([os.urandom(32)]), Vault(os.urandom(32)))
    rows = await sql(town, "SELECT bank_id, login_id, email_sealed FROM login")
    assert rows
    for row in rows:
        label = ("email", row["bank_id"], row["login_id"])
        with pytest.raises(KeysAway):
            stolen.open(row["email_sealed"], *label)
        assert town.ground.envelopes.open(row["email_sealed"], *label) is not None


def _keystore(town: Town) -> KeyFolder:
    return KeyFolder(town.ground.settings.data_folder / "keystore")
