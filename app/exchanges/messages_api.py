"""Messages between the two sides of an exchange, over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.exchanges import operations, queries
from app.exchanges.contacts.rules import NotMetYet
from app.exchanges.keeping import queries as keeping
from app.exchanges.rules import ConversationOver
from app.exchanges.views import MessageView, place_of
from app.identity.access import Member
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.http import Route, Working, rechecked_by
from app.kit.idempotency import Kept
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Reason, RequestBody
from app.members.terms.access import OnTerms

router = APIRouter(prefix="/v1/exchanges", route_class=Route, tags=["exchanges"])


class WriteMessage(RequestBody):
    """A message to the other side."""

    text: Reason


async def _both_still_visible(work: Work, caller: Caller, request: Request, _: Kept) -> None:
    await queries.refuse_unseen(work.session, caller, UUID(request.path_params["exchange_id"]))


@router.get("/{exchange_id}/messages")
@reaches(Relation.PARTY)
async def list_messages(
    exchange_id: UUID, caller: Member, work: Working, page: Paging
) -> Page[MessageView]:
    """What we wrote to each other, oldest first; of a former member, what I kept by blocking."""
    exchange = await queries.get_exchange(work.session, caller, exchange_id)
    pager = Pager(work.vault, caller.login_id, f"messages:{exchange_id}", page)
    rows = await keeping.list_messages(
        work.session, caller, exchange, after=pager.after_moment(), limit=pager.rows_max
    )
    return pager.page(rows, place_of, lambda said: MessageView.of(work, caller, *said))


@router.post(
    "/{exchange_id}/messages", status_code=201, responses=raises(ConversationOver, NotMetYet)
)
@reaches(Relation.PARTY)
@rechecked_by(_both_still_visible)
async def write_message(
    exchange_id: UUID, body: WriteMessage, caller: OnTerms, work: Working
) -> MessageView:
    """Write to the other side; contact stays inside until both want otherwise."""
    message = await operations.write(work, caller, exchange_id, body.text)
    return MessageView.of(work, caller, message)
