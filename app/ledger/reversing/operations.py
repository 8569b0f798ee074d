"""Taking a posting back, whole or in part, with or without another one in its place."""

from dataclasses import dataclass
from uuid import UUID

from app.kit.bulk import insert_many
from app.kit.ground import Work
from app.ledger import queries as books
from app.ledger.notes import note
from app.ledger.operations import Posted, settle
from app.ledger.reversing import queries
from app.ledger.reversing.queries import Original
from app.ledger.reversing.rules import NotReversible, OverOriginal
from app.ledger.reversing.tables import Reversal
from app.ledger.rules import Instruction, Leg


@dataclass(frozen=True)
class PuttingRight:
    """What is to be done about a posting."""

    posting_id: UUID
    minutes: int | None = None
    """How much to take back; None: all that is left of it."""
    corrected_minutes: int | None = None
    """What should have moved, the same way, in place of what is taken back; None: nothing."""
    by: UUID | None = None
    reason: str | None = None
    """Kept sealed in the deed's note; None where it is kept elsewhere, as a dispute's is."""
    about: UUID | None = None
    """The member with whose key the reason is sealed."""


@dataclass(frozen=True)
class PutRight:
    """What was done: one deed with the reversal first and, if asked for, the right posting."""

    posted: Posted
    original: Original
    minutes: int
    left_minutes: int
    """What still stands of the original."""

    @property
    def corrected_minutes(self) -> int | None:
        """What moved in the place of what was taken back."""
        return self.posted.legs[1].leg.minutes if len(self.posted.legs) > 1 else None

    @property
    def correction_id(self) -> UUID | None:
        """The posting in the place of what was taken back."""
        return self.posted.posting_ids[1] if len(self.posted.posting_ids) > 1 else None


async def put_right(work: Work, bank_id: UUID, asked: PuttingRight) -> PutRight:
    """Take a posting back, or a part of it, and post the right minutes: one deed, all linked.

    A moderator's correction may pass a limit; that it did is on the deed (law 6).

    Raises:
        NotFound: when the bank has no such posting.
        NotReversible: when it takes another one back.
        OverOriginal: when less than that is left of it.
        AccountClosed: when one of its accounts is closed.
        TooManyMinutes: when that is more than the books can hold.
    """
    original = await queries.get_original(work.session, bank_id, asked.posting_id)
    posting = original.posting
    if posting.reverses_posting_id is not None:
        raise NotReversible
    await books.lock_accounts(work.session, bank_id, original.sides)
    last = await queries.find_last_reversal(work.session, bank_id, posting.posting_id)
    done = last.after_minutes if last else 0
    left = posting.minutes - done
    minutes = left if asked.minutes is None else asked.minutes
    if not 0 < minutes <= left:
        raise OverOriginal(left_minutes=left)
    number = last.number + 1 if last else 1
    posted = await settle(work, _instruction(original, minutes, number, asked.corrected_minutes))
    part = {
        "bank_id": bank_id,
        "original_id": posting.posting_id,
        "number": number,
        "previous_number": last.number if last else None,
        "posting_id": posted.posting_ids[0],
        "minutes": minutes,
        "before_minutes": done,
        "after_minutes": done + minutes,
        "original_minutes": posting.minutes,
    }
    await insert_many(work.session, Reversal, [part])
    deed_id = posted.deed_id
    await note(work, bank_id, deed_id, by=asked.by, reason=asked.reason, about=asked.about)
    return PutRight(posted, original, minutes, left - minutes)


def _instruction(
    original: Original, minutes: int, number: int, corrected_minutes: int | None
) -> Instruction:
    posting = original.posting
    giver, receiver = posting.credit_account_id, posting.debit_account_id
    back = Leg(giver, receiver, minutes, reverses=posting.posting_id)
    right = () if corrected_minutes is None else (Leg(receiver, giver, corrected_minutes),)
    return Instruction(
        posting.bank_id,
        kind="correction" if right else "reversal",
        reference=f"posting:{posting.posting_id}:reversal:{number}",
        subject_id=original.deed.subject_id,
        legs=(back, *right),
        may_pass_limits=True,
    )
