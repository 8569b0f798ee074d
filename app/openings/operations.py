"""Writing openings."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.identity.rules import STAFF, Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.openings import queries
from app.openings.rules import ORIGIN, Link, OpeningKind
from app.openings.tables import Opening, OpeningChain

_RANK: Final = ("case_worker", "coordinator", "moderator", "admin", "auditor")
"""Of several roles, the one under which a look is written down: what is opened most often first."""


async def record(
    work: Work, caller: Caller, member_ids: Iterable[UUID], kind: OpeningKind, reason: str | None
) -> None:
    """Write down that the caller looks at these people, in the transaction of the look itself."""
    subjects = sorted({one for one in member_ids if one != caller.member_id})
    if not subjects:
        return
    chain = await _chain(work, caller.bank_id)
    for member_id in subjects:
        opening_id = new_id()
        sealed = reason and work.envelopes.seal(
            member_id, reason, "opening", caller.bank_id, opening_id
        )
        link = Link(
            chain.seq + 1,
            opening_id,
            member_id,
            caller.login_id,
            _role(caller),
            kind.value,
            sealed or None,
            work.now,
        )
        chain.seq, chain.head = link.seq, link.digest(chain.head)
        work.session.add(Opening(bank_id=caller.bank_id, digest=chain.head, **vars(link)))
    await work.session.flush()


async def _chain(work: Work, bank_id: UUID) -> OpeningChain:
    """The bank's chain, locked; a bank's first opening begins it."""
    first = insert(OpeningChain).values(bank_id=bank_id, seq=0, head=ORIGIN)
    await work.session.execute(first.on_conflict_do_nothing())
    return await queries.lock_chain(work.session, bank_id)


def _role(caller: Caller) -> str:
    return next((one for one in _RANK if one in caller.roles & STAFF), "member")
