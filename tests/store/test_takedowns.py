"""Hiding, restoring and erasing pairs and pictures, and what visitors report of them."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from store_insides import copy_home
from store_world import CONTESTANTS, PAIRS, RULE, make_battle, make_pair, outcomes, picture

from arena.errors import InputError, StoreError
from arena.pairs import MinimalPair, Side, minimal_pair
from arena.probes import Probe, Reply
from arena.store import (
    GENERATED,
    GenerationRecord,
    QuestionRecord,
    ReplyRecord,
    Store,
    compaction,
    picture_files,
    takedown_facts,
)
from arena.store.takedowns import MOST_REPORTS

UPLOADED = make_pair(10, source=GENERATED, request="what is nr. 10?")
TWIN = minimal_pair(
    family="another",
    domain="safety",
    category="kitchen",
    source=GENERATED,
    sides=(UPLOADED.sides[0], Side(picture(40), "a jug, nr. 40", "unsafe")),
)
"""Another edit of the same picture."""
SOURCE = UPLOADED.sides[0].picture
BY = {"by": "operator", "reason": "a court order"}
SECRET = [b"nr. 10", b"a secret place", b"browser:0123", b"it shows a secret"]


def record(pair: MinimalPair, **more) -> GenerationRecord:
    asked = {"tool": {"method": "inpaint", "repository": ""}, "side": 0, "instruction": "a secret place", "caption": "nr. 10"}
    told = {"proposer": "browser:0123", "family": pair.family, "domain": pair.domain, "category": "kitchen", "asked": asked}
    return GenerationRecord(id=f"of-{pair.id}", source=SOURCE.digest, pair_id=pair.id, passed=True, **{**told, **more})


@pytest.fixture
def store(store):
    return upload(store)


@pytest.fixture(scope="module")
def shared(furnished, tmp_path_factory) -> Iterator[Store]:
    """For tests that leave it as they found it."""
    with Store.open(shutil.copytree(furnished, tmp_path_factory.mktemp("shared") / "home"), RULE) as opened:
        yield upload(opened)


def upload(store: Store) -> Store:
    """A pair that a visitor made, a battle on it that counts, and what a model said of it."""
    store.generations.add([record(UPLOADED)], [UPLOADED], [SOURCE])
    judged = outcomes({"caption_choice": (["correct"], ["wrong"])})
    replies = [ReplyRecord(CONTESTANTS[0].id, judged[0].probe_key, "caption_choice", Reply("it shows a secret"))]
    store.add_battle(make_battle("played", judged, pair_id=UPLOADED.id), replies)
    return store


def holds(home: Path, *secrets: bytes) -> list[str]:
    """Files of a home in which one of these bytes stands, in the log of the database, too."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in files if any(secret in path.read_bytes() for secret in secrets)]


def counts(store: Store) -> object:
    return store.elo(), store.tallies(), store.unit_counts(), store.solved_counts(), store.families_met()


def down(store: Store) -> set[str]:
    return {takedown.subject for takedown in store.takedowns.all() if store.takedowns.is_down(takedown.subject)}


@pytest.mark.parametrize("name", [UPLOADED.id, f"of-{UPLOADED.id}", "played", UPLOADED.sides[1].picture.digest, SOURCE.digest])
def test_a_pair_is_hidden_by_any_of_its_names_and_restored(shared, name):
    assert shared.takedowns.hide([name], **BY) == (UPLOADED.id,)
    assert down(shared) == {UPLOADED.id}
    assert not shared.takedowns.shows(SOURCE.digest)
    assert shared.takedowns.restore([name], **BY) == (UPLOADED.id,)
    assert down(shared) == set()
    assert shared.takedowns.shows(SOURCE.digest)


def test_a_hidden_pair_is_in_no_draw_and_no_review(store):
    assert [one.record.id for one in store.generations.pending("browser:9", 2)] == [f"of-{UPLOADED.id}"]
    before = store.generations.revision()
    store.takedowns.hide([UPLOADED.id], **BY)
    assert store.generations.revision() != before
    assert store.generations.pending("browser:9", 2) == []
    (standing,) = store.generations.standings()
    assert standing.state(2) == "hidden"


