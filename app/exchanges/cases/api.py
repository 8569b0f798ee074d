"""Exchanges that coordinators are told of, over HTTP; to everybody else this does not exist."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.exchanges.cases.opening import OpenedExchange
from app.exchanges.queries import Shown
from app.exchanges.rules import Status
from app.exchanges.views import PartyView
from app.identity.access import Coordinator
from app.kit.http import Route
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, View
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1/exchanges", route_class=Route, tags=["exchanges"])


class ExchangeCaseView(View):
    """Who to ask about an exchange, and about how many minutes; neither words nor a listing."""

    id: UUID
    status: Status = Field(examples=[Status.DELIVERED])
    giver: PartyView
    receiver: PartyView = Field(examples=[{"id": str(UUID(int=2, version=4)), "alias": "Bor"}])
    agreed_minutes: int
    delivered_minutes: int | None = Field(description="As the giver said; null before delivery.")
    settled_minutes: int | None = Field(description="Null where nothing moved yet.")
    delivered_at: Moment | None
    settled_at: Moment | None

    @classmethod
    def of(cls, shown: Shown) -> "ExchangeCaseView":
        """The view of an exchange and its two people."""
        row = shown.exchange
        return cls(
            id=row.exchange_id,
            status=Status(row.status),
            giver=PartyView.model_validate(shown.giver),
            receiver=PartyView.model_validate(shown.receiver),
            agreed_minutes=row.minutes,
            delivered_minutes=row.delivered_minutes,
            settled_minutes=row.settled_minutes,
            delivered_at=row.delivered_at,
            settled_at=row.settled_at,
        )


@router.get("/{exchange_id}/case", responses=raises(Concerned))  # noqa: FAST003 the opening takes it
@reaches(Relation.BANK)
async def get_exchange_case(_: Coordinator, opened: OpenedExchange) -> ExchangeCaseView:
    """An exchange that waits for its confirmation, settled short or is disputed.

    The two people can see that it was read.
    """
    return ExchangeCaseView.of(opened)
