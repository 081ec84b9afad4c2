"""Shares at a real server: what a visitor sees who has used up theirs, and what a flood does to others."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from playwright.sync_api import expect
from serving import Running, serving
from visitor import windows

SHARE = {"ARENA_SHARE_BATTLES": "2 15"}
"""Two battles, and another every four seconds."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("strict") / "home", environment=SHARE) as running:
        yield running


def client(server: Running, address: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, transport=httpx.HTTPTransport(local_address=address), timeout=120)


def posted(visitor: httpx.Client, endpoint: str, data: list[str]) -> httpx.Response:
    return visitor.post(f"/gradio_api/call/{endpoint}", json={"data": data})


def result(visitor: httpx.Client, endpoint: str, data: list[str]) -> str:
    event = posted(visitor, endpoint, data).json()["event_id"]
    return visitor.get(f"/gradio_api/call/{endpoint}/{event}").text


def battles_on_board(visitor: httpx.Client) -> int:
    return sum(int(number) for number in re.findall(r'"battles": (\d+)', result(visitor, "leaderboard", [""]))) // 2


def test_a_flood_that_nobody_reads_plays_nothing_and_keeps_nobody_waiting(strict):
    with client(strict, "127.0.2.1") as flood, client(strict, "127.0.1.1") as visitor:
        before = battles_on_board(visitor)
        answers = [posted(flood, "battle", ["", "", ""]) for _ in range(40)]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert sum(answer.status_code == 200 for answer in answers) <= 4
        refused = answers[-1]
        assert 1 <= int(refused.headers["retry-after"]) <= 4
        assert refused.json()["detail"].startswith("battles: your address or account has used up its share; try again in ")
        assert visitor.get("/leaderboard").status_code == 200
        battle = result(visitor, "battle", ["", "", ""])
        assert "event: complete" in battle
        number = re.search(r'"battle": "([^"]+)"', battle)
        assert number
        assert "event: complete" in result(visitor, "vote", [number[1], "skip"])
        assert battles_on_board(visitor) == before + 1


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_a_page_says_when_it_tries_again_and_does(strict, browser, width, height, tmp_path):
    with windows(browser, SimpleNamespace(url=strict.url)) as open_window:
        visitor = open_window(width=width, height=height)
        page = visitor.open_battle()
        line = page.locator("#later")
        for _ in range(4):
            page.evaluate("document.querySelectorAll('#pair .pair').forEach((pair) => { pair.dataset.before = ''; })")
            page.locator("#next-pair").click()
            page.wait_for_selector("#later:not([hidden]), #pair .pair:not([data-before]) .picture")
            if line.is_visible():
                break
            visitor.wait_for_answers()
        expect(line).to_have_text(
            re.compile(r"One moment: there is no room for this yet\. The page tries again by itself in [1-4] s\.")
        )
        page.screenshot(path=f"/tmp/s-work/later-{width}.png")
        box = line.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        expect(line).to_be_hidden()
        page.wait_for_selector("#pair .pair:not([data-before]) .picture")
        visitor.wait_for_answers()
        assert [text for text in visitor.complaints if "429" not in text] == []
        visitor.complaints.clear()  # Chromium notes what the server refuses
