import pytest

from app.kit.idempotency import KEPT_HOURS
from app.kit.jobs import LOG_KEPT_DAYS
from app.worker import SWEEPS
from tests.doings import again, sql
from tests.town import JSON, Person, Town, good
from tests.workers import until, working

SESSION_DAYS = 30
LISTING: JSON = {
    "kind": "offer",
    "title": "Bread",
    "category": "cooking",
    "language": "sl",
    "languages": ["sl"],
}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kit.queries.BATCH_MAX", 2)  # so that a sweep takes several


async def sweep(town: Town) -> None:
    """Every sweep comes due, and a worker sees to it."""
    async with working(town):
        await until(lambda: schedules_are(town, "queued"))
    await sql(town, "UPDATE pgqueuer_schedules SET next_run = now(), last_run = NULL")
    async with working(town):
        await until(lambda: schedules_are(town, "queued", "AND last_run IS NOT NULL"))


async def schedules_are(town: Town, status: str, more: str = "") -> bool:
    asked = f"SELECT entrypoint FROM pgqueuer_schedules WHERE status = '{status}' {more}"
    return {row["entrypoint"] for row in await sql(town, asked)} == set(SWEEPS)


async def post(author: Person, key: str) -> JSON:
    return good(await author.post("/v1/listings", LISTING, key=key))


async def keys(town: Town) -> list[str]:
    return [row["key"] for row in await sql(town, "SELECT key FROM idempotency_key ORDER BY key")]


async def test_an_answer_is_kept_for_a_day_and_then_forgotten(town: Town) -> None:
    ana = await town.member("Ana")
    first = await post(ana, "a-1")
    for key in ("a-2", "a-3", "a-4", "a-5"):
        await post(ana, key)
    await town.step_on((KEPT_HOURS - 1) / 24)
    ana = await again(town, ana)
    late = await post(ana, "b-1")

    await sweep(town)
    assert await keys(town) == ["a-1", "a-2", "a-3", "a-4", "a-5", "b-1"]

    await town.step_on(1 / 24)
    await sweep(town)
    assert await keys(town) == ["b-1"]

    ana = await again(town, ana)
    assert (await post(ana, "b-1"))["id"] == late["id"]
    assert (await post(ana, "a-1"))["id"] != first["id"]


async def test_sessions_that_are_long_over_are_forgotten_and_the_others_stay(town: Town) -> None:
    ended = await town.member("Ana")
    assert (await ended.delete("/v1/sessions")).is_success
    await again(town, ended)  # expires, for she never comes back to it
    await town.step_on(SESSION_DAYS - 1)
    stays = await again(town, ended)
    assert await sessions(town) == 3

    await town.step_on(2)
    await sweep(town)
    assert await sessions(town) == 2, "one ended more than 30 days ago"
    await refresh(stays)

    await town.step_on(SESSION_DAYS - 0.5)
    await sweep(town)
    assert await sessions(town) == 1, "one expired more than 30 days ago"
    await refresh(stays)


async def refresh(person: Person) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": person.refresh_token}
    person.refresh_token = good(await person.client.post("/v1/token", data=form))["refresh_token"]


async def sessions(town: Town) -> int:
    return len(await sql(town, "SELECT FROM session"))


async def test_the_log_of_jobs_is_kept_for_a_month(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    for _ in range(3):
        await town.proposed(ana, bor)
    await sql(town, "UPDATE pgqueuer_log SET created = $1", town.ground.clock())
    await town.step_on(LOG_KEPT_DAYS - 1)
    await sweep(town)
    assert await logged(town) == 3
    await town.step_on(1)
    await sweep(town)
    assert await logged(town) == 0
    assert len(await sql(town, "SELECT FROM pgqueuer")) == 3, "the timers themselves stay"


async def logged(town: Town) -> int:
    return len(await sql(town, "SELECT FROM pgqueuer_log"))
