"""Pictures of pairs that were drawn for one battle: dropped when they are old, and drawn again when somebody looks."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from players import always_first, perfect

from arena.battles import BattleFilter, host
from arena.battles.drawings import drawn_again, drop_drawings, pair_shown
from arena.errors import StoreError
from arena.generators.scenes import draw_pair
from arena.store import now

FRESH = BattleFilter(source="fresh")
LATER = timedelta(seconds=1)


def digests(pair):
    return [side.picture.digest for side in pair.sides]


def test_what_is_dropped_is_drawn_again_to_the_last_pixel(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        view = arena.open_battle(FRESH)
        list(arena.play(view.battle_id))
        before = arena.vote(view.battle_id, "somebody", "a")
        dropped = drop_drawings(arena.store, now() + LATER)
        assert (dropped.pairs, dropped.pictures, dropped.last) == (1, 2, view.pair.id)
        assert dropped.freed > 0
        assert not any(map(arena.store.drawings.has_picture, digests(view.pair)))
        assert drop_drawings(arena.store, now() + LATER) == (1, 0, 0, view.pair.id), "nothing is left to drop"
        assert arena.view(view.battle_id) == before
        assert all(map(arena.store.drawings.has_picture, digests(view.pair))), "whoever reported it, somebody looks at it"
        assert drop_drawings(arena.store, now() + LATER).pictures == 2


def test_only_old_drawings_are_dropped_some_at_a_time(open_with, pairs):
    with open_with(good=perfect, first=always_first) as (arena, _):
        drawn = []
        for _ in range(3):
            drawn.append(arena.open_battle(FRESH).pair)
            arena.store.add_pairs(drawn[-1:], drawn_at=now())
        assert drop_drawings(arena.store, now() - timedelta(days=1)).pairs == 0
        first = drop_drawings(arena.store, now() + LATER, limit=2)
        assert (first.pairs, first.pictures) == (2, 4)
        assert drop_drawings(arena.store, now() + LATER, after=first.last, limit=2).pictures == 2
        assert all(arena.store.drawings.has_picture(digest) for pair in pairs for digest in digests(pair)), (
            "pairs of suites stay"
        )


@pytest.mark.parametrize("lost", ["seed", "family", "pixels"])
def test_what_cannot_be_drawn_again_stays(open_with, lost):
    other_size = draw_pair("stove", 7, size=64)
    drawn = draw_pair("stove", 7)
    pair = {
        "seed": replace(drawn, provenance=replace(drawn.provenance, seed=None)),
        "family": replace(drawn, family="not drawn any more"),
        "pixels": other_size,
    }[lost]
    assert drawn_again(pair) is None
    assert drawn_again(drawn) == drawn
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.store.add_pairs([pair], drawn_at=now())
        assert drop_drawings(arena.store, now() + LATER).pictures == 0
        assert pair_shown(arena.store, pair.id) == pair
        arena.store.drawings.drop(digests(pair))
        with pytest.raises(StoreError, match="cannot be read"):
            pair_shown(arena.store, pair.id)


def test_a_picture_that_something_else_shows_stays(open_with):
    drawn = draw_pair("stove", 7)
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.store.add_pairs([drawn], drawn_at=now())
        arena.store.add_pairs([replace(drawn, id="edited", source="generated")])
        assert drop_drawings(arena.store, now() + LATER).pairs == 0


def test_what_was_reported_or_hidden_stays_to_be_looked_at(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        reported, hidden = drawn = [draw_pair("stove", seed) for seed in (7, 8)]
        arena.store.add_pairs(drawn, drawn_at=now())
        arena.store.takedowns.report(reported.sides[0].picture.digest, "private")
        arena.store.takedowns.hide([hidden.id], by="operator", reason="private")
        assert drop_drawings(arena.store, now() + LATER).pairs == 0


def test_an_erased_pair_is_not_drawn_again(open_with):
    drawn = draw_pair("stove", 7)
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.store.add_pairs([drawn], drawn_at=now())
        assert drop_drawings(arena.store, now() + LATER).pictures == 2
        assert arena.store.takedowns.erase([drawn.id], by="operator", reason="private").subjects == (drawn.id,)
        with pytest.raises(StoreError, match="cannot be read"):
            pair_shown(arena.store, drawn.id)


def test_pictures_that_another_drops_meanwhile_are_left_to_it(open_with, monkeypatch):
    drawn = draw_pair("stove", 7)
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.store.add_pairs([drawn], drawn_at=now())
        unlink = Path.unlink

        def unlink_twice(path: Path) -> None:
            unlink(path)
            unlink(path)

        monkeypatch.setattr(Path, "unlink", unlink_twice)
        assert arena.store.drawings.drop(digests(drawn)) == (0, 0)


def test_a_clock_that_is_set_back_hides_no_reply(open_with, monkeypatch):
    with open_with(good=perfect, first=always_first) as (arena, _):
        monkeypatch.setattr(host, "now", lambda: now() + timedelta(hours=1))
        battle = arena.open_battle(FRESH)
        monkeypatch.undo()
        list(arena.play(battle.battle_id))
        shown = arena.vote(battle.battle_id, "somebody", "skip")
        assert not any(one.failed for one in shown.rounds)
        monkeypatch.setattr(host, "now", lambda: now() - timedelta(hours=1))
        battle = arena.open_battle(FRESH)
        list(arena.play(battle.battle_id))
        assert not any(one.failed for one in arena.vote(battle.battle_id, "somebody", "skip").rounds)
