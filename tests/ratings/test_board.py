import itertools
import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasch import World, discordant

from arena.ratings import START, NoInterval, NotRankable, UnitCounts, bounds, family_bootstrap, fit, join, rate
from arena.ratings.comparisons import surely_above
from arena.ratings.ranks import rank_ranges

ROWS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.sampled_from("stuvwxyz"), st.integers(1, 3)).filter(
        lambda row: row[0] != row[1]
    ),
    max_size=60,
)
ROUNDS = 60


@pytest.fixture(scope="module")
def played() -> UnitCounts:
    return discordant(World(ability=np.linspace(-2, 2, 6)).play(families=60, seed=5))


def test_lines_come_best_first_with_ranks_within_their_range(played):
    board = rate(played)
    low, ratings, high = (
        np.array([getattr(line, field) for line in board], dtype=float) for field in ("low", "rating", "high")
    )
    assert [line.name for line in board] == [f"model {index:02}" for index in range(5, -1, -1)]
    assert (np.diff(ratings) < 0).all()
    assert ratings.mean() == pytest.approx(START)
    assert ((low < ratings) & (ratings < high)).all()
    assert board[0].rank_range == (1, 2)
    assert board[-1].rank_range == (5, 6)
    assert all(line.rank_range and line.rank == line.rank_range[0] for line in board)


def test_units_are_the_discordant_ones_that_a_contestant_took_part_in(played):
    wins = played.wins()
    found = {line.name: line.units for line in rate(played)}
    assert [found[name] for name in played.names] == (wins.sum(axis=0) + wins.sum(axis=1)).tolist()


def meetings(winner: str, loser: str, families: int, units: int = 1) -> list[tuple[str, str, str, float]]:
    return [(winner, loser, f"f{family:02}", units) for family in range(families)]


def splits(seed: int = 0) -> list[tuple[str, str, str, float]]:
    """Three contestants of almost the same strength, in sixteen families."""
    generator = np.random.default_rng(seed)
    pairs = [("a", "b"), ("b", "c"), ("c", "a")]
    return [
        row
        for one, other in pairs
        for family, won in enumerate(generator.binomial(6, 0.5, 16).tolist())
        for row in ((one, other, f"f{family:02}", won), (other, one, f"f{family:02}", 6 - won))
        if row[3]
    ]


def test_the_undefeated_come_first_and_the_winless_last_with_a_bound_on_one_side():
    above = [row for loser in "abc" for row in meetings("up", loser, 16)]
    below = [row for winner in "abc" for row in meetings(winner, "down", 16)]
    first, *rated, last = rate(UnitCounts.from_rows(splits() + above + below))
    assert (first.name, first.rating, first.high, first.reason_not_rankable) == ("up", None, None, NotRankable.UNDEFEATED)
    assert first.low is not None
    assert first.low > max(line.rating or 0 for line in rated)
    assert first.rank_range == (1, 1)
    assert (last.name, last.rating, last.low, last.reason_not_rankable) == ("down", None, None, NotRankable.WINLESS)
    assert last.high is not None
    assert last.high < min(line.rating or 0 for line in rated)
    assert last.rank_range == (5, 5)
    assert [line.rank for line in rated] == [2, 2, 2]
    assert all(line.why_not_ranked is None for line in (first, *rated, last))


def test_whoever_beat_the_weak_alone_stands_above_them_and_not_above_the_strong():
    names = ["strong", "middle", "weak"]
    rows = [row for one, other in itertools.pairwise(names) for row in meetings(one, other, 16, 30)]
    rows += [row for one, other in itertools.pairwise(names) for row in meetings(other, one, 9)]
    lines = rate(UnitCounts.from_rows(rows + meetings("new", "weak", 6)))
    assert [line.name for line in lines] == ["strong", "middle", "new", "weak"]


def test_an_undefeated_contestant_stands_above_one_that_only_it_has_beaten():
    both = [row for winner in ("x", "y") for loser in "abc" for row in meetings(winner, loser, 16)]
    lines = rate(UnitCounts.from_rows(splits() + both + meetings("y", "x", 16)))
    assert [line.name for line in lines[:2]] == ["y", "x"]
    assert lines[1].reason_not_rankable is NotRankable.ABOVE


def test_there_is_no_rank_without_a_bound_and_the_reason_is_told():
    even = meetings("a", "b", 12) + meetings("b", "a", 12)
    first, *others = rate(UnitCounts.from_rows(even + meetings("x", "a", 12) + meetings("x", "b", 12)))
    assert (first.name, first.rank) == ("x", 1)
    for line in others:
        assert (line.rating, line.low, line.high, line.rank, line.rank_range) == (pytest.approx(START), *[None] * 4)
        assert line.why_not_ranked == "no interval: all families agree, so nothing tells how far chance goes"


def test_contestants_without_a_bound_come_last_and_say_why():
    more = [("x", "y", "f00", 1), ("z", "w", "f00", 1), ("a", "w", "f00", 1), ("up", "a", "f00", 3)]
    lines = rate(UnitCounts.from_rows(splits() + more, names=["idle"]))
    assert [(line.name, line.why_not_ranked) for line in lines[3:]] == [
        ("up", "undefeated so far: too few families so far"),
        ("z", "has met rated contestants only by way of others without a rating"),
        ("x", "no common opponents with the rated contestants"),
        ("y", "no common opponents with the rated contestants"),
        ("idle", "no task has told it from an opponent yet"),
        ("w", "has not won yet: too few families so far"),
    ]
    assert not any(line.is_placed for line in lines[3:])
    assert [line.units for line in lines[3:]] == [3, 1, 1, 1, 0, 2]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", "b", "f", 1)],
        [("a", "b", "f", 1), ("b", "a", "f", 1)],
        [("a", "b", "f", 1), ("b", "a", "g", 1), ("c", "a", "g", 2)],
    ],
)
def test_a_board_never_holds_nan_or_infinity(rows):
    json.dumps([asdict(line) for line in rate(UnitCounts.from_rows(rows))], allow_nan=False)


