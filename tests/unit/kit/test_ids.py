"""Random ids tell nothing; ordered ids sort by time."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import new_id, new_ordered_id

EPOCH, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), END - EPOCH).map(lambda age: EPOCH + age)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_random_ids_are_version_4_and_share_no_order() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {(one.version, one.variant) for one in ids} == {(4, RFC_4122)}
    assert len({one.int >> 80 for one in ids}) == 1000
    assert ids != sorted(ids)


@given(MOMENTS)
def test_an_ordered_id_begins_with_its_milliseconds(moment: datetime) -> None:
    one = new_ordered_id(moment)
    assert (one.version, one.variant) == (7, RFC_4122)
    assert one.int >> 80 == (moment - EPOCH) // timedelta(milliseconds=1)


@given(MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(days=1000)))
def test_ordered_ids_sort_by_time_to_the_microsecond(moment: datetime, later: timedelta) -> None:
    assert new_ordered_id(moment) < new_ordered_id(moment + later)


def test_everything_after_the_time_is_random() -> None:
    ids = [new_ordered_id(NOW).int for _ in range(1000)]
    assert len({one >> 62 for one in ids}) == 1
    tails = [one & ((1 << 62) - 1) for one in ids]
    assert len(set(tails)) == 1000
    set_somewhere = {bit for tail in tails for bit in range(62) if tail >> bit & 1}
    clear_somewhere = {bit for tail in tails for bit in range(62) if not tail >> bit & 1}
    assert set_somewhere == clear_somewhere == set(range(62))
