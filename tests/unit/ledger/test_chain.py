from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.chain import ChainedPosting, climb, genesis, leaf, link, path, root

POSTING = ChainedPosting(
    bank_id=UUID(int=1),
    posting_id=UUID(int=2),
    deed_id=UUID(int=3),
    kind="settlement",
    debit_account_id=UUID(int=4),
    credit_account_id=UUID(int=5),
    minutes=60,
    debit_seq=7,
    credit_seq=8,
    debit_balance=-60,
    credit_balance=60,
    posted_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    subject_id=UUID(int=9),
    reverses_posting_id=None,
)
CHANGES: dict[str, object] = {
    "bank_id": UUID(int=11),
    "posting_id": UUID(int=11),
    "deed_id": UUID(int=11),
    "kind": "settlements",
    "debit_account_id": UUID(int=11),
    "credit_account_id": UUID(int=11),
    "minutes": 61,
    "debit_seq": 9,
    "credit_seq": 9,
    "debit_balance": -61,
    "credit_balance": 61,
    "posted_at": POSTING.posted_at + timedelta(microseconds=1),
    "subject_id": None,
    "reverses_posting_id": UUID(int=11),
}
LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


@pytest.mark.parametrize("name", ChainedPosting._fields)
def test_every_field_of_a_posting_is_in_its_digest(name: str) -> None:
    changed = POSTING._replace(**{name: CHANGES[name]})  # type: ignore[arg-type]  # by its name
    assert changed.digest() != POSTING.digest()


def test_swapping_the_two_sides_changes_the_digest() -> None:
    swapped = POSTING._replace(
        debit_account_id=POSTING.credit_account_id,
        credit_account_id=POSTING.debit_account_id,
    )
    assert swapped.digest() != POSTING.digest()


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


@given(LEAVES, st.data())
def test_every_leaf_climbs_to_the_root_by_its_path(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert climb(leaves[index], path(leaves, index)) == root(leaves)


@given(LEAVES, st.binary(min_size=32, max_size=32))
def test_a_root_changes_with_any_leaf_added_or_taken(leaves: list[bytes], other: bytes) -> None:
    assert root([*leaves, other]) != root(leaves)
    if len(leaves) > 1:
        assert root(leaves[:-1]) != root(leaves)


def test_an_odd_leaf_is_not_counted_twice() -> None:
    a, b, c = (leaf(UUID(int=number), number, bytes(32)) for number in (1, 2, 3))
    assert root([a, b, c]) != root([a, b, c, c])
