"""Append-only is a matter of privileges, so production wants two roles."""

import asyncio

import pytest
from pydantic import SecretStr

from app.cli.means import ready
from app.cli.refusals import CouldNotRun
from app.kit.keys import vault_of
from app.kit.settings import BadSettings, Environment, Settings
from app.store import migrate, place


async def test_production_refuses_one_role_for_owner_and_application(
    settings: Settings, urls: migrate.Urls
) -> None:
    """To migrate with, and to work with; otherwise nothing at all would be append-only."""
    vault_of(settings)  # begins the keystore, as production's is when it migrates
    right = settings.model_copy(update={"environment": Environment.PRODUCTION})
    wrong = right.model_copy(update={"database_url": SecretStr(urls.owner)})
    assert place.owner_urls(right) == urls
    with pytest.raises(BadSettings, match="different roles"):
        place.owner_urls(wrong)
    await asyncio.to_thread(_begin, right)
    with pytest.raises(CouldNotRun, match="could change what was posted"):
        await asyncio.to_thread(_begin, wrong)


def _begin(settings: Settings) -> None:
    with ready(settings):
        pass
