"""The life of an exchange as one table, and what may go wrong on its way."""

from enum import StrEnum
from functools import cache
from typing import ClassVar, Final, Literal, NamedTuple

from app.kit.errors import Conflict, Said, TooMuch, Unfit


class Status(StrEnum):
    """Where an exchange stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    SETTLED = "settled"
    DISPUTED = "disputed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Step(StrEnum):
    """What somebody may do next."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    CANCEL = "cancel"
    DELIVER = "deliver"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    EXPIRE = "expire"
    RESOLVE = "resolve"
    VOID = "void"
    CALL_OFF = "call_off"
    """The two can no longer see each other: what was not delivered ends."""
    REFER = "refer"
    """The same for what was delivered: a moderator looks after it, the hold stays."""


class Noun(StrEnum):
    """What a step of one of the two makes, which is the end of its URL."""

    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    COUNTERPROPOSAL = "counterproposal"
    CANCELLATION = "cancellation"
    DELIVERY = "delivery"
    CONFIRMATION = "confirmation"
    DISPUTE = "dispute"


class Who(StrEnum):
    """In which part somebody takes a step."""

    AWAITED = "awaited"
    """The side whose answer to the proposal is awaited."""
    PROPOSER = "proposer"
    """The side that made the last proposal."""
    GIVER = "giver"
    RECEIVER = "receiver"
    MODERATOR = "moderator"
    TIME = "time"
    SYSTEM = "system"


SILENT: Final = frozenset({Status.DECLINED, Status.CANCELLED, Status.EXPIRED})
"""Where no more messages are sent: a no is a no."""
GOING_ON: Final = frozenset({Status.PROPOSED, Status.ACCEPTED, Status.DELIVERED})
"""Where something is still to be done by one of the two."""
PARTIES: Final = frozenset({Who.GIVER, Who.RECEIVER})
Part = Literal[Who.GIVER, Who.RECEIVER]
"""One of the two people."""


class Way(NamedTuple):
    """Where a step leads, and who may take it."""

    to: Status
    who: frozenset[Who]


LIFE: Final[dict[tuple[Status, Step], Way]] = {
    (Status.PROPOSED, Step.ACCEPT): Way(Status.ACCEPTED, frozenset({Who.AWAITED})),
    (Status.PROPOSED, Step.DECLINE): Way(Status.DECLINED, frozenset({Who.AWAITED})),
    (Status.PROPOSED, Step.COUNTER): Way(Status.PROPOSED, frozenset({Who.AWAITED})),
    (Status.PROPOSED, Step.CANCEL): Way(Status.CANCELLED, frozenset({Who.PROPOSER})),
    (Status.PROPOSED, Step.CALL_OFF): Way(Status.CANCELLED, frozenset({Who.SYSTEM})),
    (Status.PROPOSED, Step.EXPIRE): Way(Status.EXPIRED, frozenset({Who.TIME})),
    (Status.ACCEPTED, Step.DELIVER): Way(Status.DELIVERED, frozenset({Who.GIVER})),
    (Status.ACCEPTED, Step.CANCEL): Way(Status.CANCELLED, PARTIES),
    (Status.ACCEPTED, Step.DISPUTE): Way(Status.DISPUTED, PARTIES),
    (Status.ACCEPTED, Step.CALL_OFF): Way(Status.CANCELLED, frozenset({Who.SYSTEM})),
    (Status.ACCEPTED, Step.EXPIRE): Way(Status.EXPIRED, frozenset({Who.TIME})),
    (Status.DELIVERED, Step.CONFIRM): Way(Status.SETTLED, frozenset({Who.RECEIVER})),
    (Status.DELIVERED, Step.REFER): Way(Status.DISPUTED, frozenset({Who.SYSTEM})),
    (Status.DELIVERED, Step.DISPUTE): Way(Status.DISPUTED, PARTIES),
    (Status.SETTLED, Step.DISPUTE): Way(Status.DISPUTED, PARTIES),
    (Status.SETTLED, Step.RESOLVE): Way(Status.SETTLED, frozenset({Who.MODERATOR})),
    (Status.SETTLED, Step.VOID): Way(Status.CANCELLED, frozenset({Who.MODERATOR})),
    (Status.CANCELLED, Step.RESOLVE): Way(Status.SETTLED, frozenset({Who.MODERATOR})),
    (Status.DISPUTED, Step.RESOLVE): Way(Status.SETTLED, frozenset({Who.MODERATOR})),
    (Status.DISPUTED, Step.VOID): Way(Status.CANCELLED, frozenset({Who.MODERATOR})),
}

