"""Whoever has the database and not the keys can read nothing that was entrusted (T6)."""

import base64
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from app.kit.envelopes import Envelopes, KeysAway
from app.kit.keystore import KeyFolder
from app.kit.programs import program
from app.kit.vault import Vault
from app.kit.wrapping import Wrapping
from tests.databases import Cluster
from tests.doings import sql
from tests.town import Town, good

CANARY: Final = "zlatovranka"
PLAIN: Final = "kraljestvo"
"""Stands in a listing, which is plain: the search must be able to find what is there."""


async def entrusted(town: Town) -> None:
    """The canary in everything that is sealed, over HTTP where there is an operation."""
    joining = {"alias": "Eva", "email": f"eva.{CANARY}@example.org", "languages": ["sl"]}
    asked = joining | {"password": "three plain words"}
    assert (await town.client.post("/v1/members", json=asked)).status_code == 202
    coordinator, moderator = await town.staff("coordinator"), await town.staff("moderator")
    (waiting,) = good(await coordinator.get("/v1/applications"))["items"]
    reason = {"reason": f"reason {CANARY}"}
    good(await coordinator.post(f"/v1/applications/{waiting['id']}/approval", reason))
    eva = await town.signed_in(f"eva.{CANARY}@example.org")
    bor = await town.member("Bor", minutes=300)
    await town.listing(eva, body=PLAIN)
    for step in ("cancellation", "dispute"):
        exchange = await town.accepted(eva, bor)
        path = f"/v1/exchanges/{exchange['id']}"
        good(await eva.post(f"{path}/messages", {"text": f"message {CANARY}"}, key=step))
        good(await eva.post(f"{path}/{step}", reason))
    (case,) = good(await moderator.get("/v1/disputes"))["items"]
    decision = {"outcome": "void"} | reason
    good(await moderator.post(f"/v1/disputes/{case['id']}/resolution", decision, key="decide"))


def forms(word: str) -> list[bytes]:
    """The word as it may lie in a file: plain, in two encodings, in base64, in hexadecimal."""
    plain = word.encode()
    inner = base64.b64encode(plain)[:-4]  # however it is aligned, one of the three holds
    shifted = [base64.b64encode(b"x" * n + plain)[4:-4] for n in (1, 2)]
    return [plain, word.encode("utf-16-le"), plain.hex().encode(), inner, *shifted]


def found(word: str, *contents: bytes) -> bool:
    return any(form in content for form in forms(word) for content in contents)


async def files_of(cluster: Cluster) -> list[bytes]:
    """Every file of the server: heap, indexes, write-ahead log, its own log."""
    connection = await cluster.connect()
    try:
        await connection.execute("CHECKPOINT")
        folder = Path(await connection.fetchval("SHOW data_directory"))
    finally:
        await connection.close()
    return contents_of(folder)


def contents_of(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def dump_of(cluster: Cluster, database: str) -> bytes:
    url = cluster.url("postgres", database).replace("+asyncpg", "")
    done = subprocess.run([program("pg_dump"), "--dbname", url], capture_output=True, check=True)
    return done.stdout


async def test_a_stolen_database_gives_nothing_without_the_keys(
    cluster: Cluster, database: str, town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    if "TIMEBANK_TEST_DATABASE_URL" in os.environ:
        return  # its files are on another machine
    await entrusted(town)
    dump, files = dump_of(cluster, database), await files_of(cluster)
    assert found(PLAIN, dump)
    assert found(PLAIN, *files)
    assert not found(CANARY, dump)
    assert not found(CANARY, *files)
    logged = capfd.readouterr()
    assert not found(CANARY, (logged.out + logged.err).encode())


async def test_the_keystore_without_its_master_key_gives_nothing_either(town: Town) -> None:
    await entrusted(town)
    stolen = Envelopes(_keystore(town), Wrapping([os.urandom(32)]), Vault(os.urandom(32)))
    rows = await sql(town, "SELECT bank_id, login_id, email_sealed FROM login")
    assert len(rows) >= 3
    for row in rows:
        with pytest.raises(KeysAway):
            stolen.open(row["email_sealed"], "email", row["bank_id"], row["login_id"])
        opened = town.ground.envelopes.open(
            row["email_sealed"], "email", row["bank_id"], row["login_id"]
        )
        assert opened is not None


def _keystore(town: Town) -> KeyFolder:
    return KeyFolder(town.ground.settings.data_folder / "keystore")
