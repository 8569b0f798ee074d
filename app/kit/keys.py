"""The installation's keystore: where the settings say, opened by the master key that they hold."""

from app.kit.envelopes import ROOT, Envelopes
from app.kit.keystore import KeyFolder, KeyLost
from app.kit.renewable import RenewableKey
from app.kit.settings import BadSettings, Settings
from app.kit.shapes import decode_master
from app.kit.vault import Vault
from app.kit.wrapping import Wrapping, WrongMaster


def keystore_of(settings: Settings) -> KeyFolder:
    """The place of the keys; looks at nothing yet."""
    return KeyFolder(settings.keystore_folder or settings.data_folder / "keystore")


def wrapping_of(settings: Settings) -> Wrapping:
    """What opens the keys: the master key, and the one before it while keys are rotated."""
    masters = [settings.master_key, settings.master_key_previous]
    return Wrapping([decode_master(one.get_secret_value()) for one in masters if one])


def make_root(settings: Settings, root: bytes) -> None:
    """Begin a keystore with this root key; nothing happens where there is one."""
    keystore = keystore_of(settings)
    keystore.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keystore.add(ROOT, wrapping_of(settings).wrap(ROOT, root))


def has_root(settings: Settings) -> bool:
    """Whether the keystore was begun."""
    try:
        return keystore_of(settings).read(ROOT) is not None
    except (KeyLost, FileNotFoundError):
        return False


def vault_of(settings: Settings) -> Vault:
    """The installation's own keys. The demo begins its keystore by itself.

    Raises:
        BadSettings: when there is no keystore, or the master key does not open it.
    """
    if settings.is_demo and not has_root(settings):
        make_root(settings, decode_master(_master(settings)))
    keystore = keystore_of(settings)
    try:
        wrapped = keystore.read(ROOT)
        return Vault(wrapping_of(settings).unwrap(ROOT, wrapped or b""))
    except (KeyLost, FileNotFoundError):
        raise BadSettings(
            f"there is no keystore in {keystore.folder}: put it back from its copy, or, for a new"
            " installation, run timebank db upgrade"
        ) from None
    except WrongMaster:
        raise BadSettings(
            f"TIMEBANK_MASTER_KEY does not open the keystore in {keystore.folder}"
        ) from None
    except OSError as error:
        raise BadSettings(f"the keystore in {keystore.folder}: {error.strerror}") from None


def envelopes_of(settings: Settings, vault: Vault) -> Envelopes:
    """People's keys."""
    return Envelopes(keystore_of(settings), wrapping_of(settings), vault)


def renewable_key(settings: Settings, name: str, first: bytes) -> RenewableKey:
    """A key of the installation that can be replaced; `first` until it is."""
    return RenewableKey(keystore_of(settings), wrapping_of(settings), name, first)


def _master(settings: Settings) -> str:
    assert settings.master_key is not None, "load_settings fills it in"
    return settings.master_key.get_secret_value()
