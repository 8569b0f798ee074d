"""What a reader may read of a case: its sides by turns, moderators all of it."""

from app.identity.rules import Caller
from app.kit.ground import Work
from app.moderation.queries import Case


def reason_of(work: Work, caller: Caller, case: Case) -> str | None:
    """Why it was opened: a former member's words only as the reader kept them, held ones not."""
    row = case.dispute
    key = (row.bank_id, row.dispute_id)
    is_against = case.is_against(caller)
    if is_against and case.is_held:
        return None
    if is_against and not case.shown.both_seen:
        return work.envelopes.open(case.kept_sealed or b"", "kept", *key)
    return work.envelopes.open(row.reason_sealed, "dispute", *key)


def resolution_of(work: Work, caller: Caller, case: Case) -> str | None:
    """Why it was decided so: each side reads what was sealed for it, whoever else is here."""
    row = case.dispute
    key = (row.bank_id, row.dispute_id)
    for_opener, for_other = (
        work.envelopes.open(sealed or b"", "resolution", *key)
        for sealed in (row.resolution_sealed, row.resolution_other_sealed)
    )
    return for_other if case.is_against(caller) else for_opener or for_other
