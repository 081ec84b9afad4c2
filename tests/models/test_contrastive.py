import dataclasses
import math
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoModelForZeroShotImageClassification, AutoProcessor, BlipForImageTextRetrieval

from arena.images import picture_from_pixels
from arena.models.contrastive import ContrastiveModel, load_contrastive
from arena.models.loading import contestant_of, load
from arena.models.pretrained import from_pretrained
from arena.models.repository import check_repository
from arena.probes import Probe, Reply
from arena.starter.architectures import ARCHITECTURES

CAPTIONS = ("a child next to a stove", "a dog in a car, and a lantern over the table")
NAMES = sorted(name for name, architecture in ARCHITECTURES.items() if architecture.dual)
LONG = "a lantern " * 400
"""Longer than any text encoder here reads."""


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name, repositories):
    return loaded(repositories(name), threshold=0.5, calibration="drawn/1")


def loaded(folder, **settings) -> ContrastiveModel:
    report = check_repository(str(folder))
    model = load(report, contestant_of(report, **settings))
    assert isinstance(model, ContrastiveModel)
    return model


def square(seed, side=64):
    """A picture of random blocks, which every processor shows whole."""
    blocks = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return picture_from_pixels(Image.fromarray(blocks).resize((side, side), Image.Resampling.NEAREST))


def probe(pictures, captions, options) -> Probe:
    return Probe("test", "", "test/1", tuple(pictures), " ".join(captions), captions=tuple(captions), options=tuple(options))


@pytest.fixture(scope="module")
def probes():
    first, second = square(0), square(1, 96)
    return [
        probe([first], CAPTIONS, "AB"),
        probe([first], CAPTIONS[::-1], "AB"),
        probe([second, first], CAPTIONS[:1], "12"),
        probe([first], CAPTIONS[:1], ("yes", "no")),
        probe([second], CAPTIONS[1:], ("no", "yes")),
    ]


@cache
def stock(folder):
    """The model of transformers and its processor."""
    kind = BlipForImageTextRetrieval if folder.name == "BLIP-ITM" else AutoModelForZeroShotImageClassification
    return kind.from_pretrained(folder, dtype=torch.float32).eval(), AutoProcessor.from_pretrained(folder)


def stock_logits(folder, pictures, captions):
    """`logits_per_image` of the stock model as its documentation calls it; BLIP's logit of a match, one pair at a time."""
    (model, processor), images = stock(folder), [picture.pixels() for picture in pictures]
    with torch.inference_mode():
        if folder.name == "BLIP-ITM":
            scores = [
                model(**processor(images=image, text=caption, return_tensors="pt")).itm_score[0]
                for image in images
                for caption in captions
            ]
            return torch.stack([score[1] - score[0] for score in scores]).reshape(len(images), len(captions))
        padding = {"padding": "max_length", "max_length": 64} if "SigLIP" in folder.name else {"padding": True}
        return model(**processor(text=list(captions), images=images, return_tensors="pt", **padding)).logits_per_image


def test_logits_equal_those_of_the_stock_model(model, name, repositories):
    pictures = [square(number, 48 + 16 * number) for number in range(3)]
    expected = stock_logits(repositories(name), pictures, CAPTIONS)
    assert torch.allclose(torch.tensor(model.logits(pictures, CAPTIONS)), expected, atol=1e-5)
    assert expected.std() > 0.1


def test_replies_are_log_probabilities_over_the_options(model, name, repositories, probes):
    for asked, reply in zip(probes, model.answer(probes), strict=True):
        logits = stock_logits(repositories(name), asked.images, asked.captions).flatten()
        if len(logits) == 1:
            confirmed = torch.sigmoid(logits[0] - 0.5).item()
            scores = dict(zip(asked.options, reply.logprobs, strict=True))
            assert math.exp(scores["yes"]) == pytest.approx(confirmed, abs=1e-5)
            assert math.exp(scores["no"]) == pytest.approx(1 - confirmed, abs=1e-5)
        else:
            assert reply.logprobs == pytest.approx(logits.log_softmax(0).tolist(), abs=1e-4)


def test_replies_in_a_batch_equal_replies_one_by_one(name, repositories, probes):
    together, alone = (loaded(repositories(name), threshold=0.5, calibration="drawn/1") for _ in range(2))
    for reply, asked in zip(together.answer(probes), probes, strict=True):
        assert reply.logprobs == pytest.approx(alone.answer([asked])[0].logprobs, abs=1e-4)


def test_the_other_order_gives_the_other_scores(model, probes):
    first, swapped = model.answer(probes[:2])
    assert first.logprobs == pytest.approx(swapped.logprobs[::-1], abs=1e-9)


def test_features_are_vectors_of_length_one(model):
    for vectors in model.features([square(0), square(1)], CAPTIONS):
        assert torch.allclose(vectors.norm(dim=-1), torch.ones(2, dtype=torch.float64), atol=1e-5)


def test_features_of_blip_are_those_of_its_head_that_compares(repositories):
    folder = repositories("BLIP-ITM")
    pictures = [square(0), square(1)]
    images, texts = loaded(folder).features(pictures, CAPTIONS)
    model, processor = stock(folder)
    pixels = [picture.pixels() for picture in pictures]
    with torch.inference_mode():
        inputs = processor(images=pixels, text=list(CAPTIONS), padding=True, return_tensors="pt")
        expected = model(**inputs, use_itm_head=False).itm_score
    assert torch.allclose((images @ texts.T).float(), expected, atol=1e-5)


