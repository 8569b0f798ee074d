"""What a flag is about, as the one who flags it sees it now."""

from typing import NamedTuple
from uuid import UUID

from app.exchanges import queries as exchanges
from app.exchanges.keeping import queries as keeping
from app.exchanges.stepping import other_side
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.values import as_rfc3339
from app.listings import queries as listings
from app.moderation.flags.rules import EVIDENCE_MESSAGES_MAX


class Evidence(NamedTuple):
    """Whose it is, and what there is to be seen."""

    flagged_id: UUID
    text: str


async def of_listing(work: Work, caller: Caller, listing_id: UUID) -> Evidence:
    """A listing as it stands.

    Raises:
        NotFound: when the caller cannot see it.
    """
    seen = await listings.get_listing(work.session, caller, listing_id, work.now)
    row = seen.listing
    told = (seen.author_alias, row.kind, row.title, row.body, row.availability)
    return Evidence(row.author_id, "\n".join(filter(None, told)))


async def of_exchange(work: Work, caller: Caller, exchange_id: UUID) -> Evidence:
    """An exchange, and the newest messages in it that the caller can read.

    Raises:
        NotFound: when the caller is no party to it.
    """
    exchange = await exchanges.get_exchange(work.session, caller, exchange_id)
    other = other_side(exchange, caller)
    newest = await keeping.list_newest(work.session, caller, exchange, limit=EVIDENCE_MESSAGES_MAX)
    lines = [f"{exchange.status}, {exchange.minutes} min"]
    for row, kept_sealed in reversed(newest):
        called, sealed = ("kept", kept_sealed) if kept_sealed else ("message", row.text_sealed)
        text = work.envelopes.open(sealed, called, row.bank_id, row.message_id)
        who = "<" if row.author_id == other else ">"
        lines.append(f"{as_rfc3339(row.sent_at)} {who} {text or ''}")
    return Evidence(other, "\n".join(lines))
