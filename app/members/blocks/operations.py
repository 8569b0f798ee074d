"""Blocking and unblocking: rows only. What it ends between two people stands in `moderation`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.identity.rules import Caller, Role, canonical_email
from app.kit.ground import Work
from app.kit.ids import new_id
from app.members import queries as members
from app.members.blocks import queries
from app.members.blocks.rules import BLOCKS_MAX, ContactKind, TooManyBlocks, canonical_phone
from app.members.blocks.tables import Block, ContactBlock
from app.notices import operations as notices
from app.notices.rules import NoticeKind

_COLUMNS = ("bank_id", "blocker_id", "blocked_id", "cause_id", "alias", "created_at")


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
        "alias": seen[member_id].alias,
        "created_at": work.now,
    }
    await work.session.execute(insert(Block).values(row).on_conflict_do_nothing())


async def block_contact(work: Work, caller: Caller, kind: ContactKind, contact: str) -> set[UUID]:
    """Block whoever has this e-mail or telephone, or will join with it.

    Returns:
        The members who have it now: never to be told to the caller.

    Raises:
        TooManyBlocks: when the caller blocks as many as one may.
        NoTelephone: when the number cannot be one.
    """
    fingerprint = fingerprint_of(work, caller.bank_id, kind, contact)
    await _refuse_too_many(work, caller)
    block_id = new_id()
    row = {
        "bank_id": caller.bank_id,
        "block_id": block_id,
        "blocker_id": caller.me,
        "kind": kind.value,
        "fingerprint": fingerprint,
        "created_at": work.now,
    }
    made = insert(ContactBlock).values(row).on_conflict_do_nothing()
    if await work.session.scalar(made.returning(ContactBlock.block_id)) is None:
        return set()  # blocked before, and followed then
    follow = queries.members_with(caller, block_id, fingerprint, work.now)
    added = insert(Block).from_select(_COLUMNS, follow).on_conflict_do_nothing()
    return set(await work.session.scalars(added.returning(Block.blocked_id)))


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
) -> set[UUID]:
    """Hide a newcomer from all who block one of these contacts, and alert the case workers.

    The statements are the same whether anybody does: joining looks and lasts alike.

    Returns:
        Who does, and did not before: never to be told to the newcomer.
    """
    follow = queries.blockers_of(bank_id, member_id, fingerprints, work.now)
    added = insert(Block).from_select(_COLUMNS, follow).on_conflict_do_nothing()
    blockers = set(await work.session.scalars(added.returning(Block.blocker_id)))
    await notices.tell_staff_if(
        work,
        bank_id,
        Role.CASE_WORKER,
        NoticeKind.SAFEGUARDING_ALERT,
        member_id,
        queries.is_feared(bank_id, fingerprints),
    )
    return blockers


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


async def drop_all(work: Work, bank_id: UUID, blocker_id: UUID) -> None:
    """Drop whatever somebody who is forgotten had blocked."""
    for table in (Block, ContactBlock):
        theirs = (table.bank_id == bank_id, table.blocker_id == blocker_id)
        await work.session.execute(delete(table).where(*theirs))
