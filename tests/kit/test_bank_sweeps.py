from uuid import UUID

import pytest
from sqlalchemy import text

from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.trying import BANKS_FAIL_MAX, BankSweep
from tests.kit.test_working import SECRET, log_lines
from tests.town import Town


async def test_a_bank_that_fails_keeps_no_other_from_its_turn(town: Town) -> None:
    banks = [new_id() for _ in range(BANKS_FAIL_MAX + 2)]
    bad, done, now = set(banks[:2]), list[UUID](), "SELECT transaction_timestamp()"
    began = set[object]()

    async def due(_: Work) -> list[UUID]:
        return banks

    async def look(work: Work, bank_id: UUID) -> int:
        began.add(await work.session.scalar(text(now)))
        if bank_id in bad:
            raise ValueError(SECRET)
        done.append(bank_id)
        return 2

    sweep = BankSweep("* * * * *", due, look)
    with log_lines() as lines:
        sizes = [size async for size in sweep.sizes(town.ground, "fails in a bank")]
    assert (sum(sizes), set(done)) == (2 * BANKS_FAIL_MAX, set(banks) - bad)
    assert len(began) == len(banks), "each in a transaction of its own"
    assert [line["event"] for line in lines] == ["sweep failed"] * 2
    assert SECRET not in str(lines)
    orders = [list(done)]
    for _ in range(4):
        done.clear()
        [size async for size in sweep.sizes(town.ground, "fails in a bank")]
        orders.append(list(done))
    assert len(set(map(tuple, orders))) > 1, "not always the same first"
    bad |= set(banks)
    began.clear()
    with pytest.raises(ValueError, match=SECRET):
        [size async for size in sweep.sizes(town.ground, "fails in a bank")]
    assert len(began) == BANKS_FAIL_MAX, "it is not the banks"
