"""Rows of a board: counted on from battle to battle, they are what is counted afresh."""

from dataclasses import replace

import pytest
from players import always_first, perfect, refuses

from arena.battles.leaderboard import count_all, count_point_estimates, leaderboard, rows_of


def knows(*families):
    """Right about these families, and silent about others."""
    return lambda probe: (perfect if probe.family in families else refuses)(probe)


def test_point_estimates_that_go_on_from_the_last_ones_make_the_board_that_is_counted_afresh(open_with):
    with open_with(home=knows("stove", "tea"), abroad=knows("helmet", "gate"), first=always_first) as (arena, _):
        entered = {one.id: one for one in arena.contestants}
        estimates = {domain: count_point_estimates(arena.store, entered, domain) for domain in (None, "safety")}
        number = 0
        while arena.play_unmet():
            number += 1
            for domain, last in estimates.items():
                estimates[domain] = count_point_estimates(arena.store, entered, domain, last)
                if number % 3:
                    continue  # counting afresh takes most of the time, and what is wrong stays so
                whole = count_all(arena.store, entered, domain)
                rows, afresh = rows_of(estimates[domain], whole.bounds), rows_of(whole.estimates, whole.bounds)
                assert [row.rating for row in rows] == [row.rating and pytest.approx(row.rating, abs=1e-9) for row in afresh]
                assert [replace(row, rating=None) for row in rows] == [replace(row, rating=None) for row in afresh]
        assert all(len(one.fitted.known) > 1 for one in estimates.values()), "some were rated"


def test_whoever_left_the_arena_stays_on_the_board_with_what_it_did(open_with):
    with open_with(good=perfect, bad=refuses) as (arena, _):
        while arena.play_unmet():
            pass
        left = {row.contestant.name: row.battles for row in leaderboard(arena.store, {})}
        assert left == {"good": 4, "bad": 4}
