"""Sending a listing away, and giving it back."""

from uuid import UUID

from app.identity.rules import Caller
from app.kit.ground import Work
from app.listings.decisions import queries
from app.listings.operations import refuse_gone
from app.listings.rules import ListingStatus, NotSentAway
from app.listings.tables import Listing
from app.notices import operations as notices
from app.notices.rules import NoticeKind


async def send_away(work: Work, caller: Caller, listing_id: UUID, told_author: str) -> None:
    """End a listing for everybody else, over or not; exchanges that were agreed on it go on.

    Raises:
        ListingWithdrawn: when its author was first; nobody opens that again.
        ListingSentAway: when it is sent away already.
    """
    listing = await queries.lock_any_listing(work.session, caller.bank_id, listing_id)
    refuse_gone(listing)
    _decide(work, caller, listing, ListingStatus.SENT_AWAY, told_author)


async def give_back(work: Work, caller: Caller, listing_id: UUID, told_author: str) -> None:
    """Open what was sent away again, as it was; however many its author has open by now.

    Raises:
        NotSentAway: when it is not, or its author has withdrawn it since.
    """
    listing = await queries.lock_any_listing(work.session, caller.bank_id, listing_id)
    if listing.status != ListingStatus.SENT_AWAY:
        raise NotSentAway
    _decide(work, caller, listing, ListingStatus.OPEN, told_author)


def _decide(
    work: Work, caller: Caller, listing: Listing, status: ListingStatus, told_author: str
) -> None:
    listing.status = status
    listing.version += 1
    about = ("listing-decision", listing.bank_id, listing.listing_id)
    listing.decision_reason_sealed = work.envelopes.seal(listing.author_id, told_author, *about)
    listing.decided_by, listing.decided_at = caller.login_id, work.now
    kind = NoticeKind.LISTING_CHANGED
    notices.tell_member(work, listing.bank_id, listing.author_id, kind, listing.listing_id)
