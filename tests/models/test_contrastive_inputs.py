import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from transformers import AutoModelForZeroShotImageClassification, AutoProcessor

from arena.images import picture_from_pixels
from arena.models.contrastive_inputs import ContrastiveProcessor, digest

PATCHES = 16
"""On a tiny CLIP: 4 x 4."""


@pytest.fixture(scope="module")
def parts(repositories):
    folder = repositories("CLIP")
    model = AutoModelForZeroShotImageClassification.from_pretrained(folder).eval()
    return model, AutoProcessor.from_pretrained(folder)


@pytest.fixture(scope="module")
def whole(parts):
    return ContrastiveProcessor(*parts, whole=True)


@pytest.fixture(scope="module")
def stock(parts):
    return ContrastiveProcessor(*parts, whole=False)


def gradient(width, height):
    return picture_from_pixels(Image.linear_gradient("L").resize((width, height)).convert("RGB"))


def pixels(processor, picture):
    return processor.pictures([picture])[0]["pixel_values"]


@given(st.integers(16, 300), st.integers(16, 300))
def test_a_whole_picture_has_no_more_patches_than_in_training_and_about_its_own_proportions(whole, width, height):
    _, high, wide = pixels(whole, gradient(width, height)).shape
    assert high % 8 == wide % 8 == 0
    rows, columns = high // 8, wide // 8
    assert PATCHES / 2 <= rows * columns <= PATCHES
    ideal = math.sqrt(PATCHES * height / width)
    assert abs(rows - max(1, ideal)) <= 1 + ideal / 2


@pytest.mark.parametrize("side", [20, 32, 90])
def test_a_square_picture_is_the_same_whole_and_cropped(whole, stock, side):
    assert torch.equal(pixels(whole, gradient(side, side)), pixels(stock, gradient(side, side)))


def test_the_ends_of_a_long_picture_are_shown(whole, stock):
    image = Image.new("RGB", (160, 40), "black")
    image.paste("white", (0, 0, 16, 40))
    image.paste("white", (144, 0, 160, 40))
    picture = picture_from_pixels(image)
    assert pixels(whole, picture)[..., 0].min() > pixels(whole, picture).min()
    assert torch.equal(pixels(stock, picture), pixels(stock, picture_from_pixels(Image.new("RGB", (160, 40)))))


def test_pictures_of_several_sizes_come_back_in_order(whole):
    pictures = [gradient(width, 40) for width in (160, 40, 160, 80)]
    together = whole.pictures(pictures)
    assert all(
        torch.equal(one["pixel_values"], pixels(whole, picture)) for one, picture in zip(together, pictures, strict=True)
    )


def test_a_caption_is_cut_from_one_token_more_than_the_encoder_reads(stock, parts):
    tokenizer = parts[1].tokenizer
    captions = [" a" * count for count in range(60, 90)]
    assert stock.cut(captions) == [len(tokenizer(caption).input_ids) > 77 for caption in captions]
    assert {True, False} == set(stock.cut(captions))


def test_masked_padding_makes_no_other_caption(stock):
    alone, beside = stock.captions(["a dog"])[0], stock.captions(["a dog", "a dog in a car"])[0]
    assert alone["input_ids"].shape != beside["input_ids"].shape
    assert digest(alone) == digest(beside)
    assert digest(alone) != digest(stock.captions(["a cat"])[0])


def test_the_longest_caption_of_altclip_has_a_position_for_each_token(repositories):
    folder = repositories("AltCLIP")
    processor = AutoProcessor.from_pretrained(folder)
    processor.tokenizer.model_max_length = 10**6
    model = AutoModelForZeroShotImageClassification.from_pretrained(folder).eval()
    (inputs,) = ContrastiveProcessor(model, processor, whole=False).captions(["a lantern " * 600])
    with torch.inference_mode():
        features = model.get_text_features(**{name: one[None] for name, one in inputs.items()}).pooler_output
    assert features.isfinite().all()
    assert len(inputs["input_ids"]) == 512
