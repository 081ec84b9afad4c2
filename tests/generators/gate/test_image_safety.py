"""Classifiers of unsafe images: real ones with random weights, against stock transformers."""

import shutil

import pytest
import torch
from PIL import Image
from tiny_repositories import save_vit
from transformers import AutoImageProcessor, AutoModelForImageClassification

from arena.errors import ArenaError, RepositoryError, SettingsError
from arena.generators.gate import image_safety
from arena.generators.gate.image_safety import load_image_safety
from arena.images import picture_from_pixels
from arena.starter.architectures import ARCHITECTURES

LABELS = ("Cat", "NSFW", "gore", "dog")
PICTURES = [picture_from_pixels(Image.new("RGB", (32 + 4 * place, 40), (60 * place, 90, 200))) for place in range(4)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_vit(tmp_path_factory.mktemp("safety") / "tiny" / "vit", LABELS)


@pytest.fixture(scope="module")
def logits(folder):
    """Of stock transformers, a row a picture."""
    processor, model = AutoImageProcessor.from_pretrained(folder), AutoModelForImageClassification.from_pretrained(folder)
    with torch.inference_mode():
        return model(**processor([picture.pixels() for picture in PICTURES], return_tensors="pt")).logits


@pytest.mark.parametrize(
    ("labels", "columns"),
    [(("nsfw", "unsafe"), [1]), (("gore", "nsfw"), [1, 2]), (("DOG", "no such label", "cat"), [0, 3])],
)
def test_unsafe_is_the_sum_of_the_unsafe_labels_in_any_case(folder, logits, labels, columns):
    found = load_image_safety(str(folder), labels).unsafe_probabilities(PICTURES)
    assert found == pytest.approx(logits.softmax(1)[:, columns].sum(1).tolist(), abs=1e-5)


def test_where_an_image_may_have_several_labels_the_likeliest_unsafe_one_counts(tmp_path, logits):
    many = save_vit(tmp_path / "tiny" / "many", LABELS, problem_type="multi_label_classification")
    found = load_image_safety(str(many), ("nsfw", "gore")).unsafe_probabilities(PICTURES)
    assert found == pytest.approx(logits.sigmoid()[:, [1, 2]].amax(1).tolist(), abs=1e-5)


def test_batches_change_nothing(folder, monkeypatch):
    classifier = load_image_safety(str(folder))
    together = classifier.unsafe_probabilities(PICTURES)
    monkeypatch.setattr(image_safety, "BATCH", 3)
    assert classifier.unsafe_probabilities(PICTURES) == pytest.approx(together, abs=1e-5)
    assert classifier.unsafe_probabilities([]) == []


def test_it_is_named_by_its_folder_and_keeps_its_threshold(folder):
    classifier = load_image_safety(str(folder), threshold=0.2)
    assert (classifier.contestant.repository, classifier.threshold) == ("tiny/vit", 0.2)
    assert len(classifier.contestant.revision) == 40


def check_one_line(reference, says, error: type[ArenaError], **how):
    with pytest.raises(error, match=says) as raised:
        load_image_safety(str(reference), **how)
    assert "\n" not in str(raised.value)


def test_labels_that_it_does_not_have_are_answered_by_those_that_it_has(folder):
    check_one_line(
        folder, "tiny/vit has no label violence or war; .*: Cat, NSFW, gore, dog", SettingsError, labels=("violence", "war")
    )


def without_weights(folder):
    (folder / "model.safetensors").unlink()


def cut_short(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])


def without_processor(folder):
    for file in folder.glob("*processor_config.json"):
        file.unlink()


def of_other_sizes(folder):
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"hidden_size": 32', '"hidden_size": 64'))


def of_text(folder):
    shutil.rmtree(folder)
    ARCHITECTURES["CLIP"].save(folder)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (shutil.rmtree, "no such folder"),
        (without_weights, "has no model.safetensors"),
        (cut_short, "truncated"),
        (without_processor, "has no processor_config"),
        (of_other_sizes, "its weights classifier.weight have shape"),
        (of_text, "only image classifiers"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(folder, tmp_path, broken, says):
    copy = shutil.copytree(folder, tmp_path / "tiny" / "broken")
    broken(copy)
    check_one_line(copy, says, RepositoryError)
