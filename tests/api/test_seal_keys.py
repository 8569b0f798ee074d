"""Keys of seals change; old seals stay believed by public keys alone, and taken ones are missed."""

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
