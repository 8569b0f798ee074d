"""The law of the books, as values: what an instruction does to the accounts that it touches."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Final, Self
from uuid import UUID

from app.kit.errors import Conflict, Said

ISSUING_FLOOR_MINUTES: Final = -(2**60)
"""The issuing account shows the other side of opening credits: it has no floor that matters."""
POSTING_MINUTES_MAX: Final = 2**40
"""The most that one posting or hold can carry: far from where the numbers of the books end."""
BALANCE_MINUTES_MAX: Final = 2**62
"""The farthest from zero that a balance can be, held minutes counted."""


class AccountKind(StrEnum):
    """Whose an account is."""

    MEMBER = "member"
    FUND = "fund"
    ISSUING = "issuing"
    CLEARING = "clearing"
    """Hours between this bank and a partner bank; one for each partner."""


class HoldOutcome(StrEnum):
    """How a hold ended."""

    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class LimitReached(Conflict):
    """A limit of one account does not allow the movement or hold."""

    said: ClassVar = {
        "en": Said("A limit does not allow this"),
        "sl": Said("Meja tega ne dopušča"),
    }
    account_id: UUID | None = None
    """Whose; never answered, as only the parts above know which account a caller may know."""

    def seen_by(self, account_id: UUID) -> Self:
        """The refusal as whoever has this account may read it: of another's no numbers."""
        return self if account_id == self.account_id else type(self)()

    def naming(self, **facts: object) -> Self:
        """The same refusal with more facts."""
        return type(self)(**self.facts, **facts)


class NotEnoughHours(LimitReached):
    """The movement or hold would take an account under its floor."""

    said: ClassVar = {
        "en": Said(
            "Not enough hours",
            "There are not that many above the floor of whose hours these are.",
        ),
        "sl": Said(
            "Premalo ur",
            "Nad spodnjo mejo tistega, čigave so, jih ni toliko.",
        ),
    }


class OverCeiling(LimitReached):
    """The movement or hold would take an account over its ceiling."""

    said: ClassVar = {
        "en": Said(
            "Over the ceiling",
            "There is not that much room under the ceiling of whose hours they would be.",
        ),
        "sl": Said(
            "Nad zgornjo mejo",
            "Do zgornje meje tistega, čigave bi bile, ni toliko prostora.",
        ),
    }


class TooManyMinutes(Conflict):
    """More than one posting, or a balance, can be."""

    said: ClassVar = {
        "en": Said("More minutes than the books can hold"),
        "sl": Said("Več minut, kot jih zmorejo knjige"),
    }


class HoldEnded(Conflict):
    """The hold was settled, released or has expired before."""

    said: ClassVar = {
        "en": Said("The reserved hours were already released"),
        "sl": Said("Rezervirane ure so že sproščene"),
    }


class AccountClosed(Conflict):
    """One of the accounts was closed: nothing moves on it, and nothing is held."""

    said: ClassVar = {
        "en": Said("This account is closed", "No hours move on it any more."),
        "sl": Said("Ta račun je zaprt", "Na njem se ure ne premikajo več."),
    }


Refusal = NotEnoughHours | OverCeiling | TooManyMinutes | HoldEnded | AccountClosed
"""Why a deed may be refused by the books."""


@dataclass(frozen=True)
class Leg:
    """Minutes from one account (debit) to another (credit)."""

    debit: UUID
    credit: UUID
    minutes: int
    reverses: UUID | None = None
    """The posting that this one takes back."""


@dataclass(frozen=True)
class NewHold:
    """Minutes to reserve on an account, and room for them on the one that they are meant for."""

    hold_id: UUID
    account_id: UUID
    minutes: int
    for_account_id: UUID | None = None


@dataclass(frozen=True)
class HoldEnding:
    """A hold to end, on the accounts that it stands on."""

    hold_id: UUID
    account_id: UUID
    outcome: HoldOutcome
    for_account_id: UUID | None = None


@dataclass(frozen=True)
class Instruction:
    """One deed as asked of the books; all of it happens, or nothing."""

    bank_id: UUID
    kind: str
    reference: str
    subject_id: UUID | None = None
    legs: tuple[Leg, ...] = ()
    opens: NewHold | None = None
    ends: HoldEnding | None = None
    may_pass_limits: bool = False
    """Only a moderator's correction may, openly, with a reason (law 6)."""
    effective_at: datetime | None = None
    """When it happened in the world; None: as it is posted. Nothing is decided by it."""
    otherwise: "Instruction | None" = None
    """What is done instead where a limit refuses this one, on the same accounts."""

    @cached_property
    def accounts(self) -> frozenset[UUID]:
        """Every account that this instruction touches."""
        sides = {side for leg in self.legs for side in (leg.debit, leg.credit)}
        parts = [part for part in (self.opens, self.ends) if part]
        holds = {one for part in parts for one in (part.account_id, part.for_account_id) if one}
        return frozenset(sides | holds)
