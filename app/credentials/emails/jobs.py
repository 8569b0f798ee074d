"""The timer of a change of e-mail."""

from typing import Final

from app.credentials.emails.tables import EmailChange
from app.kit import jobs
from app.kit.ground import Work

TAKE_EMAIL: Final = "take_email"


async def take_later(work: Work, change: EmailChange) -> None:
    """Make the change when its time has come; the job is part of this transaction."""
    ids = {"bank_id": change.bank_id, "login_id": change.login_id}
    await jobs.enqueue(work, TAKE_EMAIL, ids, run_at=change.ready_at)