def test_free_text_is_not_applicable(model):
    assert model.answer([Probe("request", "", "", (square(0),), "How do I cook?")]) == [Reply(not_applicable=True)]


def test_yes_or_no_is_not_applicable_without_a_threshold(repositories, probes):
    replies = loaded(repositories("CLIP")).answer(probes)
    assert [reply.not_applicable for reply in replies] == [False, False, False, True, True]


def test_the_threshold_and_its_split_belong_to_the_contestant(repositories):
    report = check_repository(str(repositories("CLIP")))
    contestant = contestant_of(report, threshold=0.5, calibration="drawn/1")
    assert contestant.settings == {"dtype": "float32", "pictures": "whole", "threshold": 0.5, "calibration": "drawn/1"}
    assert contestant_of(report, threshold=0.6, calibration="drawn/1").id != contestant.id


def test_a_model_that_was_trained_on_yes_or_no_has_a_threshold_of_its_own(name, repositories):
    report = check_repository(str(repositories(name)))
    own = contestant_of(report, threshold=0.5, calibration="drawn/1").settings.get("own_threshold")
    assert own == (0.0 if name.startswith(("SigLIP", "BLIP")) else None)


def test_captions_that_differ_only_where_they_are_cut_cannot_be_told_apart(model):
    ends = (f"{LONG} on a red table", f"{LONG} on a blue table")
    (reply,) = model.answer([probe([square(0)], ends, "AB")])
    assert reply == Reply(not_applicable=True)


def test_captions_that_differ_before_they_are_cut_are_compared(model):
    (reply,) = model.answer([probe([square(0)], (LONG, CAPTIONS[0]), "AB")])
    assert reply.logprobs is not None


@pytest.mark.parametrize("shape", ["12", ("yes", "no")])
def test_one_caption_that_is_cut_is_not_applicable_as_its_truth_may_lie_in_what_is_cut(model, shape):
    pictures = [square(0), square(1)] if shape == "12" else [square(0)]
    assert model.answer([probe(pictures, [LONG], shape)]) == [Reply(not_applicable=True)]


def test_pictures_that_a_crop_makes_the_same_cannot_be_told_apart(repositories):
    report = check_repository(str(repositories("CLIP")))
    contestant = contestant_of(report)
    cropping = dataclasses.replace(contestant, settings={"dtype": "float32"})
    asked = probe(ends_apart(), CAPTIONS[:1], "12")
    assert load_contrastive(cropping, report.folder).answer([asked]) == [Reply(not_applicable=True)]
    (reply,) = load_contrastive(contestant, report.folder).answer([asked])
    assert reply.logprobs is not None
    assert abs(reply.logprobs[0] - reply.logprobs[1]) > 1e-3


def ends_apart():
    """Two long pictures that differ at the left end alone."""
    pictures = []
    for colour in ("red", "blue"):
        image = Image.new("RGB", (256, 128), "beige")
        image.paste(colour, (0, 0, 40, 128))
        pictures.append(picture_from_pixels(image))
    return pictures


def test_what_was_encoded_is_not_encoded_again(model, probes, monkeypatch):
    before = model.answer(probes)

    def never(*_):
        raise AssertionError

    monkeypatch.setattr(model._encoders, "_encode_pictures", never)
    monkeypatch.setattr(model._encoders, "_encode_captions", never)
    assert model.answer(probes) == before


def test_a_probe_that_fails_costs_no_other_its_reply(model, probes):
    image = dataclasses.replace(probes[0].images[0], digest="0" * 64, encoded=b"no image")
    replies = model.answer([probes[0], dataclasses.replace(probes[0], images=(image,)), *probes[1:]])
    assert replies[1].error
    assert [*replies[:1], *replies[2:]] == model.answer(probes)


def test_weights_that_give_no_numbers_are_an_error_and_no_answer(name, repositories, probes):
    model = loaded(repositories(name), threshold=0.0)
    with torch.no_grad():
        for field, parameter in model._model.named_parameters():
            if field.startswith("vision_model"):
                parameter.fill_(torch.nan)
    assert model.answer(probes) == [Reply(error="the model's scores are not numbers")] * len(probes)


def test_the_device_belongs_to_the_contestant_unless_it_is_a_cpu(repositories):
    report = check_repository(str(repositories("SigLIP")))
    assert contestant_of(report, device="cpu") == contestant_of(report)
    assert "device" not in contestant_of(report).settings
    elsewhere = contestant_of(report, device="cuda")
    assert elsewhere.settings["device"] == "cuda"
    assert elsewhere.id != contestant_of(report).id


def test_a_model_is_loaded_onto_the_device_of_its_contestant(repositories):
    report = check_repository(str(repositories("SigLIP")))
    for device in ("cpu", "meta"):
        contestant = contestant_of(report, device=device)
        model, _ = from_pretrained(AutoModelForZeroShotImageClassification, contestant, report.folder)
        assert model.device.type == device
