"""Planted errors: what the guard is there for. Each is one that some version of the arena had, or could have had."""

import dataclasses
import json
from functools import cache

import pytest
import torch
from tiny_repositories import load_writer

from arena.errors import RepositoryError
from arena.models import contestant_of
from arena.models.chat import SIGHT, Chat
from arena.models.findings import VERSION, Findings
from arena.models.generative import load_generative
from arena.models.guard import ENCODERS, choose_encoder, questions
from arena.models.one_by_one import OneByOne
from arena.models.repository import check_repository
from arena.models.shared_prefixes import ImageByImage, SharedPrefixes
from arena.models.shared_vision import SharedVision
from arena.models.stock import EXACT
from arena.models.vision import Vision
from arena.probes import Probe

FAST = tuple(path for path in ENCODERS if path.startswith("shared prefixes"))
TWO_IMAGES = ("LLaVA-1.5", "LLaVA-OneVision", "Qwen3-VL", "Llama 3.2 Vision")


@pytest.fixture
def choose(repositories):
    """What the guard makes of an architecture as it is now, errors that were planted included."""

    return lambda name: load_writer(repositories(name)).finding


@pytest.fixture(scope="module")
def sound(repositories):
    """Models by architecture as they are without any error, each loaded when it is first asked for."""
    return cache(lambda name: load_writer(repositories(name)))


def swapped(images):
    return images[::-1]


@pytest.mark.parametrize("name", TWO_IMAGES)
def test_pictures_in_the_wrong_order_are_noticed_on_every_path(choose, monkeypatch, name):
    inputs, encode = Chat.inputs, SharedVision.encode
    monkeypatch.setattr(Chat, "inputs", lambda self, prompt, images, before=(): inputs(self, prompt, swapped(images), before))
    flip = lambda probe: dataclasses.replace(probe, images=swapped(probe.images))  # noqa: E731
    monkeypatch.setattr(SharedVision, "encode", lambda self, probes: encode(self, [flip(probe) for probe in probes]))
    difference = r"(token \d|an option) after a question with 2 images differs by .* nats"
    with pytest.raises(RepositoryError, match=rf"would not be measured exactly \(one by one: {difference}"):
        choose(name)


def test_a_prompt_that_is_read_otherwise_alone_than_together_is_noticed(choose, monkeypatch):
    encode = SharedVision.encode

    def encode_otherwise_alone(self, probes):
        alone = len(probes) == 1
        return encode(self, [dataclasses.replace(one, images=swapped(one.images)) if alone else one for one in probes])

    monkeypatch.setattr(SharedVision, "encode", encode_otherwise_alone)
    assert choose("LLaVA-1.5").path == "one by one"


@pytest.mark.parametrize("name", ["PaliGemma2", "Gemma 3"])
def test_token_types_that_are_lost_are_noticed_on_every_path(choose, monkeypatch, name):
    monkeypatch.setattr("arena.models.shared_vision.TYPES", ())
    encode = OneByOne.encode

    def untyped(self, probes):
        prompts = encode(self, probes)
        for prompt in prompts:
            assert prompt.inputs
            prompt.inputs.pop("token_type_ids")
        return prompts

    monkeypatch.setattr(OneByOne, "encode", untyped)
    with pytest.raises(RepositoryError, match="would not be measured exactly"):
        choose(name)


def test_a_cross_attention_mask_that_is_lost_after_the_first_token_is_noticed_on_every_path(choose, monkeypatch):
    monkeypatch.setattr("arena.models.decoding.SIGHT", "no such input")
    assert SIGHT == "cross_attention_mask"
    with pytest.raises(RepositoryError, match="would not be measured exactly"):
        choose("Llama 3.2 Vision")


def test_padding_that_pushes_an_image_out_of_a_window_is_noticed(sound, choose, monkeypatch):
    assert sound("Gemma 3").finding.path in FAST
    monkeypatch.setattr(SharedPrefixes, "fits", SharedVision.fits)
    monkeypatch.setattr(ImageByImage, "fits", SharedVision.fits)
    assert choose("Gemma 3").path not in FAST


def test_features_that_depend_on_the_number_of_images_are_noticed(sound):
    assert sound("LLaVA-OneVision").finding.path == "shared prefixes, by number of images"


def test_features_of_two_pictures_of_one_shape_that_change_places_are_noticed(choose, monkeypatch):
    run = Vision._run
    monkeypatch.setattr(Vision, "_run", lambda self, inputs: run(self, inputs)[::-1])
    assert choose("LLaVA-1.5").path == "one by one"


def test_inputs_that_cannot_be_put_one_after_another_are_encoded_one_at_a_time(sound):
    """Molmo2 counts patches from the first of all, so that the second of two pictures would see those of the first."""
    for name, batches in (("Molmo2", False), ("LLaVA-1.5", True)):
        model = sound(name)
        model.answer(questions(2, 20))
        assert isinstance(model._encoder, SharedVision)
        assert isinstance(model._encoder._vision, Vision)
        assert model._encoder._vision._batches is batches
        assert model.finding.path in FAST


def test_images_are_read_on_from_the_first_one_only_where_that_agrees(sound, choose, monkeypatch):
    """Gemma 3 reads an image in both directions, which stock transformers does at the beginning only."""
    assert sound("LLaVA-1.5").finding.path == "shared prefixes, image by image"
    assert sound("Gemma 3").finding.path == "shared prefixes"
    monkeypatch.setattr("arena.models.shared_prefixes.EncodedImage.tokens", lambda _: 5)  # the first image ends too early
    assert choose("LLaVA-1.5").path in FAST


