from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from arena.store import new_battle_id

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2106, 2, 7)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(MOMENTS, MOMENTS)
def test_ids_come_in_the_order_of_their_seconds(one, other):
    earlier, later = sorted((one.replace(microsecond=0), other.replace(microsecond=0)))
    ids = new_battle_id(earlier), new_battle_id(later)
    assert len(set(ids)) == 2, "even within one second"
    assert earlier == later or ids[0] < ids[1]
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in ids)
