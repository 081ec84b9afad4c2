import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from arena.generators.gate.statements import caption_rise, foreign_statements, most_tempting
from arena.generators.scenes import FAMILIES, draw_pair
from arena.images import picture_from_pixels
from arena.models.contrastive import ContrastiveModel
from arena.pairs import Side, minimal_pair

PAIR = draw_pair("stove", 845_300, 128)
PHOTOGRAPHS = minimal_pair(
    family="picture-1",
    domain="culture",
    category="photographs",
    source="fresh",
    sides=(
        Side(picture_from_pixels(Image.new("RGB", (32, 32), "teal")), "a teal wall", "teal"),
        Side(picture_from_pixels(Image.new("RGB", (32, 32), "red")), "a red wall", "red"),
    ),
)
STATEMENTS = foreign_statements(PAIR)


def rises(scorer, edited: int, captions: list[str]) -> np.ndarray:
    """From their definition, one logit at a time."""
    fits = [[scorer.logits([side.picture], [caption])[0][0] for caption in captions] for side in PAIR.sides]
    return np.array(fits[edited]) - np.array(fits[1 - edited])


@pytest.mark.parametrize("family", FAMILIES)
def test_foreign_statements_are_of_both_sides_of_all_other_families(family):
    statements = foreign_statements(draw_pair(family, 845_300, 64))
    assert len(set(statements)) == 2 * (len(FAMILIES) - 1)
    assert not {*statements} & {caption for side in FAMILIES[family].captions for caption in side}


def test_nothing_foreign_is_known_of_photographs():
    assert foreign_statements(PHOTOGRAPHS) == []


@pytest.mark.parametrize("edited", [0, 1])
def test_the_rise_is_how_much_more_the_new_caption_gains_than_the_best_statement(scorer, edited):
    own, *others = rises(scorer, edited, [PAIR.sides[edited].caption, *STATEMENTS])
    assert caption_rise(scorer, PAIR, edited, STATEMENTS) == pytest.approx(own - max(others), abs=1e-3)


@pytest.mark.parametrize("edited", [0, 1])
def test_the_most_tempting_statements_are_those_that_gain_most(scorer, edited):
    order = np.argsort(-rises(scorer, edited, STATEMENTS))
    assert most_tempting(scorer, PAIR, edited, STATEMENTS, 3) == [STATEMENTS[place] for place in order[:3]]


def test_few_statements_are_all_asked_in_their_order(scorer):
    assert most_tempting(scorer, PAIR, 1, STATEMENTS[:2], 2) == STATEMENTS[:2]
    assert most_tempting(scorer, PAIR, 1, [], 2) == []


def test_without_statements_nothing_rises(scorer):
    assert caption_rise(scorer, PAIR, 1, []) is None


def test_a_caption_gains_more_by_its_own_image_than_by_that_of_another_family(scorer):
    drawn = [draw_pair(family, 845_300, 128) for family in FAMILIES]
    gains = []
    for pair, other in zip(drawn, [*drawn[1:], drawn[0]], strict=True):
        first, second = pair.sides
        wrong = replace(pair, sides=(first, replace(second, picture=other.sides[1].picture)))
        gains.append([caption_rise(scorer, one, 1, foreign_statements(pair)) for one in (pair, wrong)])
    assert all(own > foreign for own, foreign in gains)


@pytest.mark.parametrize("place", [0, 1])
def test_a_statement_that_cannot_be_compared_is_not_a_number_wherever_it_stands(scorer, place):
    broken = copy.deepcopy(scorer._model)
    word = scorer._processor.tokenizer("zebra", add_special_tokens=False).input_ids
    with torch.no_grad():
        broken.text_model.embeddings.token_embedding.weight[word] = math.nan
    statements = ["a red wall", "a red wall"]
    statements[place] = "zebra"
    rise = caption_rise(ContrastiveModel(scorer.contestant, broken, scorer._processor), PAIR, 1, statements)
    assert rise is not None
    assert math.isnan(rise)
