"""Holding text back, and deciding on what is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.banks import queries as banks
from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind
from app.screening import queries
from app.screening.judging import judge
from app.screening.rules import FIRST, ScreeningResolved, ScreeningStatus, Subject
from app.screening.tables import Screening


@dataclass(frozen=True)
class Written:
    """A text, whose it is, and whom to tell about what once others may read it."""

    subject: Subject
    subject_id: UUID
    text: str
    is_first: bool = False
    """Whether nothing of its author's kind was read before; where the bank reads that."""
    told_id: UUID | None = None
    told_of: UUID | None = None


async def screen(work: Work, caller: Caller, written: Written) -> bool:
    """Hold a text back if the bank wants that, before anybody else can see it.

    Returns:
        Whether it is held.
    """
    safety = await banks.get_safety(work.session, caller.bank_id)
    first = [FIRST] if safety.first_listings_read and written.is_first else []
    signals = [*(judge(written.text) if safety.screening else []), *first]
    held = await queries.lock_held(work.session, caller.bank_id, written.subject_id)
    if held is not None:
        _write_again(work, held, written, signals or held.signals)
        return True
    if signals:
        _hold(work, caller, written, signals)
        await work.session.flush()
    return bool(signals)


async def resolve(
    work: Work, caller: Caller, screening_id: UUID, outcome: ScreeningStatus, reason: str
) -> Screening:
    """Let it through, or keep it back. Nothing happens to its author.

    Raises:
        NotFound: when the bank has none with this id.
        Concerned: when the moderator has something of their own with who wrote it, or is to get it.
        ScreeningResolved: when it was decided before.
    """
    row = await queries.lock_screening(work.session, caller.bank_id, screening_id)
    await open_text(work, caller, row)
    if row.status != ScreeningStatus.OPEN:
        raise ScreeningResolved
    row.status = outcome
    row.resolved_by, row.resolved_at = caller.login_id, work.now
    row.reason_sealed = work.envelopes.seal(
        row.author_id, reason, "screening-reason", row.bank_id, screening_id
    )
    if outcome is ScreeningStatus.RELEASED and row.told_id and row.told_of:
        kind = NoticeKind.EXCHANGE_CHANGED
        notices.tell_member(work, row.bank_id, row.told_id, kind, row.told_of)
    return row


async def open_text(work: Work, caller: Caller, row: Screening) -> None:
    """Refuse whoever is concerned, and write down that a moderator reads it.

    Raises:
        Concerned: when the moderator has something of their own with who wrote it, or is to get it.
    """
    people = [one for one in (row.author_id, row.told_id) if one is not None]
    await openings.refuse_party(work, caller, people)
    await openings.record(work, caller, [row.author_id], OpeningKind.SCREENING, None)


def _hold(work: Work, caller: Caller, written: Written, signals: Sequence[str]) -> None:
    screening_id = new_id()
    row = Screening(
        bank_id=caller.bank_id,
        screening_id=screening_id,
        subject=written.subject,
        subject_id=written.subject_id,
        author_id=caller.me,
        text_sealed=work.envelopes.seal(
            caller.me, written.text, "screening", caller.bank_id, screening_id
        ),
        signals=list(signals),
        status=ScreeningStatus.OPEN,
        told_id=written.told_id,
        told_of=written.told_of,
        held_at=work.now,
    )
    work.session.add(row)
    kind = NoticeKind.SCREENING_WAITING
    notices.tell_staff(work, caller.bank_id, Role.MODERATOR, kind, screening_id)


def _write_again(work: Work, held: Screening, written: Written, signals: Sequence[str]) -> None:
    """What is held and written anew waits for the next look, however harmless it is now."""
    key = (held.bank_id, held.screening_id)
    held.text_sealed = work.envelopes.seal(held.author_id, written.text, "screening", *key)
    held.signals = list(signals)
    held.status = ScreeningStatus.OPEN
    held.resolved_by = held.resolved_at = held.reason_sealed = None
