"""Who may be here: roles, callers, and the refusals of signing in."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from app.kit.errors import Conflict, NotAuthenticated, NotPermitted, Said, TooMuch, Unfit


class Role(StrEnum):
    """What a login may do. `member` comes with approval; the others are staff's."""

    MEMBER = "member"
    COORDINATOR = "coordinator"
    MODERATOR = "moderator"
    CASE_WORKER = "case_worker"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Means(StrEnum):
    """How a session was opened."""

    PASSWORD = "password"  # noqa: S105 a kind of proof
    TOTP = "totp"
    """With the password and a code."""
    PASSKEY = "passkey"
    """With the password and a passkey."""


FRESH: Final = timedelta(minutes=5)
"""How long a proof of who one is holds for what harms most (step-up)."""
STAFF: Final = frozenset(Role) - {Role.MEMBER}


class WrongCredentials(NotAuthenticated):
    """Unknown, banned, or the wrong password: nobody can tell which."""

    said: ClassVar = {
        "en": Said("Sign-in failed", "The name or the password is wrong."),
        "sl": Said("Prijava ni uspela", "Ime ali geslo ni pravilno."),
    }

    def __init__(self) -> None:
        """Carry OAuth's own name for it (RFC 6749, 5.2)."""
        super().__init__(error="invalid_grant")


class RefreshRefused(WrongCredentials):
    """The refresh token is not the good one of its family; a reused one ends the family."""

    leaves_trace = True
    said: ClassVar = {
        "en": Said("Please sign in again", "This refresh token is no longer good."),
        "sl": Said("Prijavite se znova", "Ta žeton za osvežitev ni več veljaven."),
    }


class UnknownGrant(Unfit):
    """The token endpoint was asked for something it does not give."""

    pointer = "/body/grant_type"
    said: ClassVar = {
        "en": Said("Incomplete sign-in", "Send username and password, or refresh_token."),
        "sl": Said("Nepopolna prijava", "Pošljite username in password ali refresh_token."),
    }

    def __init__(self) -> None:
        """Carry OAuth's own name for it (RFC 6749, 5.2)."""
        super().__init__(error="invalid_request")


class WeakPassword(Unfit):
    """The password is too short, too common or too regular."""

    pointer = "/body/password"
    said: ClassVar = {
        "en": Said(
            "Please choose another password",
            "A few words do well: a long one, not in common use, without your alias or address.",
        ),
        "sl": Said(
            "Izberite drugo geslo",
            "Dobro je nekaj besed skupaj: dolgo, redko in brez vašega imena ali naslova.",
        ),
    }


class ConfirmFirst(NotAuthenticated):
    """What was asked for needs a proof of who is asking that is at most five minutes old."""

    said: ClassVar = {
        "en": Said("Please confirm that it is you", "Send your password to /v1/me/confirmation."),
        "sl": Said("Potrdite, da ste to vi", "Pošljite geslo na /v1/me/confirmation."),
    }

    @property
    def headers(self) -> dict[str, str]:
        """Say what is missing (RFC 9470)."""
        seconds = int(FRESH.total_seconds())
        told = f'Bearer error="insufficient_user_authentication", max_age={seconds}'
        return {"WWW-Authenticate": told}


class EmailTaken(Conflict):
    """Somebody of this bank signs in with this address already. Only coordinators are told.

    And only those whom that somebody does not concern; that it was looked for stays on record.
    """

    leaves_trace = True

    said: ClassVar = {
        "en": Said(
            "This e-mail has a login already",
            "Perhaps they forgot their password, or it is not their address: ask in person first.",
        ),
        "sl": Said(
            "Ta e-naslov že ima prijavo",
            "Morda so pozabili geslo ali pa naslov ni njihov: najprej vprašajte osebno.",
        ),
    }


class TooManySignIns(TooMuch):
    """More people are signing in than passwords can be checked."""

    retry_after_seconds = 5
    said: ClassVar = {
        "en": Said("Many people are signing in", "Please try again in a few seconds."),
        "sl": Said("Prijavlja se veliko ljudi", "Poskusite znova čez nekaj sekund."),
    }


class NotAMember(NotPermitted):
    """The caller is signed in, but is not (yet) a member."""

    said: ClassVar = {
        "en": Said(
            "This is for members",
            "A coordinator's approval opens it; /v1/me and /v1/bank are open to you now.",
        ),
        "sl": Said(
            "To je za člane",
            "Odpre se z odobritvijo koordinatorja; /v1/me in /v1/bank lahko vidite že zdaj.",
        ),
    }


@dataclass(frozen=True)
class Caller:
    """Who is asking, in which bank, in which session, and what they may do."""

    bank_id: UUID
    login_id: UUID
    session_id: UUID
    member_id: UUID | None
    roles: frozenset[Role]
    means: Means = Means.PASSWORD
    proved_at: datetime | None = None
    must_enrol: bool = False
    """Staff without a second factor where they need one: they have no role until then."""

    @property
    def me(self) -> UUID:
        """The caller's member id, on routes that only members reach."""
        assert self.member_id is not None, "the guard lets only members here"
        return self.member_id

    @property
    def owner_id(self) -> UUID:
        """Whose data key seals what the caller says: the member's, or of staff the login's."""
        return self.member_id or self.login_id

    def may(self, *roles: Role) -> bool:
        """Whether the caller has one of these roles."""
        return not self.roles.isdisjoint(roles)


def is_fresh(caller: Caller, now: datetime) -> bool:
    """Whether the caller has proved lately enough who they are."""
    return caller.proved_at is not None and now - caller.proved_at <= FRESH


def admitted(caller: Caller, here: frozenset[Role], *, is_demo: bool) -> Caller:
    """The caller with the roles that count here, and that how they signed in gives them."""
    if not caller.roles <= here:
        caller = replace(caller, roles=caller.roles & here)
    if is_demo or caller.means is not Means.PASSWORD or not caller.may(*STAFF):
        return caller
    return replace(caller, roles=frozenset(), must_enrol=True)


def is_email(name: str) -> bool:
    """Whether a name is meant as an address; what has no such sign is a sign-in code."""
    return "@" in name


def canonical_email(address: str) -> str:
    """The form in which an address is compared: trimmed and case-folded."""
    return address.strip().casefold()
