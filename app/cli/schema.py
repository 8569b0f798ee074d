"""What `timebank db` does."""

import asyncio

from rich.console import Console

from app.cli.means import ask, revision
from app.kit.settings import load_settings
from app.store import migrate, place

_screen = Console(highlight=False)


def upgrade() -> None:
    """Migrate to the newest revision."""
    settings = load_settings()
    urls = place.owner_urls(settings)
    with place.up(settings), _screen.status("Migrating…"):
        asyncio.run(migrate.upgrade(urls))
    _screen.print(f"The schema is up to date ({migrate.head()}).")


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
