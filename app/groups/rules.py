"""Who gives and who gets how much in a group session."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from app.kit.errors import Conflict, Said, Unfit

PEOPLE_MAX: Final = 50
"""The most who can give or receive in one session."""
COMPANIONS_MAX: Final = 10
LEVY_PERCENT_MAX: Final = 50


class Sharing(StrEnum):
    """What the receivers give for the time of those who gave."""

    SHARED = "shared"
    """They share it in equal parts."""
    EACH = "each"
    """Each gives the whole of it; what exceeds the givers' time goes to the fund."""


class SomebodyNotMet(Conflict):
    """Where the bank has a vetting ladder, the staff have met whoever takes part in a session."""

    said: ClassVar = {
        "en": Said("Somebody was not met yet", "Meet them, and give them a level first."),
        "sl": Said("Nekoga še niste spoznali", "Srečajte se in mu najprej dajte raven."),
    }


class NotOneToMany(Unfit):
    """A session has one giver or one receiver."""

    pointer = "/body/giver_ids"
    said: ClassVar = {
        "en": Said("One gives or one receives", "Name one giver or one receiver."),
        "sl": Said("Eden daje ali eden prejme", "Navedite enega, ki daje, ali enega, ki prejme."),
    }


class PersonTwice(Unfit):
    """Somebody is named twice."""

    pointer = "/body"
    said: ClassVar = {
        "en": Said("Somebody is named twice", "Each person takes part in one way."),
        "sl": Said("Nekdo je naveden dvakrat", "Vsak sodeluje na en način."),
    }


@dataclass(frozen=True)
class Terms:
    """A session as it took place; people by their ids."""

    givers: frozenset[UUID]
    receivers: frozenset[UUID]
    minutes: int
    """How long it took: every giver gave that long."""
    sharing: Sharing = Sharing.SHARED
    levy_percent: int = 0
    """The part of what the givers get that goes to the fund."""
    companions: dict[UUID, int] = field(default_factory=dict)
    """Interpreters and companions, with their minutes from the fund."""

    @classmethod
    def of(
        cls,
        givers: Collection[UUID],
        receivers: Collection[UUID],
        companions: Collection[tuple[UUID, int]],
        *,
        minutes: int,
        sharing: Sharing,
        levy_percent: int,
    ) -> "Terms":
        """The terms for these lists.

        Raises:
            NotOneToMany: when several give to several.
            PersonTwice: when somebody is named twice.
        """
        if min(len(givers), len(receivers)) > 1:
            raise NotOneToMany
        named = [*givers, *receivers, *(one for one, _ in companions)]
        if len(set(named)) < len(named):
            raise PersonTwice
        sides = frozenset(givers), frozenset(receivers)
        return cls(*sides, minutes, sharing, levy_percent, dict(companions))

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody who took part."""
        return self.givers | self.receivers | frozenset(self.companions)


@dataclass(frozen=True)
class Shares:
    """By how many minutes each balance changes; together with the fund's part they sum to zero."""

    people: dict[UUID, int]
    fund: int
    """Before the companions' minutes leave it."""


def split(minutes: int, people: Collection[UUID]) -> dict[UUID, int]:
    """Equal parts in whole minutes that sum to the whole.

    What does not divide is given out a minute each, to the first by id: ids are random, so this
    favours nobody, and the order in which people are named cannot matter.
    """
    part, rest = divmod(minutes, len(people))
    return {one: part + (place < rest) for place, one in enumerate(sorted(people))}


def levied(minutes: int, percent: int) -> tuple[int, int]:
    """What the giver keeps and what goes to the fund: the levy is rounded down to whole minutes."""
    levy = minutes * percent // 100
    return minutes - levy, levy


def shares_of(terms: Terms) -> Shares:
    """What everybody but the companions gives or gets."""
    given = terms.minutes * len(terms.givers)
    kept, levy = levied(terms.minutes, terms.levy_percent)
    if terms.sharing is Sharing.EACH:
        received = dict.fromkeys(terms.receivers, given)
    else:
        received = split(given, terms.receivers)
    people = {one: -minutes for one, minutes in received.items()} | dict.fromkeys(
        terms.givers, kept
    )
    surplus = sum(received.values()) - given
    return Shares(people, surplus + levy * len(terms.givers))
