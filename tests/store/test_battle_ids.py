from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from arena.store import new_battle_id

MOMENTS = st.integers(0, 2**32 - 1).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(MOMENTS, MOMENTS)
def test_ids_come_in_the_order_of_their_seconds(one, other):
    earlier, later = sorted((one, other))
    ids = new_battle_id(earlier), new_battle_id(later)
    assert len(set(ids)) == 2, "even within one second"
    assert earlier == later or ids[0] < ids[1]
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in ids)
