"""When an appeal is open, and who may decide it."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class NotResolvedYet(Conflict):
    """There is no outcome to appeal against."""

    said: ClassVar = {
        "en": Said("This dispute is not resolved yet"),
        "sl": Said("Ta spor še ni razrešen"),
    }


class AlreadyAppealed(Conflict):
    """One appeal is all there is."""

    said: ClassVar = {
        "en": Said("There was an appeal already", "Its outcome is the last."),
        "sl": Said("Pritožba je že bila vložena", "Njen izid je dokončen."),
    }


class TooLateToAppeal(Conflict):
    """The term for an appeal is over."""

    said: ClassVar = {
        "en": Said("The time for an appeal is over", "It ends {days} days after the outcome."),
        "sl": Said("Čas za pritožbo je potekel", "Izteče se {days} dni po izidu."),
    }


class AnotherModerator(Conflict):
    """Whoever decided first does not decide on the appeal."""

    said: ClassVar = {
        "en": Said("Another moderator decides on this", "The outcome that is appealed is yours."),
        "sl": Said("O tem odloča druga moderatorka ali moderator", "Izpodbijani izid je vaš."),
    }
