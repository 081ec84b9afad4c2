import math
import shutil
import threading
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_insides import connection_of, database_of
from store_world import CONTESTANTS, NOON, PAIRS, RULE, found, furnish, make_battle, make_contestant, make_pair, outcomes

from arena.errors import BattleError, StoreError
from arena.probes import Reply
from arena.store import Store
from arena.store.records import CHOICES, EloRule, ReplyRecord, Vote, discordant_units

CONTESTANT = CONTESTANTS[0].id


def in_threads(count: int, work) -> None:
    """Run work(0), ..., work(count - 1) at once; a failure in any of them fails here."""
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 re-raised below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.parametrize(
    "pair",
    [
        make_pair(11),
        make_pair(12, "culture", request="What is the custom here?", region=(0.0, 0.25, 0.5, 1.0)),
        make_pair(13, family="Küche/厨房/'; DROP TABLE pairs"),
    ],
    ids=["plain", "with request and region", "with letters of all kinds"],
)
def test_a_pair_comes_back_as_it_was(home, pair):
    with Store.open(home) as store:
        assert store.add_pairs([pair, pair]) == 1
        assert store.add_pairs([pair]) == 0
    with Store.open(home) as store:
        back = found(store.pair(pair.id))
        assert back == pair
        assert [side.picture.encoded for side in back.sides] == [side.picture.encoded for side in pair.sides]
        assert back.provenance.details == pair.provenance.details
        assert store.pair("unknown") is None
        assert store.add_pairs([pair]) == 0


def test_contestants_come_back_as_they_were(home):
    with Store.open(home) as store:
        assert store.add_contestants(CONTESTANTS) == 4
        assert store.add_contestants([make_contestant(9), *CONTESTANTS]) == 1
    with Store.open(home) as store:
        known = store.contestants()
    assert {identifier: contestant.id for identifier, contestant in known.items()} == {i: i for i in known}
    assert set(known.values()) == {make_contestant(9), *CONTESTANTS}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text='The second caption.\n\tReally: "it\'s" B \u2028 ß \U0001f373'),
        Reply(text=""),
        Reply(logprobs=(-0.1, -math.inf, -1e-300, -2.302585092994046)),
        Reply(logprobs=()),
        Reply(not_applicable=True),
    ],
)
def test_a_reply_comes_back_as_it_was(store, reply):
    store.add_replies([ReplyRecord(CONTESTANT, "key", "caption_choice", reply)])
    assert store.replies(CONTESTANT, ["key", "other key"]) == {"key": reply}
    assert store.replies(CONTESTANTS[1].id, ["key"]) == {}


def test_a_nan_stays_a_nan(store):
    store.add_replies([ReplyRecord(CONTESTANT, "key", "caption_choice", Reply(logprobs=(math.nan, -1.0)))])
    first, second = found(store.replies(CONTESTANT, ["key"])["key"].logprobs)
    assert math.isnan(first)
    assert second == -1.0


def test_an_error_is_asked_again_and_an_answer_is_not(store):
    def told(text: str | None = None, error: str | None = None) -> int:
        return store.add_replies([ReplyRecord(CONTESTANT, "key", "request", Reply(text=text, error=error))])

    assert told(error="out of memory") == 1
    assert store.replies(CONTESTANT, ["key"]) == {}
    assert told(text="yes") == 1
    assert told(text="no") == 0
    assert told(error="time-out") == 0
    assert store.replies(CONTESTANT, ["key"]) == {"key": Reply(text="yes")}


def test_an_answer_that_may_have_been_cut_gives_way_to_one_that_was_asked_for_again(store):
    def told(text: str, finished: bool | None, *, again: bool = True) -> ReplyRecord:
        return ReplyRecord(CONTESTANT, "key", "request", Reply(text=text, finished=finished), again=again)

    first, unasked, second, third = told("a", None), told("b", True, again=False), told("c", True), told("d", True)
    assert [store.add_replies([one]) for one in (first, first, unasked, second, second, third)] == [1, 0, 0, 1, 0, 0]
    assert store.replies(CONTESTANT, ["key"]) == {"key": Reply(text="c", finished=True)}


def test_an_answer_beats_an_error_in_the_same_batch(store):
    replies = [Reply(error="time-out"), Reply(text="yes"), Reply(text="no"), Reply(error="time-out")]
    assert store.add_replies(ReplyRecord(CONTESTANT, "key", "request", reply) for reply in replies) == 1
    assert store.replies(CONTESTANT, ["key"]) == {"key": Reply(text="yes")}


