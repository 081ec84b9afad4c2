"""What every edit promises: nothing outside the region changes, and the same request gives the same pixels."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tiny_pipelines import inpaint

from arena.errors import EditorError, InputError
from arena.generators.editor_repository import SHIPPED_EDITOR, check_editor
from arena.generators.edits import WHOLE, Editor, EditRequest, load_editor
from arena.generators.framing import pixels_of
from arena.images import picture_from_pixels

INSTRUCT, INPAINT = "StableDiffusionInstructPix2PixPipeline", "StableDiffusionInpaintPipeline"
STEPS = 3


def noise(width: int, height: int):
    pixels = np.random.default_rng((width, height)).integers(0, 256, (height, width, 3), np.uint8)
    return picture_from_pixels(Image.fromarray(pixels))


def request(seed: int = 1, region=(0.2, 0.3, 0.6, 0.8), source=None) -> EditRequest:
    return EditRequest(source or noise(60, 48), f"make it number {seed}", f"number {seed}", seed, region)


class Around:
    """A real pipeline whose calls are watched, and that has memory for only so many images."""

    def __init__(self, pipeline: Any, room: int = 100, error: Exception | None = None) -> None:
        self.pipeline, self.room, self.error = pipeline, room, error
        self.calls: list[dict[str, Any]] = []
        self.images: list[Image.Image] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pipeline, name)

    def __call__(self, **arguments: Any) -> Any:
        self.calls.append(arguments)
        if self.error:
            raise self.error
        if len(arguments["image"]) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        output = self.pipeline(**arguments)
        self.images = output.images
        return output


def around(editor: Editor, *, batched: bool = False, **limits) -> tuple[Editor, Around]:
    watched = Around(editor._pipeline, **limits)
    return Editor(editor.report, watched, batched=batched), watched


@st.composite
def regions(draw):
    """None smaller than a pixel of the smallest picture."""
    left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return left, top, draw(st.floats(left + 0.07, 1)), draw(st.floats(top + 0.07, 1))


@given(region=regions() | st.just(WHOLE), width=st.integers(16, 80), height=st.integers(16, 80))
@settings(max_examples=15)  # each is an edit
def test_every_pixel_outside_the_region_is_the_sources_and_both_sides_have_its_size(editors, region, width, height):
    source = noise(width, height)
    (edit,) = editors(INSTRUCT).edit([request(region=region, source=source)])
    left, top, right, bottom = pixels_of(region, width, height)
    for side in (edit.source, edit.result):
        before, after = np.array(source.pixels()), np.array(side.pixels())
        assert after.shape == before.shape
        before[top:bottom, left:right] = after[top:bottom, left:right] = 0
        assert (before == after).all()


@pytest.mark.parametrize("region", [(0.0, 0.0, 0.3, 0.3), (0.8, 0.7, 1.0, 1.0), WHOLE], ids=["first", "last", "whole"])
def test_the_edit_reaches_the_border_of_the_image_and_fades_where_the_region_ends_inside(editors, region):
    black = picture_from_pixels(Image.new("RGB", (100, 100)))
    (edit,) = editors(INSTRUCT).edit([request(region=region, source=black)])
    changed = np.asarray(edit.result.pixels()).max(-1) > 0
    left, top, right, bottom = pixels_of(region, 100, 100)
    for touches, line in ((left == 0, changed[top:bottom, 0]), (right == 100, changed[top:bottom, -1])):
        if touches:
            assert line.mean() > 0.7


def test_a_seam_inside_the_region_lets_the_edit_fade(editors):
    white = picture_from_pixels(Image.new("RGB", (200, 200), "white"))
    (edit,) = editors(INSTRUCT).edit([request(region=(0.25, 0.25, 0.75, 0.75), source=white)])
    change = 255.0 - np.asarray(edit.result.pixels(), float).mean(-1)
    # 100 px wide: the seam is 2 px, over which 1/5 of the edit becomes all of it.
    assert change[50, 60:140].mean() < 0.5 * change[55, 60:140].mean()


def test_a_request_gives_the_same_pixels_again_alone_and_in_a_batch(editors):
    for name in (INSTRUCT, INPAINT):
        requests = [request(seed) for seed in range(3)]
        together = editors(name).edit(requests)
        assert together == editors(name).edit(requests)
        assert together == [editors(name).edit([one])[0] for one in requests]
        assert len({edit.result.digest for edit in together}) == 3


def test_a_source_is_coded_as_the_result_is(editors):
    source = noise(60, 48)
    edit = editors(INSTRUCT).edit([request(source=source)])[0]
    assert edit.source == editors(INSTRUCT).coded(source, request().region)
    assert edit.source != source


def test_the_mask_is_white_where_the_picture_may_change(editors):
    editor, watched = around(editors(INPAINT))
    # 20 px of 64 x 32, with a margin of 4 px: a square of 28 px at (2, 2), enlarged to 32 px; 4 / 28 of them are margin.
    editor.edit([request(region=(0.09375, 0.1875, 0.40625, 0.8125), source=noise(64, 32))])
    mask = np.asarray(watched.calls[0]["mask_image"][0])
    expected = np.zeros((32, 32))
    expected[5:27, 5:27] = 255
    assert (mask == expected).all()


def test_a_pipeline_that_blends_keeps_what_the_mask_leaves_black(editors):
    torch.manual_seed(0)
    editor, watched = around(Editor(editors(INPAINT).report, inpaint(in_channels=4), batched=False))
    watched.pipeline.set_progress_bar_config(disable=True)
    source = noise(32, 32)
    editor.edit([request(region=(0.0, 0.0, 0.5, 1.0), source=source)])
    coded = np.asarray(editor.coded(source).pixels(), float)
    change = np.abs(np.asarray(watched.images[0], float) - coded).mean((0, 2))
    assert change[:12].mean() > 2 * change[20:].mean()


@pytest.mark.parametrize("strength", [0.0, -1.0, 1.5, 0.3, float("nan"), float("inf")])
def test_a_strength_that_leaves_no_step_or_too_many_is_refused(editors, strength):
    with pytest.raises(EditorError, match=r"strength: is .*; give 0.33 to 1 for 3 steps"):
        editors(INPAINT).edit([request()], strength=strength)


def test_strength_says_how_many_steps_are_taken(editors):
    edits = []
    for strength, steps in ((None, 3), (1.0, 3), (0.7, 2), (0.34, 1)):
        seen: list[tuple[int, int]] = []
        edits += editors(INPAINT).edit([request()], strength=strength, preview=lambda *step, seen=seen: seen.append(step[:2]))
        assert seen == [(step, steps) for step in range(1, steps + 1)]
    assert edits[0] == edits[1]
    assert len({edit.result.digest for edit in edits}) == 3


def test_an_instruction_editor_pays_no_heed_to_strength(editors):
    assert editors(INSTRUCT).edit([request()], strength=0.5) == editors(INSTRUCT).edit([request()])


def test_previews_show_every_picture_of_the_batch_after_each_step(editors):
    seen: list[tuple[int, int, list[tuple[int, int]]]] = []
    editor, _ = around(editors(INSTRUCT), batched=True)
    editor.edit(
        [request(1), request(2)],
        preview=lambda done, total, images: seen.append((done, total, [image.size for image in images])),
    )
    assert seen == [(step, STEPS, [(32, 32)] * 2) for step in range(1, STEPS + 1)]


def test_watching_changes_nothing(editors):
    watched = editors(INSTRUCT).edit([request()], preview=lambda *_: None)
    assert watched == editors(INSTRUCT).edit([request()])


def test_a_request_gives_the_same_pixels_however_many_threads_may_work():
    requests = [EditRequest(noise(512, 512), f"make it number {seed}", f"number {seed}", seed) for seed in range(2)]
    alone = load_editor(check_editor(SHIPPED_EDITOR)).edit(requests)
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        assert load_editor(check_editor(SHIPPED_EDITOR)).edit(requests) == alone
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


def difference(first, second) -> int:
    """The largest difference of a colour channel."""
    return int(np.abs(np.subtract(first.pixels(), second.pixels(), dtype=int)).max())


def test_in_a_batch_the_same_request_gives_the_same_picture_but_for_rounding(editors):
    for name in (INSTRUCT, INPAINT):
        requests = [request(seed) for seed in range(4)]
        editor, watched = around(editors(name), batched=True)
        together, alone = editor.edit(requests), editors(name).edit(requests)
        assert [len(call["image"]) for call in watched.calls] == [4]
        assert [edit.source for edit in together] == [edit.source for edit in alone]
        assert max(difference(one.result, two.result) for one, two in zip(together, alone, strict=True)) <= 2


def test_a_batch_that_does_not_fit_is_done_in_halves(editors):
    requests = [request(seed) for seed in range(7)]
    editor, watched = around(editors(INSTRUCT), batched=True, room=2)
    alone = editors(INSTRUCT).edit(requests)
    assert all(difference(one.result, two.result) <= 2 for one, two in zip(editor.edit(requests), alone, strict=True))
    # 7 do not fit; 3 do not, 1 and 2 do; 4 do not, 2 and 2 do.
    assert [len(call["image"]) for call in watched.calls] == [7, 3, 1, 2, 4, 2, 2]


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"room": 0}, "not enough memory for one edit; use a smaller editor"),
        ({"error": MemoryError()}, "not enough memory for one edit; use a smaller editor"),
        ({"error": RuntimeError("mat1 and mat2\ndo not fit")}, "the edit failed (RuntimeError: mat1 and mat2); see the log"),
        ({"error": ValueError()}, "the edit failed (ValueError); see the log"),
    ],
)
def test_a_pipeline_that_fails_is_told_in_one_line(editors, limits, says):
    editor, _ = around(editors(INSTRUCT), **limits)
    with pytest.raises(EditorError) as caught:
        editor.edit([request()])
    assert str(caught.value) == f"{editor.report.repository}: {says}"


def test_a_region_without_pixels_is_refused(editors):
    with pytest.raises(InputError, match=r"region: is \(0.5, 0.0, 0.5, 1.0\);"):
        editors(INSTRUCT).edit([request(region=(0.5, 0.0, 0.5, 1.0))])


def test_without_batches_each_request_is_a_call_of_its_own(editors):
    editor, watched = around(editors(INPAINT))
    assert len(editor.edit([request(1), request(2)])) == 2
    assert [len(call["image"]) for call in watched.calls] == [1, 1]


def test_no_request_gives_no_edit(editors):
    assert editors(INSTRUCT).edit([]) == []
