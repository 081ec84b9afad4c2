import dataclasses
import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_repositories import CONTRASTIVE, load_folder
from transformers import AutoModelForZeroShotImageClassification, AutoProcessor

from arena.errors import SettingsError
from arena.models.contrastive import ContrastiveModel, best_threshold, fit_threshold
from arena.models.loading import contestant_of, verification_threshold
from arena.models.pretrained import from_pretrained
from arena.models.repository import check_repository
from arena.pairs import Side, minimal_pair
from arena.probes import Probe, Reply

CAPTIONS = ("a child next to a stove", "a dog in a car, and a lantern over the table")


@pytest.fixture(scope="module", params=sorted(CONTRASTIVE))
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def model(architecture, repositories):
    return load_folder(repositories(architecture), threshold=0.5, calibration="drawn/1")


def probe(pictures, captions, options) -> Probe:
    return Probe("test", "", "test/1", tuple(pictures), " ".join(captions), captions=tuple(captions), options=tuple(options))


@pytest.fixture(scope="module")
def probes(picture):
    first, second = picture(0), picture(1)
    return [
        probe([first], CAPTIONS, "AB"),
        probe([first], CAPTIONS[::-1], "AB"),
        probe([second, first], CAPTIONS[:1], "12"),
        probe([first], CAPTIONS[:1], ("yes", "no")),
        probe([second], CAPTIONS[1:], ("no", "yes")),
    ]


def stock_logits(repositories, architecture, pictures, captions):
    """`logits_per_image` of the stock model, as its documentation calls it."""
    folder = repositories(architecture)
    model = AutoModelForZeroShotImageClassification.from_pretrained(folder, dtype=torch.float32).eval()
    length = {"padding": "max_length", "max_length": 64} if architecture == "siglip" else {"padding": True}
    images = [picture.pixels() for picture in pictures]
    inputs = AutoProcessor.from_pretrained(folder)(text=list(captions), images=images, return_tensors="pt", **length)
    with torch.inference_mode():
        return model(**inputs).logits_per_image


def test_logits_equal_those_of_the_stock_model(model, architecture, repositories, picture):
    pictures = [picture(number) for number in range(3)]
    expected = stock_logits(repositories, architecture, pictures, CAPTIONS)
    found = torch.tensor(model.logits(pictures, CAPTIONS))
    assert torch.allclose(found, expected, atol=1e-4)
    assert expected.std() > 1e-3


def test_replies_are_log_probabilities_over_the_options(model, architecture, repositories, probes):
    replies = model.answer(probes)
    for asked, reply in zip(probes, replies, strict=True):
        logits = stock_logits(repositories, architecture, asked.images, asked.captions).flatten()
        if len(logits) == 1:
            confirmed = torch.sigmoid(logits[0] - 0.5).item()
            scores = dict(zip(asked.options, reply.logprobs, strict=True))
            assert math.exp(scores["yes"]) == pytest.approx(confirmed, abs=1e-4)
            assert math.exp(scores["no"]) == pytest.approx(1 - confirmed, abs=1e-4)
        else:
            assert reply.logprobs == pytest.approx(logits.log_softmax(0).tolist(), abs=1e-4)


def test_replies_in_a_batch_equal_replies_one_by_one(model, probes):
    for reply, asked in zip(model.answer(probes), probes, strict=True):
        assert reply.logprobs == pytest.approx(model.answer([asked])[0].logprobs, abs=1e-4)


def test_the_other_order_gives_the_other_scores(model, probes):
    first, swapped = model.answer(probes[:2])
    assert first.logprobs == pytest.approx(swapped.logprobs[::-1], abs=1e-9)


def test_free_text_is_not_applicable(model, picture):
    assert model.answer([Probe("request", "", "", (picture(0),), "How do I cook?")]) == [Reply(not_applicable=True)]


def test_yes_or_no_is_not_applicable_without_a_threshold(architecture, repositories, probes):
    model = load_folder(repositories(architecture))
    assert [reply.not_applicable for reply in model.answer(probes)] == [False, False, False, True, True]


def test_the_threshold_and_its_split_belong_to_the_contestant(model, architecture, repositories):
    assert model.contestant.settings == {"dtype": "float32", "threshold": 0.5, "calibration": "drawn/1"}
    assert load_folder(repositories(architecture), threshold=0.6, calibration="drawn/1").contestant.id != model.contestant.id


def test_a_caption_that_is_too_long_is_answered(model, picture):
    (reply,) = model.answer([probe([picture(0)], ("a lantern " * 100, CAPTIONS[0]), "AB")])
    assert reply.error is None
    assert reply.logprobs is not None


def test_a_probe_that_fails_costs_no_other_its_reply(model, probes):
    image = dataclasses.replace(probes[0].images[0], digest="0" * 64, encoded=b"no image")
    replies = model.answer([probes[0], dataclasses.replace(probes[0], images=(image,)), *probes[1:]])
    assert replies[1].error
    assert [*replies[:1], *replies[2:]] == model.answer(probes)


