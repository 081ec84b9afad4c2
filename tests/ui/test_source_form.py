"""Uploads in a browser: what is taken, what is refused, and what becomes of a picture of one's own."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from generate_visit import CAPTION, INSTRUCTION, generate, picture_at, shown_source
from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, expect
from visitor import Visitor, windows

from arena.generators.proposals import scene_proposals


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph() -> Image.Image:
    """A scene that could be somebody's picture."""
    (proposal,) = scene_proposals(0, 1)
    return proposal.source.pixels()


def with_a_place() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "taken at home")
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    return saved(photograph(), "PNG", pnginfo=text, exif=exif)


@pytest.fixture(scope="module")
def visitor(server, browser) -> Iterator[Visitor]:
    """Somebody who wants to upload a picture; the tests go on in this window."""
    with windows(browser, server) as open_window:
        visitor = open_window()
        page = visitor.open("/generate")
        page.wait_for_selector("#source .picture")
        page.get_by_label("Your picture", exact=True).check()
        expect(page.locator("#picture-file")).to_be_attached()
        expect(page.locator("#source .picture")).to_have_count(0)
        yield visitor


def upload(page: Page, file: Path, data: bytes) -> None:
    for box in page.locator("#upload-terms input").all():
        box.check()
    file.write_bytes(data)
    page.set_input_files("#picture-file", file)


def test_nothing_is_sent_before_all_boxes_are_ticked_and_each_picture_needs_them_anew(visitor, tmp_path):
    page = visitor.page
    file = tmp_path / "scene.png"
    file.write_bytes(saved(photograph(), "PNG"))
    boxes = page.locator("#upload-terms input")
    expect(boxes).to_have_count(4)
    for box in boxes.all()[:3]:
        box.check()
    page.set_input_files("#picture-file", file)
    expect(page.locator("#upload-line")).to_have_text("Tick all of the boxes first.")
    expect(boxes.last).to_be_focused()
    assert not any(address.endswith("/picture") for address in visitor.addresses)
    upload(page, file, file.read_bytes())
    expect(page.locator("#source .picture")).to_be_visible()
    assert [box.is_checked() for box in boxes.all()] == [False] * 4


def test_pictures_of_many_kinds_are_taken_and_nothing_but_pixels_comes_back(visitor, tmp_path):
    page = visitor.page
    palette = photograph().quantize(16)
    palette.info["transparency"] = 0
    kinds = {
        "print.jpg": saved(photograph().convert("CMYK"), "JPEG"),
        "place.png": with_a_place(),
        "palette.png": saved(palette, "PNG"),
    }
    before = shown_source(page)
    for name, data in kinds.items():
        upload(page, tmp_path / name, data)
        expect(page.locator("#source .picture")).not_to_have_attribute("src", before or "")
        expect(page.locator("#upload-line")).to_have_text("")
        before = shown_source(page)
        shown = picture_at(before)
        assert shown.mode == "RGB"
        assert not shown.getexif()
        assert not {"exif", "xmp", "comment", "Comment"} & shown.info.keys()


def test_a_file_that_cannot_be_taken_gets_one_line_and_what_was_there_stays(visitor, tmp_path):
    page = visitor.page
    page.get_by_label("Caption of your picture").fill("a lamp that is off")
    before = shown_source(page)
    noise = Image.effect_noise((32, 32), 80)
    refused = {
        "not an image file": b"I am a text.",
        "send a still image": saved(noise, "GIF", save_all=True, append_images=[Image.effect_noise((32, 32), 80)]),
        "larger than 20 MB": bytes(20 * 2**20 + 1),
    }
    for says, data in refused.items():
        upload(page, tmp_path / "picture.png", data)
        line = page.locator("#upload-line")
        expect(line).to_contain_text(says)
        assert "\n" not in line.inner_text()
        assert shown_source(page) == before
        expect(page.get_by_label("Caption of your picture")).to_have_value("a lamp that is off")
    assert all("422" in complaint for complaint in visitor.complaints)  # that is how Chromium notes what the server refuses
    visitor.complaints.clear()


def test_an_uploaded_picture_becomes_a_pair(visitor, tmp_path):
    page = visitor.page
    before = shown_source(page)
    upload(page, tmp_path / "place.png", with_a_place())
    expect(page.locator("#source .picture")).not_to_have_attribute("src", before or "")
    page.get_by_text("Culture", exact=True).click()
    (proposal,) = scene_proposals(0, 1)
    texts = {
        "Caption of your picture": proposal.source_caption,
        "It shows": proposal.source_label,
        "After the edit": proposal.label,
        CAPTION: proposal.caption,
    }
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    page.keyboard.press("Tab")
    page.keyboard.type("paint it")
    expect(page.get_by_label(INSTRUCTION)).to_have_value("paint it")
    page.get_by_label(INSTRUCTION).fill("")
    generate(page)
    expect(page.locator("#pair .caption")).to_have_text([proposal.source_caption, proposal.caption])
    expect(page.locator("#pair .label")).to_have_text([proposal.source_label, proposal.label])
    expect(page.locator("#pair .eyebrow")).to_contain_text("Photographs")


def test_a_link_to_an_uploaded_picture_shows_it_to_nobody_else(visitor, visit):
    page = visitor.page
    page.wait_for_url("**source=picture**")
    link = page.url.partition("/generate")[2]
    page.reload()
    expect(page.locator("#source .picture")).to_be_visible()
    other = visit().open(f"/generate{link}")
    expect(other.locator("#source [role=alert]")).to_contain_text("choose the file again")
