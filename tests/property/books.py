"""Books to play with: a model that knows the laws in a few lines, and the real ones beside it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import founding
from app.kit.ground import Ground
from app.kit.ids import new_id
from app.kit.retrying import with_retries
from app.ledger import operations, queries
from app.ledger.accounts.rules import Limits
from app.ledger.limits.operations import set_limits
from app.ledger.operations import Posted
from app.ledger.rules import (
    AccountKind,
    HoldEnded,
    HoldEnding,
    HoldOutcome,
    Instruction,
    Leg,
    NewHold,
    NotEnoughHours,
    Refusal,
)
from app.ledger.states import AccountState
from tests.property.owners import open_account

FLOORS = (0, -60, -720)
"""The policies of the members' accounts; the fund's floor is 0 and the issuer has none."""
ACCOUNTS = len(FLOORS) + 2
NO_FLOOR = -(2**60)
OUT_OF_ORDER = text("""
    SELECT count(*) FROM (
        SELECT posting_id, lag(posting_id) OVER (PARTITION BY account_id ORDER BY seq) AS earlier
          FROM (SELECT posting_id, debit_account_id AS account_id, debit_seq AS seq FROM posting
                UNION ALL SELECT posting_id, credit_account_id, credit_seq FROM posting) AS leg
    ) AS pair WHERE posting_id < earlier
""")


class Move(NamedTuple):
    """Minutes from one account to another, by their places in the list of accounts."""

    debit: int
    credit: int
    minutes: int


class Asked(NamedTuple):
    """A deed as the test wishes it; holds are named by the order in which they were opened."""

    moves: tuple[Move, ...]
    opens: tuple[int, int] | None
    """An account and minutes."""
    ends: int | None
    passes: bool


@st.composite
def moves(draw: st.DrawFn) -> Move:
    debit, credit, *_ = draw(st.permutations(range(ACCOUNTS)))
    return Move(debit, credit, draw(st.sampled_from([1, 30, 60, 61, 400, 721])))


ASKED = st.builds(
    Asked,
    st.lists(moves(), max_size=3).map(tuple),
    st.none() | st.tuples(st.integers(0, ACCOUNTS - 1), st.sampled_from([1, 60, 300])),
    st.none() | st.integers(0, 5),
    st.sampled_from([False] * 9 + [True]),
).filter(lambda one: bool(one.moves or one.opens or one.ends is not None))


@dataclass
class Model:
    """What the books must say: balances, held minutes, policies, and holds that are open."""

    policies: list[int] = field(default_factory=lambda: [0, NO_FLOOR, *FLOORS])
    balances: list[int] = field(default_factory=lambda: [0] * ACCOUNTS)
    held: list[int] = field(default_factory=lambda: [0] * ACCOUNTS)
    postings: list[int] = field(default_factory=lambda: [0] * ACCOUNTS)
    holds: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Account and minutes of every open hold, by its number."""

    def do(self, asked: Asked, hold: int) -> type[Posted] | type[Refusal]:
        """Do it, or say why not; the hold that it may open gets this number."""
        ending = self.holds.get(asked.ends) if asked.ends is not None else None
        if asked.ends is not None and ending is None:
            return HoldEnded
        after = Model(self.policies, list(self.balances), list(self.held))
        if ending:
            after.held[ending[0]] -= ending[1]
        if asked.opens:
            after.held[asked.opens[0]] += asked.opens[1]
        for move in asked.moves:
            after.balances[move.debit] -= move.minutes
            after.balances[move.credit] += move.minutes
        if not asked.passes and any(map(int.__lt__, after.available, self.floors)):
            return NotEnoughHours
        self._keep(asked, after, hold)
        return Posted

    def _keep(self, asked: Asked, after: "Model", hold: int) -> None:
        self.balances, self.held = after.balances, after.held
        for move in asked.moves:
            self.postings[move.debit] += 1
            self.postings[move.credit] += 1
        if asked.ends is not None:
            del self.holds[asked.ends]
        if asked.opens:
            self.holds[hold] = asked.opens

    def copy(self) -> "Model":
        """The same now, that goes its own way."""
        return deepcopy(self)

    @property
    def available(self) -> list[int]:
        """Balance less what is held."""
        return list(map(int.__sub__, self.balances, self.held))

    @property
    def floors(self) -> list[int]:
        """A floor never blocks what has happened: it follows what is available, to the policy."""
        return list(map(min, self.policies, self.available))

    @property
    def rows(self) -> list[tuple[int, int, int, int]]:
        """What the accounts must say: balance, held, floor, number of postings."""
        return list(zip(self.balances, self.held, self.floors, self.postings, strict=True))


