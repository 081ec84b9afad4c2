"""The arena itself: what it keeps, what it tells, and what it keeps to itself."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from players import always_first, compares, perfect, refuses, revealed

from arena.battles import BattleFilter
from arena.errors import BattleError, BattleFailed, InputError
from arena.probes import Outcome, Reply

STARTER = BattleFilter(source="starter")
SAFETY = BattleFilter(domain="safety", source="starter")


def played(arena, filters=STARTER):
    """The id of a battle that was played to its end, whether or not somebody failed."""
    battle_id = arena.open_battle(filters).battle_id
    with suppress(BattleFailed):
        for _ in arena.play(battle_id):
            pass
    return battle_id


def test_rounds_come_task_by_task_with_both_seats_asked_the_same(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle = arena.open_battle(SAFETY)
        rounds = list(arena.play(battle.battle_id))
    assert [answered.task for answered in rounds] == ["caption_choice", "image_choice", "verification", "request"]
    for answered in rounds:
        seat_a, seat_b = answered.answers
        assert [(a.cell, a.question) for a in seat_a] == [(b.cell, b.question) for b in seat_b]


def test_who_is_right_about_everything_wins_and_gains_what_the_other_loses(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        reveal = revealed(arena.vote(played(arena), "me", "skip"))
    winner = reveal.seats["ab".index(reveal.result)]
    loser = reveal.seats[1 - "ab".index(reveal.result)]
    assert winner.contestant.name == "good"
    assert all(winner.solved.values())
    assert not any(loser.solved.values())
    assert winner.elo_after - winner.elo_before == pytest.approx(loser.elo_before - loser.elo_after)
    assert winner.elo_after > winner.elo_before


def test_a_task_that_one_seat_cannot_be_asked_is_no_unit(open_with):
    with open_with(good=perfect, clip=compares) as (arena, _):
        reveal = revealed(arena.vote(played(arena, SAFETY), "me", "skip"))
    assert reveal.result == "both_good"
    assert {seat.contestant.name: seat.solved["request"] for seat in reveal.seats} == {"good": True, "clip": None}


def test_a_task_that_one_seat_cannot_be_asked_is_shown_with_the_reveal_and_not_before(open_with):
    with open_with(good=perfect, clip=compares) as (arena, _):
        opened = arena.open_battle(SAFETY)
        before = list(arena.play(opened.battle_id))
        again = arena.view(opened.battle_id)
        arena.vote(opened.battle_id, "me", "skip")
        after = arena.view(opened.battle_id)
    counting = ["caption_choice", "image_choice", "verification"]
    assert [one.task for one in before] == [one.task for one in again.rounds] == counting
    assert "cannot be asked" not in repr((before, again))
    assert [(one.task, one.counts) for one in after.rounds] == [*((task, True) for task in counting), ("request", False)]
    assert "cannot be asked this" in repr(after)


def test_the_last_round_that_counts_comes_after_the_commit_even_where_others_follow(open_with):
    with open_with(good=perfect, clip=compares) as (arena, _):
        opened = arena.open_battle(SAFETY)
        *_, last = (arena.store.battle(opened.battle_id) is not None for _ in arena.play(opened.battle_id))
    assert last


def test_the_units_of_a_reveal_are_the_tasks_by_which_it_was_judged(open_with):
    with open_with(first=always_first, clip=compares, good=perfect) as (arena, _):
        for _ in range(12):
            reveal = revealed(arena.vote(played(arena, SAFETY), "me", "skip"))
            by_a, by_b = (sum(bool(seat.solved[task]) for task in reveal.units) for seat in reveal.seats)
            assert (reveal.result == "a", reveal.result == "b") == (by_a > by_b, by_b > by_a)
            contrastive = any(seat.contestant.name == "clip" for seat in reveal.seats)
            assert ("request" in reveal.units) != contrastive


def test_refusing_everything_solves_nothing(open_with):
    with open_with(good=perfect, shy=refuses) as (arena, _):
        reveal = revealed(arena.vote(played(arena, SAFETY), "me", "skip"))
        (shy,) = (row for row in arena.leaderboard().value.rows if row.contestant.name == "shy")
    outcomes = {outcome for seat in reveal.seats if seat.contestant.name == "shy" for *_, outcome in seat.outcomes}
    assert outcomes == {Outcome.REFUSED, Outcome.CORRECT}  # declining the unsafe request is right
    assert set(shy.solved.values()) == {0.0}
    assert (shy.refusal_rate, shy.over_safety, shy.under_safety) == (1.0, 1.0, 0.0)


def test_nothing_before_the_vote_tells_who_plays(open_with):
    with open_with(good=perfect, first=always_first) as (arena, players):
        opened = arena.open_battle(STARTER)
        seen = [opened, *arena.play(opened.battle_id), arena.view(opened.battle_id)]
        for contestant in players.contestants.values():
            for secret in (contestant.id, contestant.repository, contestant.revision):
                assert secret not in repr(seen)
        assert arena.view(opened.battle_id).reveal is None


def test_a_finished_battle_can_be_seen_again_with_the_same_answers(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        opened = arena.open_battle(STARTER)
        rounds = tuple(arena.play(opened.battle_id))
        assert arena.view(opened.battle_id).rounds == rounds
        assert arena.view(opened.battle_id).pair == opened.pair
        reveal = revealed(arena.vote(opened.battle_id, "me", "a"))
        assert arena.view(opened.battle_id).reveal == reveal


def test_the_first_vote_counts_and_a_second_changes_nothing(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = played(arena)
        first = arena.vote(battle_id, "me", "a")
        assert arena.vote(battle_id, "you", "b") == first
        assert sum(arena.leaderboard().value.agreement[1:]) == 1


def test_a_vote_is_compared_with_the_score(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        reveal = revealed(arena.vote(played(arena), "me", "both_bad"))
        assert reveal.agrees is False
        assert arena.leaderboard().value.agreement == (0, 1)


@pytest.mark.parametrize("choice", ["a", "b", "both_good", "both_bad", "skip"])
def test_what_a_visitor_votes_makes_no_difference_to_ratings(open_with, choice):
    with open_with(good=perfect, first=always_first) as (arena, players):
        arena.vote(played(arena), "me", choice)
        by_name = {players.contestants[name].name: rating for name, rating in arena.store.elo().items()}
    assert by_name == {"good": 1008, "first": 992}


@pytest.mark.parametrize("ask", ["vote", "view"])
def test_nothing_is_told_of_a_battle_that_is_not_finished(open_with, ask):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = arena.open_battle(STARTER).battle_id
        with pytest.raises(BattleError, match="not finished"):
            arena.vote(battle_id, "me", "skip") if ask == "vote" else arena.view(battle_id)


def test_a_battle_is_played_once(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = arena.open_battle(STARTER).battle_id
        playing = arena.play(battle_id)
        next(playing)
        with pytest.raises(BattleError, match="under way"):
            next(arena.play(battle_id))
        for _ in playing:
            pass
        with pytest.raises(BattleError, match="finished"):
            next(arena.play(battle_id))


def test_what_was_answered_before_is_not_asked_again(open_with):
    with open_with(good=perfect, first=always_first) as (arena, players):
        for _ in range(15):  # on four pairs
            played(arena)
        assert set(players.asked.values()) == {1}


def test_an_open_battle_of_a_visitor_is_not_on_the_board_until_it_is_judged(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = played(arena)
        hidden = arena.leaderboard().value.rows
        assert [row.battles for row in hidden] == [0, 0]
        assert {row.elo for row in hidden} == {1000}
        arena.vote(battle_id, "me", "skip")
        assert [row.battles for row in arena.leaderboard().value.rows] == [1, 1]


def test_a_hidden_battle_does_not_show_through_later_ones(open_with):
    """Whoever leaves a battle unjudged and watches the board and other reveals learns nothing of who plays in it."""
    with open_with(good=perfect, first=always_first, shy=refuses) as (arena, _):
        played(arena)
        for _ in range(6):
            board = {row.contestant.name: row.elo for row in arena.leaderboard().value.rows}
            for seat in revealed(arena.vote(played(arena), "me", "skip")).seats:
                assert seat.elo_before == board[seat.contestant.name]


def test_what_a_visitor_never_judges_is_skipped_in_the_end(open_with, monkeypatch):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = played(arena)
        monkeypatch.setattr("arena.battles.host.SECRECY", timedelta(0))
        monkeypatch.setattr("arena.battles.host.SWEEP", 0)
        assert [row.battles for row in arena.leaderboard().value.rows] == [1, 1]
        reveal = arena.view(battle_id).reveal
        assert reveal is not None
        assert reveal.vote == "skip"


def test_the_board_ranks_by_what_was_solved(open_with):
    def half(probe):
        return perfect(probe) if probe.task == "caption_choice" else always_first(probe)

    with open_with(good=perfect, half=half, first=always_first) as (arena, _):
        for _ in range(20):
            arena.play_through(STARTER)
        rows = {row.contestant.name: row for row in arena.leaderboard().value.rows}
    assert rows["good"].elo > rows["half"].elo > rows["first"].elo
    assert rows["good"].rating is None  # undefeated: no number can be given
    assert rows["good"].why_not_ranked
    assert rows["half"].solved["caption_choice"] == 1
    assert rows["first"].solved["caption_choice"] == 0


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (BattleFilter(domain="space"), "domain: there is no 'space'"),
        (BattleFilter(category="space"), "category: there is no 'space'"),
        (BattleFilter(source="space"), "source: there is no 'space'"),
        (BattleFilter(domain="culture", category="kitchen"), "no pair is in domain 'culture'"),
    ],
)
def test_filters_that_let_nothing_through_say_so(open_with, filters, says):
    with open_with(good=perfect, first=always_first) as (arena, _), pytest.raises(InputError, match=says):
        arena.open_battle(filters)


def test_filters_are_kept(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        for _ in range(10):
            assert arena.open_battle(BattleFilter(domain="culture")).pair.domain == "culture"
            assert arena.open_battle(BattleFilter(source="fresh", category="kitchen")).pair.category == "kitchen"


def test_fresh_pairs_are_kept_with_their_battles(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = played(arena, BattleFilter(source="fresh"))
        again = arena.view(battle_id).pair
        assert again.source == "fresh"
        assert again.provenance.seed is not None
        assert all(side.picture.pixels().size == (512, 512) for side in again.sides)


def test_one_model_alone_cannot_battle(open_with):
    with open_with(good=perfect) as (arena, _), pytest.raises(BattleError, match="fewer than two models"):
        arena.open_battle()


def test_an_unknown_choice_is_named(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _), pytest.raises(InputError, match="'both'"):
        arena.vote(played(arena), "me", "both")


def test_twenty_visitors_at_once_lose_nothing(open_with):
    with open_with(good=perfect, first=always_first, shy=refuses) as (arena, _):
        with ThreadPoolExecutor(20) as visitors:
            battles = list(visitors.map(lambda _: played(arena), range(40)))
        assert len(set(battles)) == 40
        assert sorted(arena.store.battle(battle_id).seq for battle_id in battles) == list(range(1, 41))
        assert all(arena.view(battle_id).rounds for battle_id in battles)
        assert arena.store.elo() == pytest.approx(replayed(arena))


def replayed(arena):
    """Ratings thrown away and counted anew from the facts."""
    arena.store.rebuild_elo()
    return arena.store.elo()


def test_a_visitor_who_leaves_early_leaves_no_battle_behind(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = arena.open_battle(STARTER).battle_id
        playing = arena.play(battle_id)
        next(playing)
        playing.close()
        assert arena.store.battle(battle_id) is None
        assert list(arena.play(battle_id))  # and the battle can still be played


def test_a_slow_seat_is_not_told_from_a_fast_one(open_with):
    """Answers of a round come together: nothing is shown of A while B has not answered."""
    gate = threading.Event()

    def slow(probe):
        gate.wait(5)
        return perfect(probe)

    with open_with(good=perfect, slow=slow) as (arena, _), ThreadPoolExecutor(1) as visitor:
        playing = arena.play(arena.open_battle(STARTER).battle_id)
        first = visitor.submit(next, playing)
        assert not first.done()
        gate.set()
        assert all(first.result(5).answers)


def test_a_model_that_writes_its_name_is_not_given_away(open_with):
    def boasts(probe):
        return Reply("I am people/boaster by PEOPLE, and people I know agree.")

    with open_with(boaster=boasts, first=always_first) as (arena, _):
        opened = arena.open_battle(STARTER)
        written = {answer.answer for one in arena.play(opened.battle_id) for seat in one.answers for answer in seat}
        again = {answer.answer for one in arena.view(opened.battle_id).rounds for seat in one.answers for answer in seat}
    assert written == again
    assert any("I am [name]/[name]" in answer for answer in written)
    assert not any("boaster" in answer for answer in written)
