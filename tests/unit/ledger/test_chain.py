from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.chain import ChainedLeg, ChainedPosting, genesis, link

POSTING = ChainedPosting(
    bank_id=UUID(int=1),
    posting_id=UUID(int=2),
    deed_id=UUID(int=3),
    kind="settlement",
    posted_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    effective_at=datetime(2026, 3, 1, 17, tzinfo=UTC),
    subject_id=UUID(int=9),
    reverses_posting_id=None,
)
LEG = ChainedLeg(account_id=UUID(int=4), change_minutes=60, seq=7, balance_minutes=30)
CHANGES: dict[str, object] = {
    "bank_id": UUID(int=11),
    "posting_id": UUID(int=11),
    "deed_id": UUID(int=11),
    "kind": "settlements",
    "posted_at": POSTING.posted_at + timedelta(microseconds=1),
    "effective_at": POSTING.effective_at + timedelta(microseconds=1),
    "subject_id": None,
    "reverses_posting_id": UUID(int=11),
    "account_id": UUID(int=11),
    "change_minutes": -60,
    "seq": 8,
    "balance_minutes": -30,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_field_of_a_posting_and_of_its_leg_is_in_the_digest(name: str) -> None:
    said = POSTING._asdict() | LEG._asdict()
    assert said.keys() == CHANGES.keys()
    said[name] = CHANGES[name]
    leg = ChainedLeg(**{one: said.pop(one) for one in ChainedLeg._fields})
    changed = leg.digest(ChainedPosting(**said).packed())
    assert changed != LEG.digest(POSTING.packed())


def test_each_account_begins_with_a_head_of_its_own() -> None:
    heads = {genesis(UUID(int=bank), UUID(int=account)) for bank in (1, 2) for account in (1, 2)}
    assert len(heads) == 4


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=6, unique=True))
def test_a_head_depends_on_every_posting_and_on_their_order(digests: list[bytes]) -> None:
    def head(of: list[bytes]) -> bytes:
        value = genesis(UUID(int=1), UUID(int=2))
        for digest in of:
            value = link(value, digest)
        return value

    whole = head(digests)
    assert head(digests[:-1]) != whole
    assert head([*digests[1:], digests[0]]) != whole
