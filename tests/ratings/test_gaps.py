import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.ratings import RatingGap, UnitRow, rating_gaps

FAMILIES = [f"family {number}" for number in range(10)]


def meetings(only_a: int, only_b: int, a="a", b="b") -> list[UnitRow]:
    """So many units won by either in every family."""
    won = [UnitRow(a, b, family, only_a) for family in FAMILIES if only_a]
    return won + [UnitRow(b, a, family, only_b) for family in FAMILIES if only_b]


def test_the_gap_of_two_is_half_the_log_of_their_odds_ratio():
    # A wins 3 : 1 on the first set and 1 : 1 on the second. In logits A leads by ln 3, then by 0, so with a mean of 0 it is at
    # ln(3) / 2, then at 0; 400 / ln(10) points a logit make that 95.4 points, and as many below 0 for B.
    gaps = rating_gaps(meetings(3, 1), meetings(2, 2), len(FAMILIES))
    assert gaps["a"].gap == pytest.approx(200 * math.log10(3))
    assert gaps["b"].gap == pytest.approx(-200 * math.log10(3))


def test_families_that_agree_in_everything_set_no_bounds():
    gap = rating_gaps(meetings(3, 1), meetings(2, 2), len(FAMILIES))["a"]
    assert gap == RatingGap(gap.gap, None, None)


@pytest.mark.parametrize("second", [[], meetings(2, 0), meetings(2, 2, "c", "d")])
def test_there_is_no_gap_where_one_set_ranks_nobody_of_the_other(second):
    assert rating_gaps(meetings(3, 1), second, len(FAMILIES)) == {}


def test_who_is_not_linked_in_one_set_is_left_out_of_both():
    # In the second set C only wins. Without it A and B are as in the first test, however often C has played in the first set.
    first = meetings(3, 1) + meetings(5, 2, "a", "c") + meetings(1, 2, "b", "c")
    second = meetings(2, 2) + meetings(4, 0, "c", "a")
    gaps = rating_gaps(first, second, len(FAMILIES))
    assert gaps.keys() == {"a", "b"}
    assert gaps["a"].gap == pytest.approx(200 * math.log10(3))


def test_few_families_set_no_bounds():
    few = [row for row in meetings(3, 1) if row.family in FAMILIES[:4]]
    gap = rating_gaps(few, meetings(2, 2), len(FAMILIES))["a"]
    assert gap == RatingGap(gap.gap, None, None)


def played(
    seed: int, memory: float, *, families=16, items=(10, 5), harder=1.5, chance=0.0
) -> tuple[list[UnitRow], list[UnitRow]]:
    """Rasch contestants with families that suit them; the first also knows items of the first set, and the second is harder."""
    generator = np.random.default_rng(seed)
    ability = np.linspace(-1, 1, 4) + 0.7 * generator.standard_normal((families, 1, 4))
    sets = []
    for count, known, hard in zip(items, (memory, 0.0), (0.0, harder), strict=True):
        difficulty = hard + generator.standard_normal((families, count, 1))
        knows = 1 / (1 + np.exp(difficulty - ability - known * (np.arange(4) == 0)))
        solved = generator.random((families, count, 4)) < knows + chance * (1 - knows)
        table = np.einsum("fki,fkj->fij", solved.astype(float), 1.0 - solved)
        sets.append([UnitRow(f"m{i}", f"m{j}", f"f{f}", table[f, i, j]) for f, i, j in zip(*np.nonzero(table), strict=True)])
    return sets[0], sets[1]


def test_where_a_quarter_is_solved_by_chance_a_harder_set_accuses_the_strong():
    """Which is why no rating gap is shown without its caution."""
    games = [played(seed, 0.0, families=24, items=(40, 20), chance=0.25) for seed in range(4)]
    found = [rating_gaps(*sets, 24, rounds=60) for sets in games]
    weak, strong = (np.mean([gaps[name].gap for gaps in found]) for name in ("m0", "m3"))
    assert weak < -15
    assert strong > 15


def test_without_chance_a_harder_set_moves_nobody_and_a_memory_is_found():
    honest, remembers = [], []
    for seed in range(14):
        honest += rating_gaps(*played(seed, 0.0), 16).values()
        remembers.append(rating_gaps(*played(seed, 2.0), 16)["m0"])
    held = [gap.low is not None and gap.high is not None and gap.low <= 0 <= gap.high for gap in honest]
    assert np.mean(held) >= 0.9  # 56 intervals, 95 % of which should hold 0
    assert np.mean([gap.low is not None and gap.low > 0 for gap in remembers]) >= 0.8


def test_drawing_families_for_both_sets_together_is_narrower_than_apart():
    # What a family does to a contestant in both sets cancels out; with other names for families in the second set it cannot.
    first, second = played(3, 0.0, harder=0.0)
    together = rating_gaps(first, second, 16)
    apart = rating_gaps(first, [row._replace(family=f"other {row.family}") for row in second], 32)
    width = {name: gap.high - gap.low for name, gap in together.items() if gap.high is not None and gap.low is not None}
    other = {name: gap.high - gap.low for name, gap in apart.items() if gap.high is not None and gap.low is not None}
    assert sum(width.values()) < sum(other[name] for name in width)


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from(FAMILIES[:8]), st.integers(1, 3))
    .filter(lambda row: row[0] != row[1])
    .map(lambda row: UnitRow(*row)),
    max_size=24,
)


@settings(max_examples=20)
@given(ROWS, ROWS)
def test_swapping_the_sets_turns_every_gap_around(first, second):
    there, back = rating_gaps(first, second, 8, rounds=60), rating_gaps(second, first, 8, rounds=60)
    assert there.keys() == back.keys()
    assert sum(gap.gap for gap in there.values()) == pytest.approx(0, abs=1e-6)
    for name, gap in there.items():
        assert gap.gap == pytest.approx(-back[name].gap)
        for limit, other in ((gap.low, back[name].high), (gap.high, back[name].low)):
            assert (limit is None) == (other is None)
