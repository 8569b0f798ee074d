"""Flagging something, and deciding on it."""

from uuid import UUID

from app.identity import queries as logins
from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.listings.decisions import operations as listings
from app.listings.rules import NotSentAway
from app.members import queries as members
from app.moderation.flags import evidence, queries
from app.moderation.flags.evidence import Evidence
from app.moderation.flags.rules import (
    FLAGS_OPEN_MAX,
    Finding,
    FlagResolved,
    FlagsOwn,
    FlagStatus,
    FlagSubject,
    NothingToSendAway,
    TellsWhoFlagged,
    TooManyFlags,
    tells_who_flagged,
)
from app.moderation.flags.tables import Flag
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind


async def flag(
    work: Work, caller: Caller, subject: FlagSubject, subject_id: UUID, reason: str
) -> Flag:
    """Tell the moderators that something is wrong; nothing changes for the other.

    Raises:
        NotFound: when the caller cannot see what it is about.
        FlagsOwn: when it is their own.
        TooManyFlags: when as many of theirs wait as may.
    """
    await members.lock_me(work.session, caller)  # under this lock one's open flags are counted
    if await queries.count_open(work.session, caller) >= FLAGS_OPEN_MAX:
        raise TooManyFlags(open_max=FLAGS_OPEN_MAX)
    is_listing = subject is FlagSubject.LISTING
    look = evidence.of_listing if is_listing else evidence.of_exchange
    found = await look(work, caller, subject_id)
    if found.flagged_id == caller.me:
        raise FlagsOwn
    row = _flag(work, caller, found, reason)
    row.listing_id, row.exchange_id = (subject_id, None) if is_listing else (None, subject_id)
    work.session.add(row)
    await _tell(work, row)
    return row


async def resolve(work: Work, caller: Caller, flag_id: UUID, finding: Finding) -> Flag:
    """Say what was found, and send the listing away where that follows from it.

    Raises:
        NotFound: when there is no such flag that the caller may know of.
        Concerned: when the moderator has something of their own with one of the two.
        FlagResolved: when it was decided before.
        NothingToSendAway: when it is dismissed, or about an exchange.
        TellsWhoFlagged: when the author would read who flagged, or their words.
        ListingWithdrawn, ListingSentAway: when the listing is gone already.
    """
    row = await queries.lock_flag(work.session, caller, flag_id)
    await open_flag(work, caller, row)
    if row.status != FlagStatus.OPEN:
        raise FlagResolved
    if finding.send_away_because is not None:
        if row.listing_id is None or finding.outcome is not FlagStatus.UPHELD:
            raise NothingToSendAway
        await _refuse_telling(work, caller, row, finding.send_away_because)
        await listings.send_away(work, caller, row.listing_id, finding.send_away_because)
    row.status = finding.outcome
    row.resolved_by, row.resolved_at = caller.login_id, work.now
    row.resolution_sealed = work.envelopes.seal(
        row.flagger_id, finding.reason, "flag-resolution", row.bank_id, flag_id
    )
    return row


async def return_listing(work: Work, caller: Caller, flag_id: UUID, reason: str) -> Flag:
    """Give the author back what was sent away; any moderator may who is not concerned.

    Raises:
        NotFound: when there is no such flag that the caller may know of.
        Concerned: when the moderator has something of their own with one of the two.
        NotSentAway: when the flag was not upheld, or its listing is not sent away.
        TellsWhoFlagged: when the author would read who flagged, or their words.
    """
    row = await queries.lock_flag(work.session, caller, flag_id)
    await open_flag(work, caller, row)
    if row.listing_id is None or row.status != FlagStatus.UPHELD:
        raise NotSentAway
    await _refuse_telling(work, caller, row, reason)
    await listings.give_back(work, caller, row.listing_id, reason)
    return row


async def open_flag(work: Work, caller: Caller, row: Flag) -> None:
    """Refuse whoever is concerned, and write down that a moderator reads about both.

    Raises:
        Concerned: when the moderator has something of their own with one of the two.
    """
    await openings.refuse_party(work, caller, [row.flagger_id, row.flagged_id])
    await openings.record(work, caller, [row.flagger_id], OpeningKind.FLAG, None)
    await openings.record(work, caller, [row.flagged_id], OpeningKind.FLAGGED, None)


def _flag(work: Work, caller: Caller, found: Evidence, reason: str) -> Flag:
    flag_id = new_id()
    seal, key = work.envelopes.seal, (caller.bank_id, flag_id)
    return Flag(
        bank_id=caller.bank_id,
        flag_id=flag_id,
        flagger_id=caller.me,
        flagged_id=found.flagged_id,
        reason_sealed=seal(caller.me, reason, "flag", *key),
        evidence_sealed=seal(caller.me, found.text, "flag-evidence", *key),
        status=FlagStatus.OPEN,
        flagged_at=work.now,
    )


async def _refuse_telling(work: Work, caller: Caller, row: Flag, told_author: str) -> None:
    parties = await members.find_parties(work.session, caller, {row.flagger_id})
    reason = work.envelopes.open(row.reason_sealed, "flag", row.bank_id, row.flag_id)
    if tells_who_flagged(told_author, parties[row.flagger_id].alias, reason):
        raise TellsWhoFlagged


async def _tell(work: Work, row: Flag) -> None:
    """The moderators; where the one who is flagged would read that too, the admins."""
    login = await logins.get_login_of_member(work.session, row.bank_id, row.flagged_id)
    told = [one for one in (Role.MODERATOR, Role.ADMIN) if one not in login.roles]
    for role in told[:1]:
        notices.tell_staff(work, row.bank_id, role, NoticeKind.FLAG_WAITING, row.flag_id)
