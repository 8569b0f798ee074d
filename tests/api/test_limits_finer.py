"""Limits in their finer points: single operations, false tokens, paths that are not there."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from app.kit.limit_counts import KEPT_HOURS, share
from app.kit.limits import Limit, Limiter
from app.web.ceilings import CEILINGS
from tests.api.test_limits import FEW, client_at, limited
from tests.contract import bearer
from tests.doings import sql
from tests.town import Person, Town, good, refused

DONE = 204


def with_few(limiter: Limiter, name: str, count_max: int = FEW) -> Limiter:
    """The same limits, with few of one thing."""
    few = Limit(count_max, limiter.limits[name].window_seconds)
    return replace(limiter, limits={**limiter.limits, name: few}, counts={})


def test_every_ceiling_is_of_an_operation_and_counted_as_long_as_it_holds(app: FastAPI) -> None:
    assert CEILINGS.keys() <= {route.name for route in app.state.routes}
    assert max(one.window_seconds for one in CEILINGS.values()) <= KEPT_HOURS * 3600


async def test_a_single_operation_has_a_ceiling_of_its_own(town: Town, app: FastAPI) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    app.state.limiter = with_few(app.state.limiter, "block_contact")

    async def blocks(person: Person) -> httpx.Response:
        return await person.post("/v1/me/blocks", {"email": "him@example.org"})

    for _ in range(FEW):
        assert (await blocks(ana)).status_code == DONE
    refused(await blocks(ana), 429, "too-many-requests")
    assert (await blocks(bor)).status_code == DONE
    good(await ana.patch("/v1/me", {"alias": "Ana B."}))
    await share(town.ground, app.state.limiter)
    rows = await sql(town, "SELECT count FROM rate_count WHERE counted = 'block_contact'")
    assert sorted(row["count"] for row in rows) == [1, FEW + 1]
    await town.step_on(1 / 24)
    assert (await blocks(await town.signed_in(ana.email))).status_code == DONE


@pytest.mark.parametrize("path", ["/v1/me", "/v1/applications", "/v1/nowhere"])
async def test_false_tokens_are_counted_by_where_they_come_from(
    town: Town, app: FastAPI, path: str
) -> None:
    ana = await town.member("Ana")
    app.state.limiter = limited(app.state.limiter)
    false = bearer(ana.token[:-4] + "AAAA")
    async with client_at(app, "203.0.113.9") as one, client_at(app, "198.51.100.7") as other:
        for _ in range(FEW):
            refused(await one.get(path, headers=false), 401, "not-authenticated")
        refused(await one.get(path, headers=false), 429, "too-many-requests")
        refused(await one.get(path), 429, "too-many-requests")
        refused(await other.get(path, headers=false), 401, "not-authenticated")
        good(await one.get("/v1/me", headers=ana.headers))


async def test_the_limits_do_not_tell_which_hidden_path_is_there(town: Town, app: FastAPI) -> None:
    ana, auditor = await town.member("Ana"), await town.staff("auditor")
    few = with_few(limited(app.state.limiter), "heavy", FEW - 1)

    async def statuses(person: Person, path: str) -> list[int]:
        app.state.limiter = replace(few, counts={})
        answers: list[httpx.Response] = [await person.get(path) for _ in range(FEW + 1)]
        return [one.status_code for one in answers]

    proof = "/v1/ledger/verification"
    assert await statuses(ana, proof) == await statuses(ana, "/v1/nowhere") == [404] * FEW + [429]
    assert await statuses(auditor, proof) == [200] * (FEW - 1) + [429] * 2
