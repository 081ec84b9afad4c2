"""Proposals that a model writes for many pictures: what it cannot do is said, and no picture is put to it twice."""

import json
from collections.abc import Sequence

import pytest

from arena.contestants import Contestant
from arena.generation.writing import Remembering, written_proposals
from arena.generators.scenes import draw_pair
from arena.models.base import Capabilities
from arena.probes import Probe, Reply
from arena.store import Store

PAIRS = [draw_pair(family, 845_800, 64) for family in ("stove", "helmet", "crossing")]


def proposed(caption: str) -> str:
    return json.dumps([{"caption": caption, "instruction": "do it", "label": "unsafe"}])


class Writer:
    """A model that writes what it was told of a picture, by digest; else that it proposes fire, or fails."""

    memory_bytes = 0

    def __init__(self) -> None:
        self.contestant = Contestant("people/writer", "0" * 40, "scripted")
        self.capabilities = Capabilities(1, writes_text=True, scores_options=False)
        self.writes: dict[str, Reply] = {}
        self.asked: list[str] = []

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        self.asked += [probe.images[0].digest for probe in probes]
        return [self.writes.get(probe.images[0].digest, Reply(proposed("everything burns"))) for probe in probes]


@pytest.fixture
def writer() -> Writer:
    return Writer()


def source(number: int):
    return PAIRS[number].sides[0]


def test_proposals_of_the_first_sides_belong_to_the_families_of_their_pairs(writer):
    proposals = list(written_proposals(writer, PAIRS))
    assert writer.asked == [source(number).picture.digest for number in range(3)]
    for pair, proposal in zip(PAIRS, proposals, strict=True):
        side = pair.sides[0]
        assert (proposal.source, proposal.source_caption, proposal.source_label) == (side.picture, side.caption, side.label)
        assert (proposal.family, proposal.category, proposal.domain) == (pair.family, pair.category, pair.domain)
        assert proposal.origin["pair"] == pair.id
        assert proposal.origin["model"] == "people/writer"


@pytest.mark.parametrize(
    "reply",
    [Reply("I would rather not."), Reply(error="no network"), Reply(proposed("")), Reply("[]"), Reply(proposed("x\n<|end|>"))],
)
def test_a_picture_that_nothing_comes_of_is_one_line_and_costs_the_others_nothing(writer, reply):
    writer.writes[source(1).picture.digest] = reply
    told = []
    proposals = list(written_proposals(writer, PAIRS, said=told.append))
    assert [proposal.family for proposal in proposals] == ["stove", "crossing"]
    (line,) = told
    assert line.startswith(f"{PAIRS[1].id}: people/writer: ")
    assert "\n" not in line


def test_the_locale_is_asked_about_and_a_culture_without_one_is_told(writer):
    pair = draw_pair("tea", 845_800, 64)
    told = []
    assert list(written_proposals(writer, [pair], said=told.append)) == []
    assert "locale: is empty" in told[0]
    (proposal,) = written_proposals(writer, [pair], "Japan", said=told.append)
    assert proposal.origin["locale"] == "Japan"
    assert len(told) == 1


def test_no_picture_is_put_to_a_model_twice_even_after_the_store_was_closed(writer, store, home):
    first = list(written_proposals(Remembering(writer, store), PAIRS[:2]))
    store.close()
    with Store.open(home) as again:
        proposals = list(written_proposals(Remembering(writer, again), PAIRS))
    assert proposals[:2] == first
    assert len(writer.asked) == 3
    assert len({*writer.asked}) == 3


def test_another_model_another_picture_and_other_words_are_asked_anew(writer, store):
    list(written_proposals(Remembering(writer, store), PAIRS[:1]))
    other = Writer()
    other.contestant = Contestant("people/writer", "1" * 40, "scripted")
    list(written_proposals(Remembering(other, store), PAIRS[:1]))
    assert len(other.asked) == 1
    culture = [draw_pair("tea", 845_800, 64)]
    list(written_proposals(Remembering(writer, store), culture, "Japan"))
    list(written_proposals(Remembering(writer, store), culture, "Peru"))
    assert len(writer.asked) == 3


def test_what_failed_is_asked_again(writer, store):
    writer.writes[source(0).picture.digest] = Reply(error="no network")
    told = []
    assert list(written_proposals(Remembering(writer, store), PAIRS[:1], said=told.append)) == []
    writer.writes.clear()
    (proposal,) = written_proposals(Remembering(writer, store), PAIRS[:1], said=told.append)
    assert proposal.caption == "everything burns"
    assert len(told) == 1


def test_known_and_new_questions_are_answered_in_their_order_and_only_the_new_ones_asked(writer, store):
    probes = [Probe("proposals", "proposals", "proposals/1", (pair.sides[0].picture,), "propose") for pair in PAIRS]
    for number, probe in enumerate(probes):
        writer.writes[probe.images[0].digest] = Reply(f"answer {number}")
    remembering = Remembering(writer, store)
    assert remembering.answer([probes[1]]) == [Reply("answer 1")]
    assert remembering.answer(probes[::-1]) == [Reply("answer 2"), Reply("answer 1"), Reply("answer 0")]
    assert remembering.answer(probes) == [Reply(f"answer {number}") for number in range(3)]
    assert len(writer.asked) == 3
