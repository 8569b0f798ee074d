"""Exchanges over HTTP. The URL of a step is the noun that it makes."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from app.exchanges import confirming, operations, queries
from app.exchanges.operations import Terms
from app.exchanges.queries import Shown
from app.exchanges.rules import (
    NotYourStep,
    OwnListing,
    Status,
    StepNotOpen,
    TooManyProposals,
    UnknownMeetingPoint,
)
from app.exchanges.tables import Exchange, Message
from app.identity.access import MEMBERS_ONLY, Member
from app.identity.rules import Caller
from app.kit.errors import AppError, NotFound
from app.kit.ground import Work
from app.kit.hot import Batching, in_batches
from app.kit.http import Route, Working, etag, rechecked_by
from app.kit.paging import Page, PageQuery, Pager
from app.kit.problems import raises
from app.kit.values import (
    Instant,
    Minutes,
    NoBody,
    Reason,
    RequestBody,
    Slug,
    View,
    as_rfc3339,
)
from app.ledger.rules import NotEnoughHours
from app.listings import queries as listings

router = APIRouter(prefix="/v1/exchanges", route_class=Route, tags=["exchanges"])
Paging = Annotated[PageQuery, Depends()]
STEP = (StepNotOpen, NotYourStep)


class PartyView(View):
    """One of the two people; without id when they can no longer be seen."""

    id: UUID | None
    alias: str


class ExchangeView(View):
    """An exchange as its two parties see it."""

    id: UUID
    status: Status
    listing_id: UUID
    giver: PartyView
    receiver: PartyView
    minutes: int = Field(description="Agreed minutes.")
    delivered_minutes: int | None
    settled_minutes: int | None
    starts_at: Instant | None
    meeting_point_id: str | None
    proposed_by_me: bool = Field(description="Whether the last proposal was mine.")
    created_at: Instant
    settled_at: Instant | None
    expires_at: Instant | None

    @classmethod
    def of(cls, shown: Shown, caller: Caller) -> "ExchangeView":
        """The view of an exchange and its parties."""
        row = shown.exchange
        return cls(
            id=row.exchange_id,
            status=Status(row.status),
            listing_id=row.listing_id,
            giver=PartyView.model_validate(shown.giver),
            receiver=PartyView.model_validate(shown.receiver),
            minutes=row.minutes,
            delivered_minutes=row.delivered_minutes,
            settled_minutes=row.settled_minutes,
            starts_at=row.starts_at,
            meeting_point_id=row.meeting_point,
            proposed_by_me=row.proposer_id == caller.member_id,
            created_at=row.created_at,
            settled_at=row.settled_at,
            expires_at=row.expires_at,
        )


class CounterProposal(RequestBody):
    """Other terms for the same exchange."""

    minutes: Minutes = Field(examples=[60])
    starts_at: Instant | None = None
    meeting_point_id: Slug | None = Field(None, examples=["library"])
    message: Reason | None = None

    @property
    def terms(self) -> Terms:
        """What is proposed."""
        return Terms(self.minutes, self.starts_at, self.meeting_point_id, self.message)


class ProposeExchange(CounterProposal):
    """A proposal on somebody's listing."""

    listing_id: UUID


class GiveReason(RequestBody):
    """Why, if one wants to say."""

    reason: Reason | None = None


class SayDelivered(RequestBody):
    """It is done; how long it took, if not as agreed."""

    minutes: Minutes | None = None


class WriteMessage(RequestBody):
    """A message to the other side."""

    text: Reason


class MessageView(View):
    """One message between the two parties."""

    id: UUID
    is_mine: bool
    text: str
    sent_at: Instant


async def _listing_still_visible(work: Work, caller: Caller, request: Request) -> None:
    body = ProposeExchange.model_validate_json(await request.body())
    await listings.get_listing(work.session, caller, body.listing_id, work.now)


async def _both_still_visible(work: Work, caller: Caller, request: Request) -> None:
    exchange_id = UUID(request.path_params["exchange_id"])
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    shown = await queries.show(work.session, caller, exchange)
    if shown.giver.id is None or shown.receiver.id is None:
        raise NotFound


@router.post(
    "",
    status_code=201,
    responses=raises(NotFound, OwnListing, UnknownMeetingPoint, TooManyProposals),
)
@rechecked_by(_listing_still_visible)
async def propose_exchange(body: ProposeExchange, caller: Member, work: Working) -> ExchangeView:
    """Propose an exchange on a listing; its author answers."""
    return ExchangeView.of(
        await operations.propose(work, caller, body.listing_id, body.terms), caller
    )


@router.get("")
async def list_exchanges(
    caller: Member, work: Working, page: Paging, status: Status | None = None
) -> Page[ExchangeView]:
    """My exchanges, newest first."""
    pager = Pager(work.vault, caller.login_id, "exchanges", page)
    after = pager.after_moment()
    rows = await queries.list_exchanges(
        work.session, caller, status=status, after=after, limit=page.limit + 1
    )
    items, cursor = pager.cut(
        rows, lambda one: [as_rfc3339(one.exchange.created_at), str(one.exchange.exchange_id)]
    )
    views = [ExchangeView.of(one, caller) for one in items]
    return Page[ExchangeView](items=views, next_cursor=cursor)


