"""What signing in leaves to the worker: notices stand above this part."""

from typing import Final

from app.identity.tables import Session
from app.kit import jobs
from app.kit.ground import Work

TELL_ENDED: Final = "tell_session_ended"


async def tell_ended(work: Work, session: Session) -> None:
    """Tell whose session it was that it was ended for their safety; part of this transaction."""
    ids = {
        "bank_id": session.bank_id,
        "login_id": session.login_id,
        "session_id": session.session_id,
    }
    await jobs.enqueue(work, TELL_ENDED, ids, run_at=work.now)
