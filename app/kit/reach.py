"""What a route reaches: how the caller must be related to it, and how often it may be asked.

The role stands in the guard; this is the other half of who may use a route. The authorisation
matrix (tests/authorisation.txt) shows for every operation that what is declared is so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Relation(StrEnum):
    """How a caller must be related to what the operation reads or changes."""

    NOBODYS = "nobodys"
    """It is about no person: signing in, the bank's public face, its lists."""
    OWN = "own"
    """The caller's own; anybody else's is not found."""
    PARTY = "party"
    """An exchange, or what belongs to one, of which the caller is a side."""
    VISIBLE = "visible"
    """Whatever the one visibility predicate shows to the caller."""
    WHOEVER = "whoever"
    """Any id at all, with the same answer: it must not tell whom it names."""
    BANK = "bank"
    """Anything of the caller's bank: for staff."""


class Rate(StrEnum):
    """How an operation counts against the limits of requests; their numbers are settings."""

    READ = "read"
    WRITE = "write"
    ENTRY = "entry"
    """Signing in, joining, recovering, proving again: where passwords and addresses are tried."""
    HEAVY = "heavy"
    """Costs the database much: exports, proofs."""
    FREE = "free"
    """Not limited: asked by machines that watch the server."""


@dataclass(frozen=True)
class Reach:
    """What a route declares."""

    relation: Relation
    staff: Relation | None
    """For staff roles, where theirs differs."""
    rate: Rate

    @property
    def is_looked_after(self) -> bool:
        """Whether staff reach other people by it: each such look is written down with it."""
        return Relation.BANK in (self.relation, self.staff)


_MARK: Final = "reach"


def reaches(
    relation: Relation, *, staff: Relation | None = None, rate: Rate | None = None
) -> Callable[[Endpoint], Endpoint]:
    """Declare what an endpoint reaches; without a rate, its method gives it: read or write."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__[_MARK] = (relation, staff, rate)
        return endpoint

    return mark


def reach_of(path: str, endpoint: Callable[..., Any], *, reads: bool) -> Reach:
    """What the endpoint of this path declared.

    Raises:
        RuntimeError: when it declared nothing; a route without it must not be served.
    """
    declared = getattr(endpoint, _MARK, None)
    if declared is None:
        raise RuntimeError(f"{path} must declare what it reaches")
    relation, staff, rate = declared
    return Reach(relation, staff, rate or (Rate.READ if reads else Rate.WRITE))
