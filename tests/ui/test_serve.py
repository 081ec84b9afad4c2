"""`arena serve` as a service manager sees it: how it stops, and what a restart changes for who looks at a page."""

import signal

import pytest
from gradio_client import Client
from gradio_client.utils import Status
from playwright.sync_api import expect
from processes import FEW_MODELS, exit_code, wait_until
from serving import Running, free_port, serving
from visitor import Visitor

STOPPED_WITHIN = 60
"""Seconds that a crowded machine may take; a free one needs two."""


@pytest.fixture
def stranger(browser):
    """A visitor of any server, whose page may complain that it is gone."""
    with browser.new_context(reduced_motion="reduce") as context:
        yield lambda server: Visitor(context.new_page(), server)


def check_stops(server: Running, signal_number: signal.Signals) -> None:
    """At once, and without a traceback."""
    assert exit_code(server.process, signal_number, STOPPED_WITHIN) in (0, 130)
    assert "Traceback" not in server.output.read_text()


def test_a_signal_stops_it_at_once_and_a_page_that_outlived_it_can_still_judge_and_play_on(tmp_path, stranger):
    home, port = tmp_path / "home", free_port()
    with serving(home, port, FEW_MODELS) as server:
        visitors = [stranger(server) for _ in range(2)]
        judges, strays = [visitor.open_battle() for visitor in visitors]
        check_stops(server, signal.SIGINT)
    with serving(home, port, FEW_MODELS) as server:
        judges.click("#vote-b")
        visitors[0].wait_for_reveal()
        expect(judges.locator("#reveal .verdict")).to_contain_text("You said Model B did better")
        judges.click("#next-pair")
        visitors[0].wait_for_answers()
        expect(judges.locator("#reveal .card")).to_have_count(0)
        wait_until_it_plays(server)
        check_stops(server, signal.SIGTERM)
    with serving(tmp_path / "another-home", port, FEW_MODELS):
        check_vote_on_a_lost_battle(visitors[1], strays)


def wait_until_it_plays(server: Running) -> None:
    """Ask for more battles than it has played by then."""
    visitor = Client(server.url, verbose=False)
    jobs = [visitor.submit(source="fresh", api_name="/battle") for _ in range(8)]
    wait_until(lambda: any(job.status().code == Status.PROCESSING for job in jobs), server.process)
    assert not all(job.done() for job in jobs)


def check_vote_on_a_lost_battle(visitor, page) -> None:
    """One calm line, and the next pair works."""
    page.click("#vote-b")
    told = page.locator(".toast-body")
    expect(told).to_contain_text("unknown")
    assert "Traceback" not in page.content()
    with visitor.another_pair():
        page.click("#next-pair")
    page.click("#vote-b")
    visitor.wait_for_reveal()
