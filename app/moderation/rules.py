"""What a dispute may come to."""

from enum import StrEnum
from typing import ClassVar, NamedTuple

from app.kit.errors import Conflict, Said, Unfit


class DisputeStatus(StrEnum):
    """Whether a moderator has decided."""

    OPEN = "open"
    RESOLVED = "resolved"
    APPEALED = "appealed"
    """One side has asked for another moderator's decision; the first one stands until then."""


class Outcome(StrEnum):
    """What a moderator can decide."""

    AS_AGREED = "as_agreed"
    ADJUSTED = "adjusted"
    VOID = "void"


class Ruling(NamedTuple):
    """A moderator's decision: what it comes to (no minutes: void), and why."""

    outcome: Outcome
    minutes: int | None
    reason: str


class WouldTell(Conflict):
    """The other side is blocked; what they would see of it only somebody who is here can do."""

    said: ClassVar = {
        "en": Said(
            "They would see that you are here",
            "You block them. Flag the exchange instead: a moderator can put its posting right.",
        ),
        "sl": Said(
            "Tako bi videli, da ste tu",
            "To osebo blokirate. Izmenjavo raje prijavite: moderator lahko popravi knjiženje.",
        ),
    }


class AlreadyDisputed(Conflict):
    """A moderator has decided on this exchange before."""

    said: ClassVar = {
        "en": Said("This exchange was disputed before"),
        "sl": Said("O tej izmenjavi je spor že bil"),
    }


class DisputeResolved(Conflict):
    """A moderator has decided already."""

    said: ClassVar = {
        "en": Said("This dispute is resolved already"),
        "sl": Said("Ta spor je že razrešen"),
    }


class MinutesDoNotFit(Unfit):
    """`minutes` belongs to the outcome `adjusted`, and only to it."""

    pointer = "/body/minutes"
    said: ClassVar = {
        "en": Said("Minutes do not fit the outcome", "Give minutes with adjusted, and only then."),
        "sl": Said("Minute ne ustrezajo izidu", "Minute navedite pri adjusted in samo tam."),
    }


def minutes_of(outcome: Outcome, agreed: int, given: int | None) -> int | None:
    """The minutes that the outcome comes to; None when it is void.

    Raises:
        MinutesDoNotFit: when minutes are missing, or given where they mean nothing.
    """
    if (outcome is Outcome.ADJUSTED) != (given is not None):
        raise MinutesDoNotFit
    return {Outcome.AS_AGREED: agreed, Outcome.ADJUSTED: given, Outcome.VOID: None}[outcome]
