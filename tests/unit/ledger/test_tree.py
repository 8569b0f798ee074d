from typing import Any
from uuid import UUID

import pytest

from app.ledger.sealing.tree import (
    LEAVES_MIN,
    Head,
    climb,
    contents,
    leaf,
    leaf_salt,
    leaves_of,
    path,
    root,
)

SALT, OTHER_SALT = b"s" * 16, b"t" * 16
HEADS = [Head(UUID(int=number), number, bytes([number]) * 32) for number in range(1, 6)]
FORGED: dict[str, Any] = {
    "account_id": UUID(int=77),
    "seq": 77,
    "head": bytes(32),
}


def many(count: int) -> list[Head]:
    return [Head(UUID(int=number), number, bytes(32)) for number in range(count)]


def test_every_leaf_climbs_to_the_root_by_its_path() -> None:
    leaves = leaves_of(SALT, HEADS)
    for head in HEADS:
        start = leaf(SALT, head)
        assert climb(start, path(leaves, leaves.index(start))) == root(leaves)


@pytest.mark.parametrize("name", FORGED)
def test_a_root_changes_with_every_field_of_every_head(name: str) -> None:
    whole = root(leaves_of(SALT, HEADS))
    for number, head in enumerate(HEADS):
        forged = head._replace(**{name: FORGED[name]})
        assert root(leaves_of(SALT, [*HEADS[:number], forged, *HEADS[number + 1 :]])) != whole


def test_a_leaf_tells_everything_but_whose_account_it_is() -> None:
    assert {*FORGED, "owner_id"} == {*Head._fields}
    owned = [head._replace(owner_id=UUID(int=9)) for head in HEADS]
    assert leaves_of(SALT, owned) == leaves_of(SALT, HEADS)


def test_a_root_changes_with_any_head_added_or_taken() -> None:
    whole = root(leaves_of(SALT, HEADS))
    assert root(leaves_of(SALT, HEADS[:-1])) != whole
    assert root(leaves_of(SALT, [*HEADS, Head(UUID(int=77), 0, bytes(32))])) != whole


def test_a_path_is_as_long_for_one_account_as_for_hundreds() -> None:
    sizes = {count: len(leaves_of(SALT, many(count))) for count in (0, 1, 256, 257, 1024, 1025)}
    assert sizes == {0: 256, 1: 256, 256: 256, 257: 1024, 1024: 1024, 1025: 4096}
    paths = {len(path(leaves_of(SALT, many(count)), 0)) for count in (1, 2, 200, LEAVES_MIN)}
    assert paths == {8}


def test_no_leaf_of_one_seal_is_found_in_another_though_nothing_moved() -> None:
    assert not {*leaves_of(SALT, HEADS)} & {*leaves_of(OTHER_SALT, HEADS)}


def test_an_account_stands_in_another_place_in_another_seal() -> None:
    places = {
        leaves_of(salt, HEADS).index(leaf(salt, HEADS[0])) for salt in (SALT, OTHER_SALT, b"u" * 16)
    }
    assert len(places) == 3


def test_the_salt_of_ones_own_leaf_does_not_open_another() -> None:
    mine, other = HEADS[0].account_id, HEADS[1].account_id
    assert len({leaf_salt(SALT, mine), leaf_salt(SALT, other), SALT}) == 3
    assert leaf_salt(SALT, mine) != leaf_salt(OTHER_SALT, mine)


def test_the_contents_tell_every_count_and_every_kept_head_and_the_salt() -> None:
    said = [
        contents(SALT, 5, 7, HEADS),
        contents(OTHER_SALT, 5, 7, HEADS),
        contents(SALT, 6, 7, HEADS),
        contents(SALT, 5, 8, HEADS),
        contents(SALT, 5, 7, HEADS[1:]),
        contents(SALT, 5, 7, [HEADS[0]._replace(seq=9), *HEADS[1:]]),
        contents(SALT, 5, 7, [HEADS[0]._replace(owner_id=UUID(int=9)), *HEADS[1:]]),
        contents(SALT, 5, 7, [HEADS[0]._replace(owner_id=UUID(int=8)), *HEADS[1:]]),
        contents(SALT, 5, 7, [HEADS[0], HEADS[1]._replace(owner_id=UUID(int=9)), *HEADS[2:]]),
    ]
    assert len(set(said)) == len(said)
    assert contents(SALT, 5, 7, HEADS[::-1]) == said[0]
