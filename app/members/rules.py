"""The life of a membership, and its refusals."""

from enum import IntEnum, StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said, Unfit
from app.kit.wording import skeleton

FORMER_MEMBER: Final = "former member"
"""How anyone is called who can no longer be seen; their id is left out with it."""


_RESERVED: Final = frozenset(map(skeleton, (FORMER_MEMBER, "nekdanji član", "nekdanja članica")))


class AliasReserved(Unfit):
    """The alias looks like the one that stands for people who can no longer be seen."""

    pointer = "/body/alias"
    said: ClassVar = {
        "en": Said("Please choose another alias", "This one means somebody who is not here."),
        "sl": Said("Izberite drug vzdevek", "Ta pomeni nekoga, ki ga ni tukaj."),
    }


class AliasIsContact(Unfit):
    """The alias holds a number, an address or a name elsewhere; it is shown to everybody."""

    pointer = "/body/alias"
    said: ClassVar = {
        "en": Said("Please choose another alias", "It is no place for numbers and addresses."),
        "sl": Said("Izberite drug vzdevek", "Številke in naslovi ne sodijo vanj."),
    }


def refuse_reserved(alias: str) -> None:
    """Keep the alias of former members to them.

    Raises:
        AliasReserved: when it could be taken for that.
    """
    if skeleton(alias) in _RESERVED:
        raise AliasReserved


class MemberStatus(StrEnum):
    """Where a membership stands."""

    APPLICANT = "applicant"
    ACTIVE = "active"
    REJECTED = "rejected"
    LEFT = "left"


class MemberKind(StrEnum):
    """Who takes part."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Level(IntEnum):
    """How well the staff know a member. Only staff give it, and nobody else ever sees it.

    It means something where the bank has a vetting ladder.
    """

    NEW = 0
    """Approved from afar: may read, and post."""
    MET = 1
    """Met in person: may take part in group sessions."""
    TOOK_PART = 2
    """Took part in one; a group session gives this by itself."""
    FULL = 3
    """May have exchanges with others one to one."""


class ApplicationDecided(Conflict):
    """Somebody decided this application before."""

    said: ClassVar = {
        "en": Said("This application is decided already", "The member is {state}."),
        "sl": Said("O tej prošnji je že odločeno", "Stanje: {state}."),
    }


class TermsNotCurrent(Unfit):
    """The bank has other terms now; they have to be read before joining."""

    pointer = "/body/terms_version"
    said: ClassVar = {
        "en": Said("The terms have changed", "The current terms are version {terms_version}."),
        "sl": Said("Pogoji so se spremenili", "Veljavni pogoji so različica {terms_version}."),
    }
