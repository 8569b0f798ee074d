"""What becomes of each request in the story: the steps after its proposal, as data."""

from enum import StrEnum
from typing import Final, NamedTuple


class Side(StrEnum):
    """Whose step it is."""

    GIVER = "giver"
    RECEIVER = "receiver"


class Step(NamedTuple):
    """One step of an exchange: the noun in its URL, who takes it, and what is said.

    `more_minutes` makes the body carry the request's minutes, longer or shorter by these.
    """

    noun: str
    by: Side
    reason: str | None = None
    more_minutes: int | None = None


ACCEPT: Final = Step("acceptance", Side.GIVER)
DELIVER: Final = Step("delivery", Side.GIVER)
CONFIRM: Final = Step("confirmation", Side.RECEIVER)
SETTLED: Final = (ACCEPT, DELIVER, CONFIRM)
LONGER: Final = (ACCEPT, Step("delivery", Side.GIVER, more_minutes=15), CONFIRM)
SHORTER: Final = (ACCEPT, Step("delivery", Side.GIVER, more_minutes=-15), CONFIRM)
COUNTERED: Final = (
    Step("counterproposal", Side.GIVER, more_minutes=30),
    Step("acceptance", Side.RECEIVER),
    DELIVER,
    CONFIRM,
)
DECLINED: Final = (Step("decline", Side.GIVER, "I am away this month."),)
CANCELLED: Final = (ACCEPT, Step("cancellation", Side.RECEIVER, "It is no longer needed."))
WITHDRAWN: Final = (Step("cancellation", Side.RECEIVER),)
OPEN: Final[tuple[Step, ...]] = ()
ACCEPTED: Final = (ACCEPT,)
DELIVERED: Final = (ACCEPT, DELIVER)
DISPUTED: Final = (
    ACCEPT,
    Step("delivery", Side.GIVER, more_minutes=60),
    Step("dispute", Side.RECEIVER, "We met for a shorter time than that."),
)

ROUND: Final = (
    *(SETTLED, COUNTERED, SETTLED, DECLINED, LONGER, SETTLED, OPEN, SHORTER, CANCELLED),
    *(SETTLED, ACCEPTED, SETTLED, WITHDRAWN, DELIVERED, SETTLED),
)
"""The plots of the requests, again and again in this order."""
