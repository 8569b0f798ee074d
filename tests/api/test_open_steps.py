"""What an exchange tells its two sides to do next: neither more nor less than can be done."""

import json
from collections.abc import Awaitable, Callable

from app.exchanges.rules import LIFE, NotYourStep, Status, Step, StepNotOpen, Who, advance
from app.kit import idempotency
from tests.doings import disputed, leaves, status_of, steps_of, take
from tests.town import JSON, Person, Town, good, refused

KEY = "9e0c2f3a-wish"
NOUNS: dict[Step, tuple[str, JSON]] = {
    Step.ACCEPT: ("acceptance", {}),
    Step.DECLINE: ("decline", {}),
    Step.COUNTER: ("counterproposal", {"minutes": 45}),
    Step.CANCEL: ("cancellation", {}),
    Step.DELIVER: ("delivery", {}),
    Step.CONFIRM: ("confirmation", {}),
    Step.DISPUTE: ("dispute", {"reason": "It was shorter."}),
}
GIVES = frozenset({Who.GIVER, Who.AWAITED})
RECEIVES = frozenset({Who.RECEIVER, Who.PROPOSER})
NEW = {"my_part", "my_steps", "delivered_at"}
"""What an exchange was told without, when answers about it were kept already."""


async def test_no_step_is_open_over_http_but_those_of_the_table(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    for status, make in _makers(town, ana, bor).items():
        exchange = await make()
        assert exchange["status"] == status
        for person, who in ((ana, GIVES), (bor, RECEIVES)):
            assert await steps_of(person, exchange) == _open(status, who)
            for step, (noun, body) in NOUNS.items():
                refusal = _refusal(status, step, who)
                if refusal is not None:
                    refused(await take(person, exchange, noun, body), 409, refusal)
        assert await status_of(ana, exchange) == status


async def test_every_step_that_is_told_as_open_can_be_taken(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    bodies = dict(NOUNS.values())
    taken = []
    for status, make in _makers(town, ana, bor).items():
        for person, who in ((ana, GIVES), (bor, RECEIVES)):
            for noun in _open(status, who):
                exchange = await make()
                assert noun in await steps_of(person, exchange)
                good(await take(person, exchange, noun, bodies[noun]))
                taken.append(noun)
    assert set(taken) == set(bodies)


async def test_an_answer_that_was_kept_before_a_view_had_more_fields_is_replayed(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    body = {"listing_id": (await town.listing(ana))["id"], "minutes": 60}
    made = good(await bor.post("/v1/exchanges", body, key=KEY))
    proposed = good(await take(ana, made, "counterproposal", {"minutes": 30}, key=KEY))
    for person, status, view in ((bor, 201, made), (ana, 200, proposed)):
        old = {name: view[name] for name in view.keys() - NEW}
        await _keep_instead(town, person, status, old)
    again = await bor.post("/v1/exchanges", body, key=KEY)
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, True)
    assert again.json().keys() == made.keys() - NEW
    assert again.json().keys() | NEW == made.keys()
    again = await take(ana, made, "counterproposal", {"minutes": 30}, key=KEY)
    assert ("idempotency-replayed" in again.headers, good(again)["status"]) == (True, "proposed")
    await leaves(town, ana)
    refused(await bor.post("/v1/exchanges", body, key=KEY), 404, "not-found")


def _refusal(status: Status, step: Step, who: frozenset[Who]) -> str | None:
    try:
        advance(status, step, who)
    except (StepNotOpen, NotYourStep) as refusal:
        return refusal.slug()
    return None


def _open(status: Status, who: frozenset[Who]) -> list[str]:
    steps = [step for begin, step in LIFE if begin == status and step in NOUNS]
    return [NOUNS[step][0] for step in steps if _refusal(status, step, who) is None]


def _makers(town: Town, ana: Person, bor: Person) -> dict[Status, Callable[[], Awaitable[JSON]]]:
    """How to bring an exchange into each status; Ana gives, Bor has proposed."""

    async def ended(step: str, person: Person) -> JSON:
        return good(await take(person, await town.proposed(ana, bor), step))

    async def in_dispute() -> JSON:
        exchange = await town.accepted(ana, bor)
        await disputed(bor, exchange)
        return exchange | {"status": await status_of(bor, exchange)}

    return {
        Status.PROPOSED: lambda: town.proposed(ana, bor),
        Status.ACCEPTED: lambda: town.accepted(ana, bor),
        Status.DELIVERED: lambda: town.delivered(ana, bor),
        Status.SETTLED: lambda: town.settled(ana, bor),
        Status.DISPUTED: in_dispute,
        Status.DECLINED: lambda: ended("decline", ana),
        Status.CANCELLED: lambda: ended("cancellation", bor),
    }


async def _keep_instead(town: Town, person: Person, status: int, body: JSON) -> None:
    """Put this answer in the place of the one that is kept for them under `KEY`."""
    assert person.member_id is not None
    kept = idempotency.Kept(status, json.dumps(body).encode(), person.member_id)
    use = idempotency.Use(town.bank_id, person.login_id, KEY, bytes(32))
    async with town.ground.database.begin() as session:
        key = idempotency.Key(use, None)
        await idempotency.keep_many(town.ground.work(session), [(key, kept)])
