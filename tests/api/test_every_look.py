"""Whatever shows staff a person, or a person's words, is written down where the person sees it."""

from typing import Final

import httpx
from fastapi import FastAPI

from app.identity.access import Needs
from app.identity.rules import STAFF
from app.kit.http import Route
from tests.asking import Asked, every_operation
from tests.life import Life
from tests.town import Person, Town, good
from tests.twins import undone

SHOWS_NOBODY: Final = {
    "list_areas": "places",
    "list_meeting_points": "places",
    "list_categories": "words of the bank",
    "list_notices": "kinds and ids",
    "count_unread_notices": "a number",
    "read_notice": "kinds and ids",
    "read_notices": "a number",
    "list_listings": "listings, as any member sees them",
    "get_listing": "the same",
    "list_matches": "the same",
    "list_disputes": "to staff neither names nor words",
    "list_screenings": "no words, and nobody is named",
    "list_flags": "the same",
    "list_emergencies": "an id, and no words",
    "delete_sessions_of_member": "nothing is read",
    "ask_for_emergency": "what was asked; whoever reads it later is written down",
    "give_grant": "what was asked; the member is told",
    "post_group_session": "what was asked; everybody is told",
    "send_hours": "what was asked; the member is told",
    "get_transfer": "minutes, and how far they are",
    "reverse_posting": "minutes; both sides are told",
    "add_area": "the bank",
    "get_area": "the bank",
    "rename_area": "the bank",
    "withdraw_area": "the bank",
    "add_meeting_point": "the bank",
    "get_meeting_point": "the bank",
    "rename_meeting_point": "the bank",
    "withdraw_meeting_point": "the bank",
    "get_thresholds": "the bank",
    "set_thresholds": "the bank",
    "get_safety": "the bank",
    "change_safety": "the bank",
    "change_bank": "the bank",
    "list_bank_changes": "the bank, and staff by id",
    "publish_terms": "the bank",
    "get_bank_limits": "the bank",
    "set_bank_limits": "the bank",
    "list_partners": "banks",
    "agree_with_partner": "banks",
    "leave_partner": "banks",
    "verify_openings": "numbers and hashes",
    "verify_ledger": "numbers, and accounts by random ids",
    "list_seals": "hashes",
    "get_seal": "the same",
    "export_journal": "minutes, and accounts by random ids",
}
"""Operations that staff may use and that are no opening, and why."""
ABOUT_APPLICANTS: Final = {"approve_application", "reject_application"}
ASKED_BY: Final = {"open_contact": "coordinator", "read_notice": "coordinator"}
"""Whose an emergency and a notice are; the others are asked by any of those who may."""
APPLICANT, MEMBER = 0, 1
SENT_AWAY, FLAGGED = 0, 1
"""Their places among the ids of a bank's life."""


async def emergencies(life: Life) -> dict[str, str]:
    """One to release is in the life; another was released, to be opened and reviewed."""
    asker, second = life.people["coordinator"], life.people["case_worker"]
    body = {"member_id": life.ids["member_id"][MEMBER], "reason": "A flood."}
    emergency_id = good(await asker.post("/v1/emergencies", body))["id"]
    good(await second.post(f"/v1/emergencies/{emergency_id}/release"))
    return {"open_contact": emergency_id, "review_emergency": emergency_id}


def asked_by(life: Life, route: Route) -> Person:
    """Somebody of the staff, and nothing else, who may."""
    assert isinstance(route.guard, Needs)
    return life.people[ASKED_BY.get(route.name) or min(route.guard.roles & STAFF)]


async def test_every_look_of_the_staff_at_a_person_is_an_opening(app: FastAPI, town: Town) -> None:
    life = await Life.of(town, "Seen")
    released = await emergencies(life)
    good(await life.people["member"].post("/v1/donations", {"minutes": 240}))
    routes = {(method, route.path): route for route in app.state.routes for method in route.methods}
    wrong, known = list[str](), set[str]()
    async with undone(town) as statements:
        for asked in every_operation(app.openapi()):
            route = routes[asked.method, asked.path]
            if not (isinstance(route.guard, Needs) and route.guard.roles & STAFF):
                continue
            statements.clear()
            answer = await ask(life, asked, asked_by(life, route), released)
            known.add(route.name)
            if not answer.is_success:
                wrong.append(f"{route.name} was refused: {answer.text}")
            elif any("INTO opening " in one or "INTO sealed_opening " in one for one in statements):
                wrong += [f"{route.name} is an opening"] if route.name in SHOWS_NOBODY else []
            elif route.name not in SHOWS_NOBODY:
                wrong.append(f"{route.name} leaves no opening")
    assert wrong == [], "\n".join(wrong)
    assert set(SHOWS_NOBODY) <= known, "operations that are gone"


async def ask(life: Life, asked: Asked, staff: Person, released: dict[str, str]) -> httpx.Response:
    name = asked.told["operationId"]
    ids = {one: found[-1] for one, found in life.ids.items()}
    ids["member_id"] = life.ids["member_id"][APPLICANT if name in ABOUT_APPLICANTS else MEMBER]
    ids["flag_id"] = life.ids["flag_id"][SENT_AWAY if name == "return_listing" else FLAGGED]
    ids["emergency_id"] = released.get(name, ids["emergency_id"])
    body = asked.body(ids.__getitem__)
    body = body and body | life.secrets.get(name, {})
    if name == "send_hours":
        body |= {"partner": ids["bank"]}
    address = asked.address(ids.__getitem__)
    return await staff.ask(asked.method, address, json=body, headers=asked.headers())
