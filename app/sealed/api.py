"""The sealed record over HTTP: for case workers, with a reason; each opening leaves a trace."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from app.identity.access import FreshCaseWorker
from app.kit.http import Route, Working
from app.kit.paging import Whole
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, RequestBody, ShortReason, View
from app.openings.reasons import Why
from app.openings.rules import Concerned
from app.sealed import operations
from app.sealed.rules import AgeBand, Cohort, Deed, Record, Trace

router = APIRouter(prefix="/v1/sealed", route_class=Route, tags=["sealed"])


class SealedView(View):
    """What a case worker may know."""

    cohort: Cohort
    age_band: AgeBand


class WriteSealed(RequestBody):
    """What is so from now on, and why it is written; the reason is for case workers alone."""

    cohort: Cohort
    age_band: AgeBand
    reason: ShortReason = Field(examples=["Moved into the programme today."])


class TraceView(View):
    """What was done with the record, by whom, when and why: to be read out, not handed over."""

    deed: Deed
    login_id: UUID = Field(description="Of the staff, as in `timebank staff list`.")
    reason: str = Field(description="Empty for what everybody's approval did.")
    at: Moment


async def _opened(member_id: UUID, caller: FreshCaseWorker, work: Working, why: Why) -> Record:
    """The one write behind a GET: who opened it, when and why."""
    return await operations.open_record(work, caller, member_id, why)


async def _read_out(
    member_id: UUID, caller: FreshCaseWorker, work: Working, why: Why
) -> Sequence[Trace]:
    """The same."""
    return await operations.read_out(work, caller, member_id, why)


@router.get("/{member_id}", responses=raises(Concerned))
@reaches(Relation.BANK)
async def get_sealed(_: FreshCaseWorker, record: Annotated[Record, Depends(_opened)]) -> SealedView:
    """Open a member's sealed record; who did, when and why is told to the member in person."""
    return SealedView.model_validate(record)


@router.get("/{member_id}/openings", responses=raises(Concerned))
@reaches(Relation.BANK)
async def list_sealed_openings(
    _: FreshCaseWorker, traces: Annotated[Sequence[Trace], Depends(_read_out)]
) -> Whole[TraceView]:
    """Who opened a member's sealed record, for telling them in person."""
    return Whole(items=[TraceView.model_validate(one) for one in traces])


@router.put("/{member_id}", responses=raises(Concerned))
@reaches(Relation.BANK)
async def write_sealed(
    member_id: UUID, body: WriteSealed, caller: FreshCaseWorker, work: Working
) -> SealedView:
    """Write a member's sealed record."""
    record = Record(body.cohort, body.age_band)
    done = await operations.change_record(work, caller, member_id, record, body.reason)
    return SealedView.model_validate(done)
