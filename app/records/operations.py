"""Looking members up, opening their records, and emergencies."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.identity import queries as identity
from app.identity.naming import named
from app.identity.rules import Caller, Role
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.members import queries as members
from app.members.rules import Level
from app.members.tables import Member
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind
from app.records import queries
from app.records.rules import (
    FOUND_MAX,
    OPEN_FOR,
    REQUEST_HOURS,
    REVIEW_HOURS,
    EmergencyClosed,
    EmergencyReleased,
    EmergencyReviewed,
    ReviewOverdue,
    SecondPersonNeeded,
)
from app.records.tables import Emergency


async def look_up(
    work: Work, caller: Caller, *, username: str | None, alias: str | None, reason: str
) -> Sequence[Member]:
    """Members with exactly this e-mail or sign-in code, or this alias; a look is written down.

    Whoever concerns the caller is not found, as if nobody were there: a refusal would say that the
    address is somebody's. They can see all the same that they were looked for. Of a look by an
    alias nobody is told why, for others may bear it, or have taken it to hear of its bearer.
    """
    if username is not None:
        found: Sequence[Member] = await _by_username(work, caller, username)
    else:
        found = await queries.list_by_alias(work.session, caller.bank_id, alias or "")
    ids = {one.member_id for one in found}
    concerned = await openings.concerned_by(work, caller, ids)
    told = None if username is None else reason
    await openings.record(work, caller, ids - concerned, OpeningKind.LOOKUP, told)
    await openings.record(work, caller, concerned, OpeningKind.LOOKUP, None)
    return [one for one in found if one.member_id not in concerned]


async def give_level(
    work: Work, caller: Caller, member_id: UUID, level: Level, reason: str
) -> Member:
    """Say how well the staff know a member now; the member can read that it was looked at.

    Raises:
        NotFound: when the bank has no such member.
        Concerned: when the caller has something of their own with them.
    """
    member = await members.lock_member(work.session, caller.bank_id, member_id)
    await openings.open_case(work, caller, [member_id], OpeningKind.RECORD, reason)
    member.level = level
    return member


async def ask_for_emergency(work: Work, caller: Caller, member_id: UUID, reason: str) -> Emergency:
    """Ask that a member may be reached outside; somebody else has to release it.

    Raises:
        NotFound: when the bank has no such member.
        Concerned: when the caller has something of their own with them.
        ReviewOverdue: when an earlier one of the caller's waits too long for its review.
    """
    member = await queries.get_record(work.session, caller.bank_id, member_id)
    await openings.refuse_party(work, caller, [member.member_id])
    before = work.now - timedelta(hours=REVIEW_HOURS)
    if await queries.has_overdue_review(work.session, caller.bank_id, caller.login_id, before):
        raise ReviewOverdue
    emergency_id = new_id()
    emergency = Emergency(
        bank_id=caller.bank_id,
        emergency_id=emergency_id,
        member_id=member_id,
        asked_by=caller.login_id,
        asked_at=work.now,
        reason_sealed=work.envelopes.seal(
            member_id, reason, "emergency", caller.bank_id, emergency_id
        ),
    )
    work.session.add(emergency)
    for role in (Role.COORDINATOR, Role.CASE_WORKER, Role.ADMIN):
        kind = NoticeKind.EMERGENCY_ASKED
        notices.tell_staff(work, caller.bank_id, role, kind, emergency_id)
    return emergency


async def release(work: Work, caller: Caller, emergency_id: UUID) -> Emergency:
    """Release what somebody else asked for; it is open for half an hour from now.

    Raises:
        NotFound: when the bank has none with this id.
        Concerned: when the caller has something of their own with the member.
        SecondPersonNeeded: when the caller asked for it.
        EmergencyReleased: when it was released before.
        EmergencyClosed: when the request is too old.
    """
    emergency = await queries.lock_emergency(work.session, caller.bank_id, emergency_id)
    await _open_emergency(work, caller, emergency)
    if emergency.asked_by == caller.login_id:
        raise SecondPersonNeeded
    if emergency.released_at is not None:
        raise EmergencyReleased
    if emergency.asked_at + timedelta(hours=REQUEST_HOURS) <= work.now:
        raise EmergencyClosed
    emergency.released_by, emergency.released_at = caller.login_id, work.now
    for role in (Role.ADMIN, Role.AUDITOR):
        kind = NoticeKind.EMERGENCY_RELEASED
        notices.tell_staff(work, caller.bank_id, role, kind, emergency_id)
    return emergency


async def open_contact(work: Work, caller: Caller, emergency_id: UUID) -> str:
    """The member's address, for whoever asked, while it is open; written down each time.

    Raises:
        NotFound: when the caller did not ask for such a one.
        Concerned: when they have something of their own with the member by now.
        EmergencyClosed: when it is not released, or its time is over.
    """
    emergency = await queries.lock_emergency(work.session, caller.bank_id, emergency_id)
    if emergency.asked_by != caller.login_id:
        raise NotFound
    if emergency.released_at is None or emergency.released_at + OPEN_FOR <= work.now:
        raise EmergencyClosed
    key = (caller.bank_id, emergency_id)
    reason = work.envelopes.open(emergency.reason_sealed, "emergency", *key)
    subject = emergency.member_id
    await openings.open_case(work, caller, [subject], OpeningKind.CONTACT, reason)
    login = await identity.get_login_of_member(work.session, caller.bank_id, subject)
    email = work.envelopes.open(login.email_sealed, "email", caller.bank_id, login.login_id)
    if email is None:
        raise NotFound  # forgotten meanwhile
    return email


async def review(work: Work, caller: Caller, emergency_id: UUID, finding: str) -> Emergency:
    """Say, afterwards, whether it was right.

    Raises:
        NotFound: when the bank has none with this id.
        Concerned: when the caller has something of their own with the member.
        SecondPersonNeeded: when the caller asked for it, or released it.
        EmergencyReviewed: when it was reviewed before, or never released.
    """
    emergency = await queries.lock_emergency(work.session, caller.bank_id, emergency_id)
    await _open_emergency(work, caller, emergency)
    if caller.login_id in {emergency.asked_by, emergency.released_by}:
        raise SecondPersonNeeded
    if emergency.released_at is None or emergency.reviewed_at is not None:
        raise EmergencyReviewed
    emergency.reviewed_by, emergency.reviewed_at = caller.login_id, work.now
    emergency.finding_sealed = work.envelopes.seal(
        emergency.member_id, finding, "finding", caller.bank_id, emergency_id
    )
    return emergency


async def _by_username(work: Work, caller: Caller, username: str) -> list[Member]:
    logins = await named(work, caller.bank_id, username)
    ids = [one.member_id for one in logins[:FOUND_MAX] if one.member_id is not None]
    return [await queries.get_record(work.session, caller.bank_id, one) for one in ids]


async def _open_emergency(work: Work, caller: Caller, emergency: Emergency) -> None:
    subject = [emergency.member_id]
    await openings.open_case(work, caller, subject, OpeningKind.EMERGENCY, None)
