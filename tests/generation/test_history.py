"""How a pair came to be is told in full, and it can be made again, bit for bit."""

from dataclasses import replace

import pytest
from generation_world import Counting, drawn

from arena.errors import GenerationError
from arena.generation.history import history, remake
from arena.generation.makers import Drawing
from arena.generation.opening import maker_of
from arena.generation.produce import produce
from arena.generation.reviewing import review
from arena.generators.proposals import scene_proposals
from arena.store import Store


def made(store, gate, maker, proposals):
    produce(store, proposals, maker, gate, proposer="ann", seed=11)
    return [standing.record.id for standing in store.generations.standings()]


def shown(pair):
    return [(side.picture.digest, side.caption, side.label) for side in pair.sides]


def test_an_edited_pair_comes_out_the_same_bit_for_bit_from_what_the_database_says(store, gate, editor, home):
    names = made(store, gate, editor, list(scene_proposals(40, 2)))
    store.close()
    with Store.open(home) as again:
        known = history(again, names[1])
        assert known.pair is not None
        anew = remake(known.order, maker_of(known.order.tool))
        assert shown(anew) == shown(known.pair)
        assert anew.id == known.pair.id


def test_another_seed_would_have_made_another_pair(store, gate, editor):
    (name,) = made(store, gate, editor, list(scene_proposals(40, 1)))
    known = history(store, name)
    assert known.pair is not None
    (edit,) = editor.make([replace(known.order, seed=12)])
    assert edit.result.digest not in [side.picture.digest for side in known.pair.sides]


def test_a_drawn_pair_comes_out_the_same(store, gate):
    names = made(store, gate, Drawing(), drawn(3))
    for name in names:
        known = history(store, name)
        assert known.pair is not None
        assert shown(remake(known.order, maker_of(known.order.tool))) == shown(known.pair)


def test_what_was_made_by_something_else_is_refused(store, gate):
    (name,) = made(store, gate, Counting(), drawn(1))
    other = Counting()
    other.tool = replace(other.tool, revision="1" * 40)
    with pytest.raises(GenerationError, match="use the same editor"):
        remake(history(store, name).order, other)


def test_the_history_tells_everything_by_either_id(store, gate):
    (name,) = made(store, gate, Counting(), drawn(1))
    review(store, name, "ben", "reject", "artefact")
    known = history(store, name)
    assert known.pair is not None
    assert history(store, known.pair.id) == known
    assert known.source.digest == known.standing.record.source
    assert [(one.reviewer, one.reason) for one in known.reviews] == [("ben", "artefact")]
    assert known.standing.record.gate["scores"][0]["name"] == "near_duplicate"


def test_what_is_unknown_is_named(store):
    with pytest.raises(GenerationError, match="cafe: there is no such generated pair"):
        history(store, "cafe")


def test_a_failed_one_has_a_history_and_no_pair(store, gate):
    maker, proposals = Counting(), drawn(1)
    maker.fails_on = {proposals[0].family}
    (name,) = made(store, gate, maker, proposals)
    known = history(store, name)
    assert known.pair is None
    assert known.source == proposals[0].source


def test_of_an_erased_pair_nothing_is_told_but_when_why_and_by_whom(store, gate, editor):
    (name,) = made(store, gate, editor, list(scene_proposals(40, 1)))
    store.takedowns.hide([name], by="operator", reason="private")
    assert history(store, name).pair is not None, "the operator looks at what is hidden"
    store.takedowns.erase([name], by="operator", reason="a court order")
    with pytest.raises(GenerationError, match=rf"^{name}: was erased on [-0-9]+ by operator \(a court order\)"):
        history(store, name)


def test_no_pair_is_made_of_what_was_taken_down(store, gate, editor):
    proposals = list(scene_proposals(40, 2))
    made(store, gate, editor, proposals[:1])
    store.takedowns.erase([proposals[0].source.digest], by="operator", reason="private")
    progress = produce(store, proposals, editor, gate, proposer="ann", seed=99)
    assert (progress.skipped, progress.done) == (1, 2)
