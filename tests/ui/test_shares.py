from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.errors import SettingsError
from arena.settings import from_environment
from arena.ui.shares import PLACES, SHARES, Places, Share, Shares, places_of, shares_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Bucket:
    """What a share promises, written down as plainly as can be."""

    def __init__(self, share: Share) -> None:
        self.share = share
        self.held = Fraction(share.burst)

    def rest(self, seconds: int) -> None:
        self.held = min(Fraction(self.share.burst), self.held + seconds * Fraction(self.share.per_minute, 60))

    def take(self) -> Fraction:
        if self.held >= 1:
            self.held -= 1
            return Fraction(0)
        return (1 - self.held) * Fraction(60, self.share.per_minute)


REQUESTS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["ada", "bob"]), st.sampled_from(["votes", "reads"])), max_size=80
)


@given(st.integers(1, 8), st.integers(1, 200), REQUESTS)
def test_shares_let_in_what_a_bucket_holds_and_say_exactly_when_there_is_more(burst, per_minute, requests):
    limits = {"votes": Share(burst, per_minute), "reads": Share(2 * burst, per_minute)}
    clock = Clock()
    shares = Shares(limits, clock)
    buckets = {(client, kind): Bucket(limits[kind]) for client in ("ada", "bob") for kind in limits}
    for pause, client, kind in requests:
        clock.now += pause
        for bucket in buckets.values():
            bucket.rest(pause)
        told = shares.wait(client, kind)
        wait = shares.take(client, kind)
        assert wait == told == pytest.approx(float(buckets[client, kind].take()), abs=1e-5)


@given(st.integers(1, 20), st.integers(1, 300), st.floats(0, 1e9))
def test_who_waits_as_long_as_told_is_let_in(burst, per_minute, start):
    clock = Clock()
    clock.now = start
    shares = Shares({"votes": Share(burst, per_minute)}, clock)
    while not (wait := shares.take("ada", "votes")):
        pass
    clock.now += wait
    assert shares.take("ada", "votes") == 0
    assert shares.take("ada", "votes") > 0


def test_buckets_that_are_full_again_are_forgotten():
    clock = Clock()
    shares = Shares({"votes": Share(2, 60)}, clock)
    for client in range(100):
        shares.take(str(client), "votes")
    clock.now += 2
    shares.take("ada", "votes")
    assert len(shares) == 1


def test_any_number_of_clients_takes_a_bounded_memory_and_the_latest_are_remembered():
    shares = Shares({"votes": Share(1, 1)}, Clock(), most=50)
    for client in range(1000):
        assert shares.take(str(client), "votes") == 0
    assert len(shares) == 50
    assert shares.take("999", "votes") > 0


def test_forty_behind_one_address_can_each_play_a_battle_at_once():
    shares = Shares()
    assert [shares.take("a school", "battles") for _ in range(40)] == [0] * 40
    assert PLACES["battles"].of_client >= 40


def test_settings_change_one_kind_and_leave_the_others():
    settings = from_environment({"ARENA_SHARE_BATTLES": "5 30", "ARENA_PLACES_READS": "7 70"})
    assert shares_of(settings) == {**SHARES, "battles": Share(5, 30)}
    assert places_of(settings) == {**PLACES, "reads": Places(7, 70)}


@pytest.mark.parametrize("text", ["", "5", "5 0", "5 -3", "a b", "5 30 7", "1.5 2"])
def test_a_share_that_cannot_be_read_is_named(text):
    with pytest.raises(SettingsError, match=r"^ARENA_SHARE_BATTLES: .* are not two counts; give two numbers from 1 up"):
        shares_of(from_environment({"ARENA_SHARE_BATTLES": text}))


def test_a_kind_that_is_not_there_is_named():
    with pytest.raises(
        SettingsError, match=r"^ARENA_PLACES_BATTLE: there is no such kind of request; use one of battles, votes"
    ):
        places_of(from_environment({"ARENA_PLACES_BATTLE": "5 30"}))
