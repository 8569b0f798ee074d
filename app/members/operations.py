"""Joining, deciding on applications, changing one's own record."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.banks import queries as banks
from app.banks.tables import Bank
from app.identity import operations as identity
from app.identity.naming import has_asked
from app.identity.rules import Caller, Role
from app.identity.tables import ASKED_ONCE
from app.identity.tools import IdentityTools, refuse_weak
from app.kit.db import violated
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.versions import etag, refuse_stale
from app.ledger.accounts import operations as ledger
from app.members import queries
from app.members.blocks import operations as blocks
from app.members.blocks.rules import ContactKind
from app.members.granting import grant
from app.members.rules import (
    AliasIsContact,
    ApplicationDecided,
    Level,
    MemberKind,
    MemberStatus,
    TermsNotCurrent,
    refuse_reserved,
)
from app.members.tables import Member
from app.members.terms import operations as terms
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind
from app.screening.contact_data import contact_data
from app.sealed import operations as sealed


async def join(
    work: Work,
    tools: IdentityTools,
    *,
    bank: str,
    alias: str,
    email: str,
    password: str,
    languages: Sequence[str],
    terms_version: int | None,
    phone: str | None = None,
    invitation: str | None = None,
) -> None:
    """Ask to join. Says nothing of whether the address was known before.

    Each application is one by itself, whatever else there is with its address; only who asks again
    with the same password has asked before.

    Raises:
        NotFound: when there is no such bank.
        WeakPassword: when the password is too short, too common or too regular.
        TermsNotCurrent: when another version of the terms is in force.
        TooManySignIns: when too many passwords wait to be hashed.
        NoTelephone: when the number cannot be one.
        AliasReserved, AliasIsContact: when the alias cannot be one.
    """
    _refuse_unfit(alias)
    known = await banks.get_bank(work.session, bank)
    refuse_weak(password, alias, email, known.name)
    if terms_version not in {None, known.terms_version}:
        raise TermsNotCurrent(terms_version=known.terms_version)
    password_hash = await identity.hash_for(work, tools, known.bank_id, email, password)
    if await has_asked(work, known.bank_id, email, password_hash):
        return
    member = _applicant(work, known, alias, languages)
    await work.envelopes.make(member.member_id)  # before the first lock: it waits for a disk
    if invitation is not None:
        about = ("invitation", known.bank_id, member.member_id)
        member.invitation_sealed = work.envelopes.seal(member.member_id, invitation, *about)
    try:
        async with work.session.begin_nested():
            await _apply(work, known, member, email, phone, password_hash)
    except IntegrityError as error:
        if violated(error) != ASKED_ONCE:
            raise


async def approve(
    work: Work,
    caller: Caller,
    member_id: UUID,
    *,
    reason: str | None,
    level: Level | None = None,
) -> Member:
    """Let an applicant take part: with an account, and the same hours to begin with as everyone.

    Where the bank has a vetting ladder, approval says that they were met, unless a level is named.

    Raises:
        NotFound: when the bank has no such applicant.
        Concerned: when the caller has something of their own with them.
        ApplicationDecided: when it was decided before.
        EmailTaken: when another login of this address was approved before; nothing is changed.
    """
    bank = await banks.lock_bank(work.session, caller.bank_id)  # its limits are not changing now
    member = await _lock_applicant(work, caller, member_id)
    await grant(work, caller, member_id)
    member.account_id = await ledger.open_member_account(work, bank, member_id)
    safety = await banks.get_safety(work.session, caller.bank_id)
    first = Level.MET if safety.vetting_ladder else Level.FULL
    member.level = first if level is None else level
    _decide(work, caller, member, MemberStatus.ACTIVE, reason)
    await sealed.begin(work, caller, member_id)
    kind = NoticeKind.APPLICATION_APPROVED
    notices.tell_member(work, caller.bank_id, member_id, kind, member_id)
    return member


async def reject(work: Work, caller: Caller, member_id: UUID, *, reason: str | None) -> Member:
    """Decline an application; the applicant may still sign in and see that it is closed.

    Raises:
        NotFound: when the bank has no such applicant.
        Concerned: when the caller has something of their own with them.
        ApplicationDecided: when it was decided before.
    """
    member = await _lock_applicant(work, caller, member_id)
    _decide(work, caller, member, MemberStatus.REJECTED, reason)
    await identity.close_login(work, caller.bank_id, member_id)
    return member


async def took_part(work: Work, bank_id: UUID, member_ids: Collection[UUID]) -> bool:
    """People took part in a group session: who was met goes up one step of the ladder.

    Returns:
        Whether all of them have been met; if not, nothing is changed.
    """
    people = await queries.lock_members(work.session, bank_id, member_ids)
    if any(one.level == Level.NEW for one in people):
        return False
    for one in people:
        one.level = max(one.level, Level.TOOK_PART)
    return True


async def change_me(
    work: Work,
    caller: Caller,
    *,
    if_match: str | None,
    alias: str | None,
    languages: Sequence[str] | None,
) -> Member:
    """Change one's own record.

    Raises:
        NotFound: when the caller is no member.
        Stale: when `If-Match` names an older version.
        AliasReserved, AliasIsContact: when the alias cannot be one.
    """
    member = await queries.lock_me(work.session, caller)
    refuse_stale(if_match, member_etag(member))
    if alias is not None:
        _refuse_unfit(alias)
        member.alias = alias
    if languages is not None:
        member.languages = list(dict.fromkeys(languages))
    member.version += 1
    return member


def _refuse_unfit(alias: str) -> None:
    """Keep the alias of former members to them, and contact data out: it stands in many places."""
    refuse_reserved(alias)
    if contact_data(alias):
        raise AliasIsContact


def member_etag(member: Member) -> str:
    """The entity tag of a member's own record."""
    return etag("member", member.member_id, member.version)


