"""Putting postings right over HTTP."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from app.exchanges.rules import NotYourStep, StepNotOpen
from app.identity.access import Moderator
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Minutes, Moment, Reason, RequestBody, View
from app.ledger.reversing.operations import PutRight, PuttingRight
from app.ledger.reversing.rules import NotReversible, OverOriginal
from app.ledger.rules import AccountClosed
from app.moderation.reversals import operations
from app.moderation.reversals.rules import MoreThanGranted, PartWithCorrection
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1/postings", route_class=Route, tags=["moderation"])


class Correction(RequestBody):
    """What should have moved, between the same accounts the same way."""

    minutes: Minutes = Field(examples=[45])


class ReversePosting(RequestBody):
    """What to take back, why, and what should have moved instead."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "It was shorter.", "correction": {"minutes": 45}}]
        }
    )

    reason: Reason
    minutes: Minutes | None = Field(
        None, description="How much to take back; when left out, all that is left of it."
    )
    correction: Correction | None = None


class ReversalView(View):
    """What was done: the posting that took back, and the one in its place if there is one."""

    id: UUID = Field(description="The posting that took the original back.")
    original_id: UUID
    kind: Literal["correction", "reversal"]
    minutes: int
    left_minutes: int = Field(examples=[0], description="What still stands of the original.")
    correction_id: UUID | None = Field(description="The posting in the original's place.")
    correction_minutes: int | None = Field(examples=[45])
    passed_limits: bool = Field(
        examples=[False], description="Whether an account was taken past its limit for it."
    )
    at: Moment

    @classmethod
    def of(cls, done: PutRight) -> "ReversalView":
        """The view of what was done."""
        return cls(
            id=done.posted.posting_ids[0],
            original_id=done.original.posting.posting_id,
            kind="correction" if done.correction_id else "reversal",
            minutes=done.minutes,
            left_minutes=done.left_minutes,
            correction_id=done.correction_id,
            correction_minutes=done.corrected_minutes,
            passed_limits=done.posted.passed_limits,
            at=done.posted.posted_at,
        )


@router.post(
    "/{posting_id}/reversal",
    status_code=201,
    responses=raises(
        OverOriginal,
        NotReversible,
        MoreThanGranted,
        PartWithCorrection,
        Concerned,
        StepNotOpen,
        NotYourStep,
        AccountClosed,
    ),
)
@reaches(Relation.BANK)
async def reverse_posting(
    posting_id: UUID, body: ReversePosting, caller: Moderator, work: Working
) -> ReversalView:
    """Put a posting right: take it back, whole or in part, and post what should have moved.

    What takes another one back stands. What was right after all is done anew.
    A grant becomes no larger: more is granted anew.
    """
    asked = PuttingRight(
        posting_id,
        minutes=body.minutes,
        corrected_minutes=body.correction.minutes if body.correction else None,
        by=caller.login_id,
        reason=body.reason,
    )
    return ReversalView.of(await operations.reverse(work, caller, asked))
