"""Pairs in bulk: made once, whatever fails or stops; each batch is there whole; and no pair is made twice."""

from dataclasses import replace

import numpy as np
import pytest
from generation_world import Counting, drawn, hashes

from arena.generation.makers import Drawing
from arena.generation.orders import Order
from arena.generation.produce import produce
from arena.generators.edits import Edit
from arena.generators.framing import pixels_of
from arena.generators.gate.duplicates import suite_hashes
from arena.generators.proposals import pair_proposals, scene_proposals
from arena.generators.scenes import draw_pair
from arena.store import Store
from arena.suites.starter import starter_pairs


def run(store, gate, maker=None, proposals=None, **more):
    return produce(store, drawn(5) if proposals is None else proposals, maker or Counting(), gate, proposer="ann", **more)


def pair_of(store, standing):
    return store.pair(standing.record.pair_id)


def test_the_editor_that_ships_makes_pairs_that_differ_in_the_region_alone(store, gate, editor):
    done = run(store, gate, editor, list(scene_proposals(0, 2)), seed=3)
    assert (done.passed, done.failed) == (2, 0)
    for number, standing in enumerate(store.generations.standings()):
        record, pair = standing.record, pair_of(store, standing)
        first, second = (np.asarray(side.picture.pixels()) for side in pair.sides)
        different = (first != second).any(axis=2)
        left, top, right, bottom = pixels_of(pair.region, *pair.sides[0].picture.pixels().size)
        assert different.any()
        different[top:bottom, left:right] = False
        assert not different.any()
        assert pair.provenance.seed == 3 + number
        assert record.models == ("drawn-world/pix2pix-mini", "people/scorer", "people/checker")
        assert pair.provenance.details["made_by"] == "drawn-world/pix2pix-mini"
        assert store.generations.source(record).digest == pair.provenance.details["source_digest"]
        assert standing.state(2) == "pending"


def test_what_is_there_is_not_made_again_and_a_longer_run_makes_the_rest(store, gate):
    first, second = Counting(), Counting()
    assert run(store, gate, first).done == 5
    again = run(store, gate, second, drawn(7))
    assert (again.skipped, again.passed) == (5, 2)
    assert len(first.made) == 5
    assert not set(first.made) & set(second.made)
    assert len(store.generations.standings()) == 7


def test_overlapping_runs_agree_on_what_was_made(store, gate):
    run(store, gate, proposals=drawn(4), seed=0)
    assert run(store, gate, proposals=drawn(4, first=2), seed=2).skipped == 2


def test_a_batch_is_one_commit(store, gate):
    store.add_pairs([])
    store.generations.image_hashes("phash384/1", lambda _: "")
    before = store.transactions
    told = []
    run(store, gate, batch=2, watch=lambda done: told.append((done.done, store.transactions)))
    assert [done for done, _ in told] == [2, 4, 5]
    commits = [commit - before for _, commit in told]
    # Besides the batch itself, hashes of the images that the batch before has added are kept.
    assert commits == [1, 3, 5]


def test_pairs_of_the_suite_that_ships_are_known_to_the_gate_by_the_hashes_that_ship(store, gate):
    pairs = starter_pairs()[::40]
    store.add_pairs(pairs)
    run(store, gate, proposals=drawn(1))
    assert sorted(gate.seen[0].known_hashes) == hashes(pairs)
    digests = {side.picture.digest for pair in pairs for side in pair.sides}
    assert digests <= suite_hashes().keys()


def test_one_that_fails_is_recorded_and_costs_the_others_nothing(store, gate):
    maker, proposals = Counting(), drawn(5)
    maker.fails_on = {proposals[2].family}
    done = run(store, gate, maker, proposals)
    assert (done.passed, done.failed) == (4, 1)
    (failed,) = (one for one in store.generations.standings() if one.state(2) == "failed")
    assert failed.record.error == f"{failed.record.id}: not enough memory for one edit; use a smaller editor"
    assert list(done.errors) == ["not enough memory for one edit; use a smaller editor"]
    maker.fails_on = set()
    again = run(store, gate, maker, proposals)
    assert (again.skipped, again.passed) == (4, 1)
    assert not [one for one in store.generations.standings() if one.state(2) == "failed"]


