"""What can go wrong, as a tree.

    AppError
    ├── Unreadable         400  the body cannot be parsed
    ├── NotAuthenticated   401  no valid token
    ├── NotPermitted       403  known to be there, not for this caller
    ├── NotFound           404  absent, hidden or not for this caller: the same bytes
    ├── WrongMethod        405
    ├── Conflict           409  a rule is broken, or the step is not open
    ├── Stale              412  `If-Match` names an older version
    ├── TooLarge           413
    ├── Unfit              422  the body does not fit the schema
    ├── TooMuch            429  a limit; may be tried again later
    ├── Fault              500  a bug of ours
    └── Busy               503  the database is away or overloaded; may be tried again

A part's errors subclass a kind and stand beside the rule they guard. The class name is the problem
type (`NotEnoughHours` is `/problems/not-enough-hours`), `said` is its title and detail in each
language that we speak; the detail may name facts in braces.
"""

import re
from typing import ClassVar, NamedTuple

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Said(NamedTuple):
    """How a problem is put to a person: a constant title, and a detail that may name facts."""

    title: str
    detail: str = ""


class AppError(Exception):
    """The base of every error that is an answer and not a bug."""

    status: ClassVar[int] = 500
    said: ClassVar[dict[str, Said]] = {
        "en": Said("Something went wrong", "The fault is ours. Please try again later."),
        "sl": Said("Nekaj je šlo narobe", "Napaka je naša. Poskusite znova pozneje."),
    }
    leaves_trace: ClassVar[bool] = False
    """Whether what the request wrote is committed before the refusal is answered."""

    def __init__(self, **facts: object) -> None:
        """Keep the facts; they are answered as extra members of the problem."""
        super().__init__(type(self).__name__)
        self.facts = facts

    @classmethod
    def slug(cls) -> str:
        """The stable name of the problem in its `type`."""
        return _WORD.sub("-", cls.__name__).lower()

    @property
    def headers(self) -> dict[str, str]:
        """Extra headers of the answer."""
        return {}


class Fault(AppError):
    """A bug of ours."""


class Unreadable(AppError):
    """The body cannot be parsed."""

    status = 400
    said: ClassVar = {
        "en": Said("The body cannot be read", "It is not valid JSON in UTF-8."),
        "sl": Said("Telesa zahteve ni mogoče prebrati", "Ni veljaven JSON v UTF-8."),
    }


class NotAuthenticated(AppError):
    """No valid token came with the request."""

    status = 401
    said: ClassVar = {
        "en": Said("Please sign in", "This needs a valid access token."),
        "sl": Said("Prijavite se", "Potreben je veljaven žeton za dostop."),
    }

    @property
    def headers(self) -> dict[str, str]:
        """Say which scheme is expected (RFC 6750)."""
        return {"WWW-Authenticate": "Bearer"}


class NotPermitted(AppError):
    """The caller may know that this exists, and still may not do it."""

    status = 403
    said: ClassVar = {
        "en": Said("This is not open to you yet"),
        "sl": Said("To vam še ni na voljo"),
    }


class NotFound(AppError):
    """Absent, hidden, or of another bank: nobody can tell which."""

    status = 404
    said: ClassVar = {
        "en": Said("Not found", "There is nothing here that you can see."),
        "sl": Said("Ni najdeno", "Tukaj ni ničesar, kar bi lahko videli."),
    }


class WrongMethod(AppError):
    """The path exists; this method on it does not."""

    status = 405
    said: ClassVar = {
        "en": Said("This method is not offered here"),
        "sl": Said("Ta metoda tukaj ni na voljo"),
    }

    def __init__(self, allowed: frozenset[str]) -> None:
        """Remember the methods that are offered."""
        super().__init__()
        self._allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """All methods of the path (RFC 9110)."""
        return {"Allow": ", ".join(sorted(self._allowed))}


class Conflict(AppError):
    """A rule is broken, or the step is not open now."""

    status = 409


class Stale(AppError):
    """`If-Match` names an older version than the present one."""

    status = 412
    said: ClassVar = {
        "en": Said("It has changed meanwhile", "Read it again before changing it."),
        "sl": Said("Medtem se je spremenilo", "Pred spremembo ga preberite znova."),
    }


class TooLarge(AppError):
    """The body is larger than the named limit."""

    status = 413
    said: ClassVar = {
        "en": Said("The body is too large", "At most {bytes_max} bytes are read."),
        "sl": Said("Telo zahteve je preveliko", "Prebere se največ {bytes_max} bajtov."),
    }


class Unfit(AppError):
    """The request does not fit its schema, or names what is not there; `errors` says where."""

    status = 422
    pointer: ClassVar[str | None] = None
    """Where in the request the rule was broken, for a subclass that is about one place."""
    said: ClassVar = {
        "en": Said("Some of this does not fit", "See errors: each names a place and a reason."),
        "sl": Said("Nekaj se ne ujema", "Glejte errors: vsaka navaja mesto in razlog."),
    }


class TooMuch(AppError):
    """A limit is reached; `Retry-After` says when to come back, where waiting helps."""

    status = 429
    retry_after_seconds: ClassVar[int] = 60
    said: ClassVar = {
        "en": Said("Too much at once", "Please wait a moment before you try again."),
        "sl": Said("Preveč naenkrat", "Pred novim poskusom malo počakajte."),
    }

    @property
    def headers(self) -> dict[str, str]:
        """Say when trying again makes sense."""
        return {"Retry-After": str(self.retry_after_seconds)}


class Busy(AppError):
    """The database is away or overloaded. Where its answer to a commit was lost, nobody knows."""

    status = 503
    retry_after_seconds: ClassVar[int] = 2
    said: ClassVar = {
        "en": Said(
            "Busy right now",
            "Please try again in a moment: with the same Idempotency-Key nothing happens twice.",
        ),
        "sl": Said(
            "Trenutno zasedeno",
            "Poskusite čez trenutek: z istim Idempotency-Key se nič ne zgodi dvakrat.",
        ),
    }

    @property
    def headers(self) -> dict[str, str]:
        """Say when trying again makes sense."""
        return {"Retry-After": str(self.retry_after_seconds)}