def test_the_same_counts_give_the_same_board(played):
    assert rate(played, seed=3, rounds=50) == rate(played, seed=3, rounds=50)


def over_families(rows):
    """The same wins, as a board reads them that has no time for families."""
    return UnitCounts.from_rows(((winner, loser, "", units) for winner, loser, _, units in rows), names="abcde")


@given(ROWS)
def test_ratings_joined_with_the_bounds_of_the_same_counts_are_what_is_rated_at_once(rows):
    counts, wins = UnitCounts.from_rows(rows, names="abcde"), over_families(rows)
    known = bounds(counts, fit(counts), rounds=ROUNDS)
    assert join(wins.wins(), fit(wins), known) == rate(counts, rounds=ROUNDS)


@given(ROWS)
def test_bounds_and_ranks_are_those_of_the_bootstrap_and_of_the_comparisons(rows):
    counts = UnitCounts.from_rows(rows, names="abcde")
    fitted = fit(counts)
    intervals = family_bootstrap(counts, fitted, rounds=ROUNDS)
    ranked = np.flatnonzero(intervals.bounded)
    best, worst = rank_ranges(surely_above(counts, fitted, intervals.bounded, rounds=ROUNDS)[np.ix_(ranked, ranked)])
    lines = {line.name: line for line in rate(counts, rounds=ROUNDS)}
    for index, name in enumerate(counts.names):
        line = lines[name]
        shown = [np.nan if end is None else end for end in (line.low, line.high)]
        limits = [end if np.isfinite(end) else np.nan for end in (intervals.low[index], intervals.high[index])]
        assert np.array_equal(shown, limits, equal_nan=True)
        assert (line.rating, line.reason_not_rankable) == (fitted.ratings[index], fitted.reasons[index])
        assert line.reason_no_interval == intervals.reasons[index]
    assert [lines[counts.names[index]].rank_range for index in ranked] == list(zip(best, worst, strict=True))
    assert {name for name, line in lines.items() if line.rank} == {counts.names[index] for index in ranked}


@given(ROWS, st.dictionaries(st.sampled_from("abcdef"), st.floats(-2000, 4000), max_size=6))
def test_where_a_fit_begins_changes_no_digit_that_is_shown(rows, start):
    wins = over_families(rows)
    known = bounds(UnitCounts.from_rows(rows), fit(UnitCounts.from_rows(rows)), rounds=ROUNDS)
    cold, warm = fit(wins), fit(wins, start)
    assert warm.known == pytest.approx(cold.known, abs=1e-9)
    for one, other in zip(join(wins.wins(), cold, known), join(wins.wins(), warm, known), strict=True):
        assert replace(one, rating=None) == replace(other, rating=None)


@given(ROWS, ROWS)
def test_an_older_bound_is_shown_only_where_it_holds_the_newer_rating(rows, more):
    before, wins = UnitCounts.from_rows(rows), over_families(rows + more)
    known = bounds(before, fit(before), rounds=ROUNDS)
    current = {line.name: line for line in join(wins.wins(), fit(wins), bounds(wins, fit(wins), rounds=ROUNDS))}
    for line in join(wins.wins(), fit(wins), known):
        assert (line.rating, line.units) == (current[line.name].rating, current[line.name].units)
        if line.reason_no_interval is NoInterval.PENDING:
            assert (line.low, line.high, line.rank_range) == (None, None, None)
        elif line.rating is not None and line.rating != pytest.approx(known[line.name].rating, abs=1e-6):
            low, high = -np.inf if line.low is None else line.low, np.inf if line.high is None else line.high
            assert low <= line.rating <= high


def test_who_has_no_bounds_yet_says_that_they_are_being_counted_and_who_can_have_none_does_not():
    rows = [*splits(), ("a", "new", "f00", 1), ("new", "a", "f01", 1), ("up", "a", "f02", 1), ("x", "y", "f03", 1)]
    before, after = UnitCounts.from_rows(splits()), UnitCounts.from_rows(rows)
    lines = {line.name: line for line in join(after.wins(), fit(after), bounds(before, fit(before)))}
    assert lines["new"].rating is not None
    assert lines["new"].why_not_ranked == "no interval: its bounds are being counted"
    assert lines["up"].why_not_ranked == "undefeated so far: its bounds are being counted"
    assert lines["x"].why_not_ranked == "no common opponents with the rated contestants"


def test_a_bound_of_the_undefeated_is_no_interval_once_they_have_lost():
    above = [row for loser in "abc" for row in meetings("up", loser, 16)]
    before, after = (UnitCounts.from_rows(splits() + above + more) for more in ([], [("a", "up", "f00", 1)]))
    lines = {line.name: line for line in join(after.wins(), fit(after), bounds(before, fit(before)))}
    assert lines["up"].rating is not None
    assert lines["up"].why_not_ranked == "no interval: its bounds are being counted"
