from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.kit.cluster import SETTINGS, cluster_of
from app.kit.embedded import server_of
from tests.embedding import (
    SECONDS_MAX,
    assert_stopped_cleanly,
    is_up,
    lease,
    leave,
    postmaster,
    sql,
    user_of,
)


def test_rows_are_kept_from_one_lease_to_the_next(empty: Path) -> None:
    with lease(empty) as server:
        sql(server, "create table kept as select 42 as minutes")
    assert_stopped_cleanly(empty)
    with lease(empty) as server:
        assert sql(server, "select minutes from kept") == "42"
    assert_stopped_cleanly(empty)


async def test_the_url_works_with_sqlalchemy_and_with_asyncpg(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")  # whatever the shell says about some other server
    with lease(folder) as server:
        sql(server, 'create role "an odd:role@é" login')
        url = server.url("an odd:role@é", "postgres")
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            assert await connection.scalar(text("select current_user")) == "an odd:role@é"
        await engine.dispose()
        plain = await asyncpg.connect(url.replace("+asyncpg", ""))
        assert await plain.fetchval("select current_user") == "an odd:role@é"
        await plain.close()


def test_the_server_is_durable_checks_its_pages_and_listens_to_no_network(folder: Path) -> None:
    with lease(folder) as server:
        for setting, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "listen_addresses": "",
            "TimeZone": "UTC",
        }.items():
            assert sql(server, f"show {setting}") == value
        assert sql(server, "select upper('č'), datlocale from pg_database limit 1") == "Č|C.UTF-8"


def test_the_log_keeps_no_word_of_a_member(folder: Path) -> None:
    with lease(folder) as server:
        sql(server, "create table people (email text primary key check (length(email) > 3))")
        sql(server, "insert into people values ('secret@example.org')")
        for address in ("secret@example.org", "sec"):
            with pytest.raises(AssertionError):
                sql(server, f"insert into people values ('{address}')")
    log = "".join(file.read_text() for file in cluster_of(folder).glob("log/*.log"))
    assert "people_pkey" in log
    assert "'sec" not in log
    assert "secret" not in log


def test_settings_are_written_anew_at_each_start(folder: Path) -> None:
    with lease(folder):
        settings = cluster_of(folder) / "timebank.conf"
    settings.write_text("fsync = off")
    with lease(folder) as server:
        assert sql(server, "show fsync") == "on"
    assert settings.read_text() == SETTINGS


def test_an_oversized_log_goes_at_the_next_start(folder: Path) -> None:
    with lease(folder):
        pass
    oversized = cluster_of(folder) / "log" / "postgres-Old.log"
    with oversized.open("wb") as log:
        log.truncate(10_000_001)
    with lease(folder):
        assert not oversized.exists()


def test_two_processes_share_a_server_and_the_last_one_out_stops_it(folder: Path) -> None:
    with user_of(folder) as first, user_of(folder) as second:
        assert is_up(first)
        assert is_up(second)
        assert leave(first) == (0, "")
        assert sql(server_of(folder), "select 1") == "1"
        assert leave(second) == (0, "")
    assert_stopped_cleanly(folder)


def test_two_leases_of_one_process_share_a_server_too(folder: Path) -> None:
    with lease(folder):
        with lease(folder):
            pass
        assert sql(server_of(folder), "select 1") == "1"
    assert_stopped_cleanly(folder)


def test_a_killed_user_leaves_a_server_that_the_next_one_takes_over_and_stops(
    folder: Path,
) -> None:
    with user_of(folder) as killed:
        assert is_up(killed)
        killed.kill()
        killed.wait(SECONDS_MAX)
    started = postmaster(folder)
    with lease(folder) as server:
        assert sql(server, "select 1") == "1"
        assert postmaster(folder) == started
    assert_stopped_cleanly(folder)