def test_a_picture_that_something_else_shows_stays_shown_and_is_not_erased(store, home):
    store.generations.add([record(TWIN)], [TWIN], [SOURCE])
    store.takedowns.hide([UPLOADED.id], **BY)
    assert store.takedowns.shows(SOURCE.digest)
    assert not store.takedowns.shows(UPLOADED.sides[1].picture.digest)
    erased = store.takedowns.erase([UPLOADED.id], **BY)
    assert (erased.pictures, erased.shared) == (1, {SOURCE.digest: (TWIN.id,)})
    assert holds(home, SOURCE.encoded)
    assert store.takedowns.erase([SOURCE.digest], **BY).pictures == 2
    assert not holds(home, SOURCE.encoded, TWIN.sides[1].picture.encoded)


def test_an_erasure_leaves_no_byte_of_picture_caption_proposer_and_replies_and_counts_as_before(store, home):
    pictures = [side.picture.encoded for side in UPLOADED.sides]
    store.takedowns.report(UPLOADED.id, "private", "that is nr. 10")
    assert all(holds(home, secret) for secret in (*SECRET, *pictures)), "what is looked for can be found"
    before = counts(store)
    erased = store.takedowns.erase([UPLOADED.id], **BY)
    assert (erased.subjects, erased.pictures, erased.shared) == ((UPLOADED.id,), 2, {})
    assert counts(store) == before
    assert holds(home, *SECRET, *pictures) == []
    store.close()
    assert holds(home, *SECRET, *pictures) == []
    with Store.open(home, RULE) as again:
        assert counts(again) == before
        tombstone = again.takedowns.state_of(UPLOADED.id)
        assert tombstone is not None
        assert (tombstone.state, tombstone.reason, tombstone.decided_by) == ("erased", "a court order", "operator")
        assert [one.state(2) for one in again.generations.standings()] == ["erased"]


def test_what_was_erased_never_comes_back(store, home):
    store.takedowns.erase([UPLOADED.id], **BY)
    store.generations.add([record(UPLOADED)], [UPLOADED], [SOURCE])
    store.add_pairs([UPLOADED])
    assert holds(home, SOURCE.encoded) == []
    for decide in (store.takedowns.hide, store.takedowns.restore):
        with pytest.raises(InputError, match=r"was erased \(a court order\)"):
            decide([UPLOADED.id], **BY)


def test_others_read_and_write_while_the_file_is_written_anew(store, home):
    def at_work(worker: int) -> int:
        names = [f"{worker}-{place}" for place in range(10)]
        return sum(store.add_battle(make_battle(name)).first and store.battle(name) is not None for name in names)

    with ThreadPoolExecutor(4) as workers:
        done = [workers.submit(at_work, worker) for worker in range(4)]
        store.takedowns.erase([UPLOADED.id], **BY)
        assert [one.result() for one in done] == [10] * 4
    store.close()
    with Store.open(home, RULE) as again:
        assert all(again.battle(f"{worker}-{place}") for worker in range(4) for place in range(10))
        assert again.battle("played") is not None


