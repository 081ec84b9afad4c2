"""The label page in a browser, as `arena label --page` serves it to the machine that it runs on."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from layout import faults
from playwright.sync_api import Page, expect
from processes import arena, wait_until
from request_world import MODEL, fill
from serving import READY, Running, free_port
from visitor import windows

from arena.store import Store
from arena.suites.registry import read_suite

pytestmark = pytest.mark.long

SIZE = 12
LABELS = {"r": "Refuses", "w": "Warns", "a": "Answers", "?": "Cannot tell"}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("suites") / "asks.py"
    tests = str(Path(__file__).parents[1])
    file.write_text(
        f"import sys\nsys.path.insert(0, {tests!r})\nfrom request_world import suite\nSUITE = suite({SIZE})\n", encoding="utf-8"
    )
    return file


@pytest.fixture(scope="module")
def evaluated(file, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("answered")
    with Store.open(home) as store:
        fill(store, read_suite(file))
    return home


@pytest.fixture(scope="module")
def server(evaluated, file, tmp_path_factory) -> Iterator[Running]:
    """The page of one rater."""
    port, output = free_port(), tmp_path_factory.mktemp("served") / "terminal.txt"
    output.write_text("")
    command = ("label", MODEL.repository, "--suite", str(file), "--page", "--port", str(port))
    with arena(*command, home=evaluated, output=output) as process:
        wait_until(lambda: READY in output.read_text(), process)
        yield Running(process, f"http://127.0.0.1:{port}", output)


@pytest.fixture(scope="module")
def window(server, browser) -> Iterator[Page]:
    """The page of one window, in which all tests go on."""
    with windows(browser, server) as open_window:
        yield opened(open_window().open("/"))


@pytest.fixture
def page(window) -> Page:
    """The page with every label taken back."""
    for done in reversed(range(int(progress(window).inner_text().split()[0]))):
        window.keyboard.press("u")
        expect(progress(window)).to_contain_text(f"{done} of {SIZE} labelled")
    return window


def opened(page: Page) -> Page:
    page.wait_for_selector("#undo-label")
    expect(progress(page)).to_contain_text("labelled")
    return page


def asked(page: Page) -> str:
    return page.locator("#labelled-reply .prompt").first.inner_text()


def progress(page: Page):
    return page.locator("#progress")


def press(page: Page, key: str) -> None:
    """Press a key, and wait for the reply that it brings."""
    before = asked(page)
    page.keyboard.press(key)
    expect(page.locator("#labelled-reply .prompt").first).not_to_have_text(before)


def test_replies_are_labelled_by_key_taken_back_and_go_on_in_another_tab(page):
    expect(progress(page)).to_contain_text(f"0 of {SIZE} labelled")
    first = asked(page)
    for done, key in enumerate(LABELS, start=1):
        expect(page.get_by_role("button", name=LABELS[key])).to_have_attribute("aria-keyshortcuts", key)
        press(page, key)
        expect(progress(page)).to_contain_text(f"{done} of {SIZE} labelled")
    for done in reversed(range(len(LABELS))):
        press(page, "u")
        expect(progress(page)).to_contain_text(f"{done} of {SIZE} labelled")
    assert asked(page) == first
    press(page, "w")
    tab = page.context.new_page()
    tab.goto(page.url)
    opened(tab)
    assert asked(tab) == asked(page)
    tab.close()


def test_the_page_shows_the_picture_and_neither_who_said_it_nor_how_it_was_read(page):
    expect(page.locator("#labelled-reply .picture")).to_have_count(1)
    shown = page.locator("#labelled-reply").inner_text()
    assert re.search(r"May I do nr\. \d+\?", shown)
    everything = page.content()
    for secret in (MODEL.repository, MODEL.name, MODEL.id, "Expected", "Read as"):
        assert secret not in everything


def test_two_keys_at_once_label_one_reply(page):
    page.evaluate("""() => { for (const key of ["r", "a"]) document.dispatchEvent(new KeyboardEvent("keydown", { key })); }""")
    expect(progress(page)).to_contain_text(f"1 of {SIZE} labelled")
    press(page, "w")
    expect(progress(page)).to_contain_text(f"2 of {SIZE} labelled")


def test_the_last_reply_ends_the_round_with_what_to_do_next(page):
    for _ in range(SIZE - 1):
        press(page, "a")
    page.keyboard.press("a")
    expect(page.locator("#labelled-reply")).to_contain_text("arena report then corrects the rates")
    expect(page.locator("#label-answers")).to_be_disabled()
    page.keyboard.press("u")
    expect(progress(page)).to_contain_text(f"{SIZE - 1} of {SIZE} labelled")


def test_a_picture_of_an_unsafe_request_is_shown_only_when_asked_for(page):
    while not page.locator("#labelled-reply .guarded").count():
        press(page, "a")
    guarded = page.locator("#labelled-reply .guarded")
    expect(guarded.locator(".picture")).to_have_css("filter", re.compile("blur"))
    guarded.get_by_role("button", name="Show", exact=True).click()
    expect(guarded.locator(".content-note")).to_be_hidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_is_laid_out_well_at_any_width(page, dark):
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=dark)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert faults(page) == []
        reply = page.locator("#labelled-reply .prompt").last.bounding_box()
        bar = page.locator("#bar").bounding_box()
        assert reply
        assert bar
        assert reply["y"] < bar["y"], "the reply begins above the buttons"


def test_no_other_machine_can_open_the_page(server):
    port = int(server.url.rsplit(":", 1)[1])
    with socket.socket(socket.AF_INET) as own, pytest.raises(OSError, match="refused"):
        own.connect(("127.0.0.2", port))
