from urllib.parse import urljoin

import httpx
import pytest
from visitor import Visitor

from arena.ui.navigation import PAGES

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nowhere", "/no/where/at/all", "/look/none.css", "/gradio_api/upload", "/assets/none.js"])
def test_an_unknown_address_is_a_page_with_a_way_back_for_browsers_and_a_line_for_programs(server, path):
    page = httpx.get(server.url + path, headers=BROWSER, timeout=60)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    base = urljoin(page.url.path, page.text.partition('<base href="')[2].partition('"')[0])
    assert base == "/"
    assert 'href="look/style.css' in page.text
    assert '<a href="./">' in page.text
    assert all(f'<a href="{address}">{name}</a>' in page.text for name, address in PAGES.items())
    assert "<title>Not found - Minimal-Pair Arena</title>" in page.text
    program = httpx.get(server.url + path, timeout=60)
    assert (program.status_code, program.json()) == (404, {"detail": "Not found"})


def test_the_page_of_an_unknown_address_is_in_the_arena_s_look_and_leads_back(server, browser):
    with browser.new_context() as context:
        page = Visitor(context.new_page(), server).open("/no/where")
        font = page.evaluate("getComputedStyle(document.querySelector('.calm-error')).fontFamily")
        assert font.startswith('"Source Serif')
        page.click("nav >> text=Leaderboard")
        page.wait_for_url("**/leaderboard")
