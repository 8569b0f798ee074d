"""The operator ends every session at once, and what was copied before opens nothing again."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from app.cli.ending import end
from app.cli.refusals import CouldNotRun
from app.identity.tools import IdentityTools
from tests.contract import refresh, status_with
from tests.doings import sql
from tests.town import Person, Town, good, refused


@pytest.fixture
def command(town: Town, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The command line reads the settings of this test's town."""
    settings = town.ground.settings
    assert settings.database_url is not None
    assert settings.owner_database_url is not None
    for name, value in {
        "ENVIRONMENT": settings.environment.value,
        "DATA_FOLDER": str(settings.data_folder),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "OWNER_DATABASE_URL": settings.owner_database_url.get_secret_value(),
    }.items():
        monkeypatch.setenv(f"TIMEBANK_{name}", value)
    return monkeypatch


async def are_out(people: list[Person]) -> bool:
    """Whether neither token of any of them opens anything."""
    found = set()
    for one in people:
        found.add((await one.get("/v1/me")).status_code)
        found.add((await refresh(one.client, one.refresh_token)).status_code)
    assert found in ({200}, {401})
    return found == {401}


async def test_every_session_of_every_bank_ends_and_copied_tokens_never_work_again(
    town: Town,
    app: FastAPI,
    client: httpx.AsyncClient,
    command: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = await Town.founded(app, client, "drugi")
    people = [await town.member("Ana"), await town.staff("admin"), await other.member("Eva")]
    people.append(await town.signed_in(people[0].email))
    await asyncio.to_thread(end, None)
    said = capsys.readouterr().out
    assert "drugi: 1 sessions ended." in said
    assert "kljuc: 3 sessions ended." in said
    assert await are_out(people)
    await asyncio.to_thread(end, None)
    assert "kljuc: 0 sessions ended." in capsys.readouterr().out
    # Somebody puts back the database as it was copied before; half a minute later the processes
    # have the new key.
    await sql(town, "UPDATE session SET ended_at = NULL")
    app.state.identity = IdentityTools.of(town.ground.settings, town.ground.vault)
    for one in people:
        refused(await refresh(client, one.refresh_token), 401, "refresh-refused")
    again = await town.signed_in(people[0].email)
    good(await refresh(client, again.refresh_token))


async def test_of_one_bank_alone_if_it_is_named(
    town: Town, app: FastAPI, client: httpx.AsyncClient, command: pytest.MonkeyPatch
) -> None:
    other = await Town.founded(app, client, "drugi")
    ana, eva = await town.member("Ana"), await other.member("Eva")
    await asyncio.to_thread(end, "drugi")
    app.state.identity = IdentityTools.of(town.ground.settings, town.ground.vault)
    assert await are_out([eva])
    assert not await are_out([ana])
    assert await status_with(town, ana.token) == 200
    with pytest.raises(CouldNotRun, match="no bank nowhere"):
        await asyncio.to_thread(end, "nowhere")