def test_a_battle_comes_back_as_it_was(home):
    battle = make_battle(
        "one", outcomes({"request": (["correct", "wrong"], ["refused", "not_applicable"])}), played_by="autoplay"
    )
    with Store.open(home) as store:
        acknowledged = furnish(store).add_battle(battle, [ReplyRecord(CONTESTANT, "key", "request", Reply(text="sure"))])
        assert (acknowledged.seq, acknowledged.first) == (1, True)
    with Store.open(home) as store:
        back = found(store.battle("one"))
        assert back.seq == 1
        assert back.outcomes == battle.outcomes
        assert back.__dict__ | {"seq": None} == battle.__dict__
        assert store.replies(CONTESTANT, ["key"]) == {"key": Reply(text="sure")}
        assert store.battle("two") is None


def test_a_battle_said_again_does_not_say_its_errors_again(store):
    failed = outcomes({"request": (["error"], ["correct"])})
    errors = [ReplyRecord(CONTESTANT, "request/0", "request", Reply(error="out of memory"))]
    for first in (True, False):
        assert store.add_battle(make_battle("x", failed), errors).first is first
    assert connection_of(store).execute("SELECT count(*) FROM arena.replies").fetchone() == (1,)


@pytest.mark.parametrize(
    ("battle", "message"),
    [
        ({"pair_id": "nowhere"}, r"battle x: pair_id: 'nowhere' is not in the store"),
        ({"seats": (CONTESTANTS[0].id, "nobody")}, r"battle x: seats: 'nobody' is not in the store"),
    ],
)
def test_a_battle_of_strangers_is_refused_and_the_next_is_kept(store, battle, message):
    with pytest.raises(StoreError, match=message):
        store.add_battle(make_battle("x", **battle))
    assert store.battle("x") is None
    assert store.add_battle(make_battle("y")).seq == 1


def test_a_battle_in_which_the_machine_failed_must_be_void():
    failed = outcomes({"request": (["correct"], ["error"])})
    assert make_battle("x", failed).result == "void"
    with pytest.raises(BattleError, match=r"battle x: result: .*must be 'void'"):
        make_battle("x", failed, result="a")
    with pytest.raises(BattleError, match=r"battle x: seats: .*both"):
        make_battle("x", seats=(CONTESTANT, CONTESTANT))


def test_a_vote_on_an_unknown_battle_is_refused(store):
    with pytest.raises(StoreError, match="vote: battle_id: 'never' is not in the store"):
        store.add_vote("never", "visitor", "a")


def test_of_many_votes_at_once_one_counts(store):
    store.add_battle(make_battle("x"))
    counted: list[Vote] = []

    def vote(number: int) -> None:
        choice = CHOICES[number % len(CHOICES)]
        if store.add_vote("x", f"visitor-{number}", choice, NOON):
            counted.append(Vote("x", f"visitor-{number}", choice, NOON))

    in_threads(20, vote)
    assert counted == [store.vote_of("x")]
    assert sum(store.votes_by_result().values()) == 1


SAYINGS = st.lists(
    st.one_of(
        st.tuples(st.just("battle"), st.integers(0, 4), st.sampled_from(["a", "b", "tie"])),
        st.tuples(st.just("vote"), st.integers(0, 4), st.sampled_from(CHOICES)),
    ),
    max_size=15,
)


@settings(max_examples=15)  # each opens a store
@given(SAYINGS)
def test_saying_it_again_changes_nothing(furnished, sayings):
    battles: dict[str, str] = {}
    votes: dict[str, str] = {}
    with TemporaryDirectory() as folder, Store.open(shutil.copytree(furnished, Path(folder) / "home"), RULE) as store:
        for kind, number, said in sayings:
            name = f"battle-{number}"
            if kind == "battle":
                acknowledged = store.add_battle(make_battle(name, result=said))
                assert acknowledged.first == (name not in battles)
                battles.setdefault(name, said)
                assert acknowledged.seq == list(battles).index(name) + 1
            elif name in battles:
                assert store.add_vote(name, "visitor", said) == (name not in votes)
                votes.setdefault(name, said)
        assert {name: found(store.battle(name)).result for name in battles} == battles
        assert {name: found(store.vote_of(name)).choice for name in votes} == votes
        assert sum(tally.battles for tally in store.tallies().values()) == 2 * len(battles)
        assert sum(store.votes_by_result().values()) == len(votes)


def test_fifty_threads_write_and_read_without_harm(store):
    commits_before = store.transactions

    def play(number: int) -> None:
        for turn in range(2):
            name = f"{number}-{turn}"
            acknowledged = store.add_battle(make_battle(name))
            assert found(store.battle(name)).seq == acknowledged.seq
            assert store.unit_counts()[0].units >= 1
            assert store.pair(PAIRS[number % 4].id) == PAIRS[number % 4]

    in_threads(50, play)
    sequence = sorted(found(store.battle(f"{number}-{turn}")).seq for number in range(50) for turn in range(2))
    assert sequence == list(range(1, 101))
    assert store.transactions - commits_before < 50, "100 battles shared commits"


