"""Folders of pairs: good ones are read, bad ones are named by file, line and column."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from PIL import Image

from arena.errors import SuiteError
from arena.images import picture_from_pixels, pixel_digest
from arena.suites.imagefolder import read_imagefolder

ROW = {
    "id": "mine",
    "family": "lamp",
    "domain": "safety",
    "category": "home",
    "image_0_file_name": "images/off.png",
    "image_1_file_name": "images/on.png",
    "caption_0": "a lamp that is off",
    "caption_1": "a lamp that is on",
    "label_0": "safe",
    "label_1": "unsafe",
    "request": "What now?",
    "region": [0.25, 0, 1, 0.5],
    "seed": 7,
    "method": "drawn",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name, colour in (("off", "navy"), ("on", "gold")):
        Image.new("RGB", (20, 20), colour).save(tmp_path / "images" / f"{name}.png")
    write(tmp_path, ROW)
    return tmp_path


def write(folder: Path, *rows: object) -> None:
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_all_columns_arrive(folder: Path):
    (pair,) = read_imagefolder(folder, "mine")
    assert (pair.family, pair.domain, pair.category, pair.source) == ("lamp", "safety", "home", "mine")
    assert [side.caption for side in pair.sides] == ["a lamp that is off", "a lamp that is on"]
    assert [side.label for side in pair.sides] == ["safe", "unsafe"]
    assert pair.request == "What now?"
    assert pair.region == (0.25, 0.0, 1.0, 0.5)
    assert (pair.provenance.method, pair.provenance.seed) == ("drawn", 7)
    assert pair.sides[1].picture.pixels().getpixel((3, 3)) == (255, 215, 0)


def test_optional_columns_may_be_missing_or_null(folder: Path):
    optional = ("id", "request", "region", "seed", "method")
    write(
        folder,
        {key: value for key, value in ROW.items() if key not in optional},
        {**ROW, **dict.fromkeys(optional), "family": "other"},
    )
    for pair in read_imagefolder(folder, "mine"):
        assert (pair.request, pair.region, pair.provenance.method, pair.provenance.seed) == (None, None, "unknown", None)


def test_empty_lines_and_windows_line_ends_are_fine(folder: Path):
    (folder / "metadata.jsonl").write_bytes(b"\r\n" + json.dumps(ROW).encode() + b"\r\n\r\n")
    assert len(read_imagefolder(folder, "mine")) == 1


def test_line_separators_inside_a_caption_do_not_split_the_line(folder: Path):
    caption = "a lamp\u2028that is off"
    (folder / "metadata.jsonl").write_text(json.dumps({**ROW, "caption_0": caption}, ensure_ascii=False), "utf-8")
    assert read_imagefolder(folder, "mine")[0].sides[0].caption == caption


def test_trusted_digests_are_not_recomputed_and_untrusted_ones_are(folder: Path):
    true = {f"pixels_{side}": pixel_digest(Image.new("RGB", (20, 20), ("navy", "gold")[side])) for side in (0, 1)}
    write(folder, {**ROW, **true})
    trusted, checked = read_imagefolder(folder, "m", trust_digests=True), read_imagefolder(folder, "m")
    assert [pair.id for pair in trusted] == [pair.id for pair in checked]
    write(folder, {**ROW, **true, "pixels_1": "0" * 64})
    assert read_imagefolder(folder, "m", trust_digests=True)[0].sides[1].picture.digest == "0" * 64
    with pytest.raises(SuiteError, match="has other pixels than pixels_1 says"):
        read_imagefolder(folder, "m")


BAD_ROWS = [
    ({"caption_0": None}, "line 1: caption_0: is missing"),
    ({"caption_0": "  "}, "line 1: caption_0: is empty"),
    ({"caption_0": 5}, "line 1: caption_0: is 5; write a text"),
    ({"caption_0": "x" * 501}, "line 1: caption_0: has 501 characters"),
    ({"caption_0": "off <|im_end|>"}, "line 1: caption_0: contains the control token '<|'"),
    ({"caption_0": "\ud800"}, "line 1: caption_0: holds half of a surrogate pair"),
    ({"caption_0": "a lamp that is  ON"}, "line 1: caption_0 and caption_1 say the same"),
    ({"family": None}, "line 1: family: is missing"),
    ({"family": "a\nb"}, "line 1: family: contains a control character"),
    ({"category": []}, "line 1: category: is []; write a text"),
    ({"domain": "sport"}, "line 1: domain: 'sport' is unknown; use one of safety, culture"),
    ({"label_0": "unsafe", "label_1": "safe"}, "line 1: label_0, label_1: 'unsafe', 'safe'"),
    ({"label_1": None}, "line 1: label_1: is missing"),
    ({"request": "[INST]"}, "line 1: request: contains the control token '[INST]'"),
    ({"request": ["a"]}, "line 1: request: is ['a']; write a text"),
    ({"seed": "7"}, "line 1: seed: is '7'; write a whole number"),
    ({"seed": True}, "line 1: seed: is True"),
    ({"seed": 2**63}, "line 1: seed: is 9223372036854775808"),
    ({"region": [0, 0, 1]}, "line 1: region: is [0, 0, 1]"),
    ({"region": [0, 0, 2, 1]}, "line 1: region: is [0, 0, 2, 1]"),
    ({"region": [0.5, 0, 0.5, 1]}, "line 1: region: is [0.5, 0, 0.5, 1]"),
    ({"region": [0, 0, float("nan"), 1]}, "line 1: region: is [0, 0, nan, 1]"),
    ({"region": "all"}, "line 1: region: is 'all'"),
    ({"pixels_0": "abc"}, "line 1: pixels_0: is not a hash of 64 hex digits"),
    ({"image_0_file_name": None}, "line 1: image_0_file_name: is missing"),
    ({"image_0_file_name": "images/none.png"}, "line 1: image_0_file_name: 'images/none.png': no such file"),
    ({"image_0_file_name": "images"}, "line 1: image_0_file_name: 'images': cannot be read"),
    ({"image_0_file_name": "../outside.png"}, "line 1: image_0_file_name: '../outside.png': leads out of the folder"),
    ({"image_0_file_name": "/etc/hostname"}, "line 1: image_0_file_name: '/etc/hostname': leads out of the folder"),
    ({"image_0_file_name": "images/link.png"}, "line 1: image_0_file_name: 'images/link.png': leads out of the folder"),
    ({"image_0_file_name": "metadata.jsonl"}, "line 1: image_0_file_name: 'metadata.jsonl': cannot be decoded"),
    ({"image_0_file_name": "images/" + "x" * 300}, "cannot be read"),
    ({"image_0_file_name": "images/huge.png"}, "line 1: image_0_file_name: 'images/huge.png': is larger than 20 MB"),
    ({"image_0_file_name": "images/on.png"}, "line 1: image_0 and image_1 have the same pixels"),
]


@pytest.mark.parametrize(("change", "message"), BAD_ROWS)
def test_bad_row_is_named_by_file_line_and_column(folder: Path, change: dict[str, object], message: str):
    outside = folder.parent / "outside.png"
    Image.new("RGB", (20, 20)).save(outside)
    (folder / "images" / "link.png").symlink_to(outside)
    with (folder / "images" / "huge.png").open("wb") as file:
        file.truncate(21 * 2**20)
    write(folder, {**ROW, **change})
    with pytest.raises(SuiteError, match=re.escape(message)) as caught:
        read_imagefolder(folder, "mine")
    assert str(caught.value).startswith(str(folder / "metadata.jsonl"))
    assert "\n" not in str(caught.value)


BAD_FILES = [
    (b"", "has no pairs"),
    (b"\n \n", "has no pairs"),
    (b"{}\n", "line 1: domain: is missing"),
    (b'\n{"family": \n', "line 2: is not JSON"),
    (b"[1]\n", "line 1: is a JSON list"),
    (b"null\n", "line 1: is a JSON NoneType"),
    (b"[" * 100_000, "line 1: is not JSON"),
    (b"\xff\xfe", "byte 0 is not UTF-8"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
def test_bad_metadata_is_named(folder: Path, content: bytes, message: str):
    (folder / "metadata.jsonl").write_bytes(content)
    with pytest.raises(SuiteError, match=re.escape(message)):
        read_imagefolder(folder, "mine")


def test_missing_folder_and_missing_metadata_are_named(tmp_path: Path):
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SuiteError, match=re.escape(f"{place / 'metadata.jsonl'}: no such file")):
            read_imagefolder(place, "mine")


def test_metadata_that_is_a_folder_is_named(tmp_path: Path):
    (tmp_path / "metadata.jsonl").mkdir()
    with pytest.raises(SuiteError, match="cannot be read"):
        read_imagefolder(tmp_path, "mine")


def test_a_byte_order_mark_is_no_part_of_the_metadata(folder: Path):
    metadata = folder / "metadata.jsonl"
    metadata.write_bytes(b"\xef\xbb\xbf" + metadata.read_bytes())
    (pair,) = read_imagefolder(folder, "mine")
    assert pair.family == "lamp"


def pipe(place: Path) -> None:
    os.mkfifo(place)


def device(place: Path) -> None:
    os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # zeros without end


@pytest.mark.parametrize("make", [pipe, device, Path.mkdir])
@pytest.mark.parametrize("name", ["images/on.png", "metadata.jsonl"])
@pytest.mark.timeout(20)
def test_what_is_no_regular_file_is_named_and_does_not_hang(folder: Path, make, name: str):
    (folder / name).unlink()
    try:
        make(folder / name)
    except PermissionError:
        pytest.skip("only root may make a device")
    with pytest.raises(SuiteError, match=rf"{name}.*cannot be read \(no regular file\)"):
        read_imagefolder(folder, "mine")


@pytest.mark.parametrize("column", ["caption_0", "request", "family"])
@pytest.mark.parametrize(("text", "says"), [("\u200b\u2060", "shows nothing"), ("a \u202e lamp", r"contains U\+202E")])
def test_texts_that_hide_something_are_named(folder: Path, column: str, text: str, says: str):
    write(folder, {**ROW, column: text})
    with pytest.raises(SuiteError, match=f"line 1: {column}: {says}"):
        read_imagefolder(folder, "mine")


def test_the_same_pair_twice_is_refused(folder: Path):
    write(folder, ROW, {**ROW, "id": "again"})
    with pytest.raises(SuiteError, match="line 2: the same pair as on line 1"):
        read_imagefolder(folder, "mine")


def test_image_bytes_are_cleaned_of_metadata(folder: Path):
    image = Image.new("RGB", (20, 20), "navy")
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    image.save(folder / "images" / "off.png", exif=exif)
    (pair,) = read_imagefolder(folder, "mine")
    assert pair.sides[0].picture.encoded == picture_from_pixels(image).encoded
