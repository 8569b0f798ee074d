"""What `timebank db` does."""

import asyncio
import secrets

from rich.console import Console

from app.cli.means import ask, revision
from app.cli.refusals import CouldNotRun
from app.kit import keys
from app.kit.envelopes import KEY_BYTES
from app.kit.settings import Settings, load_settings
from app.store import migrate, place

_screen = Console(highlight=False)


def upgrade() -> None:
    """Migrate to the newest revision."""
    settings = load_settings()
    urls = place.owner_urls(settings)
    with place.up(settings), _screen.status("Migrating…"):
        asyncio.run(migrate.upgrade(urls))
        _see_to_keystore(settings, urls)
    _screen.print(f"The schema is up to date ({migrate.head()}).")


def _see_to_keystore(settings: Settings, urls: migrate.Urls) -> None:
    """Begin the keystore of a new installation; never one for people whose keys are lost."""
    if keys.has_root(settings):
        return
    if asyncio.run(migrate.has_people(urls)):
        raise CouldNotRun(
            f"there are people in the database and no keys in {keys.keystore_of(settings).folder}:"
            " put the keystore back from its copy, or, if there never was one, run timebank keys"
            " adopt"
        )
    keys.make_root(settings, secrets.token_bytes(KEY_BYTES))


def downgrade(target: str) -> None:
    """Migrate back."""
    settings = load_settings()
    urls = place.owner_urls(settings)
    with place.up(settings):
        with _screen.status("Migrating back…"):
            asyncio.run(migrate.downgrade(urls, target))
        found = ask(settings, revision)
    _screen.print(f"The schema is now {found or 'empty'}; this program needs {migrate.head()}.")


def status() -> bool:
    """Show the revision; whether it is the newest."""
    settings = load_settings()
    with place.up(settings):
        found = ask(settings, revision)
    is_current = found == migrate.head()
    verdict = "up to date" if is_current else f"not {migrate.head()}: run timebank db upgrade"
    kind = "embedded" if settings.embedded else "named"
    _screen.print(f"The {kind} database's schema is {found or 'empty'}, {verdict}.", soft_wrap=True)
    return is_current