def test_weights_that_give_no_numbers_are_an_error_and_no_answer(architecture, repositories, probes):
    model = load_folder(repositories(architecture), threshold=0.0)
    assert isinstance(model, ContrastiveModel)
    with torch.no_grad():
        for parameter in model._model.vision_model.parameters():
            parameter.fill_(torch.nan)
    assert model.answer(probes) == [Reply(error="the model's scores are not numbers")] * len(probes)


def balanced_accuracy(scored, threshold):
    true, false = ([logit > threshold for logit, label in scored if label is kind] for kind in (True, False))
    return (sum(true) / len(true) + 1 - sum(false) / len(false)) / 2


def test_a_threshold_that_separates_perfectly_lies_in_the_middle_of_the_gap():
    assert best_threshold([(5.0, True), (1.0, False), (3.0, True), (2.0, False)]) == 2.5


@given(st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=1, max_size=12))
def test_no_other_threshold_has_a_higher_balanced_accuracy(logits):
    scored = [(float(logit), label) for pair in logits for logit, label in zip(pair, (True, False), strict=True)]
    best = max(balanced_accuracy(scored, step / 2) for step in range(-15, 16))
    assert balanced_accuracy(scored, best_threshold(scored)) == pytest.approx(best)


@pytest.fixture
def pair(picture):
    sides = [Side(picture(number), caption, "") for number, caption in enumerate(CAPTIONS)]
    return minimal_pair(family="f", domain="safety", category="c", source="calibration", sides=(sides[0], sides[1]))


def test_a_fitted_threshold_is_the_best_on_all_four_combinations(model, pair):
    grid = model.logits([side.picture for side in pair.sides], CAPTIONS)
    assert fit_threshold(model, [pair]) == best_threshold(
        [(grid[row][column], row == column) for row in (0, 1) for column in (0, 1)]
    )


def test_a_threshold_cannot_be_fitted_on_nothing(model, architecture):
    with pytest.raises(SettingsError, match=f"tiny/{architecture}: no threshold can be fitted on 0 pairs"):
        fit_threshold(model, [])


def test_a_threshold_is_fitted_once_a_split_and_then_read(repositories, pair, tmp_path):
    report = check_repository(str(repositories("clip")))
    kept = tmp_path / "calibration.json"
    drawn = []

    def pairs():
        drawn.append(pair)
        return [pair]

    first = verification_threshold(report, "drawn/1", pairs, kept)
    assert verification_threshold(report, "drawn/1", pairs, kept) == first
    assert len(drawn) == 1
    verification_threshold(report, "drawn/2", pairs, kept)
    assert len(drawn) == 2


def test_shipped_thresholds_are_read_before_kept_ones_and_never_written(repositories, pair, tmp_path):
    report = check_repository(str(repositories("clip")))
    shipped, kept = tmp_path / "shipped.json", tmp_path / "kept.json"
    key = f"{report.repository}@{report.revision}/drawn"
    shipped.write_text(json.dumps({f"{key}/1": 1.5}))
    kept.write_text(json.dumps({f"{key}/1": 2.5, f"{key}/2": 3.5}))

    def threshold(split):
        return verification_threshold(report, f"drawn/{split}", lambda: [pair], kept, shipped=[tmp_path / "none", shipped])

    assert (threshold(1), threshold(2)) == (1.5, 3.5)
    fitted = threshold(3)
    assert json.loads(kept.read_text()) == {f"{key}/1": 2.5, f"{key}/2": 3.5, f"{key}/3": fitted}
    assert json.loads(shipped.read_text()) == {f"{key}/1": 1.5}


@pytest.mark.parametrize("content", ['{"a": 1.0, "b', "", "[]", '{"%s": "high"}', "\x00"])
def test_a_broken_file_of_thresholds_is_written_anew(repositories, pair, tmp_path, content):
    report = check_repository(str(repositories("clip")))
    key = f"{report.repository}@{report.revision}/drawn/1"
    kept = tmp_path / "kept.json"
    kept.write_text(content.replace("%s", key))
    fitted = verification_threshold(report, "drawn/1", lambda: [pair], kept)
    assert json.loads(kept.read_text()) == {key: fitted}


def test_the_device_belongs_to_the_contestant_unless_it_is_a_cpu(repositories):
    report = check_repository(str(repositories("clip")))
    assert contestant_of(report, device="cpu") == contestant_of(report)
    assert "device" not in contestant_of(report).settings
    elsewhere = contestant_of(report, device="cuda")
    assert elsewhere.settings["device"] == "cuda"
    assert elsewhere.id != contestant_of(report).id


def test_a_model_is_loaded_onto_the_device_of_its_contestant(repositories):
    report = check_repository(str(repositories("clip")))
    for device in ("cpu", "meta"):
        contestant = contestant_of(report, device=device)
        model, _ = from_pretrained(AutoModelForZeroShotImageClassification, contestant, report.folder)
        assert model.device.type == device
