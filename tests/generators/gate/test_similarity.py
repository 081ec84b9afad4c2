import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial.distance import cosine
from scipy.special import softmax

from arena.generators.gate.similarity import directional_similarity, own_probability, similarity
from arena.generators.scenes import draw_pair

VECTORS = arrays.arrays(np.float64, (2, 6), elements=st.floats(-3, 3).map(lambda value: round(value, 3)))
LOGITS = arrays.arrays(np.float64, (2, 2), elements=st.floats(-500, 500))


@given(VECTORS, VECTORS)
def test_directional_similarity_is_a_cosine_and_names_no_side_first(images, texts):
    found = directional_similarity(images, texts)
    if (images[0] == images[1]).all() or (texts[0] == texts[1]).all():
        assert found == 0
    else:
        assert found == pytest.approx(1 - cosine(images[1] - images[0], texts[1] - texts[0]), abs=1e-9)
    assert directional_similarity(images[::-1], texts[::-1]) == pytest.approx(found)
    assert directional_similarity(images[::-1], texts) == pytest.approx(-found)


@given(LOGITS)
def test_the_own_probability_is_the_softmax_that_is_lower_and_names_no_side_first(logits):
    expected = min(
        1 / (1 + math.exp(min(logits[0, 1] - logits[0, 0], 700))), 1 / (1 + math.exp(min(logits[1, 0] - logits[1, 1], 700)))
    )
    assert own_probability(logits) == pytest.approx(expected)
    assert own_probability(logits[::-1, ::-1]) == own_probability(logits)


def test_a_margin_of_the_logarithm_of_three_is_three_to_one():
    # Rows: 5 against 5 - ln 3, so 3/4; 2 against 2 - ln 9, so 9/10. The lower one counts.
    assert own_probability(np.array([[5, 5 - math.log(3)], [2 - math.log(9), 2]])) == pytest.approx(0.75)


def test_what_is_not_a_number_stays_none():
    assert math.isnan(own_probability(np.array([[1.0, math.nan], [0.0, 1.0]])))


def test_the_scores_of_a_pair_are_those_of_its_features_and_name_no_side_first(scorer):
    pair = draw_pair("helmet", 845_500, 128)
    pictures, captions = zip(*((side.picture, side.caption) for side in pair.sides), strict=True)
    images, texts = (vectors.numpy() for vectors in scorer.features(pictures, captions))
    grid = np.array(scorer.logits(pictures, captions))
    found = similarity(scorer, pair)
    assert found.image_similarity == pytest.approx(1 - cosine(*images))
    assert found.directional_similarity == pytest.approx(directional_similarity(images, texts))
    assert found.caption_choice == pytest.approx(min(softmax(grid, axis=1).diagonal()))
    assert found.image_choice == pytest.approx(min(softmax(grid, axis=0).diagonal()))
    mirrored = similarity(scorer, replace(pair, sides=pair.sides[::-1]))
    assert vars(mirrored) == pytest.approx(vars(found))
