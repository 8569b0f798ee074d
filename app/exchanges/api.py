"""Exchanges over HTTP. The URL of a step is the noun that it makes."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from app.exchanges import operations, queries
from app.exchanges.confirmations import operations as confirmations
from app.exchanges.confirmations.operations import Confirmed
from app.exchanges.contacts.rules import NotMetYet, TooManyContacts
from app.exchanges.operations import Terms
from app.exchanges.rules import (
    NotYourStep,
    OwnListing,
    Status,
    StepNotOpen,
    TooManyProposals,
    UnknownMeetingPoint,
)
from app.exchanges.tables import Exchange
from app.exchanges.views import ExchangeView, Made
from app.identity.access import MEMBERS_ONLY, Member
from app.identity.rules import Caller
from app.kit.errors import AppError, NotFound
from app.kit.ground import Work
from app.kit.hot import Batching, Done, in_batches
from app.kit.http import Route, Working, rechecked_by
from app.kit.idempotency import Kept
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Instant, Minutes, NoBody, Reason, RequestBody, Slug
from app.kit.versions import etag, tagged
from app.ledger.rules import AccountClosed, NotEnoughHours, OverCeiling
from app.members.terms.access import OnTerms

router = APIRouter(prefix="/v1/exchanges", route_class=Route, tags=["exchanges"])
STEP = (StepNotOpen, NotYourStep)
MOVING = (*STEP, NotEnoughHours, OverCeiling, AccountClosed)
MEETING = (NotMetYet,)


class CounterProposal(RequestBody):
    """All terms anew: a time or a place that is left out is no longer proposed."""

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
    """Why, if one wants to say; kept sealed, and not shown to the other side."""

    reason: Reason | None = None


class SayDelivered(RequestBody):
    """It is done; how long it took, if not as agreed."""

    minutes: Minutes | None = None


async def _made_still_visible(work: Work, caller: Caller, _: Request, kept: Kept) -> None:
    made = Made.model_validate_json(kept.body)
    await queries.refuse_unseen(work.session, caller, made.id)


async def _both_still_visible(work: Work, caller: Caller, request: Request, _: Kept) -> None:
    await queries.refuse_unseen(work.session, caller, UUID(request.path_params["exchange_id"]))


@router.post(
    "",
    status_code=201,
    responses=raises(
        NotFound, OwnListing, UnknownMeetingPoint, TooManyProposals, NotMetYet, TooManyContacts
    ),
)
@reaches(Relation.VISIBLE)
@rechecked_by(_made_still_visible)
async def propose_exchange(body: ProposeExchange, caller: OnTerms, work: Working) -> ExchangeView:
    """Propose an exchange on a listing; its author answers."""
    return ExchangeView.of(
        work, caller, await operations.propose(work, caller, body.listing_id, body.terms)
    )


@router.get("")
@reaches(Relation.OWN)
async def list_exchanges(
    caller: Member, work: Working, page: Paging, status: Status | None = None
) -> Page[ExchangeView]:
    """My exchanges, newest first."""
    pager = Pager(work.vault, caller.login_id, "exchanges", page)
    rows = await queries.list_exchanges(
        work.session, caller, status=status, after=pager.after_moment(), limit=pager.rows_max
    )
    return pager.page(
        rows,
        lambda one: (one.exchange.created_at, one.exchange.exchange_id),
        lambda one: ExchangeView.of(work, caller, one),
    )


@router.get("/{exchange_id}", responses=tagged())
@reaches(Relation.PARTY)
async def get_exchange(
    exchange_id: UUID, caller: Member, work: Working, response: Response
) -> ExchangeView:
    """One of my exchanges."""
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    response.headers["ETag"] = _etag(exchange)
    return ExchangeView.of(work, caller, await queries.show(work.session, caller, exchange))


@router.post("/{exchange_id}/acceptance", responses=raises(*MOVING, *MEETING))
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
async def accept_exchange(
    exchange_id: UUID, caller: OnTerms, work: Working, _: NoBody | None = None
) -> ExchangeView:
    """Agree to a proposal; the receiver's minutes are held."""
    return ExchangeView.of(work, caller, await operations.accept(work, caller, exchange_id))


@router.post("/{exchange_id}/decline", responses=raises(*STEP))
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
async def decline_exchange(
    exchange_id: UUID, caller: Member, work: Working, body: GiveReason | None = None
) -> ExchangeView:
    """Say no to a proposal."""
    reason = body.reason if body else None
    return ExchangeView.of(
        work, caller, await operations.decline(work, caller, exchange_id, reason)
    )


@router.post(
    "/{exchange_id}/counterproposal",
    responses=raises(*STEP, *MEETING, UnknownMeetingPoint, TooManyProposals),
)
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
async def counter_exchange(
    exchange_id: UUID, body: CounterProposal, caller: OnTerms, work: Working
) -> ExchangeView:
    """Answer a proposal with other terms; then the other side answers."""
    return ExchangeView.of(
        work, caller, await operations.counter(work, caller, exchange_id, body.terms)
    )


@router.post("/{exchange_id}/cancellation", responses=raises(*STEP))
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
async def cancel_exchange(
    exchange_id: UUID, caller: Member, work: Working, body: GiveReason | None = None
) -> ExchangeView:
    """Withdraw my proposal, or call off what was agreed; held minutes are released."""
    reason = body.reason if body else None
    return ExchangeView.of(work, caller, await operations.cancel(work, caller, exchange_id, reason))


@router.post("/{exchange_id}/delivery", responses=raises(*STEP))
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
async def deliver_exchange(
    exchange_id: UUID, caller: Member, work: Working, body: SayDelivered | None = None
) -> ExchangeView:
    """I have given: it is done, and took this long."""
    minutes = body.minutes if body else None
    return ExchangeView.of(
        work, caller, await operations.deliver(work, caller, exchange_id, minutes)
    )


async def _confirm_many(work: Work, asked: Sequence[tuple[Caller, UUID]]) -> list[Done | AppError]:
    answers = await confirmations.confirm_many(work, asked)
    return [
        Done(ExchangeView.of(work, caller, answer.shown), answer.deed_id)
        if isinstance(answer, Confirmed)
        else answer
        for (caller, _), answer in zip(asked, answers, strict=True)
    ]


@router.post(
    "/{exchange_id}/confirmation",
    response_model=ExchangeView,
    dependencies=[MEMBERS_ONLY],
    responses=raises(*MOVING),
)
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
@in_batches(_confirm_many)
async def confirm_exchange(exchange_id: UUID, batch: Batching, _: NoBody | None = None) -> Response:
    """I have received: the minutes move."""
    return await batch(exchange_id, about=exchange_id)


def _etag(exchange: Exchange) -> str:
    return etag("exchange", exchange.exchange_id, exchange.version)
