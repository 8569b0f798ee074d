"""A town for tests: a bank, its staff, and members who can be asked to do things over HTTP."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import httpx
from fastapi import FastAPI

from app import founding
from app.identity import operations as identity
from app.identity.rules import Caller, Role
from app.identity.tools import IdentityTools
from app.kit.ground import Ground
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger import queries as books
from app.ledger.rules import AccountKind, Instruction, Leg
from app.members import operations as members
from app.members.accounts import queries as purses

PASSWORD = "three plain words"
JSON = dict[str, Any]


@dataclass
class Person:
    """Somebody with a session: a member, an applicant or staff."""

    client: httpx.AsyncClient
    token: str
    refresh_token: str
    email: str
    bank: str
    login_id: UUID
    member_id: UUID | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.ask("GET", path, **options)

    async def post(
        self, path: str, json: object = None, *, key: str | None = None, **options: Any
    ) -> httpx.Response:
        if key is not None:
            options["headers"] = {**options.get("headers", {}), "Idempotency-Key": key}
        return await self.ask("POST", path, json={} if json is None else json, **options)

    async def patch(self, path: str, json: object, **options: Any) -> httpx.Response:
        return await self.ask("PATCH", path, json=json, **options)

    async def delete(self, path: str) -> httpx.Response:
        return await self.ask("DELETE", path)

    async def account(self) -> JSON:
        return good(await self.get("/v1/me/account"))

    async def statement(self) -> list[JSON]:
        return list(good(await self.get("/v1/me/account/postings"))["items"])


def good(response: httpx.Response) -> JSON:
    """The body of a successful answer; shows the problem when it is none."""
    assert response.is_success, f"{response.status_code} {response.text}"
    body: JSON = response.json()
    return body


def refused(response: httpx.Response, status: int, slug: str) -> JSON:
    """The problem of a refusal, which must be of this status and type."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body: JSON = response.json()
    assert (response.status_code, body["type"]) == (status, f"/problems/{slug}"), body
    assert body["status"] == status
    return body


@dataclass
class Town:
    """A bank and what tests need of it."""

    app: FastAPI
    client: httpx.AsyncClient
    slug: str
    bank_id: UUID

    @classmethod
    async def founded(cls, app: FastAPI, client: httpx.AsyncClient, slug: str = "kljuc") -> Self:
        ground: Ground = app.state.ground
        async with ground.database.begin() as session:
            bank = await founding.found_bank(ground.work(session), slug=slug, name=slug.title())
        return cls(app, client, slug, bank.bank_id)

    @property
    def ground(self) -> Ground:
        ground: Ground = self.app.state.ground
        return ground

    @property
    def tools(self) -> IdentityTools:
        tools: IdentityTools = self.app.state.identity
        return tools

    async def staff(self, role: Role | str) -> Person:
        """Somebody of the staff, signed in."""
        email = f"{Role(role).value}-{new_id()}@example.org"
        async with self.ground.database.begin() as session:
            await founding.add_staff(
                self.ground.work(session),
                self.tools,
                bank=self.slug,
                role=Role(role),
                email=email,
                password=PASSWORD,
            )
        return await self.signed_in(email)

    async def applicant(self, alias: str = "Nova", **changes: Any) -> Person:
        """Somebody who has asked to join, signed in."""
        email = changes.pop("email", f"{new_id()}@example.org")
        password = changes.pop("password", PASSWORD)
        wanted = {"alias": alias, "languages": ["sl", "en"], "terms_version": None} | changes
        async with self.ground.database.begin() as session:
            await members.join(
                self.ground.work(session),
                self.tools,
                bank=self.slug,
                email=email,
                password=password,
                **wanted,
            )
        return await self.signed_in(email, password)

    async def member(self, alias: str = "Ana", *, minutes: int = 0, **changes: Any) -> Person:
        """An approved member, signed in, with this many minutes from the issuing account."""
        person = await self.applicant(alias, **changes)
        assert person.member_id is not None
        async with self.ground.database.begin() as session:
            work = self.ground.work(session)
            desk = replace(await self.caller_of(person), member_id=None)
            await members.approve(work, desk, person.member_id, reason=None)
        if minutes:
            await self.give(person, minutes)
        return person

    async def give(self, person: Person, minutes: int) -> None:
        """Move minutes between a member and the issuing account, as opening credits do."""
        assert person.member_id is not None
        async with self.ground.database.begin() as session:
            work = self.ground.work(session)
            mine = await purses.get_account_id(session, self.bank_id, person.member_id)
            issuing = await books.get_bank_account(session, self.bank_id, AccountKind.ISSUING)
            leg = Leg(issuing, mine, minutes) if minutes > 0 else Leg(mine, issuing, -minutes)
            reference = f"test:{new_id()}"
            await ledger.settle(work, Instruction(self.bank_id, "opening", reference, legs=(leg,)))

    async def caller_of(self, person: Person) -> Caller:
        return Caller(self.bank_id, person.login_id, new_id(), person.member_id, frozenset())

    async def signed_in(self, email: str, password: str = PASSWORD) -> Person:
        """A new session for this address, without the cost of HTTP."""
        async with self.ground.database.begin() as session:
            work = self.ground.work(session)
            tokens = await identity.sign_in(
                work, self.tools, bank=self.slug, username=email, password=password
            )
        access = self.tools.verifier.read(tokens.access_token, self.ground.clock())
        person = Person(
            self.client,
            tokens.access_token,
            tokens.refresh_token,
            email,
            self.slug,
            access.login_id,
        )
        me = good(await person.get("/v1/me"))
        person.member_id = UUID(me["id"]) if me["id"] else None
        return person

    async def listing(self, author: Person, kind: str = "offer", **changes: Any) -> JSON:
        """A listing of this member."""
        body = {
            "kind": kind,
            "title": "Slovene conversation practice",
            "category": "slovene_lessons",
            "language": "sl",
            "languages": ["sl"],
            "area": "center",
        }
        return good(await author.post("/v1/listings", body | changes))

    async def proposed(self, giver: Person, receiver: Person, minutes: int = 60) -> JSON:
        """An exchange that the receiver proposed on an offer of the giver's."""
        offer = await self.listing(giver)
        body = {"listing_id": offer["id"], "minutes": minutes}
        return good(await receiver.post("/v1/exchanges", body))

    async def accepted(self, giver: Person, receiver: Person, minutes: int = 60) -> JSON:
        exchange = await self.proposed(giver, receiver, minutes)
        return good(await giver.post(f"/v1/exchanges/{exchange['id']}/acceptance"))

    async def delivered(self, giver: Person, receiver: Person, minutes: int = 60) -> JSON:
        exchange = await self.accepted(giver, receiver, minutes)
        return good(await giver.post(f"/v1/exchanges/{exchange['id']}/delivery"))

    async def settled(self, giver: Person, receiver: Person, minutes: int = 60) -> JSON:
        exchange = await self.delivered(giver, receiver, minutes)
        return good(await receiver.post(f"/v1/exchanges/{exchange['id']}/confirmation"))

    async def step_on(self, days: float) -> None:
        """Let time pass on the fake clock."""
        clock = self.ground.clock
        assert hasattr(clock, "advance")
        clock.advance(days=days)

    def later(self, **by: float) -> str:
        """A moment after now, as clients write it."""
        return (self.ground.clock() + timedelta(**by)).isoformat()
