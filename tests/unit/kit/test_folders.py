from pathlib import Path

import pytest

from app.kit.secrets import DemoSecrets
from app.kit.settings import BadSettings, load_settings


@pytest.mark.parametrize("name", ["TIMEBANK_DATA_FOLDER", "TIMEBANK_KEYSTORE_FOLDER"])
def test_an_empty_name_is_not_the_folder_where_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "")
    with pytest.raises(BadSettings, match=f"{name} must name a folder"):
        load_settings()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"master_key": "a"}', "\x00\xff"])
def test_damaged_demo_keys_are_named_and_kept(tmp_path: Path, text: str) -> None:
    DemoSecrets.kept_in(tmp_path)
    (keys,) = tmp_path.iterdir()
    keys.write_text(text, "latin-1")
    with pytest.raises(BadSettings, match=f"{keys} is damaged"):
        load_settings(data_folder=tmp_path)
    assert keys.read_text("latin-1") == text


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_text("not ours")
    with pytest.raises(BadSettings, match=f"{folder} cannot be used"):
        load_settings(data_folder=folder)
