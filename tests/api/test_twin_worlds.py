"""Twin worlds: who X is, and whether X is gone or only hidden, shows in no answer and no statement.

Every operation of the contract is asked by everybody who is not staff, about what is X's and about
what is nowhere. Then the protections are taken away one by one, and it must show.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, and_, true

from app.members import queries as members
from app.members.tables import Member
from app.sealed import operations as sealed
from app.sealed.rules import Cohort
from tests.audit import Audit
from tests.doings import alert_of, block, flag_of, resolved, sql, why
from tests.dumps import Stolen
from tests.town import good
from tests.twins import Fact, Line, World, Worlds, differences, nothing

EVERYBODY = ("anon", "applicant", "x", "vid", "tuj")
LOOKING = ("vid", "tuj")
STRANGER = ("tuj",)
WHOLE_BOOKS = "GET /v1/ledger/seals "
"""A seal is over all the books, and says in clear how many postings they hold."""
TERMS = 2
"""So many terms of disputes, and everything of somebody who left is over and forgotten."""


def written(cohort: str, age_band: str, about: str = "x") -> Fact:
    """A case worker has written this about X, or somebody else, and read it since."""

    async def fact(world: World) -> None:
        worker = await world.town.staff("case_worker")
        body = {"reason": "It is so.", "cohort": cohort, "age_band": age_band}
        path = f"/v1/sealed/{world.people[about].member_id}"
        good(await worker.ask("PUT", path, json=body))
        good(await worker.get(path, headers=why("How is it now?")))

    return fact


async def idle(world: World) -> None:
    """There is a case worker, who has done nothing."""
    await world.town.staff("case_worker")


async def watched_over(world: World) -> None:
    """There was an alert about X, and there is another."""
    world.fate.under("alerts")
    worker = await world.town.staff("case_worker")
    path = f"/v1/alerts/{await alert_of(world.town, world.people['x'])}/closure"
    good(await worker.post(path, {"reason": "It is as it should be."}))
    await alert_of(world.town, world.people["x"])


async def flagged(world: World) -> None:
    """Somebody has flagged what X offers, and a moderator agreed."""
    world.fate.under("flags")
    zora, moderator = await world.town.member("Zora"), await world.town.staff("moderator")
    path = f"/v1/flags/{await flag_of(zora, {'id': world.of_x['listing_id']})}"
    good(await moderator.get(path))
    good(await moderator.post(f"{path}/resolution", {"outcome": "upheld", "reason": "Yes."}))


async def hides(world: World) -> None:
    """X blocks both."""
    for name in LOOKING:
        world.fate.under(f"x parts from {name}")
        await block(world.people["x"], world.people[name])


async def goes(world: World) -> None:
    """X leaves, or is removed."""
    for name in LOOKING:
        world.fate.under(f"x parts from {name}")
        if name == LOOKING[0]:
            answer = await world.people["x"].delete("/v1/me")
            assert answer.status_code == 204


async def is_over(world: World) -> None:
    """Moderators ask and decide, once more on appeal; time passes, and the worker works."""
    world.fate.under("moderators")
    moderator, another = [await world.town.staff("moderator") for _ in range(2)]
    cases = good(await moderator.get("/v1/disputes?status=open"))["items"]
    for case in cases:
        world.fate.under(f"case {case['id']}")
        path = f"/v1/disputes/{case['id']}"
        good(await moderator.post(f"{path}/statements", {"text": "When was it?"}))
        good(await resolved(moderator, case, "as_agreed"))
        good(await world.people["vid"].post(f"{path}/appeal", {"reason": "It was shorter."}))
        good(await resolved(another, case, "adjusted", 10))
    for _ in range(TERMS):
        world.fate.later(days=world.town.ground.settings.dispute_days + 1)
        await world.works()
    await world.signs_in(*LOOKING)


async def told(worlds: Worlds, fact: Fact, callers: tuple[str, ...]) -> list[Line]:
    async with worlds.one(fact) as world:
        return await world.ask_everything(callers, world.of_x)


async def test_nobody_can_tell_who_takes_part_in_the_programme_is_young_or_watched_over(
    worlds: Worlds,
) -> None:
    async with worlds.one(written("public", "18+", about="vid")) as world:
        of_vid = await Stolen.of(worlds, world)
        neighbour = await world.ask_everything(EVERYBODY, world.of_x)
    async with worlds.one(written("programme", "15-17")) as world:
        of_x = await Stolen.of(worlds, world)
        await watched_over(world)
        await flagged(world)
        sheltered = await world.ask_everything(EVERYBODY, world.of_x)
    assert differences(neighbour, sheltered) == []
    assert {status for _, status, *_ in neighbour} > {200, 201, 204, 401, 404, 409}
    assert of_x == of_vid, "neither a dump without the keys nor a screen"
    async with worlds.one(idle) as world:
        of_nobody = await Stolen.of(worlds, world)
    assert (of_x.about, of_x.screens) == (of_nobody.about, of_nobody.screens)
    assert len(of_x.rows["sealed_opening"]) == len(of_nobody.rows["sealed_opening"]) + 2
    assert len(of_x.about["x"]["sealed_record"]) == 1, "it finds what names somebody"


async def test_who_hides_is_gone_and_to_a_stranger_was_never_here(worlds: Worlds) -> None:
    async with worlds.one(hides) as world:
        of_x = dict(world.of_x)
        hidden = await world.ask_everything(LOOKING, of_x)
        to_stranger = await world.ask_everything(STRANGER, of_x)
        await is_over(world)
        hidden += await world.ask_everything(LOOKING, of_x, only_reads=True)
    async with worlds.one(goes) as world:
        assert world.of_x == of_x
        gone = await world.ask_everything(LOOKING, of_x)
        await is_over(world)
        assert await sql(world.town, "SELECT FROM member WHERE forgotten_at IS NOT NULL")
        gone += await world.ask_everything(LOOKING, of_x, only_reads=True)
    async with worlds.one(nothing, x_exists=False) as world:
        never = await world.ask_everything(STRANGER, of_x)
    assert [one for one in differences(hidden, gone) if WHOLE_BOOKS not in one] == []
    assert differences(to_stranger, never) == []


def forget_blocks(patch: pytest.MonkeyPatch) -> None:
    """The half of the predicate that blocks are."""
    patch.setattr(members, "may_look", lambda *_: true())


def show_who_left(patch: pytest.MonkeyPatch) -> None:
    """The other half."""

    def here(bank_id: UUID, _: UUID | None, not_hidden: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(Member.bank_id == bank_id, not_hidden)

    patch.setattr(members, "_here", here)
    patch.setattr(members, "_SIDES", members._sides())


@pytest.mark.parametrize(
    ("leak", "callers"),
    [
        (forget_blocks, STRANGER),
        pytest.param(show_who_left, LOOKING, marks=pytest.mark.deep),
    ],
)
async def test_a_hole_in_the_predicate_shows(
    worlds: Worlds,
    audited: Audit,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[pytest.MonkeyPatch], None],
    callers: tuple[str, ...],
) -> None:
    with audited.deaf(), monkeypatch.context() as patch:
        leak(patch)
        hidden = await told(worlds, hides, callers)
        gone = await told(worlds, goes, callers)
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
