"""A segmentation model put to street scenes beside a model that writes: its masks, and how the rates go with them."""

import numpy as np
import pytest
import torch
from evaluation_world import FunctionModel
from PIL import Image
from tiny_repositories import save_segformer

from arena.errors import EvaluationError
from arena.evaluation.entrants import segmenter
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.results import Results
from arena.probes import Probe, Reply
from arena.suites import degradation, xstest
from arena.suites.street_questions import StreetView, conditions
from arena.tasks import scene_description


@pytest.fixture(scope="module")
def streets():
    grey = np.random.default_rng(0).integers(0, 19, (2, 16, 16), dtype=np.uint8)
    views = [
        StreetView(f"street {index}", f"street {index}", Image.fromarray(mask * 12).convert("RGB"), mask, safe=bool(index))
        for index, mask in enumerate(grey)
    ]
    return degradation.loaded(views)


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(3)
    return str(save_segformer(tmp_path / "tiny" / "segformer"))


def say(probe: Probe) -> Reply:
    return Reply("road, sky, bus" if probe.task == scene_description.NAME else "safe")


def test_a_segmenter_is_asked_for_masks_alone_and_only_once_and_related_to_who_was_asked_about_the_same_images(
    store, streets, folder
):
    for times in (1, 0):
        entrant = segmenter(folder, [degradation.SUITE])
        (done,) = evaluate(store, [entrant], [(degradation.SUITE, streets)], Options())
        assert (done.count.total, done.count.asked, done.count.errors) == (
            2 * len(conditions()),
            times * 2 * len(conditions()),
            0,
        )
    shown = Results(store, {"degradation": degradation.SUITE})
    found = {each.metric: each for each in shown.estimates("degradation", entrant.contestant.id) if each.slice == ""}
    assert set(found) == {"miou"}
    assert 0 < (found["miou"].value or 0) < 1
    model = FunctionModel(respond=say)
    evaluate(store, [model.entrant()], [(degradation.SUITE, streets)], Options())
    shown = Results(store, {"degradation": degradation.SUITE})
    of_both = {(each.metric, each.slice) for each in shown.estimates("degradation", model.contestant.id)}
    assert ("pearson_hallucination_rate_miou_conditions", "segmenter=tiny/segformer") in of_both
    assert ("hallucination_rate", "corruption=motion_blur,severity=3") in of_both
    assert not any(metric == "miou" for metric, _ in of_both)


def test_a_segmenter_needs_a_suite_with_something_to_segment(folder):
    with pytest.raises(EvaluationError, match="no suite named here has masks; use it with --suite degradation"):
        segmenter(folder, [xstest.SUITE])
