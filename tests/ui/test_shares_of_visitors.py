"""Shares at a real server: what a visitor sees who has used up theirs, and what a flood does to others."""

import re
import time
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from playwright.sync_api import expect
from processes import FEW_MODELS
from serving import Running, serving
from visitor import windows

SHARE = {"ARENA_SHARE_BATTLES": "2 6"}
"""Two battles, and another every ten seconds."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("strict") / "home", environment=SHARE | FEW_MODELS) as running:
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
        began = time.monotonic()
        answers = [posted(flood, "battle", ["", "", ""]) for _ in range(40)]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert sum(answer.status_code == 200 for answer in answers) <= 3 + (time.monotonic() - began) / 10
        refused = answers[-1]
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert refused.json()["detail"].startswith("battles: your address or account has used up its share; try again in ")
        assert visitor.get("/leaderboard").status_code == 200
        battle = result(visitor, "battle", ["", "", ""])
        assert "event: complete" in battle
        number = re.search(r'"battle": "([^"]+)"', battle)
        assert number
        assert "event: complete" in result(visitor, "vote", [number[1], "skip"])
        assert battles_on_board(visitor) == before + 1


def test_a_page_says_when_it_tries_again_and_does(strict, browser):
    with windows(browser, SimpleNamespace(url=strict.url)) as open_window, client(strict, "127.0.0.1") as same_address:
        visitor = open_window()
        page = visitor.open_battle()
        line = page.locator("#later")
        with visitor.another_pair():
            while posted(same_address, "battle", ["", "", ""]).status_code == 200:
                pass
            page.locator("#next-pair").click()
            says = r"One moment: there is no room for this yet\. The page tries again by itself in \d+ s\."
            expect(line).to_have_text(re.compile(says))
            for width, height in [(1280, 900), (390, 844)]:
                page.set_viewport_size({"width": width, "height": height})
                expect(line).to_be_visible()
                box, bar = line.bounding_box(), page.locator("#bar").bounding_box()
                assert box
                assert bar
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
                assert box["y"] + box["height"] <= bar["y"]
        expect(line).to_be_hidden()
        assert [text for text in visitor.complaints if "429" not in text] == []
        visitor.complaints.clear()  # Chromium notes what the server refuses
