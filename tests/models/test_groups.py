import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DynamicCache

from arena.models.decoding import Prefill
from arena.models.encoding import EncodedImage, Group, Prompt
from arena.models.groups import CPU_LIMITS, MAX_PADDING, Bounds, bounds, cache_of_token, groups

IMAGES = [EncodedImage({}, {}) for _ in range(3)]


@pytest.mark.parametrize(
    ("lengths", "most", "tokens", "expected"),
    [
        ([], 9, 100, []),
        ([10, 10, 11], 9, 100, [[0, 1, 2]]),
        ([10, 50, 11, 55], 9, 1000, [[0, 2, 1, 3]]),
        ([100, 3000, 110, 3100], 9, 10_000, [[0, 2], [1, 3]]),
        ([10, 10, 10], 9, 20, [[0, 1], [2]]),
        ([10, 10], 1, 100, [[0], [1]]),
        ([500], 9, 100, [[0]]),
    ],
)
def test_prompts_are_grouped_by_length_within_bounds(lengths, most, tokens, expected):
    prompts = [Prompt([place] * length) for place, length in enumerate(lengths)]
    fits = lambda group: len(group.places) <= most  # noqa: E731
    assert list(groups(prompts, fits=fits, limits=Bounds(tokens, tokens))) == expected


@pytest.mark.parametrize(("room", "expected"), [(0, [[0, 1, 2]]), (10, [[0, 1], [2]]), (40, [[0], [1], [2]])])
def test_room_for_what_follows_counts_among_what_is_kept(room, expected):
    prompts = [Prompt([place] * 10, room=room) for place in range(3)]
    assert list(groups(prompts, limits=Bounds(read=1000, cached=40))) == expected


@st.composite
def prompt_lists(draw):
    def prompt(image, prefix, rest):
        return Prompt([image] * prefix + [9] * rest, (IMAGES[image],), prefix=prefix)

    sizes = st.tuples(st.integers(0, 2), st.sampled_from([0, 400, 2000]), st.integers(1, 900))
    return [prompt(*size) for size in draw(st.lists(sizes, max_size=12))]


@given(prompt_lists(), st.integers(500, 9000), st.integers(500, 20_000))
def test_each_prompt_is_in_one_group_that_keeps_the_bounds_unless_it_is_alone(prompts, read, cached):
    parts = list(groups(prompts, limits=Bounds(read, cached)))
    assert sorted(place for part in parts for place in part) == list(range(len(prompts)))
    for part in parts:
        group = Group()
        for place in part:
            group = group.plus(place, prompts[place])
        assert group.padded >= group.tokens
        if len(part) > 1:
            assert group.padded <= read
            assert group.width * len(part) <= cached
            assert group.padded - group.tokens <= max(MAX_PADDING, group.padded / 4)


def test_a_beginning_that_prompts_share_counts_once():
    prompts = [Prompt([7] * 1000 + [1, 2, place], (IMAGES[0],), prefix=1000) for place in range(5)]
    assert list(groups(prompts, limits=Bounds(1015, 5015))) == [[0, 1, 2, 3, 4]]
    assert len(list(groups(prompts, limits=Bounds(1014, 5015)))) == 2
    assert len(list(groups(prompts, limits=Bounds(1015, 5014)))) == 2


def test_prompts_about_the_same_images_stand_together_whatever_their_order():
    prompts = [Prompt([place % 2] * 500 + [1], (IMAGES[place % 2],), prefix=500) for place in range(6)]
    assert list(groups(prompts, limits=Bounds(510, 99_999))) == [[0, 2, 4], [1, 3, 5]]


def prefill_of(layers, heads, head, tokens=100):
    cache = DynamicCache()
    for layer in range(layers):
        cache.update(torch.zeros(1, heads, tokens, head), torch.zeros(1, heads, tokens, head), layer)
    return Prefill(torch.zeros(1, 5), cache, torch.ones(1, tokens), None)


def test_a_larger_cache_of_one_token_makes_smaller_groups():
    assert bounds(CPU_LIMITS, cache_of_token(prefill_of(layers=2, heads=2, head=8))).cached == 2**30 // (2 * 2 * 2 * 8 * 4)
    assert bounds(CPU_LIMITS, cache_of_token(prefill_of(layers=40, heads=32, head=128))).cached == 8192
