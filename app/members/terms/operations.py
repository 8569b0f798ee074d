"""Accepting terms."""

from uuid import UUID

from sqlalchemy import delete

from app.banks import queries as banks
from app.identity.rules import Caller
from app.kit.ground import Work
from app.members import queries as members
from app.members.rules import TermsNotCurrent
from app.members.tables import Member
from app.members.terms.tables import TermsAcceptance


def note(work: Work, member: Member) -> None:
    """Keep that, and when, a member accepted the version that stands in their row."""
    accepted = TermsAcceptance(
        bank_id=member.bank_id,
        member_id=member.member_id,
        version=member.terms_version,
        accepted_at=work.now,
    )
    work.session.add(accepted)


async def accept(work: Work, caller: Caller, version: int) -> None:
    """Accept the terms in force; again is the same.

    Raises:
        NotFound: when the caller is no member.
        TermsNotCurrent: when another version is in force.
    """
    member = await members.lock_me(work.session, caller)
    bank = await banks.get_bank_by_id(work.session, caller.bank_id)
    if version != bank.terms_version:
        raise TermsNotCurrent(terms_version=bank.terms_version)
    if member.terms_version < version:
        member.terms_version = version
        note(work, member)
    await work.session.flush()


async def drop_all(work: Work, bank_id: UUID, member_id: UUID) -> None:
    """Drop what somebody who is forgotten had accepted."""
    theirs = (TermsAcceptance.bank_id == bank_id, TermsAcceptance.member_id == member_id)
    await work.session.execute(delete(TermsAcceptance).where(*theirs))
