"""A model of what people do in a bank: exchanges, disputes, gifts, grants, what is put right."""

from dataclasses import dataclass, field
from typing import Final

from app.banks.rules import GRANT_BUDGET_MINUTES_DEFAULT, GRANT_CAP_MINUTES_DEFAULT

OPENING: Final = (0, 60, 700)
"""What each member begins with, from the issuing account."""
FLOOR: Final = -720
OK: Final = ""
ENOUGH, NOT_OPEN = "not-enough-hours", "step-not-open"
STATES: Final = {
    "acceptance": {"proposed"},
    "decline": {"proposed"},
    "cancellation": {"proposed", "accepted"},
    "delivery": {"accepted"},
    "confirmation": {"delivered"},
    "dispute": {"accepted", "delivered", "settled"},
}
"""Where each step can be taken."""
NEXT: Final = {"proposed": "acceptance", "accepted": "delivery", "delivered": "confirmation"}
"""The step that brings an exchange on."""


@dataclass(eq=False)
class Deal:
    """One exchange; people by their number."""

    giver: int
    receiver: int
    proposer: int
    minutes: int
    status: str = "proposed"
    took: int | None = None
    settled: int | None = None
    was_disputed: bool = False

    @property
    def parties(self) -> set[int]:
        return {self.giver, self.receiver}

    @property
    def held(self) -> int:
        """What is held for it."""
        stopped = self.status == "disputed" and self.settled is None
        return self.minutes if stopped or self.status in {"accepted", "delivered"} else 0

    def may(self, step: str) -> set[int]:
        """Who may take the step now."""
        if step in {"acceptance", "decline"}:
            return self.parties - {self.proposer}
        if step == "cancellation" and self.status == "proposed":
            return {self.proposer}
        sides = {"delivery": {self.giver}, "confirmation": {self.receiver}}
        return sides.get(step, self.parties)


@dataclass(eq=False)
class Move:
    """Minutes between a member and the fund."""

    who: int
    left: int
    """What was not taken back of it."""
    sign: int
    """1 when the member gets them, by a grant; -1 when the fund does; 0 when it takes back."""


@dataclass
class Model:
    """What must be so; every deed gives `OK` or the name of the problem."""

    balances: list[int] = field(default_factory=lambda: list(OPENING))
    fund: int = 0
    granted: list[int] = field(default_factory=lambda: [0] * len(OPENING))
    deals: list[Deal] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    def held(self, who: int) -> int:
        return sum(deal.held for deal in self.deals if deal.receiver == who)

    def room(self, who: int) -> int:
        """What may still leave; a floor never blocks what has happened."""
        return max(0, self.balances[who] - self.held(who) - FLOOR)

    def propose(self, giver: int, receiver: int, minutes: int) -> str:
        if giver == receiver:
            return "own-listing"
        self.deals.append(Deal(giver, receiver, receiver, minutes))
        return OK

    def step(self, deal: Deal, who: int, step: str, minutes: int | None = None) -> str:
        if who not in deal.parties:
            return "not-found"
        if deal.status not in STATES[step]:
            return NOT_OPEN
        if who not in deal.may(step):
            return "not-your-step"
        if step == "acceptance" and deal.minutes > self.room(deal.receiver):
            return ENOUGH
        self._take(deal, step, minutes)
        return OK

    def _take(self, deal: Deal, step: str, minutes: int | None) -> None:
        if step == "confirmation":
            self._settle(deal, self._taken(deal))
        elif step == "dispute":
            deal.status, deal.was_disputed = "disputed", True
        else:
            ended = {"acceptance": "accepted", "decline": "declined", "delivery": "delivered"}
            deal.status = ended.get(step, "cancelled")
            deal.took = (minutes or deal.minutes) if step == "delivery" else deal.took

    def _taken(self, deal: Deal) -> int:
        """What was delivered, where the floor allows more than agreed; else the agreed."""
        assert deal.took is not None
        more = deal.took - deal.minutes
        return deal.minutes if more > self.room(deal.receiver) else deal.took

    def _settle(self, deal: Deal, minutes: int) -> None:
        self.balances[deal.receiver] -= minutes - (deal.settled or 0)
        self.balances[deal.giver] += minutes - (deal.settled or 0)
        deal.status, deal.settled = "settled", minutes

    def resolve(self, deal: Deal, minutes: int | None) -> str:
        """A moderator's outcome: these minutes, or void when None."""
        if deal.status != "disputed":
            return "dispute-resolved"
        if minutes is None:
            self._settle(deal, 0)
            deal.status, deal.settled = "cancelled", None
        else:
            self._settle(deal, minutes)
        return OK

    def donate(self, who: int, minutes: int) -> str:
        if minutes > self.room(who):
            return ENOUGH
        self._move(who, minutes, -1)
        return OK

    def grant(self, who: int, minutes: int) -> str:
        if self.granted[who] + minutes > GRANT_CAP_MINUTES_DEFAULT:
            return "grant-over-cap"
        if sum(self.granted) + minutes > GRANT_BUDGET_MINUTES_DEFAULT:
            return "grant-over-budget"
        if minutes > self.fund:
            return ENOUGH
        self._move(who, minutes, 1)
        return OK

    def put_right(self, move: Move, minutes: int | None, right: int | None) -> str:
        """Take so much of it back, all when None, and move the right minutes, if any."""
        back = move.left if minutes is None else minutes
        if not move.sign:
            return "not-reversible"
        if not 0 < back <= move.left:
            return "over-original"
        if move.sign > 0 and (right or 0) > back:
            return "more-than-granted"
        move.left -= back
        self._pay(move.who, -back, move.sign)
        self.moves.append(Move(move.who, back, 0))
        if right:
            self._move(move.who, right, move.sign)
        return OK

    def _move(self, who: int, minutes: int, sign: int) -> None:
        self._pay(who, minutes, sign)
        self.moves.append(Move(who, minutes, sign))

    def _pay(self, who: int, minutes: int, sign: int) -> None:
        self.balances[who] += sign * minutes
        self.fund -= sign * minutes
        self.granted[who] += minutes if sign > 0 else 0

    @property
    def accounts(self) -> list[tuple[int, int]]:
        """Balance and held minutes: the members', the fund's, the issuing account's."""
        mine = [(balance, self.held(who)) for who, balance in enumerate(self.balances)]
        return [*mine, (self.fund, 0), (-sum(OPENING), 0)]