async def _lock_applicant(work: Work, caller: Caller, member_id: UUID) -> Member:
    member = await queries.lock_member(work.session, caller.bank_id, member_id)
    await openings.refuse_party(work, caller, [member_id])
    if member.status != MemberStatus.APPLICANT:
        raise ApplicationDecided(state=member.status)
    await openings.record_listed(work, caller, [member_id], OpeningKind.APPLICATION)
    return member


def _decide(
    work: Work, caller: Caller, member: Member, status: MemberStatus, reason: str | None
) -> None:
    """Keep what was decided, by whom, when and why."""
    member.status = status
    member.decided_at = work.now
    member.decided_by = caller.login_id
    member.version += 1
    if reason is not None:
        member.decision_reason_sealed = work.envelopes.seal(
            member.member_id, reason, "decision", caller.bank_id, member.member_id
        )


def _applicant(work: Work, bank: Bank, alias: str, languages: Sequence[str]) -> Member:
    return Member(
        bank_id=bank.bank_id,
        member_id=new_id(),
        kind=MemberKind.PERSON,
        status=MemberStatus.APPLICANT,
        alias=alias,
        languages=list(dict.fromkeys(languages)),
        level=Level.NEW,
        terms_version=bank.terms_version,
        version=1,
        requested_at=work.now,
    )


async def _apply(
    work: Work, bank: Bank, member: Member, email: str, phone: str | None, password_hash: str
) -> None:
    work.session.add(member)
    await work.session.flush()
    terms.note(work, member)
    login = await identity.create_login(
        work,
        bank_id=bank.bank_id,
        email=email,
        password_hash=password_hash,
        roles=[],
        member_id=member.member_id,
        phone_fingerprint=None
        if phone is None
        else blocks.fingerprint_of(work, bank.bank_id, ContactKind.PHONE, phone),
    )
    contacts = filter(None, (login.email_fingerprint, login.phone_fingerprint))
    await blocks.meet_newcomer(work, bank.bank_id, member.member_id, [*contacts])
    kind = NoticeKind.APPLICATION_WAITING
    notices.tell_staff(work, bank.bank_id, Role.COORDINATOR, kind, member.member_id)
    await work.session.flush()