NOUNS: Final = {
    Step.ACCEPT: Noun.ACCEPTANCE,
    Step.DECLINE: Noun.DECLINE,
    Step.COUNTER: Noun.COUNTERPROPOSAL,
    Step.CANCEL: Noun.CANCELLATION,
    Step.DELIVER: Noun.DELIVERY,
    Step.CONFIRM: Noun.CONFIRMATION,
    Step.DISPUTE: Noun.DISPUTE,
}
"""The steps that the two take over HTTP; the others are a moderator's, time's or the system's."""


class StepNotOpen(Conflict):
    """The exchange is not at a point where this step can be taken."""

    said: ClassVar = {
        "en": Said("This step is not open", "The exchange is {state}."),
        "sl": Said("Ta korak ni na voljo", "Stanje izmenjave: {state}."),
    }


class NotYourStep(Conflict):
    """This step belongs to the other side."""

    said: ClassVar = {
        "en": Said("This step is not yours", "It is the other side's to take."),
        "sl": Said("Ta korak ni vaš", "Nanj je na vrsti druga stran."),
    }


class TooLateToDispute(Conflict):
    """The term for disputes after the settlement is over."""

    said: ClassVar = {
        "en": Said("The time for a dispute is over", "It ends {days} days after the settlement."),
        "sl": Said("Čas za spor je potekel", "Izteče se {days} dni po poravnavi."),
    }


class OwnListing(Conflict):
    """Nobody can have an exchange with themselves."""

    said: ClassVar = {
        "en": Said("This listing is your own", "Others propose on it; you answer."),
        "sl": Said("Ta objava je vaša", "Predlagajo drugi, vi odgovorite."),
    }


class UnknownMeetingPoint(Unfit):
    """The bank's list has no such meeting point."""

    pointer = "/body/meeting_point_id"
    said: ClassVar = {
        "en": Said("Unknown meeting point", "See /v1/meeting-points."),
        "sl": Said("Neznano zbirališče", "Glejte /v1/meeting-points."),
    }


class ConversationOver(Conflict):
    """Somebody said no, or time did: nobody is written to about it any more."""

    said: ClassVar = {
        "en": Said("This conversation is over", "The exchange is {state}."),
        "sl": Said("Ta pogovor je končan", "Stanje izmenjave: {state}."),
    }


class TooManyProposals(TooMuch):
    """The member waits for as many answers as one may wait for."""

    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many open proposals", "{open_max} wait for an answer; withdraw one first."),
        "sl": Said("Veliko odprtih predlogov", "Na odgovor jih čaka {open_max}; enega umaknite."),
    }


def advance(status: Status, step: Step, who: frozenset[Who]) -> Status:
    """Where the step leads from here.

    Raises:
        StepNotOpen: when the exchange is not at a point where anyone could take it.
        NotYourStep: when somebody else may.
    """
    way = LIFE.get((status, step))
    if way is None:
        raise StepNotOpen(state=status)
    if way.who.isdisjoint(who):
        raise NotYourStep
    return way.to


@cache
def open_to(status: Status, who: frozenset[Who]) -> tuple[Noun, ...]:
    """What may be done from here in these parts, in the order of the table."""
    return tuple(
        NOUNS[step]
        for (begin, step), way in LIFE.items()
        if begin == status and not way.who.isdisjoint(who)
    )
