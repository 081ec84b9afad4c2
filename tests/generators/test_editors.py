"""Every class of the table: how it is called fits diffusers, and it edits a picture from end to end."""

import inspect
import json
import shutil
from dataclasses import replace

import diffusers
import numpy as np
import pytest
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit, pipeline_qwenimage_edit_plus
from PIL import Image
from tiny_pipelines import PIPELINES

from arena.errors import EditorError
from arena.generators.editor_loading import load_pipeline
from arena.generators.editor_repository import CALLED_WITH, check_editor
from arena.generators.editors import EDITORS, FEW_STEPS, SCHEDULER, editor_kind
from arena.generators.edits import EditRequest
from arena.generators.framing import pixels_of
from arena.images import picture_from_pixels

SOURCE = picture_from_pixels(Image.effect_noise((90, 60), 80))
REGION = (0.1, 0.2, 0.5, 0.7)


def request(seed: int, **told: str) -> EditRequest:
    return replace(EditRequest(SOURCE, "make the ball red", "a red ball", seed, REGION), **told)


@pytest.fixture
def small_qwen(monkeypatch):
    """Their code fixes a size of 1024 x 1024, which takes minutes on a CPU."""
    for module in (pipeline_qwenimage_edit, pipeline_qwenimage_edit_plus):
        full = module.calculate_dimensions
        monkeypatch.setattr(module, "calculate_dimensions", lambda _, ratio, full=full: full(64 * 64, ratio))


def test_each_class_of_the_table_is_tested_here():
    assert PIPELINES.keys() == EDITORS.keys()


@pytest.mark.parametrize("kind", EDITORS.values(), ids=EDITORS)
def test_each_class_takes_the_arguments_that_it_is_called_with(kind):
    taken = inspect.signature(getattr(diffusers, kind.pipeline).__call__).parameters
    called_with = {"image", "prompt", "num_inference_steps", "generator", "callback_on_step_end", *kind.arguments} - {SCHEDULER}
    called_with |= {"mask_image"} if kind.mode == "inpainting" else set()
    called_with |= {"strength"} if kind.takes_strength else set()
    called_with |= {"height", "width"} if kind.pipeline != "StableDiffusionInstructPix2PixPipeline" else set()
    assert called_with <= taken.keys()
    assert ("strength" in taken) == kind.takes_strength
    assert ("mask_image" in taken) == (kind.mode == "inpainting")


@pytest.mark.parametrize("name", EDITORS)
def test_each_class_edits_inside_the_region_and_by_seed(name, editors, small_qwen):
    editor, steps = editors(name), []
    told = "instruction" if editor.report.kind.mode == "instruction" else "caption"
    ignored = "caption" if told == "instruction" else "instruction"
    first, again, reseeded, retold = editor.edit(
        [request(1), request(1, **{ignored: "x"}), request(2), request(1, **{told: "a dog in the snow at night"})],
        preview=lambda done, total, seen: steps.append((done, total, len(seen))),
    )
    assert first == again
    assert first.result not in {reseeded.result, retold.result}
    assert first.source == reseeded.source == retold.source
    before, coded, after = (np.asarray(one.pixels()) for one in (SOURCE, first.source, first.result))
    assert before.shape == coded.shape == after.shape
    left, top, right, bottom = pixels_of(REGION, 90, 60)
    outside = np.ones(before.shape[:2], bool)
    outside[top:bottom, left:right] = False
    for side in (coded, after):
        assert (side[outside] == before[outside]).all()
        assert (side != before).any()
    assert (after != coded).any()
    totals = {total for _, total, _ in steps}
    assert len(totals) == 1
    done = [step for step, _, _ in steps]
    assert done[: max(totals)] == list(range(1, max(totals) + 1))
    assert done[-1] == max(totals)


@pytest.mark.parametrize("name", [name for name, kind in EDITORS.items() if SCHEDULER in kind.arguments])
def test_a_scheduler_of_few_steps_takes_the_place_of_its_own_and_keeps_what_the_network_was_trained_on(name, pipelines):
    own, loaded = PIPELINES[name]().scheduler, load_pipeline(check_editor(str(pipelines(name)))).scheduler
    assert (type(own).__name__ == FEW_STEPS, type(loaded).__name__) == (False, FEW_STEPS)
    for trained_on in ("beta_start", "beta_end", "beta_schedule", "prediction_type", "num_train_timesteps"):
        assert loaded.config[trained_on] == own.config[trained_on]


@pytest.mark.parametrize(("wanted", "is_kept"), [("EulerAncestralDiscreteScheduler", True), ("FlowMatchScheduler", False)])
def test_an_editor_names_its_scheduler_among_those_that_fit(pipelines, tmp_path, wanted, is_kept):
    folder = shutil.copytree(pipelines("StableDiffusionInstructPix2PixPipeline"), tmp_path / "editor")
    (folder / CALLED_WITH).write_text(json.dumps({SCHEDULER: wanted}))
    report = check_editor(str(folder))
    if is_kept:
        assert type(load_pipeline(report).scheduler).__name__ == wanted
    else:
        with pytest.raises(EditorError, match=f"scheduler: '{wanted}' does not fit; use one of .*{FEW_STEPS}"):
            load_pipeline(report)


def test_a_class_that_is_not_in_the_table_is_refused_with_the_list_of_what_is():
    with pytest.raises(EditorError) as caught:
        editor_kind("StableDiffusionPipeline", "org/painter")
    assert str(caught.value).startswith(
        "org/painter: its pipeline class 'StableDiffusionPipeline' is not known to edit; use one of "
    )
    assert all(name in str(caught.value) for name in EDITORS)
