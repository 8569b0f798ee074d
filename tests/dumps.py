"""What can be had of a world without the keys."""

import json
from dataclasses import dataclass

from tests.schema import rows_of
from tests.twins import World, Worlds


@dataclass(frozen=True)
class Stolen:
    """What can be had without the keys: a dump, and everybody's screen."""

    rows: dict[str, list[str]]
    about: dict[str, dict[str, list[str]]]
    """By person, the rows of each table that name them."""
    screens: dict[str, bytes]

    @classmethod
    async def of(cls, worlds: Worlds, world: World) -> "Stolen":
        rows = {table: clear(them) for table, them in (await dump_of(worlds, world)).items()}
        about, screens = {}, {}
        for name, one in world.people.items():
            ids = str(one.member_id), str(one.login_id)
            about[name] = {
                table: [row for row in them if any(id_ in row for id_ in ids)]
                for table, them in rows.items()
            }
            screens[name] = (await one.get("/v1/me/access-log")).content
        return cls(rows, about, screens)


async def dump_of(worlds: Worlds, world: World) -> dict[str, list[str]]:
    url = world.town.ground.settings.database_url
    assert url is not None
    name = url.get_secret_value().rpartition("/")[2].partition("?")[0]
    connection = await worlds.cluster.connect(name)
    try:
        return await rows_of(connection, world.town.bank_id)
    finally:
        await connection.close()


def clear(rows: list[str]) -> list[str]:
    """Rows without what is sealed, or hashed over what is sealed."""
    return sorted(
        json.dumps({name: one for name, one in json.loads(row).items() if not is_bytes(one)})
        for row in rows
    )


def is_bytes(value: object) -> bool:
    return isinstance(value, str) and value.startswith("\\x")
