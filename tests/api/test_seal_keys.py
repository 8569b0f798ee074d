"""Keys of seals change; old seals stay believed by public keys alone, and taken ones are missed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import BadSealKey, Sealer, raw
from app.ledger.verifying import prove
from tests.api.test_seals import SEALS, busy, findings
from tests.databases import Cluster
from tests.doings import sealed
from tests.town import Town, good, refused

CHECKER: Final = re.findall(
    r"```python\n(.*?)```", Path("docs/ledger.md").read_text(encoding="utf-8"), re.DOTALL
)[1]
Change = Callable[[list[dict[str, Any]]], object]


async def sealed_by(town: Town, sealer: Sealer) -> None:
    async with town.ground.database.begin() as session:
        await take_seal(town.ground.work(session), town.bank_id, sealer)


def private_pem(key: Ed25519PrivateKey) -> str:
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def public_pem(of: bytes) -> str:
    key = Ed25519PublicKey.from_public_bytes(of)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def test_after_changes_of_the_key_the_public_keys_alone_prove_what_was_sealed(
    town: Town,
) -> None:
    await busy(town)
    settings, keys = town.ground.settings, [Ed25519PrivateKey.generate() for _ in range(2)]
    assert settings.seal_key is not None
    published = {
        one["public_key"] for one in good(await (await town.staff("auditor")).get(SEALS))["items"]
    }
    pems = [public_pem(bytes.fromhex(one)) for one in published]
    for key in keys:  # the second time two keys are older ones, known by their public halves
        await sealed_by(town, Sealer.from_pems(private_pem(key), "\n".join(pems)))
        pems.append(public_pem(raw(key.public_key())))
    stranger = private_pem(Ed25519PrivateKey.generate())
    for older, found in (
        ("\n".join(pems), set()),
        ("".join(reversed(pems)), set()),
        ("".join(pems[1:]), {"V7"}),
        (settings.seal_key.get_secret_value() + private_pem(keys[0]) + pems[2], set()),
        (None, {"V7"}),
    ):
        sealer = Sealer.from_pems(stranger, older)
        faults = await prove(town.ground, town.bank_id, sealer)
        assert {fault.check for fault in faults} == found
    for wrong in ("", "no key", pems[0].replace("MC", "MD"), pems[0] + "?"):
        with pytest.raises(BadSealKey):
            Sealer.from_pems(stranger, wrong)


async def test_the_newest_seals_taken_away_show_to_who_has_kept_one_of_them(
    town: Town, cluster: Cluster, database: str
) -> None:
    """The books that are left are whole: only somebody outside of them can tell."""
    await busy(town)
    kept = (await sealed(town)).hash.hex()
    cene = await town.staff("auditor")
    good(await cene.get(f"{SEALS}/{kept}"))
    newest = "WHERE seal_no = 3"
    await cluster.run(f"DELETE FROM sealed_head {newest}; DELETE FROM seal {newest}", database)
    assert await findings(town) == set()
    refused(await cene.get(f"{SEALS}/{kept}"), 404, "not-found")


async def test_the_documented_program_proves_all_seals_by_public_keys_alone_and_offline(
    town: Town, tmp_path: Path
) -> None:
    await busy(town)
    await sealed_by(town, Sealer.from_pems(private_pem(Ed25519PrivateKey.generate())))
    shown = good(await (await town.staff("auditor")).get(SEALS))["items"]
    keys = {one["public_key"] for one in shown} - {None}
    assert len(shown) == 3, "the newest is signed by a key that the settings do not believe"

    def said(known: set[str], change: Change = list) -> str:
        seals = json.loads(json.dumps(shown))
        change(seals)
        path = tmp_path / "seals.json"
        path.write_text(json.dumps({"items": seals}))
        command = [sys.executable, "-c", CHECKER, shown[0]["bank_id"], ",".join(known), path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        return done.stdout if done.returncode == 0 else done.stderr

    assert "a key that you do not know" in said(keys)
    shown = shown[1:]
    assert "2 seals, signed and in one chain" in said(keys)
    for change, fault in (
        (lambda seals: seals.pop(), "seal 1 is missing"),
        (lambda seals: seals[0].update(root="00" * 32), "says something else"),
        (lambda seals: seals[1].update(previous_hash="11" * 32), "seal 1 says something else"),
        (lambda seals: seals[0].update(signature=seals[1]["signature"]), "InvalidSignature"),
    ):
        assert fault in said(keys, change)