@pytest.mark.parametrize("name", ["LLaVA-1.5", "Qwen3-VL"])
def test_half_precision_is_held_against_what_stock_transformers_shows(repositories, name):
    finding = load_writer(repositories(name), dtype="bfloat16").finding
    assert finding.path in FAST
    assert finding.tolerance > 10 * EXACT
    assert max(finding.difference, finding.batch_difference) <= finding.tolerance < 1


def test_float32_agrees_to_a_ten_thousandth_of_a_nat(sound):
    finding = sound("LLaVA-1.5").finding
    assert finding.tolerance == EXACT == 1e-4
    assert max(finding.difference, finding.batch_difference) < EXACT


def test_a_prompt_is_longer_than_the_window(sound):
    model = sound("Gemma 3")
    assert isinstance(model._encoder, SharedPrefixes)
    window = model._encoder._window
    assert window
    longest = max(questions(2, window + 20), key=lambda probe: len(probe.prompt))
    tokens = model._tokenizer.encode(longest.prompt, add_special_tokens=False)
    assert len(tokens) > window


def test_what_needs_an_image_is_not_asked_without_one(sound):
    model = sound("PaliGemma2")
    (reply,) = model.answer([Probe("test", "", "", (), "Is it A or B?", options=("A", "B"))])
    assert reply.not_applicable


def test_a_finding_is_kept_and_then_believed(repositories, tmp_path, monkeypatch):
    report = check_repository(str(repositories("LLaVA-1.5")))
    findings, contestant = Findings(tmp_path / "findings.json"), contestant_of(report)
    first = load_generative(contestant, report.folder, findings)
    monkeypatch.setattr("arena.models.generative.choose_encoder", None)  # asking the guard again would fail
    second = load_generative(contestant, report.folder, findings)
    assert second.finding == first.finding == findings.get(contestant)
    assert second.capabilities == first.capabilities
    probe = questions(2, 20)[0]
    assert second.answer([probe]) == first.answer([probe])


def test_a_finding_is_for_one_device_and_dtype_and_version_of_the_arena(sound, repositories, tmp_path):
    report = check_repository(str(repositories("LLaVA-1.5")))
    findings, contestant = Findings(tmp_path / "findings.json"), contestant_of(report)
    findings.keep(contestant, sound("LLaVA-1.5").finding)
    assert findings.get(contestant)
    assert findings.get(contestant_of(report, dtype="bfloat16")) is None
    assert findings.get(contestant_of(report, device="cuda")) is None
    content = json.loads((tmp_path / "findings.json").read_text())
    content[contestant.id]["version"] = VERSION - 1
    (tmp_path / "findings.json").write_text(json.dumps(content))
    assert findings.get(contestant) is None


def test_a_model_that_a_broken_file_does_not_tell_of_mends_it(repositories, tmp_path):
    report = check_repository(str(repositories("LLaVA-1.5")))
    contestant, file = contestant_of(report), tmp_path / "findings.json"
    file.write_text("[]")
    model = load_generative(contestant, report.folder, Findings(file))
    assert Findings(file).get(contestant) == model.finding


@pytest.mark.parametrize("content", ["", "[]", '{"%s": 1}', '{"%s": {"version": 1, "finding": {"path": "x"}}}'])
def test_a_broken_file_of_findings_holds_none_and_is_mended_by_the_next(sound, tmp_path, content):
    contestant, finding = sound("LLaVA-1.5").contestant, sound("LLaVA-1.5").finding
    file = tmp_path / "findings.json"
    file.write_text(content.replace("%s", contestant.id))
    assert Findings(file).get(contestant) is None
    Findings(file).keep(contestant, finding)
    assert Findings(file).get(contestant) == finding


def test_the_guard_leaves_the_model_as_it_was(repositories):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    folder = repositories("Qwen2-VL")
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    shipped = model.generation_config
    assert shipped.repetition_penalty != 1.0
    chat = Chat(AutoProcessor.from_pretrained(folder), model.device, model.dtype)
    encoder, finding = choose_encoder("tiny/qwen", model, chat)
    assert model.generation_config is shipped
    assert type(ENCODERS[finding.path](model, chat)) is type(encoder)
    assert finding.path in ENCODERS


def test_reading_on_from_the_first_image_saves_the_reading_of_it(sound, monkeypatch):
    model = sound("LLaVA-1.5")
    first, second, *_ = {picture for probe in questions(2, 20) for picture in probe.images}
    shown = ((first,), (second,), (first, second), (second, first))
    probes = [Probe("test", "", "", pictures, "Which?", options=("A", "B"), max_new_tokens=2) for pictures in shown]
    expected = model.answer(probes)
    assert isinstance(model._encoder, ImageByImage)
    monkeypatch.setattr(model._encoder, "saving", 0)
    whole = []
    read = SharedPrefixes._read

    def count(self, beginnings):
        whole.extend(len(one.images) for one in beginnings)
        return read(self, beginnings)

    monkeypatch.setattr(SharedPrefixes, "_read", count)
    replies = model.answer(probes)
    assert whole == [1, 1]
    for reply, other in zip(replies, expected, strict=True):
        assert reply.text == other.text
        assert reply.logprobs == pytest.approx(other.logprobs, abs=EXACT)
