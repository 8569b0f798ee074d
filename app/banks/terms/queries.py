"""Reading terms."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.banks.terms.tables import TermsText, TermsVersion
from app.kit.errors import NotFound


async def get_version(session: AsyncSession, bank_id: UUID, version: int) -> TermsVersion:
    """One version of a bank's terms.

    Raises:
        NotFound: when the bank has none of this number.
    """
    asked = select(TermsVersion).where(
        TermsVersion.bank_id == bank_id, TermsVersion.version == version
    )
    found = (await session.scalars(asked)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def list_texts(session: AsyncSession, bank_id: UUID, version: int) -> Sequence[TermsText]:
    """The words of one version, by language."""
    asked = (
        select(TermsText)
        .where(TermsText.bank_id == bank_id, TermsText.version == version)
        .order_by(TermsText.language)
    )
    return (await session.scalars(asked)).all()
