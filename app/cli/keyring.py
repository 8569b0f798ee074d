"""What `timebank keys` does."""

from collections import Counter

from rich.console import Console
from rich.progress import track

from app.cli.means import ask, ready
from app.cli.refusals import CouldNotRun
from app.identity.queries import list_owners
from app.kit.ground import Ground
from app.kit.keys import keystore_of, make_root, vault_of, wrapping_of
from app.kit.keystore import KeyFolder
from app.kit.settings import load_settings
from app.kit.shapes import decode_master
from app.kit.wrapping import Wrapping, WrongMaster

_screen = Console(highlight=False, soft_wrap=True, markup=False)


def rotate() -> None:
    """Wrap every data key with the present master key."""
    settings = load_settings()
    vault_of(settings)  # says what is wrong before anything is changed
    keystore, wrapping = keystore_of(settings), wrapping_of(settings)
    found = Counter(
        _rewrapped(keystore, wrapping, name)
        for name in track(list(keystore.names()), "Wrapping keys…", console=_screen, transient=True)
    )
    if found["unknown"]:
        raise CouldNotRun(
            f"{found['unknown']} keys are wrapped by a master key that is not here: set"
            " TIMEBANK_MASTER_KEY_PREVIOUS to it and run this again"
        )
    _screen.print(
        f"{found['wrapped']} keys wrapped anew, {found['current']} were already,"
        f" {found['destroyed']} are destroyed."
    )


def adopt() -> None:
    """Make the keys of people who have none."""
    settings = load_settings()
    assert settings.master_key is not None, "load_settings fills it in"
    make_root(settings, decode_master(settings.master_key.get_secret_value()))

    async def give(ground: Ground) -> int:
        async with ground.database.begin() as session:
            owners = await list_owners(session)
        for owner in owners:
            await ground.envelopes.make(owner)
        return len(owners)

    with ready(settings):
        count = ask(settings, give)
    _screen.print(f"Each of {count} people has a key.")


def status() -> bool:
    """Count the keys; whether all are under the present master key."""
    settings = load_settings()
    vault_of(settings)
    keystore, wrapping = keystore_of(settings), wrapping_of(settings)
    found = Counter(_state(wrapping, name, keystore.read(name)) for name in keystore.names())
    waiting, unknown = found["previous"], found["unknown"]
    _screen.print(
        f"{found['current']} keys in {keystore.folder}, {found['destroyed']} destroyed,"
        f" {waiting} to be rotated, {unknown} that no master key here opens."
    )
    return not (waiting or unknown)


def _rewrapped(keystore: KeyFolder, wrapping: Wrapping, name: str) -> str:
    old = keystore.read(name)
    state = _state(wrapping, name, old)
    if state != "previous" or old is None:
        return state
    keystore.replace(name, old, wrapping.wrap(name, wrapping.unwrap(name, old)))
    return "wrapped"


def _state(wrapping: Wrapping, name: str, wrapped: bytes | None) -> str:
    if wrapped is None:
        return "destroyed"
    try:
        wrapping.unwrap(name, wrapped)
    except WrongMaster:
        return "unknown"
    return "current" if wrapping.is_current(wrapped) else "previous"
