"""Which statements go to the driver as they are."""

import pytest
from sqlalchemy import (
    Column,
    Enum,
    Executable,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.kit.fetching import _direct

COUNTED = Table(
    "counted",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("made", Integer, default=lambda: 1),
    Column("word", Text),
    Column("words", ARRAY(Text)),
    Column("kind", Enum("one", "two", name="kind")),
    Column("facts", JSONB),
)
C = COUNTED.c


@pytest.mark.parametrize(
    "statement",
    [
        select(C.number, C.words).where(C.word == bindparam("word")),
        update(COUNTED).values(word=bindparam("new")).returning(C.number),
        text("SELECT :word"),
    ],
    ids=str,
)
def test_what_the_driver_takes_and_gives_as_it_is_goes_to_it(statement: Executable) -> None:
    assert _direct(statement) is not None


@pytest.mark.parametrize(
    "statement",
    [
        select(C.kind),
        select(C.facts),
        select(C.number).where(C.kind == "one"),
        select(C.number).where(C.number.in_([1, 2])),
        insert(COUNTED).values(number=1),
    ],
    ids=["given an enum", "given JSON", "takes an enum", "as many places as values", "a default"],
)
def test_what_sqlalchemy_has_a_hand_in_is_left_to_it(statement: Executable) -> None:
    assert _direct(statement) is None


def test_values_of_the_statement_itself_go_with_it() -> None:
    direct = _direct(select(C.number).where(C.word == "a", C.number > bindparam("least")))
    assert direct is not None
    assert direct.names == ("word_1", "least")
    assert direct.fixed == {"word_1": "a"}
