"""`arena serve` as a service manager sees it: how it stops, and what a restart changes for who looks at a page."""

import signal
from types import SimpleNamespace

from gradio_client import Client
from gradio_client.utils import Status
from playwright.sync_api import expect
from processes import FEW_MODELS, exit_code, wait_until
from serving import Running, free_port, serving
from visitor import Visitor, windows

STOPPED_WITHIN = 60
"""Seconds that a crowded machine may take; a free one needs two."""


def check_stops(server: Running, signal_number: signal.Signals) -> None:
    """At once, and without a traceback."""
    assert exit_code(server.process, signal_number, STOPPED_WITHIN) in (0, 130)
    assert "Traceback" not in server.output.read_text()


def test_a_signal_stops_it_at_once_and_a_page_that_outlived_it_can_still_judge_and_play_on(tmp_path, browser):
    home, port = tmp_path / "home", free_port()
    with windows(browser, SimpleNamespace(url=f"http://127.0.0.1:{port}")) as open_window:
        judge, stray = open_window(), open_window()
        with serving(home, port, FEW_MODELS) as server:
            judge.open_battle()
            stray.open_battle()
            check_stops(server, signal.SIGINT)
        with serving(home, port, FEW_MODELS) as server:
            check_vote_on_a_kept_battle(judge)
            wait_until_it_plays(server)
            check_stops(server, signal.SIGTERM)
        with serving(tmp_path / "another-home", port, FEW_MODELS):
            check_vote_on_a_lost_battle(stray)
            for visitor in (judge, stray):
                visitor.page.goto("about:blank")
                visitor.complaints.clear()  # Chromium notes that the server was gone


def check_vote_on_a_kept_battle(visitor: Visitor) -> None:
    """It counts, and the next pair comes."""
    page = visitor.page
    page.click("#vote-b")
    visitor.wait_for_reveal()
    expect(page.locator("#reveal .verdict")).to_contain_text("You said Model B did better")
    page.click("#next-pair")
    visitor.wait_for_answers()
    expect(page.locator("#reveal .card")).to_have_count(0)


def wait_until_it_plays(server: Running) -> None:
    """Ask for more battles than it has played by then."""
    visitor = Client(server.url, verbose=False)
    jobs = [visitor.submit(source="fresh", api_name="/battle") for _ in range(8)]
    wait_until(lambda: any(job.status().code == Status.PROCESSING for job in jobs), server.process)
    assert not all(job.done() for job in jobs)


def check_vote_on_a_lost_battle(visitor: Visitor) -> None:
    """One calm line, and the next pair works."""
    page = visitor.page
    page.click("#vote-b")
    told = page.locator(".toast-body")
    expect(told).to_contain_text("unknown")
    assert "Traceback" not in page.content()
    with visitor.another_pair():
        page.click("#next-pair")
    page.click("#vote-b")
    visitor.wait_for_reveal()
