"""Matches over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.identity.access import Member, MemberOrCoordinator
from app.kit.http import Route, Working
from app.kit.paging import LIMIT_DEFAULT, LIMIT_MAX, Whole
from app.kit.reach import Relation, reaches
from app.kit.values import View
from app.listings.views import ListingView
from app.matching import queries
from app.matching.queries import Match, MyMatch
from app.matching.rules import POINTS_MAX, ReasonCode

router = APIRouter(prefix="/v1", route_class=Route, tags=["matching"])


class ReasonView(View):
    """Why it fits; the points of all reasons add up to the score."""

    code: ReasonCode
    points: float
    languages: list[str]


class MatchView(View):
    """A listing that fits, how well, and why."""

    listing: ListingView
    score: float
    reasons: list[ReasonView]

    @classmethod
    def of(cls, match: Match) -> "MatchView":
        """The view of a match."""
        reasons = [
            ReasonView(code=one.code, points=one.points / POINTS_MAX, languages=list(one.languages))
            for one in match.reasons
        ]
        return cls(listing=ListingView.of(match.seen), score=match.score, reasons=reasons)


class MyMatchView(MatchView):
    """The same, and which of my listings it fits."""

    my_listing_id: UUID

    @classmethod
    def of_mine(cls, match: MyMatch) -> "MyMatchView":
        """The view of a match with one of the reader's listings."""
        return cls(**vars(MatchView.of(match.match)), my_listing_id=match.my_listing_id)


@router.get("/me/matches")
@reaches(Relation.OWN)
async def list_my_matches(
    caller: Member,
    work: Working,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> Whole[MyMatchView]:
    """What fits my open listings best, whichever of them, each listing once."""
    found = await queries.list_my_matches(work.session, caller, now=work.now, limit=limit)
    return Whole(items=[MyMatchView.of_mine(match) for match in found])


@router.get("/listings/{listing_id}/matches")
@reaches(Relation.OWN, staff=Relation.VISIBLE)
async def list_matches(
    listing_id: UUID,
    caller: MemberOrCoordinator,
    work: Working,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> Whole[MatchView]:
    """The best listings of the other kind for this one, best first, with reasons."""
    found = await queries.list_matches(work.session, caller, listing_id, now=work.now, limit=limit)
    return Whole(items=[MatchView.of(match) for match in found])
