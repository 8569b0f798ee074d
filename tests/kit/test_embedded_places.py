import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.kit.embedded import EmbeddedUnavailable, Server, server_of
from tests.embedding import (
    CAN_CHOWN,
    LONG,
    assert_stopped_cleanly,
    is_up,
    lease,
    leave,
    postgres_processes,
    postmaster,
    sql,
    user_of,
)


@pytest.mark.parametrize(
    "name",
    ["žabja vas 日本: 'c' \"d\" $HOME `e` & f%20+", "one, two", LONG],
    ids=["odd", "comma", "long"],
)
async def test_any_path_will_do_and_nobody_else_may_enter_it(empty: Path, name: str) -> None:
    with lease(empty / name) as server:
        engine = create_async_engine(server.url("postgres", "postgres"))
        async with engine.connect() as connection:
            assert await connection.scalar(text("select 1")) == 1
        await engine.dispose()
        assert_nobody_else_may_enter(server)
        plain = await asyncpg.connect(
            server.url("postgres", "postgres").replace("+asyncpg", ""), timeout=5
        )
        await plain.close()
    assert_stopped_cleanly(empty / name)


def test_processes_with_different_temp_folders_share_one_server(
    empty: Path,
) -> None:
    data = empty / LONG
    with (
        tempfile.TemporaryDirectory(prefix="tb-") as temp,
        user_of(data) as first,
        user_of(data, TMPDIR=temp) as second,
    ):
        assert is_up(first)
        assert is_up(second)
        assert sql(server_of(data), "select 1") == "1"
        assert leave(second) == (0, "")
        assert sql(server_of(data), "select 1") == "1"
        assert leave(first) == (0, "")
    assert_stopped_cleanly(data)
    assert not server_of(data).socket_folder.parent.exists()


def test_eight_processes_that_start_at_once_share_one_server(empty: Path) -> None:
    eight = [user_of(empty) for _ in range(8)]
    users = [user.__enter__() for user in eight]
    assert all(is_up(user) for user in users)
    started = postmaster(empty)
    assert [leave(user) for user in users[1:]] == [(0, "")] * 7
    assert postmaster(empty) == started
    assert leave(users[0]) == (0, "")
    for user in eight:
        user.__exit__(None, None, None)
    assert_stopped_cleanly(empty)


def assert_nobody_else_may_enter(server: Server) -> None:
    way = server.socket_folder
    for closed in (way.parent if way.is_symlink() else way, server.folder / "socket"):
        assert stat.S_IMODE(closed.lstat().st_mode) == 0o700
        assert closed.lstat().st_uid == os.geteuid()


def as_link(place: Path, elsewhere: Path) -> None:
    elsewhere.mkdir(mode=0o700)
    place.symlink_to(elsewhere)


def as_open(place: Path, elsewhere: Path) -> None:
    place.mkdir()
    place.chmod(0o755)


def as_file(place: Path, elsewhere: Path) -> None:
    place.write_text("")
    place.chmod(0o700)


def as_foreign(place: Path, elsewhere: Path) -> None:
    place.mkdir(mode=0o700)
    os.chown(place, 12345, 12345)


@pytest.mark.parametrize("trap", [as_link, as_open, as_file, *([as_foreign] if CAN_CHOWN else [])])
def test_a_way_to_the_socket_that_another_prepared_is_refused(
    empty: Path, tmp_path: Path, trap: Callable[[Path, Path], None]
) -> None:
    data = empty / LONG
    way = server_of(data).socket_folder.parent
    trap(way, tmp_path / "elsewhere")
    try:
        with pytest.raises(EmbeddedUnavailable, match="must be a folder of user"), lease(data):
            pass
        assert not postgres_processes(data)
    finally:
        rmtree(way) if way.is_dir() and not way.is_symlink() else way.unlink()


def test_an_open_socket_folder_in_the_data_folder_is_refused_too(empty: Path) -> None:
    (empty / "socket").mkdir(parents=True)
    (empty / "socket").chmod(0o777)
    with pytest.raises(EmbeddedUnavailable, match="mode 0700"), lease(empty):
        pass
