"""What makes the other side: the drawing of scenes whose captions hold, and a real editor."""

from itertools import pairwise

import pytest
from generation_world import drawn

from arena import __version__
from arena.battles.pair_choice import FRESH_SEEDS
from arena.errors import InputError
from arena.generation import makers
from arena.generation.makers import DRAWN_SEEDS, Drawing, drawn_proposals
from arena.generation.orders import Order
from arena.generators.editor_repository import SHIPPED_EDITOR, check_editor
from arena.generators.proposals import SCENE_SEEDS, scene_proposals
from arena.generators.scenes import FAMILIES, RESERVED_SEED, SUITE_SEEDS, draw_pair


@pytest.mark.parametrize("first", [0, 22, len(FAMILIES), 1000])
def test_families_take_turns_by_number_and_a_number_is_one_scene_in_every_run(first):
    run = drawn(4, first)
    turns = [*FAMILIES] * 3
    start = first % len(FAMILIES)
    assert [proposal.family for proposal in run] == turns[start : start + 4]
    makers._scene.cache_clear()
    assert run[2:] == drawn(2, first + 2)
    assert len({proposal.source.digest for proposal in run}) == 4


@pytest.mark.parametrize(("first", "count"), [(-1, 2), (len(DRAWN_SEEDS), 1), (len(DRAWN_SEEDS) - 1, 2)])
def test_scenes_without_a_number_are_refused_in_one_line(first, count):
    with pytest.raises(InputError, match=r"seed: .*is out of range") as raised:
        list(drawn_proposals(first, count))
    assert "\n" not in str(raised.value)


def test_drawn_scenes_are_no_others():
    others = sorted((range(RESERVED_SEED), SUITE_SEEDS, FRESH_SEEDS, SCENE_SEEDS, DRAWN_SEEDS), key=lambda seeds: seeds.start)
    assert all(lower.stop <= upper.start for lower, upper in pairwise(others))


def test_a_drawn_pair_is_the_scene_itself_whichever_side_was_the_source():
    maker, proposals = Drawing(), drawn(8)
    orders = [Order(proposal, 0, maker.tool) for proposal in proposals]
    for order, edit in zip(orders, maker.make(orders), strict=True):
        proposal, pair = order.proposal, order.pair(edit)
        scene = draw_pair(proposal.family, int(proposal.origin["scene_seed"]))
        assert pair.sides == scene.sides
        assert (pair.region, pair.request, pair.domain) == (scene.region, scene.request, scene.domain)
        assert edit.source == proposal.source
    assert {proposal.side for proposal in proposals} == {0, 1}


def test_drawing_names_no_model_and_its_version():
    assert (Drawing.tool.exact, Drawing.tool.repository, Drawing.tool.revision) == (True, "", f"arena {__version__}")
    (proposal,) = drawn(1)
    assert Order(proposal, 0, Drawing.tool).makers() == ()


def test_an_editor_is_named_with_all_that_it_is_called_with(editor):
    report = check_editor(SHIPPED_EDITOR)
    tool = editor.tool
    assert (tool.repository, tool.revision, tool.settings) == (SHIPPED_EDITOR, report.revision, report.arguments)
    assert (tool.method, tool.exact) == ("StableDiffusionInstructPix2PixPipeline", False)


def test_an_editor_tells_its_steps_which_change_nothing(editor):
    (proposal,) = scene_proposals(0, 1)
    order = Order(proposal, 1, editor.tool)
    steps = []
    watched = editor.make([order], lambda done, total, seen: steps.append((done, total)))
    assert watched == editor.make([order])
    total = editor.tool.settings["num_inference_steps"]
    assert steps == [(done, total) for done in range(1, total + 1)]
