"""Writing openings."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.identity.rules import STAFF, Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.openings import queries
from app.openings.rules import ORIGIN, ChainName, Link, OpeningKind, linked
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
