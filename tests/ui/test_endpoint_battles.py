"""Battles against a model that runs elsewhere, through the page: slow, out of requests, and killed in the middle."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from endpoint_server import serve
from gradio_client import Client
from playwright.sync_api import Page
from processes import STARTERS, forked, wait_until
from serving import Server, free_port, serving
from starter_model import StarterModel
from visitor import Visitor, windows

from arena.contestants import Contestant
from arena.models import check_repository, contestant_of_endpoint
from arena.models.endpoint_budget import FILE

ASKING = "Asking both models …"
AGAIN = "Something failed on our side, and that pair counts for nobody. Asking both models about another one …"
OF_ANY_COUPLE = {"Drawing a pair …", ASKING, "1 task answered", *(f"{n} tasks answered" for n in (2, 3, 4)), "Who did better?"}
STATES = """
window.states = [];
new MutationObserver(() => {
  const said = (seat) => document.querySelectorAll(`#answers td.${seat} .said`).length;
  const state = [said("seat-a"), said("seat-b"), document.querySelector("#progress p")?.textContent ?? ""];
  if (JSON.stringify(state) !== JSON.stringify(window.states.at(-1))) window.states.push(state);
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""How many answers the page has shown of each seat, and what it has said beside them."""


def run_endpoint(port: int, log: Path, seconds: float) -> None:
    """What the process of an endpoint does until it is killed."""
    with serve(StarterModel(STARTERS / "llava-mini"), log=log, port=port) as served:
        served.seconds = seconds
        log.touch()
        threading.Event().wait()


@dataclass(frozen=True)
class Elsewhere:
    """A place where `llava-mini` is served, in a process of its own."""

    port: int
    log: Path
    process: int
    contestant: Contestant

    def requests(self) -> int:
        return len(self.log.read_text().splitlines())


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Iterator[Elsewhere]:
    """Slow enough to be caught in the middle of a battle."""
    port, log = free_port(), tmp_path_factory.mktemp("elsewhere") / "requests.jsonl"
    with forked(run_endpoint, port, log, 0.2) as process:
        wait_until(log.exists, process)
        assert process.pid
        yield Elsewhere(port, log, process.pid, contestant_of_endpoint(reference_of(port)))


@pytest.fixture(scope="module")
def visitor(browser, elsewhere, tmp_path_factory) -> Iterator[Visitor]:
    """On the page of an arena of the endpoint and two models here; each battle is on a pair that nobody was asked about."""
    home = tmp_path_factory.mktemp("endpoints") / "home"
    models = [str(STARTERS / name) for name in ("llava-small", "clip-mini")]
    reports = map(check_repository, models)
    contestants = (elsewhere.contestant, *(Contestant(one.repository, one.revision, "test") for one in reports))
    environment = {"ARENA_STARTER_MODELS": "0", "ARENA_MODELS": ",".join([*models, reference_of(elsewhere.port)])}
    with (
        serving(home, environment=environment) as running,
        windows(browser, Server(running.url, home, running.output, contestants)) as open_window,
    ):
        visitor = open_window(listens=True)
        visitor.run_first(STATES)
        visitor.open_battle()
        with visitor.another_pair():
            visitor.choose("Source", "Fresh")
        yield visitor


def check_anonymous(visitor: Visitor) -> set[str]:
    """Answers of both seats came together, and nothing named anybody. Gives what the page has said since the last check."""
    shown = [(a, b, said) for a, b, said in visitor.page.evaluate("window.states.splice(0)")]
    assert [one for one in shown if one[0] != one[1]] == []
    assert visitor.server.told_in("".join(visitor.page.evaluate("window.received.splice(0)"))) == set()
    return {said for _, _, said in shown if said}


def board(visitor: Visitor) -> dict[str, int]:
    """Battles that count, by model."""
    return {row["model"]: row["battles"] for row in Client(visitor.server.url, verbose=False).predict(api_name="/leaderboard")}


# In this order: what is killed stays away for a while.


def test_a_visitor_battles_a_slow_endpoint_and_learns_that_it_is_one_with_the_reveal(visitor, elsewhere):
    page, origins, before = visitor.page, [], elsewhere.requests()
    while "an endpoint at " + elsewhere.contestant.organisation not in origins:
        with visitor.another_pair():
            page.keyboard.press("n")
        assert check_anonymous(visitor) <= OF_ANY_COUPLE
        page.keyboard.press("a")
        visitor.wait_for_reveal()
        origins = [text.strip() for text in page.locator("#reveal .origin, #reveal h3").all_inner_texts()]
        page.evaluate("window.received.splice(0)")
    assert elsewhere.requests() >= before + 4
    assert board(visitor)[elsewhere.contestant.reference] > 0
    assert "Void" not in page.locator("#reveal").inner_text()


def test_an_endpoint_is_not_drawn_any_more_when_too_few_of_its_requests_are_left(visitor, elsewhere):
    page, file = visitor.page, visitor.server.home / FILE
    counts = json.loads(file.read_text())
    assert counts["requests"][elsewhere.contestant.revision] >= elsewhere.requests()
    spent = {"day": datetime.now(UTC).date().isoformat(), "requests": {elsewhere.contestant.revision: 975}}
    file.write_text(json.dumps(spent))
    before = elsewhere.requests()
    for _ in range(3):
        with visitor.another_pair():
            page.keyboard.press("n")
        assert check_anonymous(visitor) <= OF_ANY_COUPLE
    assert elsewhere.requests() == before
    assert "plays no battle until tomorrow (UTC): its requests of today are used up" in visitor.server.output.read_text()
    file.write_text(json.dumps(counts))


def test_an_endpoint_that_is_killed_in_the_middle_costs_a_visitor_no_more_than_a_moment(visitor, elsewhere):
    page, known = visitor.page, board(visitor)
    play_until_asked(page, elsewhere)
    os.kill(elsewhere.process, signal.SIGKILL)
    visitor.wait_for_answers()
    assert AGAIN in check_anonymous(visitor)
    page.keyboard.press("b")
    visitor.wait_for_reveal()
    assert elsewhere.contestant.organisation not in page.locator("#reveal").inner_text()
    told = visitor.server.output.read_text()
    assert f"{elsewhere.contestant.reference}: plays no battle for " in told
    assert "the connection failed" in told
    assert sum(board(visitor).values()) == sum(known.values()) + 2


def play_until_asked(page: Page, elsewhere: Elsewhere) -> None:
    """Play battles until one asks the endpoint."""
    before = elsewhere.requests()
    while elsewhere.requests() == before:
        if page.locator("#next-pair").is_enabled():
            page.keyboard.press("n")
            page.wait_for_selector("#next-pair[disabled]")
        page.wait_for_timeout(20)


def reference_of(port: int) -> str:
    return f"http://127.0.0.1:{port}/v1#llava-mini"
