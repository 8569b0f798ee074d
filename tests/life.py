"""A bank where something of everything has happened, for tests that go over the whole contract."""

import json
from dataclasses import dataclass

from app.identity.factors.codes import STEP_SECONDS, code_at
from app.identity.rules import STAFF
from tests.asking import Pick
from tests.authenticator import Authenticator, begun, enrolled_passkey
from tests.doings import flag_of, place_of, recovered, sealed, waiting_for_staff
from tests.partnership import Neighbour
from tests.town import JSON, PASSWORD, Person, Town, good


@dataclass
class Life:
    """A bank where something of everything has happened."""

    town: Town
    people: dict[str, Person]
    ids: dict[str, list[str]]
    """For each name of an id in the contract: what this bank has. A new name needs a line."""
    secrets: dict[str, JSON]
    """What opens the operations that only the member opens, who knows it."""

    @classmethod
    async def of(cls, town: Town, word: str) -> "Life":
        staff = {role.value: await town.staff(role) for role in sorted(STAFF)}
        ana, bor = await town.member(f"{word} Ana", minutes=600), await town.member(f"{word} Bor")
        desk = staff["coordinator"]
        newcomer = await town.applicant(f"{word} Nova")
        request = await town.listing(bor, "request", title=f"{word} lessons")
        begun = (town.proposed, town.accepted, town.settled, town.accepted, town.delivered)
        exchanges = [await begin(ana, bor) for begin in begun]
        path = f"/v1/exchanges/{exchanges[1]['id']}"
        good(await ana.post(f"{path}/messages", {"text": f"{word} at six?"}))
        dispute = good(await bor.post(f"{path}/dispute", {"reason": f"{word} was shorter."}))
        seal = await sealed(town)
        neighbour = await Neighbour.of(town, f"{town.slug}-neighbour")
        own, opening = await _signing_in(town, ana)
        ids = {
            "bank": [neighbour.town.slug],
            "giver_id": [str(ana.member_id)],
            "transfer_id": [await neighbour.transfer_of(town, staff["admin"], ana)],
            "listing_id": [request["id"], exchanges[0]["listing_id"]],
            "exchange_id": [one["id"] for one in exchanges],
            "dispute_id": [dispute["id"]],
            "member_id": [str(newcomer.member_id), str(ana.member_id)],
            "notice_id": await _notices(ana, desk),
            "posting_id": [line["id"] for line in await bor.statement()],
            **await _around(town, staff, ana, request),
            "seal_hash": [seal.hash.hex()],
            **{name: [one] for name, one in (await waiting_for_staff(town, desk, bor)).items()},
        } | own
        people = staff | {"member": ana, "other": bor, "applicant": newcomer}
        return cls(town, people, ids, opening | _named(ana, bor))

    def pick(self, turn: int) -> Pick:
        """This bank's own ids, another one each turn."""
        return lambda name: self.ids[name][turn % len(self.ids[name])]


async def _around(
    town: Town, staff: dict[str, Person], ana: Person, listing: JSON
) -> dict[str, list[str]]:
    """Places that only this bank has, a flag of Ana's on a listing, and one on what went for it."""
    admin, gone = staff["admin"], await town.listing(await town.member("Zora"))
    flag_ids = [await flag_of(ana, one) for one in (gone, listing)]
    found = {"outcome": "upheld", "reason": "Papers.", "send_away_because": "Not here, please."}
    good(await staff["moderator"].post(f"/v1/flags/{flag_ids[0]}/resolution", found))
    return {
        "subject_id": [listing["id"]],
        "flag_id": flag_ids,
        "area": [await place_of(admin, "areas", f"{town.slug}-hill")],
        "meeting_point": [await place_of(admin, "meeting-points", f"{town.slug}-inn")],
    }


async def _session(person: Person) -> str:
    """The id of the session that this person uses."""
    items = good(await person.get("/v1/sessions"))["items"]
    return next(str(one["id"]) for one in items if one["is_current"])


async def _signing_in(town: Town, ana: Person) -> tuple[dict[str, list[str]], dict[str, JSON]]:
    """What Ana signs in with: the ids, and what opens the operations that only she opens.

    Her password, a code for recovery, and what her devices show and sign now.
    """
    code_id, code = await recovered(ana)
    session_id = await _session(await town.signed_in(ana.email))
    passkey_id, device = await enrolled_passkey(ana)
    ids = {"code_id": [code_id], "session_id": [session_id], "passkey_id": [passkey_id]}
    refusal = await town.client.post("/v1/token", data=_grant(town, ana))
    signed = device.get(refusal.json()["public_key"])
    seed = good(await ana.post("/v1/me/second-factor"))["seed"]
    shown = code_at(seed, int(town.ground.clock().timestamp()) // STEP_SECONDS)
    named, password = {"bank": town.slug}, "four quite plain words"
    return ids, {
        "create_token": _grant(town, ana) | {"passkey": json.dumps(signed)},
        "stop_recovery": {},
        "confirm_me": {"password": PASSWORD, "passkey": signed},
        "confirm_second_factor": {"code": shown},
        "confirm_passkey": {"passkey": Authenticator().create(await begun(ana))},
        "delete_passkey": {},
        "change_email": {"password": PASSWORD},
        "accept_terms": {"version": 1},
        "change_password": {"current_password": PASSWORD, "password": password},
        "finish_recovery": named | {"email": ana.email, "code": code, "password": password},
    }


def _grant(town: Town, ana: Person) -> JSON:
    form = {"grant_type": "password", "username": ana.email, "password": PASSWORD}
    return form | {"bank": town.slug}


def _named(ana: Person, bor: Person) -> dict[str, JSON]:
    """People whom staff name in a body, where one id of anything would not do."""
    session = {"giver_ids": [str(ana.member_id)], "receiver_ids": [str(bor.member_id)]}
    return {
        "post_group_session": session | {"minutes": 1, "sharing": "shared", "companions": []},
        "look_up_member": {"email": ana.email, "alias": None},
    }


async def _notices(*people: Person) -> list[str]:
    found = [good(await person.get("/v1/notices"))["items"] for person in people]
    return [items[0]["id"] for items in found]
