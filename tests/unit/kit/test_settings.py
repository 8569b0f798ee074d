"""Settings come from the environment, frozen; production takes nothing weak and shows nothing."""

import base64
import os
import secrets
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from app.identity.tokens import new_signing_pem
from app.kit.keys import make_root
from app.kit.settings import BadSettings, Environment, Settings, load_settings
from app.main import create_app

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
CANARY = "cAnArY"
MASTER = base64.b64encode(secrets.token_bytes(32)).decode()
URL = f"postgresql://timebank_app:{CANARY}@db.example/timebank"


def pem(key: PrivateKey, lock: KeySerializationEncryption | None = None) -> str:
    kind = PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, kind, lock or NoEncryption()).decode()


GOOD = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": URL,
    "MASTER_KEY": MASTER,
    "KEYSTORE_FOLDER": "keys",
    "TOKEN_KEY": new_signing_pem(),
    "SEAL_KEY": pem(ed25519.Ed25519PrivateKey.generate()),
}


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TIMEBANK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment that production takes, with its keystore; tests spoil it."""
    monkeypatch.chdir(tmp_path)
    for name, value in GOOD.items():
        monkeypatch.setenv(f"TIMEBANK_{name}", value)
    make_root(load_settings(), secrets.token_bytes(32))
    return monkeypatch


def refusal() -> str:
    """What starting up says; it must show nothing that is secret, nor carry it along."""
    with pytest.raises(BadSettings) as caught:
        create_app()
    said = str(caught.value)
    assert CANARY not in said
    assert "\n" not in said
    assert MASTER not in said
    assert caught.value.__suppress_context__
    return said


def test_production_starts_with_its_database_and_good_secrets(
    production: pytest.MonkeyPatch,
) -> None:
    app = create_app()
    settings: Settings = app.state.ground.settings
    assert settings.environment is Environment.PRODUCTION
    assert not settings.is_demo
    assert not settings.embedded
    assert CANARY not in repr(settings) + str(settings) + repr(app.state.ground)


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"ENVIRONMENT"}))
def test_production_names_what_is_missing(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(f"TIMEBANK_{name}")
    assert f"production needs TIMEBANK_{name}" in refusal()


def test_everything_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEBANK_ENVIRONMENT", "production")
    said = refusal()
    for name in set(GOOD) - {"ENVIRONMENT"}:
        assert f"TIMEBANK_{name}" in said


@pytest.mark.parametrize(
    "key",
    [
        "",
        CANARY,
        b64(CANARY.encode()),
        b64(bytes(31)),
        b64(bytes(32)),
        b64(b"a" * 32),
        b64(b"ab" * 16),
        b64(b"timebank" * 4),
        b64(secrets.token_bytes(31)),
        b64(secrets.token_bytes(33)),
        secrets.token_hex(32),
        f"{MASTER}{CANARY}!",
        f"č{CANARY}",
    ],
    ids=len,  # some are random, and every process has to collect the same names
)
def test_a_weak_master_key_is_refused(production: pytest.MonkeyPatch, key: str) -> None:
    production.setenv("TIMEBANK_MASTER_KEY", key)
    assert "TIMEBANK_MASTER_KEY" in refusal()


LOCK = BestAvailableEncryption(CANARY.encode())
EC, EDWARDS = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
NO_KEYS = {
    "empty": "",
    "no PEM": CANARY,
    "a broken PEM": f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
    "another curve": pem(ec.generate_private_key(ec.SECP384R1())),
    "RSA": pem(rsa.generate_private_key(65537, 2048)),
}
WEAK_TOKEN_KEYS = NO_KEYS | {"locked": pem(EC, LOCK), "another use": pem(EDWARDS)}
WEAK_SEAL_KEYS = NO_KEYS | {"locked": pem(EDWARDS, LOCK), "another use": pem(EC)}


@pytest.mark.parametrize("name", ["TOKEN_KEY", "TOKEN_KEY_NEXT"])
@pytest.mark.parametrize("kind", WEAK_TOKEN_KEYS)
def test_a_weak_signing_key_is_refused(
    production: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    production.setenv("TIMEBANK_TOKEN_KEY_NEXT", pem(EC))
    production.setenv("TIMEBANK_TOKEN_KEY_NEXT_AT", "2026-12-01T03:00:00Z")
    production.setenv(f"TIMEBANK_{name}", WEAK_TOKEN_KEYS[kind])
    said = refusal()
    assert f"TIMEBANK_{name}" in said
    assert "BEGIN" not in said


@pytest.mark.parametrize("name", ["SEAL_KEY", "SEAL_KEY_PREVIOUS"])
@pytest.mark.parametrize("kind", WEAK_SEAL_KEYS)
def test_a_weak_seal_key_is_refused(production: pytest.MonkeyPatch, name: str, kind: str) -> None:
    production.setenv(f"TIMEBANK_{name}", WEAK_SEAL_KEYS[kind])
    said = refusal()
    assert "TIMEBANK_SEAL_KEY" in said
    assert "BEGIN" not in said


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://timebank:{CANARY}@db.example/timebank",
        f"postgresql+psycopg://timebank:{CANARY}@db.example/timebank",
        f"sqlite:///{CANARY}",
        f"{CANARY}",
        f"postgresql:{CANARY}",
        f"postgresql:///timebank?password={CANARY}",
        f"postgresql://timebank:{CANARY}@db.example:{CANARY}/timebank",
        "",
    ],
)
def test_an_unusable_database_url_is_refused(production: pytest.MonkeyPatch, url: str) -> None:
    production.setenv("TIMEBANK_DATABASE_URL", url)
    assert "DATABASE_URL" in refusal()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_usual_names_of_postgresql_are_taken(
    production: pytest.MonkeyPatch, scheme: str
) -> None:
    production.setenv("TIMEBANK_DATABASE_URL", URL.replace("postgresql", scheme))
    found = load_settings().database_url
    assert found is not None
    assert found.get_secret_value() == URL.replace("postgresql", "postgresql+asyncpg")


def test_sslmode_is_understood_as_libpq_does(production: pytest.MonkeyPatch) -> None:
    production.setenv("TIMEBANK_DATABASE_URL", f"{URL}?sslmode=require&application_name=a%20b")
    found = load_settings().database_url
    assert found is not None
    asked = make_url(found.get_secret_value())
    assert dict(asked.query) == {"ssl": "require", "application_name": "a b"}
    assert asked.password == make_url(URL).password


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METRICS_TOKEN", CANARY),
        ("METRICS_TOKEN", ""),
        ("ENVIRONMENT", CANARY),
        ("LOG_LEVEL", CANARY),
        ("ISSUER", ""),
        ("ACCESS_SECONDS", CANARY),
        ("ACCESS_SECONDS", "601"),
        ("SESSION_DAYS", "0"),
        ("BODY_BYTES_MAX", "-1"),
        ("DATABASE_POOL_MAX", "1e9"),
        ("DATABASE_WAIT_SECONDS_MAX", "inf"),
    ],
)
def test_a_setting_out_of_its_bounds_is_named_without_its_value(
    production: pytest.MonkeyPatch, name: str, value: str
) -> None:
    production.setenv(f"TIMEBANK_{name}", value)
    assert f"TIMEBANK_{name} " in refusal()


def test_settings_are_frozen(production: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.__setattr__("issuer", "else")


def test_the_demo_makes_its_keys_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    first, again = load_settings(data_folder=folder), load_settings(data_folder=folder)
    assert first.is_demo
    assert first.embedded
    keys = [(one.master_key, one.token_key) for one in (first, again)]
    assert keys[0] == keys[1] != (None, None)
    other = load_settings(data_folder=tmp_path / "other")
    assert other.master_key != first.master_key
    assert other.token_key != first.token_key
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    create_app(first.model_copy(update={"database_url": load_settings().database_url}))


def test_production_makes_no_keys(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.setenv("TIMEBANK_DATA_FOLDER", str(tmp_path / "data"))
    create_app()
    assert [one.name for one in tmp_path.iterdir()] == [GOOD["KEYSTORE_FOLDER"]]
