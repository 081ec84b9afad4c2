import json
from dataclasses import replace
from pathlib import Path

import pytest

from arena.models.crops import is_cropped
from arena.models.repository import RepositoryReport

REPORT = RepositoryReport("o/m", "0" * 40, Path(), True, "contrastive", "clip", "CLIPModel", 1, 4, ("model.safetensors",))
PLAIN = {"image_mean": [0.5, 0.5, 0.5]}
SQUARE = {"height": 224, "width": 224}


def report(folder, settings, model_type="clip", file="preprocessor_config.json"):
    (folder / file).write_text(json.dumps(settings))
    return replace(REPORT, folder=folder, model_type=model_type)


@pytest.mark.parametrize(
    "settings",
    [
        {"do_center_crop": True, "size": 224, "crop_size": 224},
        {"do_center_crop": True, "size": {"shortest_edge": 224}, "crop_size": SQUARE},
        {"do_center_crop": True, "size": {"height": 256, "width": 256}, "crop_size": SQUARE},
        {"feature_extractor_type": "CLIPFeatureExtractor"},
        {},
    ],
)
def test_a_processor_that_cuts_something_off_crops(tmp_path, settings):
    assert is_cropped(report(tmp_path, {**PLAIN, **settings}))


@pytest.mark.parametrize(
    "settings",
    [
        {"do_center_crop": False, "size": 224},
        {"do_center_crop": True, "size": SQUARE, "crop_size": 224},
        {"size": SQUARE, "image_processor_type": "CLIPImageProcessor"},
        {"image_processor_type": "ViTImageProcessor"},
    ],
)
def test_a_processor_that_cuts_nothing_off_does_not(tmp_path, settings):
    assert not is_cropped(report(tmp_path, {**PLAIN, **settings}))


def test_the_processor_may_lie_in_the_configuration_of_both(tmp_path):
    inner = {**PLAIN, "do_center_crop": False}
    assert not is_cropped(report(tmp_path, {"image_processor": inner}, file="processor_config.json"))


def test_an_adapter_without_a_processor_has_that_of_its_base(tmp_path):
    (tmp_path / "adapter").mkdir()
    base = report(tmp_path, {**PLAIN, "do_center_crop": False})
    assert not is_cropped(replace(base, folder=tmp_path / "adapter", base=base))


@pytest.mark.parametrize("model_type", ["align", "siglip", "siglip2", "blip"])
def test_a_model_that_cannot_see_other_shapes_keeps_its_processor(tmp_path, model_type):
    assert not is_cropped(report(tmp_path, {**PLAIN, "do_center_crop": True, "size": 224}, model_type))


@pytest.mark.parametrize(
    ("name", "cropped"), [("CLIP", True), ("AltCLIP", True), ("MetaCLIP2", False), ("Chinese-CLIP", False), ("ALIGN", False)]
)
def test_repositories_as_their_makers_publish_them(repositories, name, cropped):
    folder = repositories(name)
    model_type = json.loads((folder / "config.json").read_text())["model_type"]
    assert is_cropped(replace(REPORT, folder=folder, model_type=model_type)) == cropped
