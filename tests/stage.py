"""Everybody and something of everything, for the authorisation matrix.

Ana and Bor are the two sides of what is asked for; Cene is any other member; Davo has left, and
what he left behind is hidden; Eva stands for another bank, with every role there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.factors.codes import STEP_SECONDS, code_at
from app.identity.rules import STAFF
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.lane import Lanes
from tests.asking import Pick
from tests.authenticator import enrolled_passkey
from tests.contract import almighty
from tests.doings import (
    disputed,
    emergency_of,
    flag_of,
    leaves,
    place_of,
    recovered,
    sealed,
    waiting_for_staff,
)
from tests.partnership import Neighbour
from tests.town import PASSWORD, Person, Town, good

NEW_PASSWORD = "four quite plain words"
CALLERS = ("anon", "applicant", "owner", "party", "other", *sorted(STAFF), "foreign")
OBJECTS = ("thing", "hidden", "absent", "foreign")
STATE_FOR = {
    "deliver_exchange": "accepted",
    "confirm_exchange": "delivered",
    "open_dispute": "delivered",
    "get_exchange_case": "delivered",
}
"""In which state the exchange stands that an operation is asked for; else it is proposed."""
ABOUT_MEMBERS = (
    *("send_hours", "give_grant", "get_member_limits", "set_member_limits", "give_level"),
    *("get_sealed", "write_sealed", "list_sealed_openings", "get_record", "ask_for_emergency"),
)
"""Operations about a member who was approved; the others are asked about an applicant."""


class Undone(Database):
    """A database on which each request finds the same state: what it did is taken back."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as session:
            yield session
            await session.flush()
            await session.rollback()


@dataclass
class Stage:
    """The people by their part, and for each object the ids by the names of the contract."""

    town: Town
    people: dict[str, Person]
    ids: dict[str, dict[str, str]]
    states: dict[tuple[str, str], str]
    """An exchange by object and state."""
    neighbour: Neighbour
    """A partner bank; banks are public, so the foreign one is one that is not there."""
    codes: dict[str, str] = field(default_factory=dict)
    """By object a recovery code of whose it is."""
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By operation what to send where the smallest body that fits would not come far."""

    @classmethod
    async def of(cls, app: FastAPI, town: Town) -> "Stage":
        abroad = await Town.founded(app, town.client, "druga")
        owner, party = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
        other, gone = await town.member("Cene"), await town.member("Davo", minutes=600)
        friend, eva = await town.member("Fani"), await almighty(abroad, "Eva")
        staff = {role: await town.staff(role) for role in sorted(STAFF)}
        people = {"applicant": await town.applicant(), "owner": owner, "party": party} | staff
        partner = await Neighbour.of(town, "partner")  # as the example in the contract is called
        stage = cls(town, people | {"other": other, "foreign": eva}, {}, {}, partner)
        await stage._fill("thing", town, owner, party)
        await stage._fill("hidden", town, gone, friend)
        await stage._fill("foreign", abroad, eva, await abroad.member("Gal", minutes=600))
        await leaves(town, gone)
        await stage._learn()
        await stage._seal(town, abroad)
        return stage

    def pick(self, operation: str, kind: str) -> Pick:
        """The ids to send for an object; what it does not have is absent."""

        def picked(name: str) -> str:
            if kind == "absent":
                return str(new_id())
            if name == "exchange_id":
                return self.states[kind, STATE_FOR.get(operation, "proposed")]
            return self.ids[kind].get(f"{operation}.{name}") or self.ids[kind][name]

        return picked

    def undo_all(self) -> None:
        """From now on every request finds the stage as it is."""
        ground, settings = self.town.ground, self.town.ground.settings
        assert settings.database_url is not None
        undone = Undone(settings.database_url.get_secret_value(), pool_max=4, wait_seconds_max=5.0)
        self.town.app.state.ground = replace(ground, database=undone)
        self.town.app.state.lanes = Lanes()  # those of the beginning remember the other database

    async def _seal(self, town: Town, abroad: Town) -> None:
        """A seal is of nobody who could be hidden: it covers all that has happened."""
        here, there = (await sealed(town)).hash.hex(), (await sealed(abroad)).hash.hex()
        for kind, seal_hash in (("thing", here), ("hidden", here), ("foreign", there)):
            self.ids[kind]["seal_hash"] = seal_hash

    async def _fill(self, kind: str, town: Town, giver: Person, receiver: Person) -> None:
        for state in ("proposed", "accepted", "delivered", "settled"):
            self.states[kind, state] = (await getattr(town, state)(giver, receiver))["id"]
        exchange = await town.settled(giver, receiver)
        sessions = good(await giver.get("/v1/sessions"))["items"]
        applicant = await town.applicant(f"{kind} applicant")
        neighbour, (code_id, code) = self.neighbour, await recovered(giver)
        admin = await town.staff("admin")
        listing = await town.listing(giver)
        self.codes[kind] = code
        self.ids[kind] = {"passkey_id": (await enrolled_passkey(giver))[0]} | {
            "area": await place_of(admin, "areas", f"{kind}-area"),
            "meeting_point": await place_of(admin, "meeting-points", f"{kind}-point"),
            "flag_id": await flag_of(receiver, listing),
            "subject_id": listing["id"],
            "bank": "nowhere" if kind == "foreign" else neighbour.town.slug,
            "giver_id": str(receiver.member_id),
            "transfer_id": await neighbour.transfer_of(town, admin, receiver),
            "listing_id": listing["id"],
            "dispute_id": (await disputed(receiver, exchange))["id"],
            "member_id": str(applicant.member_id),
            **{f"{name}.member_id": str(giver.member_id) for name in ABOUT_MEMBERS},
            "notice_id": good(await giver.get("/v1/notices"))["items"][0]["id"],
            "posting_id": (await giver.statement())[0]["id"],
            "code_id": code_id,
            "open_contact.emergency_id": await self._released(kind, town),
            **await waiting_for_staff(town, await town.staff("coordinator"), giver),
            "session_id": next(one["id"] for one in sessions if one["is_current"]),
        }

    async def _released(self, kind: str, town: Town) -> str:
        """An emergency that the coordinator asked for, and somebody else released."""
        is_ours = kind != "foreign"
        asker = self.people["coordinator" if is_ours else "foreign"]
        releaser = self.people["case_worker"] if is_ours else await town.staff("coordinator")
        emergency = await emergency_of(asker, await town.member("Hana"))
        good(await releaser.post(f"/v1/emergencies/{emergency}/release"))
        return emergency

    async def _learn(self) -> None:
        """What opens the operations that a made-up body does not reach."""
        owner, party = self.people["owner"], self.people["party"]
        named = {"bank": owner.bank, "email": owner.email, "password": NEW_PASSWORD}
        seed = good(await owner.post("/v1/me/second-factor"))["seed"]
        shown = code_at(seed, int(self.town.ground.clock().timestamp()) // STEP_SECONDS)
        session = {"giver_ids": [str(owner.member_id)], "receiver_ids": [str(party.member_id)]}
        signing_in = {"grant_type": "password", "username": party.email, "password": PASSWORD}
        self.bodies |= {
            "create_token": {"data": signing_in},
            "change_password": {
                "json": {"current_password": PASSWORD, "password": NEW_PASSWORD},
            },
            "confirm_me": {"json": {"password": PASSWORD}},
            "confirm_second_factor": {"json": {"code": shown}},
            "finish_recovery": {"json": named | {"code": self.codes["thing"]}},
            "post_group_session": {"json": session | {"minutes": 1}},
        }
