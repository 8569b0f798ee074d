"""How an exchange is shown to its two parties."""

from uuid import UUID

from pydantic import Field

from app.exchanges.keeping.queries import Said
from app.exchanges.queries import Shown
from app.exchanges.rules import Noun, Part, Status, Who
from app.exchanges.stepping import open_steps, part_of
from app.exchanges.tables import Message
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.paging import SortKey
from app.kit.values import Moment, View

FORMER = "`former member` when they can no longer be seen: put it into the reader's words."
OPEN_TO_ME = (
    "What I may do next, by the ends of the URLs: `POST /v1/exchanges/{exchange_id}/acceptance`."
    " It follows from the exchange, my part and the time alone. The step can still be refused:"
    " for too few hours, by the bank's terms and rules, or because it was disputed before."
)


class PartyView(View):
    """One of the two people; without id when they can no longer be seen."""

    id: UUID | None
    alias: str = Field(examples=["Ana"], description=FORMER)


class ExchangeView(View):
    """An exchange as its two parties see it."""

    id: UUID
    status: Status = Field(examples=[Status.SETTLED])
    listing_id: UUID
    giver: PartyView
    receiver: PartyView = Field(examples=[{"id": str(UUID(int=2, version=4)), "alias": "Bor"}])
    my_part: Part = Field(examples=[Who.RECEIVER])
    my_steps: list[Noun] = Field(examples=[[Noun.DISPUTE]], description=OPEN_TO_ME)
    minutes: int = Field(description="Agreed minutes.")
    delivered_minutes: int | None
    settled_minutes: int | None
    starts_at: Moment | None
    meeting_point_id: str | None
    proposed_by_me: bool = Field(description="Whether the last proposal was mine.")
    created_at: Moment
    delivered_at: Moment | None = Field(description="When the giver said that it is done.")
    settled_at: Moment | None
    expires_at: Moment | None = Field(examples=[None])

    @classmethod
    def of(cls, work: Work, caller: Caller, shown: Shown) -> "ExchangeView":
        """The view of an exchange and its parties."""
        row = shown.exchange
        return cls(
            id=row.exchange_id,
            status=Status(row.status),
            listing_id=row.listing_id,
            giver=PartyView.model_validate(shown.giver),
            receiver=PartyView.model_validate(shown.receiver),
            my_part=part_of(row, caller),
            my_steps=list(open_steps(work, row, caller)),
            minutes=row.minutes,
            delivered_minutes=row.delivered_minutes,
            settled_minutes=row.settled_minutes,
            starts_at=row.starts_at,
            meeting_point_id=row.meeting_point,
            proposed_by_me=row.proposer_id == caller.member_id,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
            settled_at=row.settled_at,
            expires_at=row.expires_at,
        )


class Made(View):
    """Which exchange an answer that was kept is about, whichever version of the program gave it."""

    id: UUID


class MessageView(View):
    """One message between the two parties."""

    id: UUID
    is_mine: bool
    text: str | None = Field(description="Null when nothing can open it any more.")
    sent_at: Moment

    @classmethod
    def of(
        cls, work: Work, caller: Caller, row: Message, kept_sealed: bytes | None = None
    ) -> "MessageView":
        """The view of a message, opened: as its reader kept it, or as its author sealed it."""
        called, sealed = ("kept", kept_sealed) if kept_sealed else ("message", row.text_sealed)
        return cls(
            id=row.message_id,
            is_mine=row.author_id == caller.member_id,
            text=work.envelopes.open(sealed, called, row.bank_id, row.message_id),
            sent_at=row.sent_at,
        )


def place_of(said: Said) -> SortKey:
    """Where a message stands in its conversation."""
    return said.message.sent_at, said.message.message_id
