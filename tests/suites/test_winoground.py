"""Winoground's published layouts."""

import pytest
from small_benchmarks import cell, image_file, picture, write_lines, write_parquet, write_zip

from arena.errors import SuiteError
from arena.suites.winoground import SUITE, load

TAGS = {"tag": "Noun, Adjective", "secondary_tag": "", "num_main_preds": 1, "collapsed_tag": "Object"}


def row(number, **changes):
    captions = {"caption_0": f"cup {number} on a plate", "caption_1": f"plate {number} on a cup"}
    images = {f"image_{side}": f"ex_{number}_img_{side}" for side in (0, 1)}
    return {"id": number, **images, **captions, **TAGS, **changes}


def images(numbers):
    """Member name -> file: image 2 n + side for each side of pair n."""
    return {f"images/ex_{number}_img_{side}.png": image_file(2 * number + side) for number in numbers for side in (0, 1)}


def as_folder(folder, rows):
    write_lines(folder / "examples.jsonl", rows)
    (folder / "images").mkdir()
    for name, data in images(one["id"] for one in rows).items():
        (folder / name).write_bytes(data)


def as_download(folder, rows):
    write_lines(folder / "data" / "examples.jsonl", rows)
    write_zip(folder / "data" / "images.zip", images(one["id"] for one in rows))


def as_parquet(folder, rows):
    cells = [{**one, **{f"image_{side}": cell(2 * one["id"] + side) for side in (0, 1)}} for one in rows]
    write_parquet(folder / "data" / "test-00000-of-00001.parquet", cells)


@pytest.mark.parametrize("write", [as_folder, as_download, as_parquet])
def test_every_layout_reads_alike(tmp_path, write):
    write(tmp_path, [row(0), row(7, secondary_tag="Symbolic", collapsed_tag="Both", num_main_preds=2)])
    loaded = load(tmp_path)
    assert len(loaded.questions) == 16
    assert {question.item for question in loaded.questions} == {"0", "7"}
    first = next(question for question in loaded.questions if question.item == "7")
    assert (first.probe.task, first.probe.cell) == ("caption_choice", "image0/captions01")
    assert first.probe.images == (picture(14),)
    assert first.probe.captions == ("cup 7 on a plate", "plate 7 on a cup")
    assert first.slices == {"category": "Both", "num_main_preds": "2", "secondary_tag": "Symbolic"}
    assert loaded.questions[0].slices == {"category": "Object", "num_main_preds": "1"}
    assert loaded.notes == ("2 pairs; published are 400",)


def test_a_bad_row_is_told_and_left_out(tmp_path):
    bad = [row(1, caption_0="A cup!", caption_1="a  CUP!"), row(2, caption_0="\u0000"), row(3, image_0="gone"), row(0)]
    as_folder(tmp_path, [row(0), *bad])
    loaded = load(tmp_path)
    assert {question.item for question in loaded.questions} == {"0"}
    said = "\n".join(loaded.notes)
    assert "winoground 1: left out: pair: caption_0 and caption_1 say the same" in said
    assert "winoground 2: left out: caption_0: is empty" in said
    assert "winoground 3: left out: image_0: images/gone.png: no such file" in said
    assert "winoground 0: left out: is there twice" in said


def test_a_caption_of_two_lines_is_asked_on_one(tmp_path):
    as_folder(tmp_path, [row(0, caption_1="plate 0\non a cup\n")])
    loaded = load(tmp_path)
    assert "plate 0 on a cup" in loaded.questions[0].probe.captions
    assert loaded.notes[0].startswith("1 captions hold line ends")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda folder: (folder / "examples.jsonl").unlink(),
            "examples.jsonl: no such file, and no parquet files; accept its terms",
        ),
        (lambda folder: write_lines(folder / "examples.jsonl", [{"id": 1}]), "examples.jsonl line 1: has no field 'image_0'"),
        (lambda folder: (folder / "examples.jsonl").write_text("[]"), "examples.jsonl line 1: is no JSON object"),
        (
            lambda folder: (folder / "examples.jsonl").write_bytes(b"\xff"),
            "examples.jsonl: cannot be read (UnicodeDecodeError)",
        ),
        (lambda folder: (folder / "images").rename(folder / "pictures"), "images.zip: cannot be read (FileNotFoundError)"),
        (lambda folder: write_lines(folder / "examples.jsonl", [row(0, caption_1=3)]), "none of its 1 rows can be used"),
    ],
    ids=["no file", "no field", "no object", "no text", "no images", "no good row"],
)
def test_another_layout_is_an_error_that_says_what_is_wrong(tmp_path, spoil, said):
    as_folder(tmp_path, [row(0)])
    spoil(tmp_path)
    with pytest.raises(SuiteError) as caught:
        load(tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_parquet_without_a_column_names_it(tmp_path):
    write_parquet(tmp_path / "test.parquet", [{"id": 1, "image_0": "x"}])
    with pytest.raises(SuiteError, match="no column 'image_1'"):
        load(tmp_path)
    (tmp_path / "test.parquet").write_bytes(b"nothing")
    with pytest.raises(SuiteError, match="cannot be read"):
        load(tmp_path)


def test_its_standard_metrics_are_declared():
    assert {"text_score", "image_score", "group_score"} <= {metric.name for metric in SUITE.metrics}
