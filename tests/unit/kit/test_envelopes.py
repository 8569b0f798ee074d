"""What is sealed with a person's key opens with that key only, and never once it is destroyed."""

import secrets
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

import pytest

from app.kit import envelopes as module
from app.kit.envelopes import Envelopes, KeysAway, is_owned, owner_of
from app.kit.ids import new_id
from app.kit.keystore import KeyFolder, KeyLost
from app.kit.vault import Tampered, Vault
from app.kit.wrapping import Wrapping, WrongMaster

MASTER, OTHER = secrets.token_bytes(32), secrets.token_bytes(32)
ROOT = Vault(secrets.token_bytes(32))
ANA, BOR = new_id(), new_id()


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path)


@pytest.fixture
def envelopes(folder: KeyFolder) -> Envelopes:
    return process(folder)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that pass for the cache of keys."""
    now = [1000.0]
    monkeypatch.setattr("app.kit.envelopes.time.monotonic", lambda: now[0])
    return now


def process(folder: KeyFolder, *masters: bytes) -> Envelopes:
    """The envelopes of one more process over the same keystore."""
    return Envelopes(folder, Wrapping(masters or (MASTER,)), ROOT)


async def test_a_text_opens_in_every_process_and_in_its_place_only(
    folder: KeyFolder, envelopes: Envelopes
) -> None:
    await envelopes.make(ANA)
    sealed = envelopes.seal(ANA, "at the bakery", "message", BOR)
    assert b"bakery" not in sealed
    assert (is_owned(sealed), owner_of(sealed)) == (True, ANA)
    assert process(folder).open(sealed, "message", BOR) == "at the bakery"
    with pytest.raises(Tampered):
        envelopes.open(sealed, "message", ANA)


async def test_nobody_elses_key_opens_it(envelopes: Envelopes) -> None:
    for one in (ANA, BOR):
        await envelopes.make(one)
    sealed = envelopes.seal(ANA, "x", "message")
    with pytest.raises(Tampered):
        envelopes.open(sealed.replace(ANA.bytes, BOR.bytes), "message")


async def test_a_destroyed_key_opens_nothing_in_any_process_after_the_stated_time(
    folder: KeyFolder, envelopes: Envelopes, time: list[float]
) -> None:
    await envelopes.make(ANA)
    sealed, other = envelopes.seal(ANA, "x", "message"), process(folder)
    assert other.open(sealed, "message") == "x"
    wrapped = folder.read(str(ANA))
    await envelopes.destroy(ANA)
    assert envelopes.open(sealed, "message") is None
    time[0] += module.KEY_SECONDS_MAX
    assert other.open(sealed, "message") is None
    await envelopes.make(ANA)  # a late request makes no new key under the old name
    await envelopes.destroy(ANA)
    assert process(folder).open(sealed, "message") is None
    assert envelopes.seal(ANA, "y", "message") == b""
    assert envelopes.open(b"", "message") is None
    left = b"".join(path.read_bytes() for path in folder.folder.rglob("*") if path.is_file())
    assert wrapped is not None
    assert wrapped not in left


async def test_a_lost_key_is_told_apart_from_a_destroyed_one(
    folder: KeyFolder, envelopes: Envelopes
) -> None:
    await envelopes.make(ANA)
    sealed = envelopes.seal(ANA, "x", "message")
    (key,) = folder.folder.rglob(str(ANA))
    key.unlink()
    with pytest.raises(KeysAway):
        process(folder).open(sealed, "message")
    with pytest.raises(KeysAway):
        process(folder).seal(ANA, "y", "message")
    with pytest.raises(KeysAway):
        process(KeyFolder(folder.folder / "unmounted")).open(sealed, "message")


async def test_a_crash_in_the_midst_of_destroying_leaves_no_key(
    folder: KeyFolder, envelopes: Envelopes
) -> None:
    await envelopes.make(ANA)
    (key,) = folder.folder.rglob(str(ANA))
    key.write_bytes(bytes(key.stat().st_size))
    assert folder.read(str(ANA)) is None


def test_the_cache_of_keys_is_bounded(
    envelopes: Envelopes, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEYS_CACHED_MAX", 3)
    for one in (owners := [new_id() for _ in range(5)]):
        folder.add(str(one), Wrapping([MASTER]).wrap(str(one), secrets.token_bytes(32)))
        envelopes.seal(one, "x")
    assert list(envelopes._boxes) == owners[2:]


def test_what_was_sealed_before_there_were_data_keys_still_opens(envelopes: Envelopes) -> None:
    assert envelopes.open(ROOT.seal("x", "email", ANA), "email", ANA) == "x"


def test_only_its_user_can_read_a_key(folder: KeyFolder) -> None:
    folder.add("root", b"key")
    modes = {path.stat().st_mode & 0o077 for path in folder.folder.rglob("*")}
    assert modes == {0}


def add(folder: Path, name: str) -> bytes:
    store = KeyFolder(folder)
    store.add(name, secrets.token_bytes(69))
    found = store.read(name)
    assert found
    return found


def test_of_many_processes_that_make_the_same_key_one_wins_for_all(tmp_path: Path) -> None:
    with get_context("spawn").Pool(2) as pool:
        found = pool.starmap(add, [(tmp_path, str(n // 8)) for n in range(40)])
    assert [len(set(found[n : n + 8])) for n in range(0, 40, 8)] == [1] * 5
    assert not list(tmp_path.glob(".new-*"))


async def test_a_new_master_key_takes_over_and_the_old_one_opens_nothing_more(
    folder: KeyFolder, envelopes: Envelopes
) -> None:
    await envelopes.make(ANA)
    sealed = envelopes.seal(ANA, "x", "message")
    both, name = Wrapping([OTHER, MASTER]), str(ANA)
    assert process(folder, OTHER, MASTER).open(sealed, "message") == "x"
    old = folder.read(name) or b""
    assert not both.is_current(old)
    folder.replace(name, old, both.wrap(name, both.unwrap(name, old)))
    assert both.is_current(folder.read(name) or b"")
    assert process(folder, OTHER).open(sealed, "message") == "x"
    with pytest.raises(WrongMaster):
        Wrapping([MASTER]).unwrap(name, folder.read(name) or b"")
    with pytest.raises(KeysAway):
        process(folder, MASTER).open(sealed, "message")


async def test_rotation_does_not_bring_a_destroyed_key_back(
    folder: KeyFolder, envelopes: Envelopes
) -> None:
    await envelopes.make(ANA)
    old = folder.read(str(ANA)) or b""
    await envelopes.destroy(ANA)
    folder.replace(str(ANA), old, b"wrapped anew")
    assert folder.read(str(ANA)) is None


def test_a_wrapped_key_is_bound_to_its_name(folder: KeyFolder) -> None:
    wrapping = Wrapping([MASTER])
    wrapped = wrapping.wrap("ana", secrets.token_bytes(32))
    with pytest.raises(WrongMaster):
        wrapping.unwrap("bor", wrapped)
    for broken in (b"", wrapped[:-1], wrapped[:20], b"\0" * 69):
        with pytest.raises(WrongMaster):
            wrapping.unwrap("ana", broken)
    with pytest.raises(KeyLost):
        folder.read(str(UUID(int=0)))
