"""Who may say what of which pair, what can be taken back, and how far reviewers agree."""

import shutil
from dataclasses import replace
from typing import get_args

import pytest
from generation_world import Counting, Lenient, drawn

from arena.errors import GenerationError
from arena.generation.produce import produce
from arena.generation.reviewing import REASONS, agreement, hide_harmful, review, undo
from arena.store import Reason, ReviewRecord, Store


@pytest.fixture(scope="module")
def proposed(tmp_path_factory):
    """A home with four pairs that wait for review, proposed by ann."""
    home = tmp_path_factory.mktemp("proposed") / "home"
    maker = Counting()
    maker.tool = replace(maker.tool, method="SomePipeline", repository="people/editor")
    with Store.open(home) as store:
        produce(store, drawn(4), maker, Lenient(), proposer="ann")
    return home


@pytest.fixture
def waiting(home, proposed):
    """A store with these pairs; and their ids."""
    with Store.open(shutil.copytree(proposed, home)) as store:
        yield store, [standing.record.id for standing in store.generations.standings()]


def states(store):
    return [standing.state(2) for standing in store.generations.standings()]


@pytest.mark.parametrize(
    ("reviewer", "verdict", "reason", "says"),
    [
        ("ann", "accept", None, "others have to review it"),
        ("ann", "reject", "artefact", "proposed "),
        ("ben", "reject", None, "reject with one of not_minimal, caption_false"),
        ("ben", "reject", "ugly", "'ugly'"),
        ("ben", "accept", "artefact", "an accept has none"),
        ("ben", "maybe", None, "use accept or reject"),
        ("ben", "undone", None, "use accept or reject"),
    ],
)
def test_what_may_not_be_said_is_refused_in_one_line_and_changes_nothing(waiting, reviewer, verdict, reason, says):
    store, (first, *_) = waiting
    with pytest.raises(GenerationError, match=says) as caught:
        review(store, first, reviewer, verdict, reason)
    assert "\n" not in str(caught.value)
    assert store.generations.reviews() == []


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_may_be_given(waiting, reason):
    store, (first, *_) = waiting
    assert review(store, first, "ben", "reject", reason).rejects == 1
    assert store.generations.reviews()[0].reason == reason


def test_reasons_are_those_that_the_store_knows():
    assert set(REASONS) == set(get_args(Reason))


@pytest.mark.parametrize("case", ["unknown", "failed", "refused", "retired"])
def test_what_is_not_there_to_review_is_refused(store, gate, case):
    maker, (proposal,) = Counting(), drawn(1)
    if case == "failed":
        maker.fails_on = {proposal.family}
    produce(store, [proposal], maker, gate, proposer="ann")
    if case == "refused":
        produce(store, [proposal], maker, gate, proposer="ann", seed=1)
    found = store.generations.standings()[-1].record.id
    if case == "retired":
        store.generations.retire(found, "leaked")
    with pytest.raises(GenerationError, match={"refused": "did not pass", "retired": "leaked"}.get(case, "there is no pair")):
        review(store, "nothing" if case == "unknown" else found, "ben", "accept")


def test_two_accepts_by_two_people_put_a_pair_into_play(waiting):
    store, (first, *_) = waiting
    assert review(store, first, "ben", "accept").state(2) == "pending"
    assert review(store, first, "ben", "accept").state(2) == "pending"
    assert review(store, first, "cleo", "accept").state(2) == "in-play"
    assert states(store) == ["in-play", "pending", "pending", "pending"]


def test_undo_takes_back_the_last_word_then_the_one_before(waiting):
    store, (first, second, *_) = waiting
    review(store, first, "ben", "accept")
    review(store, first, "cleo", "reject", "artefact")
    review(store, second, "ben", "reject", "artefact")
    assert undo(store, "ben") == second
    assert undo(store, "ben") == first
    assert undo(store, "ben") is None
    assert [one.reviewer for one in store.generations.reviews()] == ["cleo"]
    assert first in [standing.record.id for standing in store.generations.pending("ben", 2)]


def test_undo_passes_over_what_has_taken_effect(waiting):
    store, (first, second, third, _) = waiting
    review(store, first, "ben", "accept")
    for reviewer in ("ben", "cleo"):
        review(store, second, reviewer, "accept")
        review(store, third, reviewer, "reject", "artefact")
    assert undo(store, "ben") == first
    assert undo(store, "ben") is None
    assert states(store) == ["pending", "in-play", "rejected", "pending"]


def test_what_was_rejected_for_good_is_not_reviewed_again(waiting):
    store, (first, *_) = waiting
    for reviewer in ("ben", "cleo"):
        review(store, first, reviewer, "reject", "artefact")
    with pytest.raises(GenerationError, match="rejected for good"):
        review(store, first, "dora", "accept")


def test_a_rejection_of_a_pair_in_play_flags_it_and_can_be_taken_back(waiting, caplog):
    store, (first, *_) = waiting
    for reviewer in ("ben", "cleo"):
        review(store, first, reviewer, "accept")
    for reviewer in ("ben", "dora", "eve"):
        flagged = review(store, first, reviewer, "reject", "artefact")
    assert (flagged.state(2), flagged.accepts, flagged.rejects, flagged.flags) == ("in-play", 2, 0, 3)
    assert caplog.text.count(f"{first}: a reviewer flags this pair") == 3, "the operator reads of it"
    assert undo(store, "ben") == first
    assert undo(store, "ben") is None
    assert [one.reviewer for one in store.generations.reviews() if one.verdict == "flag"] == ["dora", "eve"]
    assert agreement(store, rounds=10).reviews == 2, "flags are no verdicts that reviewers could agree on"


