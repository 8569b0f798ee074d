"""Random ids tell nothing; ordered ids sort by time."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import new_id, new_ordered_id

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
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
    elapsed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert abs((one.int >> 80) - elapsed // timedelta(milliseconds=1)) <= 1


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=2), timedelta(days=1000)))
def test_ordered_ids_sort_by_time(moment: datetime, later: timedelta) -> None:
    assert new_ordered_id(moment) < new_ordered_id(moment + later)


def test_everything_after_the_time_is_random() -> None:
    ids = [new_ordered_id(NOW).int for _ in range(1000)]
    assert len({one >> 80 for one in ids}) == 1
    assert len({one & ((1 << 62) - 1) for one in ids}) == 1000
    assert len({one >> 64 & 0xFFF for one in ids}) > 500
    seen = {bit for one in ids for bit in range(128) if one >> bit & 1}
    fixed = {*range(62, 64), *range(76, 80)}
    assert set(range(62)) | set(range(64, 76)) <= seen
    assert {bit for bit in fixed if all(one >> bit & 1 for one in ids)} == {63, 76, 77, 78}
