"""The sealed record over HTTP: for case workers, with a reason; each opening leaves a trace."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.identity.access import CaseWorker
from app.kit.http import Route, Working
from app.kit.reach import Relation, reaches
from app.kit.values import Reason, RequestBody, View
from app.sealed import operations
from app.sealed.rules import AgeBand, Cohort, Record

router = APIRouter(prefix="/v1/sealed", route_class=Route, tags=["sealed"])


class SealedView(View):
    """What a case worker may know."""

    cohort: Cohort
    age_band: AgeBand


class WriteSealed(RequestBody):
    """What is so from now on, and why it is written."""

    cohort: Cohort
    age_band: AgeBand
    reason: Reason = Field(examples=["Moved into the programme today."])


async def _opened(
    member_id: UUID, caller: CaseWorker, work: Working, reason: Annotated[Reason, Query()]
) -> Record:
    """The one write behind a GET: who opened it, when and why."""
    return await operations.open_record(work, caller, member_id, reason)


Opened = Annotated[Record, Depends(_opened)]


@router.get("/{member_id}")  # noqa: FAST003 the dependency that opens it takes the id
@reaches(Relation.BANK)
async def get_sealed(_: CaseWorker, record: Opened) -> SealedView:
    """Open a member's sealed record; the member can see that it was opened, and why."""
    return SealedView.model_validate(record)


@router.put("/{member_id}")
@reaches(Relation.BANK)
async def write_sealed(
    member_id: UUID, body: WriteSealed, caller: CaseWorker, work: Working
) -> SealedView:
    """Write a member's sealed record."""
    record = Record(body.cohort, body.age_band)
    done = await operations.change_record(work, caller, member_id, record, body.reason)
    return SealedView.model_validate(done)
