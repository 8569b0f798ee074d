"""Exchanges, disputes, gifts, grants, and putting right over HTTP against a model.

After every answer the books are proved and say what the model says; after a refusal, and after an
answer that was replayed, every row of the bank is as it was.
"""

import asyncio
import json
from typing import ClassVar, Literal

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.kit.ids import new_id
from app.ledger.verifying import prove
from tests.databases import Cluster
from tests.doings import account_id
from tests.property.loop import QUICK, Loop
from tests.property.village import NEXT, OK, OPENING, STATES, Deal, Model, Move
from tests.schema import rows_of
from tests.town import JSON, Person, Town, good

WHO = st.integers(0, len(OPENING) - 1)
MINUTES = st.sampled_from([1, 30, 60, 400, 721])
WAYS = st.sampled_from(["once", "once", "twins"])
Way = Literal["once", "twins"]


class Village:
    """The real one: its people, its exchanges by the order of their proposals, what was asked."""

    def __init__(self, loop: Loop, cluster: Cluster, database: str) -> None:
        self.cluster, self.database = cluster, database
        self.people: list[Person] = []
        self.offers: list[str] = []
        self.accounts: list[str] = []
        self.exchanges: list[str] = []
        self.disputes: dict[str, str] = {}
        self.moved: list[str] = []
        self.asked: list[tuple[Person, str, JSON, str, bytes]] = []
        self.rows: dict[str, list[str]] = {}
        loop.run(self._found(loop))

    async def _found(self, loop: Loop) -> None:
        self.town = await Town.founded(loop.app, loop.client, f"v{new_id().hex}")
        for minutes in OPENING:
            person = await self.town.member(minutes=minutes)
            self.people.append(person)
            self.offers.append((await self.town.listing(person))["id"])
            self.accounts.append(str(await account_id(self.town, person)))
        self.moderator = await self.town.staff("moderator")
        self.coordinator = await self.town.staff("coordinator")

    async def ask(self, who: Person, path: str, body: JSON, way: Way) -> tuple[str, httpx.Response]:
        """Ask once, or twice at the same time with one key; what it came to."""
        key = str(new_id())
        times = 2 if way == "twins" else 1
        answers = await asyncio.gather(*(who.post(path, body, key=key) for _ in range(times)))
        assert len({(one.status_code, one.content) for one in answers if one.is_success}) <= 1
        (slug,) = {_slug(answer) for answer in answers}
        if slug == OK:
            self.asked.append((who, path, body, key, answers[0].content))
        return slug, answers[0]

    async def look(self) -> tuple[list[tuple[int, int]], list[str]]:
        """What the accounts and the exchanges say now."""
        connection = await self.cluster.connect(self.database)
        self.rows = await rows_of(connection, self.town.bank_id)
        await connection.close()
        said = {}
        for one in map(json.loads, self.rows["account"]):
            place = one["account_id"] if one["kind"] == "member" else one["kind"]
            said[place] = one["balance_minutes"], one["held_minutes"]
        exchanges = map(json.loads, self.rows["exchange"])
        status = {one["exchange_id"]: one["status"] for one in exchanges}
        places = [*self.accounts, "fund", "issuing"]
        return [said[place] for place in places], [status[id_] for id_ in self.exchanges]


def _slug(answer: httpx.Response) -> str:
    return OK if answer.is_success else str(answer.json()["type"]).removeprefix("/problems/")


