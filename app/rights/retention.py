"""Keeping nothing longer than its period: one rule a period, each a sweep of the worker."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from app.alerts.tables import Alert
from app.credentials.tables import RecoveryCode
from app.exchanges.contacts import operations as contacts
from app.exchanges.keeping.tables import KeptWords
from app.exchanges.tables import Exchange, Message
from app.identity.passkeys import operations as passkeys
from app.identity.sessions import operations as sessions
from app.kit import idempotency, jobs, limit_counts
from app.kit.bulk import table_of
from app.kit.ground import Work
from app.kit.sweeping import delete_some, update_some
from app.kit.trying import Sweep
from app.members.blocks import operations as blocks
from app.moderation.appeals.tables import Appeal
from app.moderation.flags.tables import Flag
from app.moderation.statements.tables import Statement
from app.moderation.tables import Dispute
from app.notices.tables import Notice
from app.records.tables import Emergency
from app.rights import operations, queries
from app.rights.periods import Period
from app.rights.rules import KEYS_LOOKED_AFTER_DAYS
from app.screening.tables import Screening

_MESSAGE: Final = table_of(Message).c
_KEPT: Final = table_of(KeptWords).c


async def sweep_messages(work: Work) -> int:
    """Delete messages of exchanges that are over, unless there is, or just was, a dispute.

    What a side kept of the other's words goes by the same rule.
    """
    before = queries.days_before(work.now, Period.MESSAGE.days)
    over = queries.is_over_since(_MESSAGE.bank_id, _MESSAGE.exchange_id, before)
    kept_over = queries.is_over_since(_KEPT.bank_id, _KEPT.exchange_id, before)
    return sum(
        [
            await delete_some(work.session, Message, (Message.sent_at < before) & over),
            await delete_some(work.session, KeptWords, (KeptWords.written_at < before) & kept_over),
        ]
    )


async def sweep_reasons(work: Work) -> int:
    """Empty why an exchange was declined or cancelled."""
    old = queries.old_reasons(queries.days_before(work.now, Period.REASON.days))
    return await update_some(work.session, Exchange, old, {"reason_sealed": None})


async def sweep_cases(work: Work) -> int:
    """Empty the words of disputes that were resolved long ago; the outcome stays."""
    before = queries.days_before(work.now, Period.CASE.days)
    empty = {"reason_sealed": b"", "resolution_sealed": b"", "resolution_other_sealed": b""}
    swept = await update_some(work.session, Dispute, queries.old_cases(before), empty)
    swept += await update_some(work.session, Appeal, queries.old_appeals(before), empty)
    return swept + await delete_some(work.session, Statement, queries.in_old_cases(before))


async def sweep_flags(work: Work) -> int:
    """Delete flags that were resolved long ago, with their evidence."""
    before = queries.days_before(work.now, Period.FLAG.days)
    return await delete_some(work.session, Flag, Flag.resolved_at < before)


async def sweep_alerts(work: Work) -> int:
    """Delete alerts that were closed long ago."""
    before = queries.days_before(work.now, Period.ALERT.days)
    return await delete_some(work.session, Alert, Alert.closed_at < before)


async def sweep_notices(work: Work) -> int:
    """Delete old notices."""
    before = queries.days_before(work.now, Period.NOTICE.days)
    return await delete_some(work.session, Notice, Notice.created_at < before)


async def sweep_held(work: Work) -> int:
    """Empty texts that were held and decided on long ago; forget those of words that are gone."""
    before = queries.days_before(work.now, Period.HELD.days)
    gone = await delete_some(work.session, Screening, queries.of_gone_words(before))
    empty = {"text_sealed": b"", "reason_sealed": b""}
    return gone + await update_some(work.session, Screening, queries.old_decisions(before), empty)


async def sweep_codes(work: Work) -> int:
    """Delete recovery codes that were used, stopped or ran out."""
    before = queries.days_before(work.now, Period.CODE.days)
    return await delete_some(work.session, RecoveryCode, queries.old_codes(before))


async def sweep_emergencies(work: Work) -> int:
    """Empty why somebody had to be reached, and what the review found; who looked stays."""
    old = queries.old_emergencies(queries.days_before(work.now, Period.EMERGENCY.days))
    empty = {"reason_sealed": b"", "finding_sealed": queries.EMPTIED_FINDING}
    return await update_some(work.session, Emergency, old, empty)


async def sweep_rejected(work: Work) -> int:
    """Forget those whose application was declined."""
    before = queries.days_before(work.now, Period.REJECTED.days)
    rows = await queries.list_rejected(work.session, before)
    for row in rows:
        await operations.forget(work, row.bank_id, row.member_id)
    return len(rows)


async def sweep_hour(work: Work) -> int:
    """Forget counts of requests, and what passkeys were asked and did not answer."""
    return await limit_counts.sweep(work) + await passkeys.sweep_challenges(work)


async def sweep_keys(work: Work) -> int:
    """Destroy the keys of the forgotten again: an older keystore may have been put back."""
    since = work.now - timedelta(days=KEYS_LOOKED_AFTER_DAYS)
    for member_id in await queries.list_forgotten(work.session, since):
        await work.envelopes.destroy(member_id)
    return 0  # all of them at once


SWEEPS: Final[Mapping[Period, Sweep]] = MappingProxyType(
    {
        Period.HOUR: Sweep("17 * * * *", sweep_hour),
        Period.ANSWER: Sweep("7 * * * *", idempotency.sweep),
        Period.ATTEMPT: Sweep("12 * * * *", blocks.sweep_attempts),
        Period.SESSION: Sweep("37 2 * * *", sessions.sweep_sessions),
        Period.JOB: Sweep("47 2 * * *", jobs.sweep_log),
        Period.CONTACT: Sweep("57 2 * * *", contacts.sweep),
        Period.MESSAGE: Sweep("57 1 * * *", sweep_messages),
        Period.REASON: Sweep("7 3 * * *", sweep_reasons),
        Period.CASE: Sweep("17 3 * * *", sweep_cases),
        Period.ALERT: Sweep("19 3 * * *", sweep_alerts),
        Period.FLAG: Sweep("23 3 * * *", sweep_flags),
        Period.NOTICE: Sweep("27 3 * * *", sweep_notices),
        Period.CODE: Sweep("47 3 * * *", sweep_codes),
        Period.HELD: Sweep("57 3 * * *", sweep_held),
        Period.EMERGENCY: Sweep("7 4 * * *", sweep_emergencies),
        Period.REJECTED: Sweep("37 3 * * *", sweep_rejected),
    }
)
"""Whatever has a period has its sweep; a test compares the two tables."""