def test_a_gate_that_fails_on_one_pair_judges_the_others(store, gate):
    proposals = drawn(3)
    gate.fails_on = {proposals[1].caption}
    done = run(store, gate, proposals=proposals)
    assert (done.passed, done.failed) == (2, 1)
    assert list(done.errors) == ["the gate failed (RuntimeError: no such layer); see the log"]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"instruction": "  "}, "instruction: is empty"),
        ({"caption": "SAME"}, "caption: says the same as the source's"),
        ({"region": (0.5, 0.5, 0.5, 0.9)}, "region"),
    ],
)
def test_a_proposal_that_makes_no_pair_is_named_and_never_put_to_the_editor(store, gate, broken, says):
    first, second = drawn(2)
    if "caption" in broken:
        broken = {"caption": f"  {first.source_caption.upper()} "}
    maker = Counting()
    done = run(store, gate, maker, [replace(first, **broken), second])
    assert (done.passed, done.failed, len(maker.made)) == (1, 1, 1)
    (error,) = done.errors
    assert says in error
    assert "\n" not in error


def test_an_edit_that_changes_nothing_fails_in_one_line(store, gate):
    maker, proposals = Counting(), drawn(2)
    maker.changes_nothing_of = {proposals[0].family}
    done = run(store, gate, maker, proposals)
    (error,) = done.errors
    assert "same pixels" in error
    assert (done.passed, done.failed) == (1, 1)


def test_the_gate_sees_all_other_images_but_not_those_of_the_source(store, gate):
    known = [draw_pair("stove", 5, size=64, source="starter"), draw_pair("tea", 5, size=64, source="starter")]
    store.add_pairs(known)
    run(store, gate, Redrawn(), list(pair_proposals(known)), batch=2)
    first, second = gate.seen
    assert sorted(first.known_hashes) == hashes([known[1]])
    # The second one is held against the first one's too, which was made in the same batch.
    assert sorted(second.known_hashes) == hashes([known[0], first.pair])


class Redrawn:
    """Draws other scenes of the same families."""

    tool = Drawing.tool

    def make(self, orders: list[Order], preview=None) -> list[Edit]:
        drawn = [draw_pair(order.proposal.family, 6, size=96) for order in orders]
        return [
            Edit(pair.sides[order.proposal.side].picture, pair.sides[1 - order.proposal.side].picture)
            for pair, order in zip(drawn, orders, strict=True)
        ]


def test_the_same_scene_under_another_number_is_refused_as_a_duplicate(store, gate):
    proposals = drawn(1)
    done = run(store, gate, proposals=[*proposals, *proposals], batch=1)
    assert (done.passed, done.refused, done.refused_by) == (1, 1, {"near_duplicate": 1})


def test_a_drawn_pair_is_exact_in_play_at_once_and_says_so(store, gate):
    run(store, gate, Drawing(), drawn(1))
    (standing,) = store.generations.standings()
    assert standing.state(2) == "in-play"
    pair = pair_of(store, standing)
    assert pair.provenance.method == "drawn"
    assert "one scene" in pair.provenance.details["exact"]
    assert pair.provenance.details["made_by"] == ""
    (playable,) = store.generations.pairs_in_play(2)
    assert playable.models == ("people/scorer", "people/checker")


def test_what_was_made_is_there_after_the_store_is_opened_again(store, gate, home):
    run(store, gate)
    kept = [(one.record, pair_of(store, one)) for one in store.generations.standings()]
    store.close()
    with Store.open(home) as again:
        assert [(one.record, pair_of(again, one)) for one in again.generations.standings()] == kept
