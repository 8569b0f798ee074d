"""Blocking and unblocking: rows only. What it ends between two people stands in `moderation`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete
from sqlalchemy.dialects.postgresql import insert

from app.identity.rules import Caller, Role, canonical_email
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.settings import Environment
from app.kit.sweeping import delete_some
from app.members import queries as members
from app.members.blocks import queries
from app.members.blocks.rules import (
    BLOCKS_MAX,
    CONTACT_BLOCKS_MAX,
    CONTACT_BLOCKS_WITHIN,
    DEMO_FACTOR,
    ContactKind,
    TooManyBlocks,
    TooManyContactBlocks,
    canonical_phone,
)
from app.members.blocks.tables import Block, ContactBlock, ContactBlockAttempt
from app.notices import operations as notices
from app.notices.operations import Told
from app.notices.rules import NoticeKind

_COLUMNS = ("bank_id", "blocker_id", "blocked_id", "cause_id", "created_at")


async def block(work: Work, caller: Caller, member_id: UUID) -> None:
    """Hide the caller and whoever has this id from each other; the same for any id.

    Raises:
        TooManyBlocks: when the caller blocks as many as one may.
    """
    await _refuse_too_many(work, caller)
    seen = await members.find_parties(work.session, caller, {member_id})
    row = {
        "bank_id": caller.bank_id,
        "blocker_id": caller.me,
        "blocked_id": member_id,
        "cause_id": member_id,
        "alias_sealed": work.envelopes.seal(
            caller.me, seen[member_id].alias, "block", caller.bank_id, member_id
        ),
        "created_at": work.now,
    }
    await work.session.execute(insert(Block).values(row).on_conflict_do_nothing())


async def block_contact(work: Work, caller: Caller, kind: ContactKind, contact: str) -> None:
    """Hide the caller from whoever has this e-mail or telephone, or will join with it.

    For the caller nothing changes, whoever that is: the same statements, and no lock of another's
    row. What the two have goes on. The case workers hear of whom it fits, not of who was afraid.

    Raises:
        TooManyContactBlocks: when the caller tries more in a day than one may.
        TooManyBlocks: when the caller blocks as many as one may.
        NoTelephone: when the number cannot be one.
    """
    fingerprint = fingerprint_of(work, caller.bank_id, kind, contact)
    await members.lock_members(work.session, caller.bank_id, {caller.me})
    await _count_attempt(work, caller)
    await _refuse_too_many(work, caller)
    await queries.lock_contacts(work.session, [fingerprint])
    row = {
        "bank_id": caller.bank_id,
        "block_id": new_id(),
        "blocker_id": caller.me,
        "kind": kind.value,
        "fingerprint": fingerprint,
        "created_at": work.now,
    }
    made = insert(ContactBlock).values(row).on_conflict_do_nothing()
    block_id = await work.session.scalar(made.returning(ContactBlock.block_id))
    if block_id is None:
        return  # blocked before, and followed then
    people = queries.members_with(caller, fingerprint)
    follow = queries.follow_from(caller, block_id, people, work.now)
    await work.session.execute(insert(Block).from_select(_COLUMNS, follow).on_conflict_do_nothing())
    await _alert(work, caller.bank_id, people, queries.myself(caller))


async def unblock(work: Work, caller: Caller, block_id: UUID) -> None:
    """Take back what the caller blocked, by a member's id or a contact block's own."""
    mine = (Block.bank_id == caller.bank_id, Block.blocker_id == caller.me)
    await work.session.execute(delete(Block).where(*mine, Block.cause_id == block_id))
    await work.session.execute(
        delete(ContactBlock).where(
            ContactBlock.bank_id == caller.bank_id,
            ContactBlock.blocker_id == caller.me,
            ContactBlock.block_id == block_id,
        )
    )


async def meet_newcomer(
    work: Work, bank_id: UUID, member_id: UUID, fingerprints: Sequence[bytes]
) -> None:
    """Hide from a newcomer all who block one of these contacts, and alert the case workers.

    The statements are the same whether anybody does: joining looks and lasts alike.
    """
    await queries.lock_contacts(work.session, fingerprints)
    follow = queries.blockers_of(bank_id, member_id, fingerprints, work.now)
    await work.session.execute(insert(Block).from_select(_COLUMNS, follow).on_conflict_do_nothing())
    people = queries.feared(bank_id, member_id, fingerprints)
    await _alert(work, bank_id, people, queries.fearing(bank_id, fingerprints))


async def _alert(work: Work, bank_id: UUID, people: Select[Any], askers: Select[Any]) -> None:
    """Tell the case workers whose contact is blocked, but none who blocks it.

    Where there is no other, the admins are told.
    """
    told = Told(bank_id, NoticeKind.SAFEGUARDING_ALERT, new_id(), role=Role.CASE_WORKER)
    await notices.tell_staff_of(work, told, people, but=askers, instead=Role.ADMIN)


def fingerprint_of(work: Work, bank_id: UUID, kind: ContactKind, contact: str) -> bytes:
    """The keyed hash by which a contact is compared: the same as a login's.

    Raises:
        NoTelephone: when the number cannot be one.
    """
    canonical = canonical_phone(contact) if kind is ContactKind.PHONE else canonical_email(contact)
    return work.vault.fingerprint(canonical, kind.value, bank_id)


async def _refuse_too_many(work: Work, caller: Caller) -> None:
    """Count under the lock of the blocker's own row, which the caller of this has taken."""
    if await queries.count_blocks(work.session, caller) >= BLOCKS_MAX:
        raise TooManyBlocks(blocks_max=BLOCKS_MAX)


async def _count_attempt(work: Work, caller: Caller) -> None:
    """Count one more contact, under the same lock; who may block no more today is not counted."""
    factor = DEMO_FACTOR if work.settings.environment is Environment.DEMO else 1
    most, since = CONTACT_BLOCKS_MAX * factor, work.now - CONTACT_BLOCKS_WITHIN
    if await queries.count_attempts(work.session, caller, since) >= most:
        raise TooManyContactBlocks(within_a_day=most)
    attempt = ContactBlockAttempt(
        bank_id=caller.bank_id, attempt_id=new_id(), blocker_id=caller.me, tried_at=work.now
    )
    work.session.add(attempt)
    await work.session.flush()


async def sweep_attempts(work: Work) -> int:
    """Forget attempts that count no more; a batch, gives its size."""
    over = ContactBlockAttempt.tried_at < work.now - CONTACT_BLOCKS_WITHIN
    return await delete_some(work.session, ContactBlockAttempt, over)


async def drop_all(work: Work, bank_id: UUID, blocker_id: UUID) -> None:
    """Drop whatever somebody who is forgotten had blocked."""
    for table in (Block, ContactBlock, ContactBlockAttempt):
        theirs = (table.bank_id == bank_id, table.blocker_id == blocker_id)
        await work.session.execute(delete(table).where(*theirs))
