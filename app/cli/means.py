"""What commands work with: the running database with its present schema, one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.cli.refusals import CouldNotRun
from app.kit.ground import Ground
from app.kit.settings import Environment, Settings
from app.kit.surfaces import Surface
from app.store import migrate, place
from app.store.privileges import may_rewrite
from app.store.schema import metadata

Result = TypeVar("Result")


def fitting(kind: Any, value: str, otherwise: str) -> str:
    """The value in the form that the API takes too.

    Raises:
        CouldNotRun: with the line `otherwise` when it does not fit.
    """
    try:
        return str(TypeAdapter(kind).validate_python(value))
    except ValidationError:
        raise CouldNotRun(otherwise) from None


def ask(settings: Settings, deed: Callable[[Ground], Awaitable[Result]]) -> Result:
    """Run one deed on the database, in a loop of its own; the connections are closed after it."""

    async def attempt() -> Result:
        ground = Ground.of(settings, place.application_url(settings))
        try:
            return await deed(ground)
        finally:
            await ground.database.close()

    return asyncio.run(attempt())


@contextmanager
def ready(settings: Settings, *, always_migrate: bool = False) -> Iterator[None]:
    """The database, up and with the present schema.

    The embedded one is migrated when it needs to be; a named one never is without being asked.

    Raises:
        EmbeddedUnavailable: when the embedded one cannot start.
        CouldNotRun: when a named one has another schema than this program knows, or, in
            production, a role that could rewrite the books.
    """
    with place.up(settings):
        if always_migrate and settings.embedded:
            asyncio.run(migrate.upgrade(place.owner_urls(settings)))
        else:
            _see_to_schema(settings)
        yield


def _see_to_schema(settings: Settings) -> None:
    found = ask(settings, revision)
    if found == migrate.head():
        _see_to_role(settings)
        return
    if not settings.embedded:
        raise CouldNotRun(
            f"the database's schema is {found or 'empty'} and this program needs"
            f" {migrate.head()}: run timebank db upgrade (as the owner)"
        )
    asyncio.run(migrate.upgrade(place.owner_urls(settings)))


def _see_to_role(settings: Settings) -> None:
    if settings.environment is Environment.PRODUCTION and ask(settings, _may_rewrite):
        raise CouldNotRun(
            "the role of TIMEBANK_DATABASE_URL could change what was posted: it must be another"
            " one than the owner, see migrations/roles.sql"
        )
    if settings.surface is Surface.MEMBERS and ask(settings, _may_open_records):
        raise CouldNotRun(
            "where TIMEBANK_SURFACE is members, TIMEBANK_DATABASE_URL must name a role that cannot"
            " become timebank_sealed: timebank_members, as migrations/roles.sql makes it"
        )


async def _may_rewrite(ground: Ground) -> bool:
    async with ground.database.engine.connect() as connection:
        return await may_rewrite(connection, metadata)


async def _may_open_records(ground: Ground) -> bool:
    return await migrate.may_open_records(ground.database.engine)


async def revision(ground: Ground) -> str | None:
    """The database's revision; None when it was never migrated."""
    return await migrate.current(ground.database.engine)
