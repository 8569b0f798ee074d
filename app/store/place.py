"""Where the database is: the one named in the settings, or the embedded PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from app.kit.embedded import lease, server_of
from app.kit.settings import BadSettings, Environment, Settings
from app.kit.surfaces import Surface
from app.store import migrate
from app.store.privileges import MEMBERS_ROLE


def application_url(settings: Settings) -> str:
    """The address for the application's role; starts nothing."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    role = MEMBERS_ROLE if settings.surface is Surface.MEMBERS else migrate.APPLICATION_ROLE
    return server_of(settings.data_folder).url(role, migrate.DATABASE)


def owner_urls(settings: Settings) -> migrate.Urls:
    """The addresses for migrating.

    Raises:
        BadSettings: when the database is named and its owner is not, or, in production, when both
            have one role.
    """
    if settings.database_url is None:
        return migrate.embedded_urls(server_of(settings.data_folder))
    if settings.owner_database_url is None:
        raise BadSettings("TIMEBANK_OWNER_DATABASE_URL is needed to migrate the named database")
    urls = migrate.Urls(
        settings.database_url.get_secret_value(), settings.owner_database_url.get_secret_value()
    )
    if settings.environment is Environment.PRODUCTION and urls.are_of_one_role:
        raise BadSettings(
            "TIMEBANK_DATABASE_URL and TIMEBANK_OWNER_DATABASE_URL need different roles: an owner"
            " can change what was posted"
        )
    return urls


@contextmanager
def up(settings: Settings) -> Iterator[None]:
    """Keep the embedded database up while inside; nothing to do when one is named.

    Raises:
        EmbeddedUnavailable: with one clear line, when it cannot start here.
    """
    if not settings.embedded:
        yield
        return
    with lease(settings.data_folder) as server:
        asyncio.run(migrate.prepare_embedded(server))
        yield


@asynccontextmanager
async def held_up(settings: Settings) -> AsyncIterator[None]:
    """The same for a running server process, which must not block its loop."""
    if not settings.embedded:
        yield
        return
    context = lease(settings.data_folder)
    await asyncio.to_thread(context.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
