"""The whole declared schema: every part's tables in one metadata."""

from app.alerts import tables as alerts
from app.banks import tables as banks
from app.banks.terms import tables as terms
from app.credentials import tables as credentials
from app.credentials.emails import tables as emails
from app.exchanges import tables as exchanges
from app.exchanges.contacts import tables as contacts
from app.exchanges.keeping import tables as keeping
from app.fund import tables as fund
from app.identity import tables as identity
from app.identity.factors import tables as factors
from app.identity.passkeys import tables as passkeys
from app.kit import idempotency, limit_counts
from app.kit.db import Base
from app.ledger import tables as ledger
from app.ledger.accounts import tables as accounts
from app.ledger.reversing import tables as reversing
from app.ledger.sealing import tables as sealing
from app.listings import tables as listings
from app.members import tables as members
from app.members.blocks import tables as blocks
from app.members.terms import tables as acceptances
from app.moderation import tables as moderation
from app.moderation.appeals import tables as appeals
from app.moderation.flags import tables as flags
from app.moderation.statements import tables as statements
from app.notices import tables as notices
from app.openings import tables as openings
from app.partners import tables as partners
from app.records import tables as records
from app.screening import tables as screening
from app.sealed import tables as sealed
from app.watch import tables as watch

PARTS = (
    acceptances,
    accounts,
    alerts,
    banks,
    blocks,
    credentials,
    emails,
    exchanges,
    factors,
    fund,
    idempotency,
    identity,
    ledger,
    limit_counts,
    listings,
    members,
    partners,
    passkeys,
    moderation,
    appeals,
    flags,
    statements,
    notices,
    reversing,
    openings,
    records,
    screening,
    contacts,
    keeping,
    sealed,
    sealing,
    terms,
    watch,
)
metadata = Base.metadata