@router.get("/{exchange_id}")
async def get_exchange(
    exchange_id: UUID, caller: Member, work: Working, response: Response
) -> ExchangeView:
    """One of my exchanges."""
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    response.headers["ETag"] = _etag(exchange)
    return ExchangeView.of(await queries.show(work.session, caller, exchange), caller)


@router.post("/{exchange_id}/acceptance", responses=raises(*STEP, NotEnoughHours))
@rechecked_by(_both_still_visible)
async def accept_exchange(
    exchange_id: UUID, caller: Member, work: Working, _: NoBody | None = None
) -> ExchangeView:
    """Agree to a proposal; the receiver's minutes are held."""
    return ExchangeView.of(await operations.accept(work, caller, exchange_id), caller)


@router.post("/{exchange_id}/decline", responses=raises(*STEP))
@rechecked_by(_both_still_visible)
async def decline_exchange(
    exchange_id: UUID, caller: Member, work: Working, body: GiveReason | None = None
) -> ExchangeView:
    """Say no to a proposal."""
    reason = body.reason if body else None
    return ExchangeView.of(await operations.decline(work, caller, exchange_id, reason), caller)


@router.post(
    "/{exchange_id}/counterproposal",
    responses=raises(*STEP, UnknownMeetingPoint),
)
@rechecked_by(_both_still_visible)
async def counter_exchange(
    exchange_id: UUID, body: CounterProposal, caller: Member, work: Working
) -> ExchangeView:
    """Answer a proposal with other terms; then the other side answers."""
    return ExchangeView.of(await operations.counter(work, caller, exchange_id, body.terms), caller)


@router.post("/{exchange_id}/cancellation", responses=raises(*STEP))
@rechecked_by(_both_still_visible)
async def cancel_exchange(
    exchange_id: UUID, caller: Member, work: Working, body: GiveReason | None = None
) -> ExchangeView:
    """Withdraw my proposal, or call off what was agreed; held minutes are released."""
    reason = body.reason if body else None
    return ExchangeView.of(await operations.cancel(work, caller, exchange_id, reason), caller)


@router.post("/{exchange_id}/delivery", responses=raises(*STEP))
@rechecked_by(_both_still_visible)
async def deliver_exchange(
    exchange_id: UUID, caller: Member, work: Working, body: SayDelivered | None = None
) -> ExchangeView:
    """I have given: it is done, and took this long."""
    minutes = body.minutes if body else None
    return ExchangeView.of(await operations.deliver(work, caller, exchange_id, minutes), caller)


async def _confirm_many(
    work: Work, asked: Sequence[tuple[Caller, UUID]]
) -> list[ExchangeView | AppError]:
    answers = await confirming.confirm_many(work, asked)
    return [
        ExchangeView.of(answer, caller) if isinstance(answer, Shown) else answer
        for (caller, _), answer in zip(asked, answers, strict=True)
    ]


@router.post(
    "/{exchange_id}/confirmation",
    response_model=ExchangeView,
    dependencies=[MEMBERS_ONLY],
    responses=raises(*STEP, NotEnoughHours),
)
@rechecked_by(_both_still_visible)
@in_batches(_confirm_many)
async def confirm_exchange(exchange_id: UUID, batch: Batching, _: NoBody | None = None) -> Response:
    """I have received: the minutes move."""
    return await batch(exchange_id, about=exchange_id)


@router.get("/{exchange_id}/messages")
async def list_messages(
    exchange_id: UUID, caller: Member, work: Working, page: Paging
) -> Page[MessageView]:
    """What we wrote to each other, oldest first."""
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    pager = Pager(work.vault, caller.login_id, f"messages:{exchange_id}", page)
    rows = await queries.list_messages(
        work.session, exchange, after=pager.after_moment(), limit=page.limit + 1
    )
    items, cursor = pager.cut(rows, lambda row: [as_rfc3339(row.sent_at), str(row.message_id)])
    views = [_message(work, caller, row) for row in items]
    return Page[MessageView](items=views, next_cursor=cursor)


@router.post("/{exchange_id}/messages", status_code=201)
@rechecked_by(_both_still_visible)
async def write_message(
    exchange_id: UUID, body: WriteMessage, caller: Member, work: Working
) -> MessageView:
    """Write to the other side; contact stays inside until both want otherwise."""
    return _message(work, caller, await operations.write(work, caller, exchange_id, body.text))


def _message(work: Work, caller: Caller, row: Message) -> MessageView:
    return MessageView(
        id=row.message_id,
        is_mine=row.author_id == caller.member_id,
        text=work.vault.open(row.text_sealed, "message", row.bank_id, row.message_id),
        sent_at=row.sent_at,
    )


def _etag(exchange: Exchange) -> str:
    return etag("exchange", exchange.exchange_id, exchange.version)
