from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from players import perfect, refuses

from arena.battles import BattleFilter
from arena.battles.memorisation import CAUTION, memorisation, read_day
from arena.battles.playing import probes_of
from arena.battles.solved_gaps import POOLS, Measured, SolvedGap, solved_gaps
from arena.contestants import Contestant
from arena.errors import InputError
from arena.probes import Probe, Reply
from arena.ratings import START, UnitRow
from arena.store import Pool, SolvedCount

NAMES: list[str] = ["anna", "ben", "cleo", "dana"]
UNITS = st.lists(
    st.builds(
        SolvedCount,
        st.sampled_from(NAMES),
        st.sampled_from(POOLS),
        st.sampled_from(["stove", "tea", "gate"]),
        st.sampled_from(["caption_choice", "request"]),
        st.integers(0, 6),
        st.integers(1, 6),
    ).map(lambda one: replace(one, solved=min(one.solved, one.asked))),
    unique_by=lambda one: (one.contestant_id, one.pool, one.family, one.task),
    max_size=40,
)


def counts(name: str, *strata: tuple[str, tuple[int, int], tuple[int, int]]) -> list[SolvedCount]:
    """(family, (solved, asked) of frozen pairs, the same of fresh ones), all of one task."""
    return [
        SolvedCount(name, pool, family, "request", *solved)
        for family, *pools in strata
        for pool, solved in zip(POOLS, pools, strict=True)
    ]


def evenly(name: str, frozen: int, fresh: int) -> list[SolvedCount]:
    """So many in eight solved of each of two families."""
    return counts(name, ("stove", (frozen, 8), (fresh, 8)), ("tea", (frozen, 8), (fresh, 8)))


def numbers(*measured: Measured) -> list[float]:
    """The values of those that have one."""
    return [one.value for one in measured if one.value is not None]


def holds_zero(found: Measured) -> bool:
    return found.low is not None and found.high is not None and found.low <= 0 <= found.high


def test_both_pools_are_weighed_alike():
    # stove weighs 4 * 4 / 8 = 2, tea 12 * 4 / 16 = 3 in both pools:
    # frozen (2 * 3/4 + 3 * 6/12) / 5 = 0.6, fresh (2 * 1/4 + 3 * 2/4) / 5 = 0.4.
    found = solved_gaps(counts("anna", ("stove", (3, 4), (1, 4)), ("tea", (6, 12), (2, 4))))["anna"]
    assert numbers(found.frozen, found.fresh, found.gap) == pytest.approx([0.6, 0.4, 0.2])
    assert (found.units, found.families) == ((16, 8), 2)


def test_who_is_asked_other_families_of_each_pool_has_no_gap_from_their_difficulty():
    # Of stove all, of tea none is solved in both pools; nine in ten frozen pairs are of stove: plain rates are 0.9 and 0.1.
    found = solved_gaps(counts("anna", ("stove", (9, 9), (1, 1)), ("tea", (0, 1), (0, 9))))["anna"]
    assert found.gap.value == pytest.approx(0)


def test_what_is_asked_in_one_pool_alone_is_left_out():
    shared = counts("anna", ("stove", (3, 4), (1, 4)), ("tea", (6, 12), (2, 4)))
    alone = [
        SolvedCount("anna", "frozen", "gate", "request", 5, 5),
        SolvedCount("anna", "fresh", "stove", "caption_choice", 0, 3),
    ]
    assert solved_gaps([*shared, *alone]) == solved_gaps(shared)
    assert solved_gaps(alone) == {"anna": SolvedGap()}
    assert solved_gaps(alone[:1]) == {}, "who never played on fresh pairs has nothing to compare"


def test_what_is_beyond_the_others_is_the_gap_less_their_median():
    # Gaps of 4/8, 2/8, 1/8 and 0. The others of anna have the median 1/8, those of ben 1/8, of cleo 2/8, of dana 2/8.
    played = evenly("anna", 7, 3) + evenly("ben", 5, 3) + evenly("cleo", 3, 2) + evenly("dana", 1, 1)
    found = solved_gaps(played)
    assert [one.gap.value for one in found.values()] == pytest.approx([0.5, 0.25, 0.125, 0])
    assert [one.excess.value for one in found.values()] == pytest.approx([0.375, 0.125, -0.125, -0.25])
    # Of three, the others are two, whose median lies in the middle between them.
    assert [one.excess.value for one in solved_gaps(played[:-4]).values()] == pytest.approx([0.3125, -0.0625, -0.25])
    assert solved_gaps(played[:8])["anna"].excess.value is None, "one other says nothing of what is usual"


