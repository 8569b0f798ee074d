"""When a second factor goes, no session counts as proved by it any more."""

from uuid import UUID

from sqlalchemy import update

from app.identity.rules import Means
from app.identity.tables import Session
from app.kit.ground import Work


async def demote(work: Work, bank_id: UUID, login_id: UUID, *means: Means) -> None:
    """Let a login's sessions that were proved by these count as the password's alone."""
    theirs = (Session.bank_id == bank_id, Session.login_id == login_id, Session.means.in_(means))
    await work.session.execute(update(Session).where(*theirs).values(means=Means.PASSWORD))