def put_in_play(store, generation_id):
    for reviewer in ("ben", "cleo"):
        review(store, generation_id, reviewer, "accept")


def put_in_play_and_flag(store, generation_id):
    put_in_play(store, generation_id)
    for reviewer in ("ben", "cleo"):
        review(store, generation_id, reviewer, "reject", "harmful")


@pytest.mark.parametrize(
    ("reasons", "state"),
    [
        (["harmful"], "in-play"),
        (["harmful", "harmful"], "hidden"),
        (["harmful", "artefact", "unsafe"], "in-play"),
        (["artefact", "harmful", "unsafe", "harmful"], "hidden"),
    ],
)
def test_two_reviewers_who_flag_a_pair_as_harmful_hide_it(waiting, reasons, state):
    store, (first, *_) = waiting
    put_in_play(store, first)
    for number, reason in enumerate(reasons):
        review(store, first, f"reviewer {number}", "reject", reason)
    assert states(store)[0] == state
    assert len(store.generations.pairs_in_play(2)) == (state == "in-play")


def test_one_reviewer_hides_nothing_however_often_it_is_said(waiting):
    store, (first, *_) = waiting
    put_in_play(store, first)
    for _ in range(3):
        review(store, first, "ben", "reject", "harmful")
    assert states(store)[0] == "in-play"


def test_what_is_hidden_is_not_reviewed_and_nothing_said_of_it_is_taken_back(waiting):
    store, (first, *_) = waiting
    put_in_play_and_flag(store, first)
    with pytest.raises(GenerationError, match="was hidden"):
        review(store, first, "dora", "accept")
    assert undo(store, "ben") is None
    assert states(store)[0] == "hidden"


def test_what_the_operator_restores_stays_until_two_others_flag_it_again(waiting):
    store, (first, *_) = waiting
    put_in_play_and_flag(store, first)
    store.takedowns.restore([first], by="operator", reason="a misunderstanding")
    assert states(store)[0] == "in-play"
    review(store, first, "dora", "reject", "harmful")
    assert states(store)[0] == "in-play"
    review(store, first, "eve", "reject", "harmful")
    assert states(store)[0] == "hidden"


def test_flags_whose_effect_a_kill_cut_off_hide_the_pair_later(waiting):
    store, (first, *_) = waiting
    put_in_play(store, first)
    for reviewer in ("ben", "cleo"):
        store.generations.add_review(ReviewRecord(first, reviewer, "reject", "harmful"))
    assert states(store)[0] == "in-play"
    hide_harmful(store)
    assert states(store)[0] == "hidden"


def say(store, ids, **verdicts):
    """reviewer=a string with a letter a pair: a accepts, r rejects, - says nothing."""
    for reviewer, letters in verdicts.items():
        for generation_id, letter in zip(ids, letters, strict=True):
            if letter == "a":
                review(store, generation_id, reviewer, "accept")
            elif letter == "r":
                review(store, generation_id, reviewer, "reject", "artefact")


def test_agreement_of_two_is_that_of_the_textbook(waiting):
    """Ben accepts 3 of 4, Cleo 2 of 4, and they agree on 3: observed 0.75, by chance 3/4 x 2/4 + 1/4 x 2/4 = 0.5.

    Cohen's kappa is (0.75 - 0.5) / (1 - 0.5) = 0.5. Krippendorff's alpha pools the 5 accepts and 3 rejects: observed
    disagreement 1/4, expected 2 x 5 x 3 / (8 x 7) = 15/28, so alpha = 1 - (1/4) / (15/28) = 8/15.
    """
    store, ids = waiting
    say(store, ids, ben="aaar", cleo="aarr")
    found = agreement(store, rounds=50)
    assert (found.reviews, found.reviewers, found.alpha.items) == (8, 2, 4)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.5)
    assert found.alpha.value == pytest.approx(8 / 15)
    assert None not in (found.alpha.low, found.alpha.high)


def test_agreement_of_three_counts_what_two_have_judged_and_has_no_kappa(waiting):
    store, ids = waiting
    say(store, ids, ben="aa--", cleo="ar-a", dora="-r--")
    found = agreement(store, rounds=50)
    assert (found.reviewers, found.alpha.items, found.kappa) == (3, 2, None)


def test_what_was_undone_is_not_compared(waiting):
    store, ids = waiting
    say(store, ids, ben="aaar", cleo="aara")
    undo(store, "cleo")
    assert agreement(store, rounds=50).alpha.items == 3


def test_without_reviews_there_is_no_agreement_and_a_reason(waiting):
    store, ids = waiting
    assert agreement(store).alpha.reason == "nobody has reviewed anything"
    say(store, ids, ben="aaaa")
    found = agreement(store, rounds=50)
    assert (found.alpha.value, found.kappa) == (None, None)
    assert found.alpha.reason
