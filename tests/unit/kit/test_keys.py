"""Production needs its keystore, and the master key that opens it."""

import base64
import secrets
from pathlib import Path

import pytest

from app.kit.keys import has_root, make_root, vault_of
from app.kit.secrets import DemoSecrets
from app.kit.settings import BadSettings, Settings, load_settings


def drawn() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


MASTER = drawn()


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    made = DemoSecrets.kept_in(tmp_path)
    for name, value in {
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://timebank_app:word@db.example/timebank",
        "MASTER_KEY": MASTER,
        "KEYSTORE_FOLDER": str(tmp_path / "keys"),
        "TOKEN_KEY": made.token_key,
        "SEAL_KEY": made.seal_key,
    }.items():
        monkeypatch.setenv(f"TIMEBANK_{name}", value)
    make_root(load_settings(), secrets.token_bytes(32))
    return monkeypatch


def test_production_does_not_start_without_its_keystore(
    production: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    production.setenv("TIMEBANK_KEYSTORE_FOLDER", str(tmp_path / "elsewhere"))
    settings = load_settings()
    assert not has_root(settings)
    assert "there is no keystore in" in refusal(settings)
    assert not (tmp_path / "elsewhere").exists()


def test_production_does_not_start_with_the_master_key_of_another_keystore(
    production: pytest.MonkeyPatch,
) -> None:
    key = vault_of(load_settings()).key("x")
    production.setenv("TIMEBANK_MASTER_KEY", drawn())
    assert "TIMEBANK_MASTER_KEY does not open the keystore" in refusal(load_settings())
    production.setenv("TIMEBANK_MASTER_KEY_PREVIOUS", MASTER)
    assert vault_of(load_settings()).key("x") == key


def test_a_root_key_is_made_once(production: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    key = vault_of(settings).key("x")
    make_root(settings, secrets.token_bytes(32))
    assert vault_of(settings).key("x") == key


def test_secrets_may_come_as_files(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.delenv("TIMEBANK_MASTER_KEY")
    production.setenv("TIMEBANK_SECRETS_FOLDER", str(tmp_path))
    with pytest.raises(BadSettings, match="TIMEBANK_MASTER_KEY"):
        load_settings()
    (tmp_path / "timebank_master_key").write_text(f"{MASTER}\n")
    assert vault_of(load_settings()).key("x")
    production.setenv("TIMEBANK_SECRETS_FOLDER", str(tmp_path / "absent"))
    with pytest.raises(BadSettings, match="TIMEBANK_SECRETS_FOLDER"):
        load_settings()


def test_the_demo_begins_its_keystore_by_itself(tmp_path: Path) -> None:
    settings = load_settings(data_folder=tmp_path)
    assert vault_of(settings).key("x") == vault_of(load_settings(data_folder=tmp_path)).key("x")


def refusal(settings: Settings) -> str:
    with pytest.raises(BadSettings) as caught:
        vault_of(settings)
    return str(caught.value)