class ExchangeMachine(RuleBasedStateMachine):
    """Any step of anybody in any order, now and then twice at once with one key."""

    loop: ClassVar[Loop]
    cluster: ClassVar[Cluster]
    database: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.village = Village(self.loop, self.cluster, self.database)
        self._agrees()
        self.donate(2, 60, "once")

    @rule(giver=WHO, receiver=WHO, minutes=MINUTES, way=WAYS)
    def propose(self, giver: int, receiver: int, minutes: int, way: Way) -> None:
        expected = self.model.propose(giver, receiver, minutes)
        body = {"listing_id": self.village.offers[giver], "minutes": minutes}
        answer = self._ask(expected, self.village.people[receiver], "/v1/exchanges", body, way)
        if expected == OK:
            self.village.exchanges.append(good(answer)["id"])
        self._agrees(expected)

    @rule(giver=WHO, receiver=WHO, minutes=MINUTES, took=MINUTES)
    def live(self, giver: int, receiver: int, minutes: int, took: int) -> None:
        """From the proposal as far as it goes, often to the confirmation."""
        self.propose(giver, receiver, minutes, "once")
        if giver != receiver:
            deal = self.model.deals[-1]
            for _ in NEXT:
                if deal.status in NEXT:
                    step = NEXT[deal.status]
                    self._step(deal, min(deal.may(step)), step, took, "once")

    @precondition(lambda self: self._open())
    @rule(data=st.data(), took=st.none() | MINUTES, way=WAYS)
    def go_on(self, data: st.DataObject, took: int | None, way: Way) -> None:
        """The next step of an exchange, by whoever may take it."""
        deal = data.draw(st.sampled_from(self._open()))
        step = NEXT[deal.status]
        self._step(deal, min(deal.may(step)), step, took, way)

    @precondition(lambda self: self.model.deals)
    @rule(data=st.data(), who=WHO, step=st.sampled_from(sorted(STATES)), way=WAYS)
    def try_a_step(self, data: st.DataObject, who: int, step: str, way: Way) -> None:
        deal = data.draw(st.sampled_from(self.model.deals))
        if step != "dispute" or not deal.was_disputed:
            self._step(deal, who, step, None, way)

    def _step(self, deal: Deal, who: int, step: str, took: int | None, way: Way) -> None:
        expected = self.model.step(deal, who, step, took)
        exchange = self.village.exchanges[self.model.deals.index(deal)]
        bodies: dict[str, JSON] = {
            "dispute": {"reason": "It was shorter."},
            "delivery": {"minutes": took},
        }
        path = f"/v1/exchanges/{exchange}/{step}"
        answer = self._ask(expected, self.village.people[who], path, bodies.get(step, {}), way)
        if step == "dispute" and expected == OK:
            self.village.disputes[exchange] = good(answer)["id"]
        self._agrees(expected)

    @precondition(lambda self: self.village.disputes)
    @rule(data=st.data(), minutes=st.none() | MINUTES, way=WAYS)
    def resolve(self, data: st.DataObject, minutes: int | None, way: Way) -> None:
        exchange = data.draw(st.sampled_from(sorted(self.village.disputes)))
        expected = self.model.resolve(
            self.model.deals[self.village.exchanges.index(exchange)], minutes
        )
        outcome = "void" if minutes is None else "adjusted"
        body = {"outcome": outcome, "minutes": minutes, "reason": "Both were heard."}
        path = f"/v1/disputes/{self.village.disputes[exchange]}/resolution"
        self._ask(expected, self.village.moderator, path, body, way)
        self._agrees(expected)

    @rule(who=WHO, minutes=MINUTES, way=WAYS)
    def donate(self, who: int, minutes: int, way: Way) -> None:
        expected = self.model.donate(who, minutes)
        body = {"minutes": minutes}
        answer = self._ask(expected, self.village.people[who], "/v1/donations", body, way)
        self._agrees(expected)
        if expected == OK:
            self.village.moved.append(good(answer)["id"])

    @rule(who=WHO, minutes=MINUTES, way=WAYS)
    def grant(self, who: int, minutes: int, way: Way) -> None:
        expected = self.model.grant(who, minutes)
        member = str(self.village.people[who].member_id)
        body = {"member_id": member, "minutes": minutes, "reason": "To begin with."}
        answer = self._ask(expected, self.village.coordinator, "/v1/grants", body, way)
        self._agrees(expected)
        if expected == OK:
            grants = map(json.loads, self.village.rows["fund_grant"])
            postings = {one["grant_id"]: one["posting_id"] for one in grants}
            self.village.moved.append(postings[good(answer)["id"]])

    @rule(data=st.data(), minutes=st.none() | MINUTES, right=st.none() | MINUTES, way=WAYS)
    def put_right(
        self, data: st.DataObject, minutes: int | None, right: int | None, way: Way
    ) -> None:
        """What is between a member and the fund; and what took back is tried to be taken back."""
        move = data.draw(st.sampled_from(self.model.moves))
        if self._put_right(move, minutes, right, way) == OK:
            back = self.model.moves[-2 if right else -1]
            self._put_right(back, minutes, right, way)

    def _put_right(self, move: Move, minutes: int | None, right: int | None, way: Way) -> str:
        expected = self.model.put_right(move, minutes, right)
        path = f"/v1/postings/{self.village.moved[self.model.moves.index(move)]}/reversal"
        correction = {"minutes": right} if right else None
        body = {"reason": "It was shorter.", "minutes": minutes, "correction": correction}
        answer = self._ask(expected, self.village.moderator, path, body, way)
        if expected == OK:
            done = good(answer)
            self.village.moved += filter(None, (done["id"], done["correction_id"]))
        self._agrees(expected)
        return expected

    @precondition(lambda self: self.village.asked)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """With its key an old request answers as it did; another request is refused."""
        who, path, body, key, first = data.draw(st.sampled_from(self.village.asked))
        assert self.loop.run(who.post(path, body, key=key)).content == first
        other = self.loop.run(who.post(path, body | {"other": 1}, key=key))
        assert _slug(other) == "key-reused"
        self._agrees("replayed")

    def _open(self) -> list[Deal]:
        return [deal for deal in self.model.deals if deal.status in NEXT]

    def _ask(self, expected: str, who: Person, path: str, body: JSON, way: Way) -> httpx.Response:
        slug, answer = self.loop.run(self.village.ask(who, path, body, way))
        assert slug == expected, answer.text
        return answer

    def _agrees(self, answered: str = OK) -> None:
        before = self.village.rows
        accounts, statuses = self.loop.run(self.village.look())
        assert accounts == self.model.accounts
        assert statuses == [deal.status for deal in self.model.deals]
        assert answered == OK or self.village.rows == before
        assert self.loop.run(prove(self.loop.ground, self.village.town.bank_id, None)) == []


def _play(loop: Loop, cluster: Cluster, database: str, examples: int, steps: int) -> None:
    known = {"loop": loop, "cluster": cluster, "database": database}
    machine = type("Machine", (ExchangeMachine,), known)
    how = settings(max_examples=examples, stateful_step_count=steps, **QUICK)
    run_state_machine_as_test(machine, settings=how)


def test_whatever_people_do_the_books_follow_the_model(
    loop: Loop, cluster: Cluster, database: str
) -> None:
    _play(loop, cluster, database, examples=3, steps=14)


@pytest.mark.deep
def test_whatever_people_do_for_a_long_time_the_books_follow_the_model(
    loop: Loop, cluster: Cluster, database: str
) -> None:
    _play(loop, cluster, database, examples=30, steps=40)