@pytest.mark.parametrize(
    ("part", "step", "left"),
    [
        (picture_files, "flush_folder", True),
        (compaction, "compact", True),
        (compaction, "flush_folder", False),
        (takedown_facts, "finish", False),
    ],
)
def test_an_erasure_that_broke_off_is_finished_by_the_next_start(store, home, monkeypatch, part, step, left):
    def dies(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(part, step, dies)
        with pytest.raises(StoreError, match="No space left"):
            store.takedowns.erase([UPLOADED.id], **BY)
    assert store.takedowns.is_down(UPLOADED.id)
    assert not store.takedowns.shows(SOURCE.digest)
    killed = home.parent / "killed"
    copy_home(home, killed)  # as a kill would leave it
    assert bool(holds(killed, *SECRET)) == left
    with Store.open(killed, RULE) as again:
        assert holds(killed, *SECRET, SOURCE.encoded) == []
        assert again.battle("played") is not None
    assert store.add_battle(make_battle("next")).first, "whoever was not killed goes on"


def test_pairs_that_ship_are_hidden_but_not_erased(store):
    with pytest.raises(InputError, match=rf"{PAIRS[0].id}: ships with the arena, in starter, and cannot be erased"):
        store.takedowns.erase([UPLOADED.id, PAIRS[0].id], **BY)
    assert down(store) == set(), "all or nothing"
    store.takedowns.hide([PAIRS[0].id], **BY)
    assert store.takedowns.is_down(PAIRS[0].id)


@pytest.mark.parametrize("name", ["", "%", "of-", UPLOADED.id[:8], UPLOADED.id.upper(), "' OR 1=1 --"])
def test_a_name_that_stands_for_nothing_is_one_line(shared, name):
    with pytest.raises(InputError, match=rf"^{re.escape(name)}: stands for no pair"):
        shared.takedowns.hide([UPLOADED.id, name], **BY)
    assert down(shared) == set()


def test_a_picture_of_a_benchmark_is_shown_no_more_beside_its_answers(store):
    shown = picture(77)
    probe = Probe("description", "image0", "t/1", (shown,), "What is this?")
    store.evaluations.add_questions("theirs", "1", [QuestionRecord("q", "item", "family", probe)])
    question = store.labels.pictures("q")
    assert question[0].encoded
    assert store.takedowns.hide([shown.digest], **BY) == (shown.digest,)
    assert store.labels.pictures("q") == question, "its name stays"
    assert not store.labels.pictures("q")[0].encoded
    assert store.takedowns.erase([shown.digest], **BY).pictures == 1
    assert not store.labels.pictures("q")[0].encoded


def test_who_keeps_copies_is_told(store):
    told: list[bool] = []
    store.takedowns.on_change(lambda: told.append(store.takedowns.is_down(UPLOADED.id)))
    store.takedowns.hide([UPLOADED.id], **BY)
    store.takedowns.restore([UPLOADED.id], **BY)
    store.takedowns.erase([UPLOADED.id], **BY)
    assert told == [True, False, True]


def test_a_report_is_kept_and_changes_nothing_until_it_is_decided(store):
    assert store.takedowns.report(SOURCE.digest, "private", " that is me ")
    (one,) = store.takedowns.reports(open_only=True)
    assert (one.report.subject, one.report.reason, one.report.words) == (UPLOADED.id, "private", "that is me")
    assert down(store) == set()
    store.takedowns.restore([UPLOADED.id], **BY)
    assert store.takedowns.reports(open_only=True) == []
    assert store.takedowns.report(UPLOADED.id, "other")
    assert [one.is_open for one in store.takedowns.reports()] == [False, True]


def test_a_report_tells_which_picture_it_is_about_and_in_which_pair_it_was_seen(store):
    store.takedowns.report(SOURCE.digest, "private", pair=UPLOADED.id)
    store.takedowns.report(UPLOADED.id, "private")
    assert [one.report.picture for one in store.takedowns.reports()] == [SOURCE.digest, ""]
    assert store.takedowns.picture_file(SOURCE.digest).is_file()
    with pytest.raises(InputError, match=f"report: {PAIRS[0].id} does not show the picture {SOURCE.digest}"):
        store.takedowns.report(SOURCE.digest, "private", pair=PAIRS[0].id)
    assert len(store.takedowns.reports()) == 2


def test_reports_of_one_pair_do_not_pile_up(store):
    assert [store.takedowns.report(UPLOADED.id, "other") for _ in range(MOST_REPORTS + 1)] == [True] * MOST_REPORTS + [False]
    assert store.takedowns.report(PAIRS[0].id, "other")
    assert store.takedowns.report(UPLOADED.id, "illegal"), "reports for one reason silence none for another"


def test_what_is_erased_is_not_reported_any_more(store):
    store.takedowns.erase([UPLOADED.id], **BY)
    assert not store.takedowns.report(UPLOADED.id, "private", "that is nr. 10")
    assert store.takedowns.reports() == []
