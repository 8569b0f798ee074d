"""What a reader may read of a statement that they may know of."""

from app.identity.rules import Caller
from app.kit.ground import Work
from app.moderation.queries import Case
from app.moderation.statements.queries import Stated


def statement_of(work: Work, caller: Caller, case: Case, stated: Stated) -> str | None:
    """The words: as the reader kept them, as they were sealed for their side, or as they stand."""
    row, opened = stated.statement, work.envelopes.open
    key = (row.bank_id, row.statement_id)
    if stated.kept_sealed:
        return opened(stated.kept_sealed, "kept", *key)
    for_opener, for_other = (
        opened(sealed or b"", "statement", *key)
        for sealed in (row.text_sealed, row.text_other_sealed)
    )
    if row.member_id is None and case.is_other(caller, case.dispute.opener_id):
        return for_other
    return for_opener or for_other