@dataclass
class Books:
    """A bank of its own in the real database."""

    ground: Ground
    bank_id: UUID
    accounts: list[UUID]
    holds: list[tuple[UUID, UUID]] = field(default_factory=list)
    """Id and account of every hold, in the order in which they were asked for."""

    @classmethod
    async def opened(cls, ground: Ground) -> "Books":
        """New books: the fund, the issuer and the members."""
        async with ground.database.begin() as session:
            work = ground.work(session)
            bank = await founding.found_bank(work, slug=f"b{new_id().hex}", name="B")
            kinds = (AccountKind.FUND, AccountKind.ISSUING)
            ours = [await queries.get_bank_account(session, bank.bank_id, kind) for kind in kinds]
            theirs = [await open_account(work, bank) for _ in FLOORS]
            for account_id, floor in zip(theirs, FLOORS, strict=True):
                own = Limits(floor, None)
                await set_limits(
                    work, bank.bank_id, account_id, own, if_match=None, by=None, reason="A test."
                )
        return cls(ground, bank.bank_id, ours + theirs)

    def instruction(self, asked: Asked) -> Instruction:
        """The deed in the words of the books; it may open a hold and end another."""
        names, opens = self.accounts, None
        ends = self._ending(asked.ends)
        if asked.opens is not None:
            opens = NewHold(new_id(), names[asked.opens[0]], asked.opens[1])
            self.holds.append((opens.hold_id, opens.account_id))
        return Instruction(
            self.bank_id,
            "test",
            f"test:{new_id()}",
            legs=tuple(
                Leg(names[one.debit], names[one.credit], one.minutes) for one in asked.moves
            ),
            opens=opens,
            ends=ends,
            may_pass_limits=asked.passes,
        )

    def _ending(self, number: int | None) -> HoldEnding | None:
        if number is None:
            return None
        stranger = (new_id(), self.accounts[0])
        hold_id, account = self.holds[number] if number < len(self.holds) else stranger
        return HoldEnding(hold_id, account, HoldOutcome.RELEASED)

    async def settle(
        self, batch: Sequence[Asked], *, then_fail: bool = False
    ) -> list[Posted | Refusal]:
        """Ask for these deeds in one transaction; the answer to each.

        Raises:
            ZeroDivisionError: after the deeds and before the commit, when asked to fail.
        """
        instructions = [self.instruction(one) for one in batch]

        async def attempt() -> list[Posted | Refusal]:
            async with self.ground.database.begin() as session:
                answers = await operations.settle_many(session, instructions, self.ground.clock)
                if then_fail:
                    raise ZeroDivisionError
            return answers

        return await with_retries(attempt)

    async def after(self, instructions: Sequence[Instruction], size: int) -> list[object]:
        """The answers, and all accounts after these deeds in batches of this size; taken back."""
        async with self.ground.database.begin() as session:
            told: list[object] = []
            for first in range(0, len(instructions), size):
                some = instructions[first : first + size]
                answers = await operations.settle_many(session, some, self.ground.clock)
                told += [one if isinstance(one, Posted) else type(one) for one in answers]
            told.append(await queries.lock_chains(session, self.bank_id, self.accounts))
            await session.rollback()
        return told

    async def states(self, session: AsyncSession) -> list[AccountState]:
        """All that the accounts say, but for the heads of their chains."""
        states = await queries.lock_accounts(session, self.bank_id, self.accounts)
        return [states[account] for account in self.accounts]

    async def balance_at(self, account: int, at: datetime) -> queries.BalanceAt:
        """What this account had at a moment, as it is told now."""
        async with self.ground.database.begin() as session:
            name = self.accounts[account]
            return await queries.get_balance_at(session, self.bank_id, name, at)

    async def rows(self, session: AsyncSession) -> list[tuple[int, int, int, int]]:
        """What the accounts say: balance, held, floor, number of postings."""
        found = await self.states(session)
        return [(one.balance, one.held, one.floor, one.seq) for one in found]

    async def out_of_order(self) -> int:
        """How many postings stand in the journal, by their ids, before one with a lower number."""
        async with self.ground.database.begin() as session:
            return int((await session.scalars(OUT_OF_ORDER)).one())
