"""Writing openings."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.identity.rules import STAFF, Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.openings import queries
from app.openings.rules import (
    LISTED_AGAIN,
    ORIGIN,
    ChainName,
    Concerned,
    Link,
    OpeningKind,
    linked,
)
from app.openings.tables import Opening, OpeningChain, OpeningMonth

_RANK: Final = (Role.CASE_WORKER, Role.COORDINATOR, Role.MODERATOR, Role.ADMIN, Role.AUDITOR)
"""Of several roles, the one under which a look is written down: what is opened most often first."""
_ROLE_CHARS: Final = max(map(len, Role))


async def record(
    work: Work, caller: Caller, member_ids: Iterable[UUID], kind: OpeningKind, reason: str | None
) -> None:
    """Write down that the caller looks at these people, in the transaction of the look itself."""
    subjects = sorted({one for one in member_ids if one != caller.member_id})
    if not subjects:
        return
    chain = await lock_chain(work, caller.bank_id, ChainName.OPENINGS)
    for member_id in subjects:
        opening_id = new_id()
        sealed = reason and work.envelopes.seal(
            member_id, reason, "opening", caller.bank_id, opening_id
        )
        link = Link(
            chain.seq + 1,
            opening_id,
            member_id,
            kind.value,
            _by(work, caller, opening_id),
            sealed or None,
            work.now,
        )
        chain.seq, chain.head = link.seq, linked(chain.head, link.facts())
        work.session.add(Opening(bank_id=caller.bank_id, digest=chain.head, **vars(link)))
    await work.session.flush()


async def record_listed(
    work: Work, caller: Caller, member_ids: Iterable[UUID], kind: OpeningKind
) -> None:
    """Write down that a list, or what follows from it, shows these people to the caller.

    Who looks at those who wait ten times a day has looked at them once.
    """
    shown, since = set(member_ids), work.now - LISTED_AGAIN
    bank_id = caller.bank_id
    lately = await queries.list_lately(work.session, bank_id, shown, kind, since)
    seen = {row.member_id for row in lately if who(work, row)[0] == caller.login_id}
    await record(work, caller, shown - seen, kind, None)


async def open_case(
    work: Work, caller: Caller, member_ids: Collection[UUID], kind: OpeningKind, reason: str | None
) -> None:
    """Refuse whoever is concerned, and write down that the caller looks at these people.

    Raises:
        Concerned: when the caller has something of their own with one of them.
    """
    await refuse_party(work, caller, member_ids)
    await record(work, caller, member_ids, kind, reason)


async def refuse_party(work: Work, caller: Caller, member_ids: Collection[UUID]) -> None:
    """Refuse staff who are a party: the one rule of whoever acts on members.

    Raises:
        Concerned: when the caller is one of these members, blocks one, is blocked by one, or ever
            had an exchange with one.
    """
    if await concerned_by(work, caller, member_ids):
        raise Concerned


async def concerned_by(work: Work, caller: Caller, member_ids: Collection[UUID]) -> set[UUID]:
    """By which of these members the caller is concerned; staff alone by nobody."""
    if caller.member_id is None:
        return set()
    return await queries.list_concerned(work.session, caller.bank_id, caller.member_id, member_ids)


def who(work: Work, row: Opening) -> tuple[UUID, Role]:
    """Whose login looked, and in which role."""
    text = work.vault.open(row.by_sealed, "opening-by", row.bank_id, row.opening_id)
    login_id, role = text.split()
    return UUID(login_id), Role(role)


async def note_month(work: Work, bank_id: UUID) -> None:
    """Write down that records that are kept of everybody are opened or written this month."""
    noted = insert(OpeningMonth).values(bank_id=bank_id, month=work.now.date().replace(day=1))
    await work.session.execute(noted.on_conflict_do_nothing())


async def lock_chain(work: Work, bank_id: UUID, name: ChainName) -> OpeningChain:
    """One of the bank's chains, locked for appending; the first to append begins it."""
    first = insert(OpeningChain).values(bank_id=bank_id, chain=name.value, seq=0, head=ORIGIN)
    await work.session.execute(first.on_conflict_do_nothing())
    return await queries.lock_chain(work.session, bank_id, name)


def _by(work: Work, caller: Caller, opening_id: UUID) -> bytes:
    role = next((one for one in _RANK if one in caller.roles & STAFF), Role.MEMBER)
    text = f"{caller.login_id} {role.value:<{_ROLE_CHARS}}"
    return work.vault.seal(text, "opening-by", caller.bank_id, opening_id)
