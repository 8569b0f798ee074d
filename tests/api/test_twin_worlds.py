"""Twin worlds: who X is, and whether X is gone or only hidden, shows in no answer and no statement.

Every operation of the contract is asked by everybody who is not staff, about what is X's and about
what is nowhere. Then the protections are taken away one by one, and it must show.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, true

from app.kit.settings import Settings
from app.members import queries as members
from app.members.blocks import operations as blocks
from app.members.blocks.queries import no_block_between
from app.members.tables import Member
from app.moderation.parting import operations as parting
from app.sealed import operations as sealed
from app.sealed.rules import Cohort
from tests.audit import Audit
from tests.conftest import Cluster
from tests.doings import alert_of, leaves
from tests.town import good
from tests.twins import Fact, Line, World, Worlds, differences

EVERYBODY = ("anon", "applicant", "x", "vid", "tuj")
LOOKING = ("vid", "tuj")
STRANGER = ("tuj",)


@pytest.fixture
def worlds(
    cluster: Cluster,
    template: str,
    base_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Worlds:
    return Worlds(cluster, template, base_settings, tmp_path, monkeypatch)


def written(cohort: str, age_band: str, *, alerts: int = 0) -> Fact:
    """A case worker has written this about X, and as many alerts are or were there."""

    async def fact(world: World) -> None:
        worker = await world.town.staff("case_worker")
        body = {"reason": "It is so.", "cohort": cohort, "age_band": age_band}
        path = f"/v1/sealed/{world.people['x'].member_id}"
        good(await worker.ask("PUT", path, json=body))
        for closed in range(alerts):
            alert_id = await alert_of(world.town, world.people["x"])
            if closed < alerts - 1:  # the last one stays open
                path = f"/v1/alerts/{alert_id}/closure"
                good(await worker.post(path, {"reason": "It is as it should be."}))

    return fact


async def hides(world: World) -> None:
    """X blocks both."""
    x, ground = world.people["x"], world.town.ground
    caller = await world.town.caller_of(x)
    async with ground.database.begin() as session:
        for name in LOOKING:
            other = world.people[name].member_id
            assert other is not None
            await blocks.block(ground.work(session), caller, other)
    await _parts(world)


async def goes(world: World) -> None:
    """X leaves, or is removed."""
    await _parts(world)
    await leaves(world.town, world.people["x"])


async def _parts(world: World) -> None:
    world.fate.under("part")
    x = world.people["x"].member_id
    assert x is not None
    async with world.town.ground.database.begin() as session:
        await parting.part(world.town.ground.work(session), world.town.bank_id, x)


async def nothing(_: World) -> None:
    """No fact."""


async def told(worlds: Worlds, fact: Fact, callers: tuple[str, ...]) -> list[Line]:
    async with worlds.one(fact) as world:
        return await world.ask_everything(callers, world.of_x)


async def test_nobody_can_tell_who_takes_part_in_the_programme_is_young_or_watched_over(
    worlds: Worlds,
) -> None:
    neighbour = await told(worlds, written("public", "18+"), EVERYBODY)
    sheltered = await told(worlds, written("programme", "15-17", alerts=2), EVERYBODY)
    assert differences(neighbour, sheltered) == []
    assert {status for _, status, *_ in neighbour} > {200, 201, 204, 401, 404, 409}


async def test_who_hides_is_gone_and_to_a_stranger_was_never_here(worlds: Worlds) -> None:
    async with worlds.one(hides) as world:
        of_x = dict(world.of_x)
        hidden = await world.ask_everything(LOOKING, of_x)
        to_stranger = await world.ask_everything(STRANGER, of_x)
    async with worlds.one(goes) as world:
        assert world.of_x == of_x
        gone = await world.ask_everything(LOOKING, of_x)
    async with worlds.one(nothing, x_exists=False) as world:
        never = await world.ask_everything(STRANGER, of_x)
    assert differences(hidden, gone) == []
    assert differences(to_stranger, never) == []


def forget_blocks(patch: pytest.MonkeyPatch) -> None:
    """The half of the predicate that blocks are."""
    patch.setattr(members, "no_block_between", lambda *_: true())


def show_who_left(patch: pytest.MonkeyPatch) -> None:
    """The other half."""

    def visible(bank_id: UUID, viewer_id: UUID | None) -> ColumnElement[bool]:
        return no_block_between(bank_id, viewer_id, Member.member_id)

    patch.setattr(members, "visible_between", visible)


@pytest.mark.parametrize(
    "leak", [forget_blocks, pytest.param(show_who_left, marks=pytest.mark.deep)]
)
async def test_a_hole_in_the_predicate_shows(
    worlds: Worlds,
    audited: Audit,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[pytest.MonkeyPatch], None],
) -> None:
    with audited.deaf(), monkeypatch.context() as patch:
        leak(patch)
        hidden = await told(worlds, hides, STRANGER)
        gone = await told(worlds, goes, STRANGER)
        assert audited.findings(), "and the audit of statements sees it too"
    assert differences(hidden, gone)


@pytest.mark.deep
async def test_a_trace_of_the_record_elsewhere_shows(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = sealed.change_record

    async def leaking(work, caller, member_id, record, reason):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 handed on
        if record.cohort is Cohort.PROGRAMME:
            (await members.get_member(work.session, caller.bank_id, member_id)).version += 1
        return await change(work, caller, member_id, record, reason)

    monkeypatch.setattr(sealed, "change_record", leaking)
    neighbour = await told(worlds, written("public", "18+"), ("x",))
    sheltered = await told(worlds, written("programme", "18+"), ("x",))
    assert differences(neighbour, sheltered)
