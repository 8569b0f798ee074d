"""What a reader may read of a case: its sides by turns, moderators all of it."""

from typing import NamedTuple
from uuid import UUID

from app.identity.rules import Caller
from app.kit.ground import Work
from app.moderation.appeals.tables import Appeal
from app.moderation.queries import Case


class _Words(NamedTuple):
    """What a side wrote, sealed under what it is called."""

    author_id: UUID
    called: str
    subject_id: UUID
    sealed: bytes


class _Decision(NamedTuple):
    """Why a moderator decided so, for whoever asked for it and for the other side."""

    asker_id: UUID
    called: str
    subject_id: UUID
    for_asker: bytes | None
    for_other: bytes | None


def reason_of(work: Work, caller: Caller, case: Case) -> str | None:
    """Why it was opened: a former member's words only as the reader kept them, held ones not."""
    row = case.dispute
    words = _Words(row.opener_id, "dispute", row.dispute_id, row.reason_sealed)
    return _read(work, caller, case, words)


def appeal_of(work: Work, caller: Caller, case: Case, row: Appeal) -> str | None:
    """Why it was appealed: the same."""
    words = _Words(row.appellant_id, "appeal", row.appeal_id, row.reason_sealed)
    return _read(work, caller, case, words)


def resolution_of(work: Work, caller: Caller, case: Case) -> str | None:
    """Why it was decided so: each side reads what was sealed for it, whoever else is here."""
    row = case.dispute
    sealed = (row.resolution_sealed, row.resolution_other_sealed)
    decision = _Decision(row.opener_id, "resolution", row.dispute_id, *sealed)
    return _read_decision(work, caller, case, decision)


def decision_of(work: Work, caller: Caller, case: Case, row: Appeal) -> str | None:
    """Why an appeal was decided so: the same."""
    sealed = (row.resolution_sealed, row.resolution_other_sealed)
    decision = _Decision(row.appellant_id, "appeal-resolution", row.appeal_id, *sealed)
    return _read_decision(work, caller, case, decision)


def _read(work: Work, caller: Caller, case: Case, words: _Words) -> str | None:
    about = (case.dispute.bank_id, words.subject_id)
    is_other = case.is_other(caller, words.author_id)
    if is_other and words.subject_id in case.held:
        return None
    if is_other and not case.shown.both_seen:
        return work.envelopes.open(case.kept.get(words.subject_id, b""), "kept", *about)
    return work.envelopes.open(words.sealed, words.called, *about)


def _read_decision(work: Work, caller: Caller, case: Case, decision: _Decision) -> str | None:
    about = (decision.called, case.dispute.bank_id, decision.subject_id)
    for_asker, for_other = (
        work.envelopes.open(sealed or b"", *about)
        for sealed in (decision.for_asker, decision.for_other)
    )
    return for_other if case.is_other(caller, decision.asker_id) else for_asker or for_other
