"""The whole declared schema: every part's tables in one metadata."""

from app.banks import tables as banks
from app.exchanges import tables as exchanges
from app.fund import tables as fund
from app.identity import tables as identity
from app.kit import idempotency, limit_counts
from app.kit.db import Base
from app.ledger import tables as ledger
from app.ledger.accounts import tables as accounts
from app.listings import tables as listings
from app.members import tables as members
from app.moderation import tables as moderation
from app.notices import tables as notices
from app.partners import tables as partners

PARTS = (
    accounts,
    banks,
    exchanges,
    fund,
    idempotency,
    identity,
    ledger,
    limit_counts,
    listings,
    members,
    partners,
    moderation,
    notices,
)
metadata = Base.metadata
