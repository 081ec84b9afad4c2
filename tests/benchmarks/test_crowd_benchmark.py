"""A crowd with abusers among it, very small, and how it is judged."""

import itertools
import statistics

import pytest

from arena.ui.shares import Share


@pytest.fixture
def crowd(script):
    return script("crowd")


@pytest.fixture
def run(script, crowd):
    """A run whose battles took so many seconds each."""

    def made(abused, *seconds, stored=()):
        tally = script("crowd_visitors").Tally()
        tally.seconds["battle"] += seconds
        tally.battles += ["one", "two"]
        return crowd.Run(abused, tally, frozenset(stored))

    return made


def test_visitors_come_at_moments_that_only_the_seed_decides(crowd):
    assert crowd.arrivals(3, 60, 1) == crowd.arrivals(3, 60, 1) != crowd.arrivals(3, 60, 2)


def test_visitors_come_as_often_as_asked_and_apart_by_chance(crowd):
    """Of a Poisson process, gaps have a standard deviation as large as their mean."""
    moments = crowd.arrivals(3, 4000, 1)
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert moments == sorted(moments)
    assert 0 < moments[0] < moments[-1] < 4000
    assert statistics.mean(gaps) == pytest.approx(1 / 3, rel=0.05)
    assert statistics.stdev(gaps) == pytest.approx(1 / 3, rel=0.05)


def test_percentiles_lie_between_values_and_of_nothing_there_is_none(crowd):
    assert crowd.percentile([*range(1, 102)], 95) == 96
    assert crowd.percentile([1, 2], 50) == 1.5
    assert crowd.percentile([], 50) != crowd.percentile([], 50)


def test_a_ratio_is_the_middle_one_of_the_couples(crowd, run):
    runs = [run(False, 1), run(True, 1), run(True, 9), run(False, 1), run(False, 2), run(True, 4)]
    assert crowd.ratio(runs, "battle") == 2


def test_battles_that_no_visitor_saw_are_those_of_abusers(run):
    assert run(True, 1, stored=["one", "two", "three"]).stolen == 1


def test_a_client_may_play_its_burst_and_what_comes_back_meanwhile(crowd):
    share = Share(burst=60, per_minute=12)
    assert crowd.battles_of_client(share, 0) == 60
    assert crowd.battles_of_client(share, 90) == 78


def test_only_text_that_was_replaced_is_the_id_of_a_battle(script):
    replacement = script("crowd_visitors").replacement
    assert replacement([["replace", [], "abc"]]) == "abc"
    for edits in ([], [["delete", ["visible"], None]], [["replace", [], {"__type__": "update"}]], {"__type__": "update"}):
        assert replacement(edits) is None


def test_what_is_not_a_number_keeps_no_bound(crowd):
    assert crowd.too_much("ratio", 1.6, 1.6) == []
    assert crowd.too_much("ratio", 1.61, 1.6) == ["ratio: 1.61, and 1.6 is the most"]
    assert crowd.too_much("ratio", float("nan"), 1.6)


SMALL = [
    "--warm-up=1",
    "--capacity=1",
    "--at-once=2",
    "--seconds=1",
    "--rate=2",
    "--runs=1",
    "--pause=0",
    "--rest=0",
    "--battles=2",
]
LAX = ["--most-ratio=1e9", "--most-growth=1e9"]


@pytest.mark.long
def test_visitors_are_served_among_abusers_and_what_breaks_a_bound_ends_with_an_error(crowd, capsys, monkeypatch, starters):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("ARENA_SHARE_BATTLES", "1 1")  # which abusers have used up soon, however slow the machine is
    with pytest.raises(SystemExit, match=r"^memory, kB a battle: .*, and -1e\+09 is the most$"):
        crowd.main([*starters("clip-mini", "clip-small"), *SMALL, *LAX, "--most-memory=-1e9"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {"page", "battle", "vote"} <= {line[0] for line in lines}
    without, among = (line for line in lines if line[0] in ("no", "yes"))
    assert (without[0], among[0]) == ("no", "yes")
    assert (without[2], among[2], without[4]) == ("0", "0", "0"), "no visitor met an error, and nobody else played"
    assert "429" in " ".join(among), "abusers did more than they may"
    assert lines[-1][0] == "2", "battles that clients apart have played"
