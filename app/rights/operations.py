"""Leaving, and forgetting: two deeds, with as much time between them as others' rights need."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update

from app.credentials import operations as credentials
from app.exchanges.keeping import operations as keeping
from app.identity import operations as identity
from app.identity import queries as logins
from app.identity.forgetting import empty_login
from app.identity.rules import STAFF, Caller
from app.identity.sessions import operations as sessions
from app.kit import jobs
from app.kit.ground import Work
from app.ledger.accounts import operations as accounts
from app.listings import operations as listings
from app.members import queries as members
from app.members.blocks import operations as blocks
from app.members.rules import MemberStatus
from app.members.tables import Member
from app.members.terms import operations as terms
from app.moderation.parting.operations import part
from app.notices.tables import Notice
from app.rights import queries
from app.rights.rules import FORGOTTEN_ALIAS, FORGOTTEN_LANGUAGE, LOOK_AGAIN, StillStaff
from app.sealed import operations as sealed

FORGET: Final = "forget_member"
DESTROY: Final = "destroy_key"
_GONE: Final = frozenset({MemberStatus.LEFT, MemberStatus.REJECTED})


async def leave(work: Work, caller: Caller) -> None:
    """Leave the bank: hidden and signed out at once, forgotten when nothing is open any more.

    What is proposed or accepted ends, its hold with it; what is delivered goes to a moderator.

    Raises:
        NotFound: when the caller is no member.
        StillStaff: when they are of the staff too.
    """
    member = await members.lock_me(work.session, caller)
    login = await logins.lock_login(work.session, caller.bank_id, caller.login_id)
    if not STAFF.isdisjoint(login.roles):  # without their second factor, the caller has none
        raise StillStaff
    if member.status == MemberStatus.LEFT:
        return
    member.status = MemberStatus.LEFT
    member.decided_at = member.decided_at or work.now
    member.version += 1
    await work.session.flush()
    await listings.withdraw_all(work, caller.bank_id, caller.me)
    await sessions.end_sessions(work, caller.bank_id, caller.login_id)
    await identity.close_login(work, caller.bank_id, caller.me)
    await part(work, caller.bank_id, caller.me)
    await _enqueue(work, FORGET, member)


async def forget(work: Work, bank_id: UUID, member_id: UUID) -> bool:
    """Forget somebody who has left or was declined, unless something of theirs is still open.

    The account is closed: hours that are left go to the fund, what is missing is covered by the
    issuing account. Everything that is theirs alone is emptied; their data key is destroyed by a
    job of this transaction, so never before it is committed.

    Returns:
        Whether they are forgotten now; if not, it is tried again in `LOOK_AGAIN`.

    Raises:
        NotFound: when the bank has no such member.
    """
    member = await members.lock_member(work.session, bank_id, member_id)
    if MemberStatus(member.status) not in _GONE or member.forgotten_at is not None:
        return member.forgotten_at is not None
    settled_after = work.now - timedelta(days=work.settings.dispute_days)
    resolved_after = work.now - timedelta(days=work.settings.appeal_days)
    if await queries.has_open_case(work.session, member, settled_after, resolved_after):
        await _enqueue(work, FORGET, member, LOOK_AGAIN)
        return False
    if member.account_id is not None:
        await accounts.close_account(work, bank_id, member.account_id, by=None)
    await _empty(work, member)
    await _enqueue(work, DESTROY, member)
    return True


async def destroy_key(work: Work, bank_id: UUID, member_id: UUID) -> None:
    """Destroy the data key of somebody who was forgotten; again is the same.

    Raises:
        KeysAway: when the keystore cannot be written.
    """
    member = await members.get_member(work.session, bank_id, member_id)
    if member.forgotten_at is not None:
        await work.envelopes.destroy(member_id)


async def _empty(work: Work, member: Member) -> None:
    member.status = MemberStatus.LEFT
    member.alias = FORGOTTEN_ALIAS
    member.languages = [FORGOTTEN_LANGUAGE]
    member.decision_reason_sealed = member.invitation_sealed = None
    member.forgotten_at = work.now
    member.version += 1
    await work.session.flush()
    await listings.empty_all(work, member.bank_id, member.member_id)
    await blocks.drop_all(work, member.bank_id, member.member_id)
    await keeping.drop_all(work, member.bank_id, member.member_id)
    await terms.drop_all(work, member.bank_id, member.member_id)
    await sealed.drop(work, member.bank_id, member.member_id)
    login_id = await empty_login(work, member.bank_id, member.member_id)
    await sessions.end_sessions(work, member.bank_id, login_id)
    await credentials.drop_codes(work, member.bank_id, login_id)
    await work.session.execute(
        update(Notice)
        .where(Notice.bank_id == member.bank_id, Notice.member_id == member.member_id)
        .values(read_at=work.now)
    )


async def _enqueue(work: Work, job: str, member: Member, wait: timedelta = timedelta(0)) -> None:
    ids = {"bank_id": member.bank_id, "member_id": member.member_id}
    await jobs.enqueue(work, job, ids, run_at=work.now + wait)