def test_readers_do_not_wait_for_the_writer(store):
    writing, release = threading.Event(), threading.Event()

    def slow_work(connection, items: list[None]) -> list[None]:
        connection.execute("INSERT INTO arena.votes VALUES ('x', 'visitor', 'a', now()::TIMESTAMP)")
        writing.set()
        release.wait(20)
        return items

    store.add_battle(make_battle("x"))
    future = database_of(store).writer.submit(slow_work, None)
    assert writing.wait(10)
    assert store.vote_of("x") is None, "what is not committed is not seen"
    assert store.battle("x") is not None
    assert not future.done()
    release.set()
    future.result(10)
    assert found(store.vote_of("x")).choice == "a"


VERDICTS = st.lists(st.sampled_from(["correct", "wrong", "refused", "not_applicable", "error"]), min_size=1, max_size=2)
DUELS = st.lists(
    st.tuples(
        st.permutations(range(3)).map(lambda seats: seats[:2]),
        st.dictionaries(
            st.sampled_from(["caption_choice", "image_choice", "request"]), st.tuples(VERDICTS, VERDICTS), max_size=3
        ),
    ),
    max_size=8,
)


@settings(max_examples=15)  # each opens a store
@given(DUELS)
def test_elo_by_battle_equals_elo_replayed_from_the_facts(furnished, duels):
    expected: dict[str, float] = {}
    with TemporaryDirectory() as folder, Store.open(shutil.copytree(furnished, Path(folder) / "home"), RULE) as store:
        for number, ((a, b), verdicts) in enumerate(duels):
            seats = (CONTESTANTS[a].id, CONTESTANTS[b].id)
            battle = make_battle(f"{number}", outcomes(verdicts), seats=seats)
            store.add_battle(battle)
            if battle.result == "void":
                assert store.elo_changes(battle.id) == ()
                continue
            before = tuple(expected.get(seat, RULE.start) for seat in seats)
            after = RULE.update(*before, *discordant_units(battle.outcomes))
            expected |= dict(zip(seats, after, strict=True))
            changes = store.elo_changes(battle.id)
            assert [(c.seat, c.contestant_id, c.before, c.after) for c in changes] == [
                ("a", seats[0], before[0], after[0]),
                ("b", seats[1], before[1], after[1]),
            ]
        assert store.elo() == expected
        store.rebuild_elo()
        assert store.elo() == expected


def test_a_new_rule_replays_the_ratings_when_the_store_is_opened(home):
    with Store.open(home, RULE) as store:
        furnish(store).add_battle(make_battle("x"))
    doubled = EloRule("test/2", 0.0, lambda a, b, only_a, only_b: (a + 2 * only_a, b - 2 * only_a))
    with Store.open(home, doubled) as store:
        assert store.elo() == {CONTESTANTS[0].id: 2.0, CONTESTANTS[1].id: -2.0}


def test_battles_kept_without_a_rule_are_rated_once_there_is_one(home):
    with Store.open(home) as store:
        furnish(store).add_battle(make_battle("x"))
        assert store.elo() == {}
        with pytest.raises(StoreError, match="without a rule"):
            store.rebuild_elo()
    with Store.open(home, RULE) as store:
        assert len(store.elo()) == 2


def test_a_visitors_battle_counts_nowhere_until_it_is_judged(store):
    store.add_battle(make_battle("first"))
    before = (store.elo(), store.unit_counts(), store.tallies(), store.battle_counts(), store.settled())
    store.add_battle(make_battle("open", played_by="visitor"))
    assert (store.elo(), store.unit_counts(), store.tallies(), store.battle_counts(), store.settled()) == before
    assert store.elo_changes("open") == ()
    store.add_vote("open", "visitor", "skip")
    assert store.settled() == 2
    assert store.elo() != before[0]
    assert {change.seq for change in store.elo_changes("open")} == {2}


def test_ratings_move_in_the_order_of_settlement_and_replay_to_the_same(store):
    for name in ("one", "two", "three"):
        store.add_battle(make_battle(name, played_by="visitor"))
    for name in ("three", "one"):
        store.add_vote(name, "visitor", "a")
    assert [store.elo_changes(name)[0].seq for name in ("three", "one")] == [1, 2]
    assert store.elo_changes("three")[0].after == store.elo_changes("one")[0].before
    kept = store.elo()
    store.rebuild_elo()
    assert store.elo() == kept


def test_what_nobody_judged_in_time_is_settled_as_skipped(store):
    store.add_battle(make_battle("old", played_by="visitor", played_at=NOON))
    store.add_battle(make_battle("new", played_by="visitor", played_at=NOON + timedelta(minutes=20)))
    assert store.settle_abandoned(NOON + timedelta(minutes=10)) == 1
    assert store.settle_abandoned(NOON + timedelta(minutes=10)) == 0
    assert found(store.vote_of("old")).choice == "skip"
    assert store.vote_of("new") is None
    assert store.settled() == 1
    assert not store.add_vote("old", "visitor", "a")
