"""Staff who are a party cannot act: one rule, one answer, whatever they have with the person."""

from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from tests.contract import almighty
from tests.doings import SUSPICIOUS, disputed, emergency_of, flag_of, sql, why
from tests.town import JSON, Person, Town, good, refused
from tests.twins import undone

WHY: JSON = {"reason": "It has to be done."}
SEALED: JSON = {"cohort": "public", "age_band": "18+", "reason": "She told us."}


class Deed(NamedTuple):
    """Something that staff do about a member, by what has happened in the town."""

    method: str
    path: str
    body: JSON | None = None


DEEDS = {
    "read a record": Deed("GET", "/v1/members/{x}"),
    "give a level": Deed("PUT", "/v1/members/{x}/level", WHY | {"level": 2}),
    "read limits": Deed("GET", "/v1/members/{x}/limits"),
    "set limits": Deed("PATCH", "/v1/members/{x}/limits", WHY | {"floor_minutes": -60}),
    "grant": Deed("POST", "/v1/grants", WHY | {"member_id": "{x}", "minutes": 1}),
    "give a code": Deed("POST", "/v1/members/{x}/recovery", WHY),
    "give a sign-in code": Deed("POST", "/v1/members/{x}/sign-in-code"),
    "ask for an emergency": Deed("POST", "/v1/emergencies", WHY | {"member_id": "{x}"}),
    "read an emergency": Deed("GET", "/v1/emergencies/{emergency}"),
    "release it": Deed("POST", "/v1/emergencies/{emergency}/release"),
    "review one": Deed("POST", "/v1/emergencies/{released}/review", {"finding": "Right."}),
    "open the sealed record": Deed("GET", "/v1/sealed/{x}"),
    "read out who opened it": Deed("GET", "/v1/sealed/{x}/openings"),
    "write it": Deed("PUT", "/v1/sealed/{x}", SEALED),
    "read a text": Deed("GET", "/v1/screenings/{screening}"),
    "decide on it": Deed(
        "POST", "/v1/screenings/{screening}/resolution", WHY | {"outcome": "kept"}
    ),
    "read an exchange": Deed("GET", "/v1/exchanges/{exchange}/case"),
    "resolve a dispute": Deed(
        "POST", "/v1/disputes/{dispute}/resolution", WHY | {"outcome": "void"}
    ),
    "read a flag": Deed("GET", "/v1/flags/{flag}"),
    "decide on a flag": Deed("POST", "/v1/flags/{flag}/resolution", WHY | {"outcome": "upheld"}),
    "put a posting right": Deed("POST", "/v1/postings/{posting}/reversal", WHY),
}


def filled(value: object, facts: dict[str, str]) -> object:
    """The same with the names in braces replaced."""
    if isinstance(value, dict):
        return {name: filled(one, facts) for name, one in value.items()}
    return value.format(**facts) if isinstance(value, str) else value


async def ask(staff: Person, deed: Deed, facts: dict[str, str]) -> httpx.Response:
    options = {"json": filled(deed.body, facts)} if deed.body else {}
    headers = why("It has to be.")
    return await staff.ask(deed.method, deed.path.format(**facts), headers=headers, **options)


async def life_of(town: Town, x: Person) -> dict[str, str]:
    """What there is about X that staff decide on, with Zora on the other side."""
    zora, desk = await town.member("Zora", minutes=600), await town.staff("coordinator")
    settled = await town.settled(x, zora)
    admin = await town.staff("admin")
    released = await emergency_of(desk, x)
    good(await admin.post(f"/v1/emergencies/{released}/release"))
    await sql(town, "UPDATE bank_safety SET screening = true")
    await town.listing(x, title=SUSPICIOUS)
    (held,) = await sql(town, "SELECT screening_id FROM screening")
    good(await zora.post("/v1/donations", {"minutes": 30}))
    delivered = await town.delivered(x, zora)
    return {
        "x": str(x.member_id),
        "exchange": delivered["id"],
        "emergency": await emergency_of(desk, x),
        "released": released,
        "screening": str(held["screening_id"]),
        "flag": await flag_of(x, await town.listing(zora)),
        "dispute": (await disputed(zora, delivered))["id"],
        "posting": next(one["id"] for one in await x.statement() if settled["id"]),
    }


async def related(town: Town, x: Person) -> dict[str, Person]:
    """Staff of every role who are members, by what they have with X."""
    blocks, blocked, partner = [await almighty(town, f"S{number}") for number in range(3)]
    await blocks.ask("PUT", f"/v1/me/blocks/{x.member_id}")
    await x.ask("PUT", f"/v1/me/blocks/{blocked.member_id}")
    proposed = await town.proposed(x, partner)
    good(await x.post(f"/v1/exchanges/{proposed['id']}/decline", WHY))
    return {"is X": x, "blocks X": blocks, "is blocked": blocked, "met X once": partner}


@pytest.fixture
async def world(town: Town) -> tuple[Person, dict[str, Person], dict[str, str]]:
    x = await almighty(town, "X")
    concerned = await related(town, x)
    return await almighty(town, "Other"), concerned, await life_of(town, x)


def cases(concerned: dict[str, Person]) -> Iterator[tuple[str, Deed, str, Person]]:
    for name, deed in DEEDS.items():
        for relation, staff in concerned.items():
            yield name, deed, relation, staff


async def test_who_has_something_with_a_member_does_nothing_about_them(
    town: Town, world: tuple[Person, dict[str, Person], dict[str, str]]
) -> None:
    other, concerned, facts = world
    async with undone(town):
        answers = set()
        for name, deed, relation, staff in cases(concerned):
            answer = await ask(staff, deed, facts)
            assert answer.status_code == 409, f"{name}: who {relation}: {answer.text}"
            refused(answer, 409, "concerned")
            answers.add(answer.content)
        assert len(answers) == 1, "the answer tells what they have with each other"
        for name, deed in DEEDS.items():
            answer = await ask(other, deed, facts)
            assert answer.is_success, f"{name}: {answer.text}"


async def test_of_another_bank_and_of_nobody_it_says_that_there_is_nobody(
    town: Town, world: tuple[Person, dict[str, Person], dict[str, str]]
) -> None:
    _, concerned, facts = world
    abroad = await Town.founded(town.app, town.client, "druga")
    theirs = await abroad.member("Theirs")
    for staff in concerned.values():
        await staff.ask("PUT", f"/v1/me/blocks/{theirs.member_id}")
        for name in ("read a record", "open the sealed record", "read limits", "give a code"):
            answer = await ask(staff, DEEDS[name], facts | {"x": str(theirs.member_id)})
            refused(answer, 404, "not-found")


async def test_an_applicant_whom_one_has_blocked_is_somebody_elses_to_decide_on(town: Town) -> None:
    desk, nova = await almighty(town, "Desk"), await town.applicant()
    await desk.ask("PUT", f"/v1/me/blocks/{nova.member_id}")
    for step in ("approval", "rejection"):
        refused(await desk.post(f"/v1/applications/{nova.member_id}/{step}"), 409, "concerned")
    own = await town.applicant("Own")
    statement = "UPDATE login SET roles = '{coordinator}' WHERE login_id = $1"
    await sql(town, statement, own.login_id)
    refused(await own.post(f"/v1/applications/{own.member_id}/approval"), 409, "concerned")
    good(await (await almighty(town)).post(f"/v1/applications/{nova.member_id}/approval"))
