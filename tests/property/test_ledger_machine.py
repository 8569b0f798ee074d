"""The books against a model of a few lines: whatever is asked, both say the same."""

import random
from typing import ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app.ledger.audit import Finding
from app.ledger.operations import Posted
from app.ledger.rules import Refusal
from app.ledger.verifying import prove
from tests.property.books import ASKED, Asked, Books, Model
from tests.property.loop import QUICK, Loop

OPEN, END = Asked((), (2, 1), None, passes=False), Asked((), None, 0, passes=False)
BATCHES = st.lists(ASKED, min_size=1, max_size=5)


class LedgerMachine(RuleBasedStateMachine):
    """Any deeds in any order, and what must be true after each step."""

    loop: ClassVar[Loop]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.books = self.loop.run(Books.opened(self.loop.ground))

    @rule(batch=BATCHES)
    def settle(self, batch: list[Asked]) -> None:
        """Every deed is answered as the model does, one after the other."""
        expected = _expected(self.model, self.books, batch)
        answers = self.loop.run(self.books.settle(batch))
        assert [type(answer) for answer in answers] == expected

    @rule(batch=BATCHES)
    def roll_back(self, batch: list[Asked]) -> None:
        """What is not committed did not happen."""
        known = list(self.books.holds)
        with pytest.raises(ZeroDivisionError):
            self.loop.run(self.books.settle(batch, then_fail=True))
        self.books.holds = known

    @rule(minutes=st.integers(-90, 90))
    def step(self, minutes: int) -> None:
        """The machine's clock is set back or on."""
        self.loop.clock.advance(minutes=minutes)

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        assert self.loop.run(_rows(self.books)) == self.model.rows

    @invariant()
    def the_books_are_proved(self) -> None:
        assert self.loop.run(_findings(self.books)) == []

    @invariant()
    def the_journal_is_in_the_order_of_each_account(self) -> None:
        assert self.loop.run(self.books.out_of_order()) == 0


def _expected(model: Model, books: Books, batch: list[Asked]) -> list[type[Posted | Refusal]]:
    answers, hold = list[type[Posted | Refusal]](), len(books.holds)
    for asked in batch:
        answers.append(model.do(asked, hold))
        hold += asked.opens is not None
    return answers


async def _rows(books: Books) -> list[tuple[int, int, int, int]]:
    async with books.ground.database.begin() as session:
        return await books.rows(session)


async def _findings(books: Books) -> list[Finding]:
    return await prove(books.ground, books.bank_id, None)


def _play(loop: Loop, examples: int, steps: int) -> None:
    machine = type("Machine", (LedgerMachine,), {"loop": loop})
    how = settings(max_examples=examples, stateful_step_count=steps, **QUICK)
    run_state_machine_as_test(machine, settings=how)


def test_whatever_is_asked_the_books_say_what_the_model_says(loop: Loop) -> None:
    _play(loop, examples=7, steps=15)


@pytest.mark.deep
def test_whatever_is_asked_for_a_long_time_the_books_say_what_the_model_says(loop: Loop) -> None:
    _play(loop, examples=300, steps=60)


def test_a_batch_does_what_its_deeds_do_one_by_one(loop: Loop) -> None:
    """To the byte: with the same chance and the same clock even the heads of the chains agree."""
    books = loop.run(Books.opened(loop.ground))

    @settings(max_examples=20, **QUICK)
    @given(st.lists(ASKED, min_size=2, max_size=12))
    @example(asked=[OPEN, END, END])
    def check(asked: list[Asked]) -> None:
        books.holds.clear()
        instructions = [books.instruction(one) for one in asked]
        seen, began = [], loop.clock.moment
        for size in (len(asked), 1):
            loop.clock.moment = began
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("os.urandom", random.Random(0).randbytes)
                seen.append(loop.run(books.after(instructions, size)))
        assert seen[0] == seen[1]

    check()
