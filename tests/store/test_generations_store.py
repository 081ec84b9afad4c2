"""Generated pairs in the store: attempts are kept once, reviewers have one last word each, and what follows is in play."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_world import NOON, PAIRS, found, make_pair, picture

from arena.errors import StoreError
from arena.store import GenerationRecord, ReviewRecord, Standing, Store, Verdict

MADE = make_pair(50, family="stove")
SOURCE = picture(500)


def record(name="g1", **changes) -> GenerationRecord:
    return GenerationRecord(
        **{
            "id": name,
            "proposer": "ann",
            "family": "stove",
            "domain": "safety",
            "category": "kitchen",
            "source": SOURCE.digest,
            "asked": {"instruction": "make it é", "region": [0.1, 0.2, 0.3, 0.4], "side": 1},
            "pair_id": MADE.id,
            "gate": {"passed": True, "scores": []},
            "passed": True,
            "models": ("drawn-world/editor", "drawn-world/judge"),
            "made_at": NOON,
            **changes,
        }
    )


@pytest.fixture
def made(store) -> Store:
    store.generations.add([record()], [MADE], [SOURCE])
    return store


@pytest.fixture(scope="module")
def shared(furnished, tmp_path_factory) -> Iterator[Store]:
    """For tests that look at an attempt of their own alone."""
    with Store.open(shutil.copytree(furnished, tmp_path_factory.mktemp("shared") / "home")) as store:
        yield store


class Attempt(NamedTuple):
    """One of a store that others share."""

    store: Store
    name: str
    pair_id: str


@pytest.fixture
def attempt(shared) -> Attempt:
    number = len(shared.generations.standings())
    name, pair = f"attempt {number}", make_pair(100 + number, family="stove")
    shared.generations.add([record(name, pair_id=pair.id)], [pair], [SOURCE])
    return Attempt(shared, name, pair.id)


VERDICTS = {"a": ("accept", None), "r": ("reject", "artefact")}


def say(store, reviewer, verdict, reason=None, name="g1", required=2):
    store.generations.add_review(ReviewRecord(name, reviewer, verdict, reason), required)


def state(store, required=2, name="g1"):
    return found(store.generations.get(name)).state(required)


def test_a_generation_is_there_again_with_its_pair_and_the_image_it_was_made_of(made, home):
    made.close()
    with Store.open(home) as again:
        kept = found(again.generations.get("g1")).record
        assert kept == record()
        assert (kept.asked, kept.gate) == (record().asked, record().gate)
        assert again.pair(MADE.id) == MADE
        assert again.generations.source(kept).encoded == SOURCE.encoded
        assert again.generations.of_pair(MADE.id) == "g1"
        assert again.generations.of_pair(PAIRS[0].id) is None


def test_a_batch_is_one_commit_and_the_same_batch_again_changes_nothing(store):
    before = store.transactions
    batch = [record(f"g{n}", models=() if n else ("a/b",)) for n in range(5)]
    assert store.generations.add(batch, [MADE], [SOURCE]) == 5
    assert store.transactions == before + 1
    assert store.generations.add(batch, [MADE], [SOURCE]) == 0
    assert len(store.generations.standings()) == 5
    assert store.generations.done(["g0", "g4", "g9"]) == {"g0", "g4"}


def test_a_failed_attempt_is_recorded_and_another_one_may_take_its_place(store):
    failed = record(pair_id=None, gate={}, passed=False, error="g1: out of memory")
    store.generations.add([failed], [], [SOURCE])
    assert state(store) == "failed"
    assert store.generations.done(["g1"]) == set()
    with pytest.raises(StoreError, match="g1"):
        say(store, "ben", "accept")
    store.generations.add([record()], [MADE])
    store.generations.add([failed], [])
    assert state(store) == "pending"
    assert len(store.generations.standings()) == 1


@pytest.mark.parametrize(
    ("said", "required", "expected"),
    [
        ("", 2, "pending"),
        ("a", 2, "pending"),
        ("aa", 2, "in-play"),
        ("a", 1, "in-play"),
        ("ar", 2, "pending"),
        ("ar", 1, "in-play"),
        ("ra", 1, "rejected"),
        ("rr", 2, "rejected"),
        ("aar", 2, "in-play"),
        ("arr", 2, "rejected"),
        ("aarr", 2, "in-play"),
        ("arar", 2, "in-play"),
        ("rraaa", 2, "rejected"),
        ("aa", 3, "pending"),
    ],
)
def test_both_verdicts_need_as_many_reviewers_and_a_majority(attempt, said, required, expected):
    store, name = attempt.store, attempt.name
    for number, letter in enumerate(said):
        say(store, f"reviewer {number}", *VERDICTS[letter], name=name, required=required)
    assert state(store, required, name) == expected
    in_play = [pair.pair_id for pair in store.generations.pairs_in_play(required)]
    assert in_play.count(attempt.pair_id) == (expected == "in-play")


def test_one_reviewer_counts_once_with_the_last_word(made):
    for _ in range(3):
        say(made, "ben", "accept")
    assert state(made) == "pending"
    say(made, "ben", "reject", "unsafe")
    say(made, "cleo", "reject", "caption_false")
    assert [(one.reviewer, one.verdict, one.reason) for one in made.generations.reviews("g1")] == [
        ("ben", "reject", "unsafe"),
        ("cleo", "reject", "caption_false"),
    ]
    assert state(made) == "rejected"


def test_what_is_taken_back_counts_no_more(made):
    say(made, "ben", "reject", "unsafe")
    say(made, "cleo", "accept")
    say(made, "ben", "undone")
    assert [one.reviewer for one in made.generations.reviews("g1")] == ["cleo"]
    assert standing(made) == ("pending", 1, 0, 0)


@pytest.mark.parametrize(
    ("before", "verdict", "kept", "after"),
    [
        ("a", "accept", "accept", ("in-play", 2, 0, 0)),
        ("a", "reject", "reject", ("pending", 1, 1, 0)),
        ("a", "undone", "undone", ("pending", 1, 0, 0)),
        ("a", "flag", None, ("pending", 1, 0, 0)),
        ("aa", "accept", None, ("in-play", 2, 0, 0)),
        ("aa", "reject", "flag", ("in-play", 2, 0, 1)),
        ("aa", "undone", "unflagged", ("in-play", 2, 0, 0)),
        ("aarrr", "reject", "flag", ("in-play", 2, 0, 4)),
        ("rr", "accept", None, ("rejected", 0, 2, 0)),
        ("rr", "reject", None, ("rejected", 0, 2, 0)),
        ("rr", "undone", None, ("rejected", 0, 2, 0)),
    ],
)
def test_a_verdict_changes_what_is_pending_and_only_flags_what_is_in_play(attempt, before, verdict, kept, after):
    store, name = attempt.store, attempt.name
    for number, letter in enumerate(before):
        say(store, f"reviewer {number}", *VERDICTS[letter], name=name)
    reason = "artefact" if verdict in ("reject", "flag") else None
    assert store.generations.add_review(ReviewRecord(name, "zoe", verdict, reason)) == kept
    assert standing(store, name) == after


def test_a_flag_stands_beside_the_accept_of_the_same_reviewer_and_is_taken_back_alone(made):
    for reviewer in ("ben", "cleo"):
        say(made, reviewer, "accept")
    say(made, "ben", "reject", "artefact")
    assert standing(made) == ("in-play", 2, 0, 1)
    assert [one.verdict for one in made.generations.reviews(reviewer="ben")] == ["accept", "flag"]
    say(made, "ben", "undone")
    assert standing(made) == ("in-play", 2, 0, 0)


SAID = st.tuples(st.sampled_from(["ann", "ben", "cleo", "dora", "eve"]), st.sampled_from(get_args(Verdict)))


@given(before=st.lists(SAID, max_size=8), after=st.lists(SAID, max_size=12))
def test_no_verdicts_take_a_pair_out_of_play(before, after):
    """Over the facts alone, without a database: what is kept of verdicts, and what follows from it."""
    said: dict[tuple[str, bool], str] = {}
    for reviewer, verdict in before:
        hear(said, reviewer, verdict)
    if judged(said).state(2) != "in-play":
        for reviewer in ("fay", "guy", "ida", "joe", "kim", "leo"):
            hear(said, reviewer, "accept")
    settled = judged(said)
    for reviewer, verdict in after:
        hear(said, reviewer, verdict)
        now = judged(said)
        assert (now.state(2), now.accepts, now.rejects) == (settled.state(2), settled.accepts, settled.rejects)
    assert settled.state(2) in ("in-play", "rejected")


def hear(said: dict[tuple[str, bool], str], reviewer: str, verdict: Verdict) -> None:
    kept = judged(said).kept_as(verdict, 2)
    if kept is not None:
        said[reviewer, kept in ("flag", "unflagged")] = kept


def judged(said: dict[tuple[str, bool], str]) -> Standing:
    counts = Counter(said.values())
    return Standing(record(), counts["accept"], counts["reject"], counts["flag"], None)


def standing(store, name="g1") -> tuple[str, int, int, int]:
    known = found(store.generations.get(name))
    return known.state(2), known.accepts, known.rejects, known.flags


def test_what_the_gate_refused_is_never_in_play_and_what_was_drawn_needs_no_accept(store):
    store.generations.add([record("bad", passed=False), record("drawn", exact=True)], [MADE], [SOURCE])
    for name in ("ben", "cleo"):
        say(store, name, "accept", name="bad")
    assert state(store, name="bad") == "rejected"
    assert state(store, name="drawn") == "in-play"
    for name in ("ben", "cleo", "dora"):
        say(store, name, "reject", "artefact", name="drawn")
    assert state(store, name="drawn") == "in-play"
    assert found(store.generations.get("drawn")).flags == 3


def test_nobody_is_shown_what_they_proposed_or_have_judged(made):
    assert made.generations.pending("ann", 2) == []
    assert [one.record.id for one in made.generations.pending("ben", 2)] == ["g1"]
    say(made, "ben", "reject", "duplicate")
    assert made.generations.pending("ben", 2) == []
    assert len(made.generations.pending("cleo", 2)) == 1
    say(made, "ben", "undone")
    assert len(made.generations.pending("ben", 2)) == 1


def test_a_retired_pair_is_out_of_play_for_good_and_still_there(made):
    for name in ("ben", "cleo"):
        say(made, name, "accept")
    made.generations.retire("g1", "leaked")
    made.generations.retire("g1", "again")
    assert found(made.generations.get("g1")).retired == "leaked"
    assert state(made) == "retired"
    assert made.generations.pairs_in_play(2) == []
    assert made.pair(MADE.id) == MADE
    with pytest.raises(StoreError, match="unheard-of"):
        made.generations.retire("unheard-of", "why")


def test_the_revision_changes_with_every_fact(made):
    seen = [made.generations.revision()]
    for change in (
        lambda: made.generations.add([record("g2")], [MADE]),
        lambda: say(made, "ben", "accept"),
        lambda: say(made, "ben", "undone"),
        lambda: made.generations.retire("g1", "leaked"),
    ):
        change()
        seen.append(made.generations.revision())
    assert len(set(seen)) == 5


def test_hashes_are_computed_once_a_method_and_leave_out_what_was_rejected(made):
    counted = []

    def first_digits(shown):
        counted.append(shown.digest)
        return shown.digest[:8]

    images = {side.picture.digest for pair in [*PAIRS, MADE] for side in pair.sides}
    assert made.generations.image_hashes("first/1", first_digits) == {digest: digest[:8] for digest in images}
    assert sorted(counted) == sorted(images)
    made.generations.image_hashes("first/1", first_digits)
    assert len(counted) == len(images)
    made.generations.image_hashes("first/2", first_digits)
    assert len(counted) == 2 * len(images)
    say(made, "ben", "reject", "artefact")
    left = images - {side.picture.digest for side in MADE.sides}
    assert set(made.generations.image_hashes("first/1", first_digits)) == left


def test_the_side_that_shows_a_source_is_known(made):
    assert made.generations.sources_made_of(SOURCE.digest) == {MADE.sides[1].picture.digest}
    assert made.generations.sources_made_of(picture(501).digest) == set()


def test_replacing_a_record_needs_another_id(made):
    made.generations.add([replace(record(), proposer="mallory")], [MADE])
    assert found(made.generations.get("g1")).record.proposer == "ann"