def test_all_solved_is_no_proof_that_there_is_no_gap():
    found = solved_gaps(evenly("anna", 8, 8))["anna"]
    low, high = found.gap.low or 0, found.gap.high or 0
    assert found.gap.value == 0
    assert low < -0.2 < 0.2 < high


def test_one_family_says_nothing_about_others():
    found = solved_gaps(counts("anna", ("stove", (8, 8), (0, 8))))["anna"]
    assert (found.gap.value, found.gap.low, found.gap.high) == (1, None, None)
    assert not found.gap.is_above_zero


@settings(max_examples=40, deadline=None)
@given(UNITS)
def test_shares_are_the_mantel_haenszel_means_and_the_gap_is_their_difference(units):
    found = solved_gaps(units)
    assert found.keys() == {one.contestant_id for one in units if one.pool == "fresh"}
    for name, one in found.items():
        old, new = (
            {(each.family, each.task): each for each in units if (each.contestant_id, each.pool) == (name, pool)}
            for pool in POOLS
        )
        strata = old.keys() & new.keys()
        if not strata:
            assert one == SolvedGap()
            continue
        weight = {key: Fraction(old[key].asked * new[key].asked, old[key].asked + new[key].asked) for key in strata}
        frozen, fresh = (
            float(sum(weight[key] * Fraction(pool[key].solved, pool[key].asked) for key in strata) / sum(weight.values()))
            for pool in (old, new)
        )
        assert numbers(one.frozen, one.fresh, one.gap) == pytest.approx([frozen, fresh, frozen - fresh], abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(UNITS, st.permutations(NAMES))
def test_swapping_pools_turns_gaps_around_and_names_and_order_change_nothing(units, names):
    found = solved_gaps(units)
    renamed = dict(zip(NAMES, names, strict=True))
    others = [replace(one, contestant_id=renamed[one.contestant_id], family=f"x{one.family}") for one in reversed(units)]
    again = solved_gaps(others)
    swapped = solved_gaps([replace(one, pool=POOLS[1 - POOLS.index(one.pool)]) for one in units])
    for name, one in found.items():
        assert tuple(again[renamed[name]].gap) == pytest.approx(tuple(one.gap))
        assert again[renamed[name]].excess.value == pytest.approx(one.excess.value)
        turned = swapped.get(name, SolvedGap()).gap
        assert [-value for value in numbers(turned)] == pytest.approx(numbers(one.gap), abs=1e-9)
        for limit, other in ((one.gap.low, turned.high), (one.gap.high, turned.low)):
            assert limit == (None if other is None else pytest.approx(-other, abs=1e-9))


def world(seed: int, memory: float, *, harder: float = 0.0, families: int = 16, pairs: Sequence[int] = (10, 4)):
    """Counts of five contestants on three tasks: families suit each differently, and the first knows answers of frozen pairs.

    Each was asked two thirds of the pairs; frozen pairs are spread unevenly over families.
    """
    generator = np.random.default_rng(seed)
    suits = np.linspace(-0.8, 0.8, 5) + 0.7 * generator.standard_normal((families, 5))
    task = np.array([0.5, 0.0, -1.0])
    uneven = 2 * generator.random(families)
    solved: list[SolvedCount] = []
    discordant: dict[Pool, list[UnitRow]] = {}
    for pool, number, known, hard in zip(POOLS, pairs, (memory, 0.0), (0.0, harder), strict=True):
        sizes = generator.poisson(number * (uneven if pool == "frozen" else np.ones(families)))
        discordant[pool] = []
        for family, size in enumerate(sizes):
            logits = suits[family] + known * (np.arange(5) == 0) - hard + task[:, None]
            right = generator.random((size, 3, 5)) < 1 / (1 + np.exp(generator.standard_normal((size, 1, 1)) - logits))
            asked = np.broadcast_to(generator.random((size, 1, 5)) < 2 / 3, right.shape)
            for (index, name), times in np.ndenumerate(asked.sum(axis=0)):
                if times:
                    hits = int((right & asked)[:, index, name].sum())
                    solved.append(SolvedCount(f"m{name}", pool, f"f{family}", f"t{index}", hits, int(times)))
            met = (right & asked).reshape(-1, 5).T.astype(int) @ (~right & asked).reshape(-1, 5).astype(int)
            won = [(i, j, int(met[i, j])) for i, j in zip(*np.nonzero(met), strict=True) if i != j]
            discordant[pool] += [UnitRow(f"m{i}", f"m{j}", f"f{family}", units) for i, j, units in won]
    return solved, discordant


def test_whoever_remembers_is_found_and_the_honest_are_not():
    honest, remembers, accused = [], [], []
    for seed in range(30):
        honest += solved_gaps(world(seed, 0.0)[0]).values()
        found = solved_gaps(world(seed, 2.0)[0])
        remembers.append(found.pop("m0"))
        accused += found.values()
    assert np.mean([holds_zero(one.gap) for one in honest]) >= 0.95
    assert np.mean([one.gap.is_above_zero for one in remembers]) >= 0.9
    assert np.mean([one.excess.is_above_zero for one in remembers]) >= 0.8
    assert np.mean([one.excess.is_above_zero for one in [*honest, *accused]]) <= 0.025


def test_fresh_pairs_that_are_harder_for_all_make_gaps_but_no_excess_and_no_gap_of_ratings():
    contestants = {f"m{number}": Contestant(f"people/m{number}", "0" * 40, "test") for number in range(5)}
    rows = [row for seed in range(8) for row in memorisation(contestants, *world(seed, 0.0, harder=1.5), rounds=200)]
    assert np.mean([row.gap.is_above_zero for row in rows]) > 0.6
    assert not any(row.excess.is_above_zero for row in rows)
    assert np.mean([row.rating_gap.is_above_zero for row in rows]) <= 0.1  # 2.5 % of 40 should be


def test_rows_have_both_ratings_and_come_by_their_gap():
    contestants = {f"m{number}": Contestant(f"people/m{number}", "0" * 40, "test") for number in range(5)}
    solved, discordant = world(1, 3.0)
    # The fresh units of m4 are all lost, so it cannot be ranked on them.
    discordant["fresh"] = [row for row in discordant["fresh"] if row.winner != "m4"]
    rows = memorisation(contestants, solved, discordant, rounds=100)
    gaps = numbers(*(row.gap for row in rows))
    assert len(gaps) == 5
    assert gaps == sorted(gaps, reverse=True)
    assert rows[0].contestant.name == "m0"
    last = next(row for row in rows if row.contestant.name == "m4")
    assert (last.fresh.rating.value, last.fresh.rating.low, last.fresh.why_not_ranked) == (None, None, None)
    assert (last.fresh.rating.high or START) < START
    assert last.frozen.rating.value is not None
    assert last.rating_gap.value is None
    told = rows[0].as_json()
    assert told["rating_gap"]["caution"] == CAUTION
    assert told["gap"]["value"] == pytest.approx(told["frozen"]["solved"]["value"] - told["fresh"]["solved"]["value"])


def test_an_arena_tells_who_knows_the_frozen_pairs_by_heart(open_with, pairs):
    known = {probe.key for pair in pairs for probes in probes_of(pair).values() for probe in probes}

    def by_heart(probe: Probe) -> Reply:
        return perfect(probe) if probe.key in known else refuses(probe)

    with open_with(perfect=perfect, by_heart=by_heart) as (arena, _):
        assert arena.memorisation().value == ()
        for source in ("starter", "fresh", "fresh"):
            arena.play_through(BattleFilter(category="food and drink", source=source))
        rows = {row.contestant.name: row for row in arena.memorisation().value}
        assert rows["perfect"].gap.value == 0
        assert rows["by_heart"].gap.value == 1
        assert (rows["by_heart"].frozen.solved.value, rows["by_heart"].fresh.solved.value) == (1, 0)
        assert arena.memorisation(since=date(2020, 1, 1)).value == tuple(rows.values())
        assert arena.memorisation(since=date(2999, 1, 1)).value == ()
        with pytest.raises(InputError, match="nowhere"):
            arena.memorisation("nowhere")


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "01.03.2026", "9" * 500])
def test_what_is_no_day_is_one_line(text):
    with pytest.raises(InputError, match="is no day; write it as 2026-03-01") as told:
        read_day(text, "since")
    assert len(str(told.value)) < 120
