"""Nobody can tell by a clock what nobody is told (T8); that the same is done is tested apart."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from app.identity.passwords import PasswordProfile, Passwords
from app.kit.ids import new_id
from tests.contract import sign_in
from tests.doings import leaves, sql
from tests.stage import Undone
from tests.timing import ALIKE_MIN, are_alike, probability
from tests.town import Town

PAIRS = 400
WRONG = "four quite plain words"
Ask = Callable[[], Awaitable[httpx.Response]]


def still(town: Town) -> None:
    """From now on every request finds the town as it is."""
    url = town.ground.settings.database_url
    assert url is not None
    undone = Undone(url.get_secret_value(), pool_max=4, wait_seconds_max=5.0)
    town.app.state.ground = replace(town.ground, database=undone)


def in_earnest(town: Town) -> None:
    """Passwords are hashed as slowly as in the demo: in tests that costs less than a row."""
    slow = replace(town.tools, passwords=Passwords(PasswordProfile.MINIMUM))
    town.app.state.identity = slow


async def signing_in(town: Town) -> dict[str, Ask]:
    ana, banned = await town.member("Ana"), await town.member("Beno")
    await sql(town, "UPDATE login SET roles = '{}' WHERE login_id = $1", banned.login_id)

    def ask(email: str) -> Ask:
        return lambda: sign_in(town, email, WRONG)

    unknown = ask("nobody@example.org")
    return {"unknown": unknown, "known": ask(ana.email), "banned": ask(banned.email)}


async def joining(town: Town) -> dict[str, Ask]:
    ana = await town.member("Ana")
    body = {"alias": "Nova", "password": WRONG, "languages": ["sl"]}

    def ask(email: str) -> Ask:
        return lambda: town.client.post("/v1/members", json=body | {"email": email})

    return {"known": ask(ana.email), "unknown": ask("nobody@example.org")}


async def recovering(town: Town) -> dict[str, Ask]:
    ana = await town.member("Ana")
    body = {"bank": town.slug, "code": "0000-0000-0000-0000"}

    def ask(email: str) -> Ask:
        return lambda: town.client.post("/v1/recovery", json=body | {"email": email})

    return {"known": ask(ana.email), "unknown": ask("nobody@example.org")}


async def reading(town: Town) -> dict[str, Ask]:
    ana, gone = await town.member("Ana"), await town.member("Gal")
    listing = await town.listing(gone)
    await leaves(town, gone)
    return {
        "hidden": lambda: ana.get(f"/v1/listings/{listing['id']}"),
        "absent": lambda: ana.get(f"/v1/listings/{new_id()}"),
    }


@pytest.mark.deep
@pytest.mark.parametrize("ways", [signing_in, joining, recovering, reading])
async def test_what_looks_the_same_takes_as_long(
    town: Town, ways: Callable[[Town], Awaitable[dict[str, Ask]]]
) -> None:
    in_earnest(town)
    first, *others = (await ways(town)).items()
    still(town)
    for state, other in others:
        found = await are_alike(first[1], other, PAIRS)
        assert found[-1] >= ALIKE_MIN, f"{first[0]} and {state} differ: {found}"


def test_the_statistic_is_mann_and_whitneys() -> None:
    # What other programs give for the same samples, with the correction for continuity.
    assert probability([1, 2, 3, 4], [5, 6, 7, 8]) == pytest.approx(0.0304, abs=1e-4)
    assert probability([1, 3, 5], [2, 4, 6]) == pytest.approx(0.6625, abs=1e-4)
    assert probability([1, 1, 1], [1, 1, 1]) == 1.0
    chance = random.Random(1)
    one = [chance.lognormvariate(1, 0.3) for _ in range(2_000)]
    same = [chance.lognormvariate(1, 0.3) for _ in range(2_000)]
    assert probability(one, same) > ALIKE_MIN
    assert probability(one, [value * 1.05 for value in same]) < ALIKE_MIN
