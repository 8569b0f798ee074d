"""Every statement that the program sends is about one bank: any bank can live on its own server."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Connection, event

from tests.doings import disputed, resolved
from tests.street import Street, confirm
from tests.town import Person, Town, good

BANKS = 6
"""More than there are lanes of one deed."""
GIFTS = 8
"""From each at once, so that they queue up."""
CHANGES = re.compile(r"UPDATE (account|exchange)\b")
OF_ONE_BANK = re.compile(r"\b(account|exchange)\.bank_id = \$\d")
"""As a distributed database needs to be told; locks are judged in `tests/locks.py`."""
Statement = tuple[str, frozenset[UUID]]


@contextmanager
def overhearing(town: Town, banks: frozenset[UUID]) -> Iterator[list[Statement]]:
    """While inside, every statement with the banks that its values name."""
    heard: list[Statement] = []

    def hear(_: Connection, __: object, statement: str, values: Any, *___: Any) -> None:
        heard.append((statement, banks & set(named(values))))

    engine = town.ground.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def named(values: Any) -> Iterator[UUID]:
    """Every id among the values, whatever they are wrapped in."""
    if isinstance(values, UUID):
        yield values
    elif isinstance(values, dict):
        yield from named(list(values.values()))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from named(value)


async def live(street: Street, moderator: Person, coordinator: Person) -> None:
    """A donation, a confirmation, a grant and a dispute."""
    giver, receiver = street.people
    exchange = await street.delivered(giver, receiver)
    other = await street.town.delivered(giver, receiver)
    gifts = (
        one.post("/v1/donations", {"minutes": 5}, key=f"gift {number}")
        for one in street.people
        for number in range(GIFTS)
    )
    answers = await asyncio.gather(confirm(receiver, exchange, "key"), *gifts)
    assert all(answer.is_success for answer in answers)
    body = {"member_id": str(giver.member_id), "minutes": 3, "reason": "To begin with."}
    good(await coordinator.post("/v1/grants", body))
    good(await resolved(moderator, await disputed(receiver, other), "void"))


async def test_no_statement_is_about_two_banks(app: FastAPI, town: Town) -> None:
    towns = [town]
    towns += [await Town.founded(app, town.client, f"bank{number}") for number in range(1, BANKS)]
    streets = [await Street.of(one, 600, 600) for one in towns]
    staff = [[await one.staff(role) for role in ("moderator", "coordinator")] for one in towns]
    banks = frozenset(one.bank_id for one in towns)
    with overhearing(town, banks) as heard:
        await asyncio.gather(
            *(live(street, *people) for street, people in zip(streets, staff, strict=True))
        )
    assert set().union(*(found for _, found in heard)) == banks
    assert {statement for statement, found in heard if len(found) > 1} == set()
    changes = {statement for statement, _ in heard if CHANGES.search(statement)}
    assert len(changes) > 1
    assert {statement for statement in changes if not OF_ONE_BANK.search(statement)} == set()
