"""An order has one id by all that decides how its pair comes out, and can be read back."""

import json
from dataclasses import fields, replace

import pytest
from generation_world import drawn, plain

from arena.errors import PairError
from arena.generation.orders import Order, Tool, judged, order_from_json
from arena.generators.edits import Edit
from arena.generators.gate import GateReport
from arena.generators.proposals import Proposal

TOOL = Tool("SomePipeline", "people/editor", "0" * 40, {"num_inference_steps": 6})
PROPOSAL = replace(drawn(1)[0], origin={"proposed_by": "model", "model": "people/writer"})
ORDER = Order(PROPOSAL, 7, TOOL)
OTHERWISE = {
    "source": plain(3),
    "region": (0.1, 0.1, 0.2, 0.2),
    "side": 1 - PROPOSAL.side,
    "domain": "general",
}


def test_what_was_asked_survives_json_and_the_source_is_looked_up():
    asked = json.loads(json.dumps(ORDER.as_json()))
    again = order_from_json(asked, PROPOSAL.source)
    assert again == ORDER
    assert again.proposal.origin == PROPOSAL.origin
    assert again.id == ORDER.id
    assert asked["source"] == PROPOSAL.source.digest


@pytest.mark.parametrize("name", [field.name for field in fields(Proposal) if field.name != "origin"])
def test_another_proposal_is_another_order(name):
    changed = replace(PROPOSAL, **{name: OTHERWISE.get(name, "something else")})
    assert Order(changed, 7, TOOL).id != ORDER.id


@pytest.mark.parametrize(
    "other",
    [
        Order(PROPOSAL, 8, TOOL),
        Order(PROPOSAL, 7, TOOL, strength=0.5),
        Order(PROPOSAL, 7, replace(TOOL, revision="1" * 40)),
        Order(PROPOSAL, 7, replace(TOOL, repository="people/other")),
        Order(PROPOSAL, 7, replace(TOOL, settings={"num_inference_steps": 7})),
    ],
)
def test_another_seed_strength_or_tool_is_another_order(other):
    assert other.id != ORDER.id


def test_where_a_proposal_comes_from_makes_no_other_order():
    assert Order(replace(PROPOSAL, origin={}), 7, TOOL).id == ORDER.id


@pytest.mark.parametrize("side", [0, 1])
def test_the_source_is_the_side_that_it_was_proposed_to_be(side):
    order = Order(replace(PROPOSAL, side=side), 7, TOOL)
    pair = order.pair(Edit(plain(1), plain(2)))
    assert pair.sides[side].picture == plain(1)
    assert (pair.sides[side].caption, pair.sides[side].label) == (PROPOSAL.source_caption, PROPOSAL.source_label)
    assert (pair.sides[1 - side].caption, pair.sides[1 - side].label) == (PROPOSAL.caption, PROPOSAL.label)


def test_a_pair_names_its_makers_and_what_judged_it():
    pair = judged(ORDER.pair(Edit(plain(1), plain(2))), GateReport((), "3-abc", True, ("people/scorer", "people/checker")))
    details = pair.provenance.details
    assert (pair.provenance.method, pair.provenance.seed, pair.source) == ("SomePipeline", 7, "generated")
    assert (details["made_by"], details["gated_by"]) == ("people/editor,people/writer", "people/scorer,people/checker")
    assert (details["editor"], details["editor_revision"], details["gate_version"]) == ("people/editor", "0" * 40, "3-abc")
    assert (details["instruction"], details["source_digest"]) == (PROPOSAL.instruction, PROPOSAL.source.digest)
    assert json.loads(details["settings"]) == {"num_inference_steps": 6, "strength": None}


def test_an_edit_that_changed_nothing_makes_no_pair():
    with pytest.raises(PairError, match="same pixels"):
        ORDER.pair(Edit(plain(1), plain(1)))
