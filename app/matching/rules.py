"""The score of a match, as values. score = topic x (base + context), in whole points of 1,000.

Topic first (the same service, or a related one), then context (nearness, shared languages).
A related service can never outrank the same one: at its best it scores under the other's worst.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

POINTS_MAX: Final = 1_000
BASE_POINTS: Final = 400
NEAR_POINTS_MAX: Final = 400
LANGUAGE_POINTS_MAX: Final = 200
RELATED_FACTOR: Final = 0.3
LANGUAGES_FOR_FULL_POINTS: Final = 2


class ReasonCode(StrEnum):
    """Why two listings fit; the client puts it into words."""

    SAME_SERVICE = "same_service"
    RELATED_SERVICE = "related_service"
    BOTH_SPEAK = "both_speak"
    SAME_AREA = "same_area"
    ANYWHERE = "anywhere"
    REMOTE_OK = "remote_ok"
    OTHER_AREA = "other_area"


@dataclass(frozen=True)
class Side:
    """What matching knows of a listing."""

    category: str
    languages: frozenset[str]
    area: str | None
    remote: bool

    @property
    def in_person(self) -> bool:
        """Whether it can happen in person; without an area, `remote` means from afar only."""
        return self.area is not None or not self.remote


@dataclass(frozen=True)
class Reason:
    """One part of the score, in points."""

    code: ReasonCode
    points: int
    languages: tuple[str, ...] = field(default=())


def judge(mine: Side, other: Side) -> list[Reason]:
    """The reasons of a match that has passed the hard filters; their points are its score."""
    same = mine.category == other.category
    factor = 1.0 if same else RELATED_FACTOR
    topic = ReasonCode.SAME_SERVICE if same else ReasonCode.RELATED_SERVICE
    shared = tuple(sorted(mine.languages & other.languages))
    fluency = min(len(shared), LANGUAGES_FOR_FULL_POINTS) / LANGUAGES_FOR_FULL_POINTS
    where, nearness = _nearness(mine, other)
    return [
        Reason(topic, round(factor * BASE_POINTS)),
        Reason(where, round(factor * NEAR_POINTS_MAX * nearness)),
        Reason(ReasonCode.BOTH_SPEAK, round(factor * LANGUAGE_POINTS_MAX * fluency), shared),
    ]


def is_reachable(mine: Side, other: Side) -> bool:
    """The hard filter of place: both can be there in person, or both can be from afar."""
    return (mine.in_person and other.in_person) or (mine.remote and other.remote)


def score(reasons: list[Reason]) -> float:
    """The score between 0 and 1 that the reasons add up to."""
    return sum(reason.points for reason in reasons) / POINTS_MAX


def _nearness(mine: Side, other: Side) -> tuple[ReasonCode, float]:
    if mine.area is not None and mine.area == other.area:
        return ReasonCode.SAME_AREA, 1.0
    if mine.remote and other.remote:
        return ReasonCode.REMOTE_OK, 0.75
    if mine.area is None or other.area is None:
        return ReasonCode.ANYWHERE, 0.75
    return ReasonCode.OTHER_AREA, 0.25
