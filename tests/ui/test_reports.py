"""Reporting a picture: the form over the page, and where it arrives."""

import base64
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image
from playwright.sync_api import Page, expect

from arena.cli import main
from arena.images import Picture, picture_from_pixels
from arena.store import LONGEST_REPORT, Reported
from arena.store.takedown_records import Report
from arena.ui.reports import MOST_SHOWN, reports_html

WORDS = "That is my kitchen."


@pytest.fixture
def reports(server, capsys):
    """Asks the running arena, as its operator does, what was reported."""

    def reports():
        assert main(["--home", str(server.home), "pairs", "reports", "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return reports


@pytest.fixture(scope="module")
def client(server):
    """A program."""
    return Client(server.url, verbose=False)


def test_a_visitor_reports_each_picture_by_keyboard_and_the_operator_reads_it(visit, reports):
    page = visit().open_battle()
    for place, width in enumerate((1280, 390)):
        before = len(reports())
        page.set_viewport_size({"width": width, "height": 900})
        report_by_keyboard(page, place, width)
        expect(page.locator("#vote-a")).to_be_enabled()  # the letters that were typed did not vote
        (report,) = reports()[before:]
        assert (report["reason"], report["words"], report["state"]) == ("private", WORDS, "")
        assert set(report) == {"subject", "reason", "words", "reported_at", "picture", "file", "state"}, (
            "nothing of who reported it"
        )
        assert Path(report["file"]).read_bytes(), "the operator finds what was reported"
        assert report["file"] == str(Path(report["file"]).resolve())
        assert report["picture"] == Path(report["file"]).stem


def report_by_keyboard(page: Page, place: int, width: int) -> None:
    """Report the picture at this place of the pair."""
    page.locator("#pair .report-link").nth(place).focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#report")
    expect(dialog).to_be_visible()
    shown = page.locator("#pair .picture").nth(place).get_attribute("src")
    expect(dialog.locator("img")).to_have_attribute("src", shown or "")
    dialog.get_by_label("somebody I know").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Thank you")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("0" * 16, "illegal", ""), "not kept here"),
        (("", "illegal", ""), "not kept here"),
        (("%", "illegal", ""), "not kept here"),
        (("0" * 64, "illegal", "", "subject"), "does not show the picture 0000"),
        (("subject", "boring", ""), "'boring' is none; choose from illegal"),
        (("subject", "other", "x" * (LONGEST_REPORT + 1)), "use at most 300"),
    ],
)
def test_programs_learn_in_one_line_what_is_wrong_with_a_report(client, reports, given, says):
    pair = client.predict(api_name="/battle")["pair"]["id"] if "subject" in given else ""
    before = reports()
    with pytest.raises(AppError, match=says):
        client.predict(*(pair if part == "subject" else part for part in given), api_name="/report")
    assert reports() == before


def test_reviewers_read_reports_as_text_and_not_as_markup():
    said = Reported(Report("0123", "private", "<b>me</b>", datetime(2026, 11, 28, tzinfo=UTC)), None)
    assert reports_html([], lambda _: None) == ""
    shown = reports_html([said] * (MOST_SHOWN + 1), lambda _: None)
    assert shown.count("&lt;b&gt;me&lt;/b&gt;") == MOST_SHOWN
    assert "<b>" not in shown
    assert f"the newest of {MOST_SHOWN + 1}" in shown
    assert "<img" not in shown


def test_reviewers_see_what_was_reported_once_they_ask_for_it():
    picture = picture_from_pixels(Image.effect_noise((2000, 1000), 60))
    said = Reported(Report("0123", "private", "", datetime(2026, 11, 28, tzinfo=UTC), picture.digest), None)
    shown = reports_html([said], {picture.digest: picture}.get)
    small = Image.open(io.BytesIO(base64.b64decode(shown.partition("base64,")[2].partition('"')[0])))
    assert max(small.size) == 320
    assert shown.index("<summary>") < shown.index("<img")
    assert "<img" not in reports_html([said], lambda digest: Picture(digest, b""))
