"""What a listing may be."""

from enum import StrEnum
from typing import ClassVar

from app.kit.errors import Conflict, Said, TooMuch, Unfit


class ListingKind(StrEnum):
    """What the author wants: to give, or to receive."""

    OFFER = "offer"
    REQUEST = "request"

    @property
    def other(self) -> "ListingKind":
        """The kind that answers this one."""
        return ListingKind.REQUEST if self is ListingKind.OFFER else ListingKind.OFFER


class ListingStatus(StrEnum):
    """Whether a listing can still be answered."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    SENT_AWAY = "sent_away"
    """By the moderators: to others as if it were withdrawn."""


class UnknownCategory(Unfit):
    """The bank's list has no such category."""

    pointer = "/body/category"
    said: ClassVar = {
        "en": Said("Unknown category", "See /v1/categories; there is no {category}."),
        "sl": Said("Neznana kategorija", "Glejte /v1/categories; tam ni {category}."),
    }


class UnknownArea(Unfit):
    """The bank's list has no such area."""

    pointer = "/body/area"
    said: ClassVar = {
        "en": Said("Unknown area", "See /v1/areas; there is no {area}."),
        "sl": Said("Neznano območje", "Glejte /v1/areas; tam ni {area}."),
    }


class AlreadyOver(Unfit):
    """The listing would end before it begins."""

    pointer = "/body/expires_at"
    said: ClassVar = {
        "en": Said("This end has passed", "expires_at must lie in the future."),
        "sl": Said("Ta konec je že mimo", "expires_at mora biti v prihodnosti."),
    }


class ListingWithdrawn(Conflict):
    """The author has withdrawn it."""

    said: ClassVar = {
        "en": Said("This listing is withdrawn"),
        "sl": Said("Ta objava je umaknjena"),
    }


class ListingSentAway(Conflict):
    """The moderators have sent it away."""

    said: ClassVar = {
        "en": Said("The moderators have sent this listing away", "They have said why."),
        "sl": Said("To objavo so moderatorji odstranili", "Povedali so, zakaj."),
    }


class NotSentAway(Conflict):
    """There is nothing to give back."""

    said: ClassVar = {
        "en": Said("This listing is not sent away", "Or its author has withdrawn it since."),
        "sl": Said("Ta objava ni odstranjena", "Ali pa jo je avtor medtem umaknil."),
    }


class TooManyListings(TooMuch):
    """The member has as many open listings as one may have."""

    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many open listings", "You have {open_max} open; withdraw one first."),
        "sl": Said("Veliko odprtih objav", "Odprtih imate {open_max}; najprej eno umaknite."),
    }
