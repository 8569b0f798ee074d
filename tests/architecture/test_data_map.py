"""Every column is in the data map, every period in its table, and the page tells what is so."""

from app.rights.data_map import DATA_MAP, page
from app.rights.mapping import Basis, Kind
from app.rights.periods import Period
from app.rights.retention import SWEEPS
from app.store.schema import metadata
from tests.source import ROOT


def test_every_column_of_every_table_is_mapped_and_no_other() -> None:
    there = {name: sorted(table.columns.keys()) for name, table in metadata.tables.items()}
    assert {name: sorted(held.names) for name, held in DATA_MAP.items()} == there


def test_every_sealed_column_says_what_it_is_about() -> None:
    for table, held in DATA_MAP.items():
        for name, label in held.labels.items():
            assert {name, *label[1:]} <= set(held.names), f"{table}.{name}"
        words = {Kind.WORDS, Kind.IDENTITY}
        sealed = {
            name
            for name in held.names
            if name.endswith("_sealed") and held.kind_of(name) not in {Kind.SECRET, Kind.STAFF}
        }
        assert all(held.kind_of(name) in words for name in sealed), table
        of_people = held.basis is not Basis.NONE
        assert not of_people or sealed <= set(held.labels), f"{table}: whose key opens it?"


def test_a_person_whose_row_it_is_is_named_by_a_column() -> None:
    for table, held in DATA_MAP.items():
        assert set(held.of.split()) <= set(held.names), table
        assert {*held.kept_apart} <= set(held.names), table


def test_every_period_is_kept_by_a_sweep() -> None:
    assert set(SWEEPS) == {period for period in Period if period.value.days is not None}
    used = {held.kept for held in DATA_MAP.values()}
    used |= {one for held in DATA_MAP.values() for one in held.kept_apart.values()}
    assert set(Period) - used <= {Period.JOB, Period.REJECTED}, "the queue's log; whole members"


def test_the_page_is_what_the_map_says() -> None:
    assert (ROOT / "docs" / "data-map.md").read_text("utf-8") == page(), "make data-map"
