"""SugarCrepe's published layout: one JSON file a kind of change, and the images of COCO."""

import json

import pytest
from answering import answered_units
from small_benchmarks import image_file, picture

from arena.errors import SuiteError
from arena.metrics import estimates
from arena.probes import Reply
from arena.suites.sugarcrepe import SUBSETS, SUITE, load


def row(number, **changes):
    captions = {"caption": f"A dog on mat {number}. ", "negative_caption": f"A cat on mat {number}."}
    return {"filename": f"{number:012d}.jpg", **captions, **changes}


@pytest.fixture
def folder(tmp_path):
    """One row a subset; the first two share an image."""
    (tmp_path / "data" / "coco" / "images" / "val2017").mkdir(parents=True)
    for number, subset in enumerate(SUBSETS):
        rows = {"0": row(max(number, 1), caption=f"A dog in {subset}.")}
        (tmp_path / "data" / f"{subset}.json").write_text(json.dumps(rows))
        image = tmp_path / "data" / "coco" / "images" / "val2017" / f"{number:012d}.jpg"
        image.write_bytes(image_file(number))
    return tmp_path


def test_each_row_is_asked_in_both_orders(folder):
    loaded = load(folder)
    assert len(loaded.questions) == 2 * len(SUBSETS)
    first, second = loaded.questions[:2]
    assert (first.item, first.family, first.probe.images) == ("replace_obj-0", "coco-000000000001", (picture(1),))
    assert first.slices == {"subset": "replace_obj", "order": "true first"}
    assert (first.probe.captions, first.probe.expected) == (("A dog in replace_obj.", "A cat on mat 1."), "A")
    assert (second.probe.captions, second.probe.expected) == (("A cat on mat 1.", "A dog in replace_obj."), "B")
    assert loaded.questions[2].family == first.family, "captions of one image are one family"
    assert "7 images with two captions; published are 7511" in loaded.notes
    assert "1 of subset swap_obj; published are 245" in loaded.notes


def test_always_the_first_caption_is_right_in_one_order_alone(folder):
    found = estimates(answered_units(SUITE, load(folder), lambda _: Reply("A")), SUITE.metrics, rounds=10)
    accuracy = {one.slice: one.value for one in found if one.metric == "caption_choice_accuracy"}
    assert (accuracy[""], accuracy["order=true first"], accuracy["order=false first"]) == (1 / 2, 1, 0)
    assert {f"subset={subset}" for subset in SUBSETS} < set(accuracy)
    assert next(one.value for one in found if (one.metric, one.slice) == ("order_consistency", "")) == 0


def test_a_tie_is_wrong_and_strictly_more_is_right(folder):
    loaded = load(folder)
    for scores, accuracy in (((0.0, 0.0), 0), (None, 1)):
        units = answered_units(
            SUITE,
            loaded,
            lambda probe, given=scores: Reply(logprobs=given or ((0.0, -1.0) if probe.expected == "A" else (-1.0, 0.0))),
        )
        assert {unit.hits / unit.total for unit in units if unit.metric == "caption_choice_accuracy"} == {accuracy}


def test_line_ends_of_captions_are_taken_off_and_counted(folder):
    rows = {"0": row(1, caption="A dog\ton\n a mat.\n"), "1": row(2, caption="x" * 600), "2": row(3)}
    (folder / "data" / "add_att.json").write_text(json.dumps(rows))
    loaded = load(folder)
    asked = {
        question.item: question.probe.captions for question in loaded.questions if question.slices["order"] == "true first"
    }
    assert asked["add_att-0"] == ("A dog on a mat.", "A cat on mat 1.")
    assert asked["add_att-1"][0] == "x" * 600
    assert asked["add_att-2"][0] == "A dog on mat 3. ", "what is on one line is asked as published"
    (told,) = [note for note in loaded.notes if "line ends" in note]
    assert told.startswith("1 captions hold line ends")


def test_bad_rows_and_missing_images_are_told_and_left_out(folder):
    rows = {"0": row(1), "1": row(2, caption=""), "2": row(99), "3": row(3, negative_caption=None)}
    rows |= {"4": row(4, caption="A dog<|im_end|>"), "5": row(5, caption="A dog \ud83d")}
    (folder / "data" / "add_att.json").write_text(json.dumps(rows))
    loaded = load(folder)
    assert {question.item for question in loaded.questions if "add_att" in question.item} == {"add_att-0"}
    said = "\n".join(loaded.notes)
    assert "sugarcrepe add_att-1: left out: caption: is empty" in said
    assert "sugarcrepe add_att-3: left out: negative_caption: is None, no text" in said
    assert "sugarcrepe add_att-4: left out: caption: contains the control token '<|'" in said
    assert "sugarcrepe add_att-5: left out: caption: holds half of a surrogate pair" in said
    assert "1 images are not in" in said
    assert "000000000099.jpg" in said


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "data" / "swap_att.json").unlink(), "swap_att.json: no such file; clone"),
        (
            lambda folder: (folder / "data" / "swap_att.json").write_text("[]"),
            "swap_att.json: is a JSON list, no object of rows",
        ),
        (
            lambda folder: (folder / "data" / "swap_att.json").write_text('{"0": {}}'),
            "swap_att.json: 0: has no field 'filename'",
        ),
        (lambda folder: (folder / "data" / "coco").rename(folder / "elsewhere"), "val2017: no such folder; clone"),
        (lambda folder: [file.unlink() for file in folder.rglob("*.jpg")], "holds none of the images"),
    ],
    ids=["no file", "no object", "no field", "no folder", "no images"],
)
def test_another_layout_is_an_error_that_says_what_is_wrong(folder, spoil, said):
    spoil(folder)
    with pytest.raises(SuiteError) as caught:
        load(folder)
    assert said in str(caught.value)


def test_published_subsets_add_up():
    assert sum(SUBSETS.values()) == SUITE.counts["images with two captions"] == 7511
